"""When A happens in one feature, B happens in another: every such line of the house."""

from __future__ import annotations

from importlib import import_module

JOBS = (
    "niangjia.foundation.chores",
    "niangjia.registry.reorganisation.jobs",
    "niangjia.joining.jobs",
    "niangjia.intake.jobs",
)


def connect() -> None:
    """Declare every job, and connect each event and each clock to its handlers."""
    for module in JOBS:
        import_module(module)
    _clocks()
    _kinds()
    _following()


def _clocks() -> None:
    """Say what happens when nobody acts in time."""
    from niangjia.foundation import clocks
    from niangjia.joining import running_out

    clocks.on_run_out("joining_remind_superior", running_out.remind_superior)
    clocks.on_run_out("joining_superior_decides", running_out.hand_up)
    clocks.on_run_out("joining_hard_stop", running_out.past_hard_stop)
    clocks.on_run_out("need_more_days", running_out.lapse)


def _kinds() -> None:
    """Say what kinds of bulk work there are."""
    from niangjia.foundation.plans import kinds
    from niangjia.registry.kinds import members

    kinds.register(members.NAME, members.Members)


def _following() -> None:
    """Say what goes to the receiver when a union ends."""
    from niangjia.joining.following import FOLLOWING
    from niangjia.registry.reorganisation.following import follow

    for each in FOLLOWING:
        follow(each)
