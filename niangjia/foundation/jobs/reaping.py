"""Jobs of a killed worker are started again, and old ones are forgotten. Runs in the worker, on its own connection."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from procrastinate import App
from procrastinate.contrib.django import app

STALLED_SECONDS = 15.0
KEPT_HOURS = 72


async def reap(running: App, stalled_seconds: float = STALLED_SECONDS) -> int:
    """Give every job of a worker without a heartbeat back to the queue; return how many."""
    manager = running.job_manager
    stalled = list(await manager.get_stalled_jobs(seconds_since_heartbeat=stalled_seconds))
    for job in stalled:
        await manager.retry_job(job, retry_at=datetime.now(UTC))
    await manager.prune_stalled_workers(stalled_seconds)
    return len(stalled)


@app.periodic(cron="7 * * * *")
@app.task(name="jobs.tidy", queueing_lock="jobs.tidy", pass_context=True)
async def tidy(context: Any, timestamp: int) -> None:
    """Forget jobs that are long over."""
    await context.app.job_manager.delete_old_jobs(nb_hours=KEPT_HOURS, include_failed=True)
