"""What the foundation does by the clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from niangjia.foundation import clocks, idempotency
from niangjia.foundation.actors import Actor
from niangjia.foundation.files import sweeping
from niangjia.foundation.jobs import every, job


@every("* * * * *")
@job("clocks.sweep", transaction=False)
def sweep_clocks(*, by: Actor, now: Callable[[], datetime]) -> None:
    """Run out the clocks whose time is over."""
    clocks.sweep(by=by, at=now())


@every("23 * * * *")
@job("files.sweep")
def sweep_files(*, by: Actor, at: datetime) -> None:
    """Remove the files whose term is over."""
    sweeping.sweep(by=by, at=at)


@every("53 3 * * *")
@job("files.sweep_orphans")
def sweep_orphans(*, by: Actor, at: datetime) -> None:
    """Remove what never became a file."""
    sweeping.sweep_orphans(at=at)


@every("41 3 * * *")
@job("idempotency.forget")
def forget_keys(*, by: Actor, at: datetime) -> None:
    """Forget the keys of forms sent long ago."""
    idempotency.forget(at=at)
