"""``python -m niangjia.config.worker``: does the jobs, seals the audit every second, and shows that it lives."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import structlog

HEARTBEAT_SECONDS = 3.0
SEAL_SECONDS = 1.0
REAP_SECONDS = 5.0
GRACE_SECONDS = 20.0
AT_ONCE = 4

log = structlog.get_logger(__name__)


def main() -> None:
    """Work until SIGTERM or SIGINT; what runs then may finish within ``GRACE_SECONDS``."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "niangjia.config.settings")
    django.setup()
    asyncio.run(work())


async def work(*, stalled_seconds: float | None = None) -> None:
    """Run the worker and what goes on beside it."""
    from procrastinate.contrib.django import app

    from niangjia.foundation.jobs import reaping

    stalled = stalled_seconds or reaping.STALLED_SECONDS
    with app.replace_connector(app.connector.get_worker_connector()) as running:  # type: ignore[attr-defined]
        async with running.open_async():
            beside = [
                asyncio.create_task(_again("reap", REAP_SECONDS, lambda: reaping.reap(running, stalled))),
                asyncio.create_task(_again("seal", SEAL_SECONDS, _seal)),
                asyncio.create_task(_again("heartbeat", HEARTBEAT_SECONDS, _beat)),
            ]
            try:
                await running.run_worker_async(
                    concurrency=AT_ONCE,
                    delete_jobs="successful",
                    shutdown_graceful_timeout=GRACE_SECONDS,
                    update_heartbeat_interval=min(HEARTBEAT_SECONDS, stalled / 3),
                    stalled_worker_timeout=stalled,
                )
            finally:
                for task in beside:
                    task.cancel()
                await asyncio.gather(*beside, return_exceptions=True)
                _path().unlink(missing_ok=True)


async def _again(what: str, seconds: float, act: Callable[[], Awaitable[object]]) -> None:
    """Do ``act`` every few seconds; what goes wrong once is logged without its words, and tried again."""
    while True:
        try:
            await act()
        except Exception as error:
            log.warning("worker_loop_failed", what=what, error=type(error).__name__)
        await asyncio.sleep(seconds)


async def _seal() -> None:
    await asyncio.to_thread(seal_all)


def seal_all() -> None:
    """Seal whatever of the audit is over."""
    from datetime import UTC, datetime

    from django.db import connections

    from niangjia.foundation.actors import system_actor
    from niangjia.foundation.audit.sealing import seal_once

    try:
        while seal_once(by=system_actor("audit.seal"), at=datetime.now(UTC)):
            pass
    finally:
        for connection in connections.all(initialized_only=True):
            connection.close()


async def _beat() -> None:
    _path().touch()


def _path() -> Path:
    from django.conf import settings

    return Path(settings.NIANGJIA_HOME.heartbeat)


if __name__ == "__main__":
    main()
