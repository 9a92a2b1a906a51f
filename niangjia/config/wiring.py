"""When A happens in one feature, B happens in another: every such line of the house."""

from __future__ import annotations

from importlib import import_module

JOBS = (
    "niangjia.foundation.chores",
    "niangjia.foundation.copies.making",
    "niangjia.registry.duplicates.jobs",
    "niangjia.registry.held.jobs",
    "niangjia.registry.reorganisation.jobs",
    "niangjia.joining.jobs",
    "niangjia.intake.jobs",
    "niangjia.intake.mending.jobs",
)


def connect() -> None:
    """Declare every job, and connect each event and each clock to its handlers."""
    for module in JOBS:
        import_module(module)
    _clocks()
    _kinds()
    _exports()
    _events()
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
    from niangjia.registry.kinds.changes import kind as changes
    from niangjia.registry.kinds.employers import kind as employers
    from niangjia.registry.kinds.officers import kind as officers
    from niangjia.registry.kinds.organisations import kind as organisations

    kinds.register_list(members.NAME, members.Members)
    kinds.register_list(changes.NAME, changes.Changes)
    kinds.register_list(employers.NAME, employers.Employers)
    kinds.register_list(organisations.NAME, organisations.Organisations)
    kinds.register_list(officers.NAME, officers.Officers)


def _exports() -> None:
    """Say which lists can be taken out, in whose name they are read, and who above is told."""
    from niangjia.foundation import events
    from niangjia.foundation.copies import making, tables
    from niangjia.insight import exports as insight
    from niangjia.intake import exports as intake
    from niangjia.joining import exports as joining
    from niangjia.registry import exports as registry
    from niangjia.registry import postings

    for each in (
        insight.MEMBERS,
        insight.BOARD,
        joining.REQUESTS,
        joining.CODES,
        intake.BATCHES,
        intake.BATCH_ROWS,
        registry.ORGANISATIONS,
    ):
        tables.register(each)
    making.asked_by(postings.actor_held)
    events.on("export.finish", registry.tell_superior)


def _events() -> None:
    """Say what follows from an act elsewhere."""
    from django.urls import reverse

    from niangjia.foundation import events
    from niangjia.intake import jobs as intake
    from niangjia.intake.mending import links, taking_in
    from niangjia.registry.duplicates import searching
    from niangjia.registry.held import lapsing

    events.on("batch.finish", searching.after_batch)
    events.on("batch.finish", intake.hold_after)
    events.on("held-row.carry_out", taking_in.after_carrying_out)
    links.lead_to(lambda text: reverse("mobile:mend", args=[text]))
    events.on("batch.take_back", lapsing.after_taking_back)
    events.on("held_rows.carried_out", searching.after_batch)


def _following() -> None:
    """Say what goes to the receiver when a union ends."""
    from niangjia.joining.following import FOLLOWING
    from niangjia.registry.reorganisation.following import follow

    for each in FOLLOWING:
        follow(each)
