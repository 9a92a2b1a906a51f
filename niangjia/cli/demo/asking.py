"""Workers who ask to join while one looks on: each stands elsewhere on the way."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from uuid import uuid4

import numpy as np

from niangjia.cli.synth.people import draw_people
from niangjia.core.days import day_of
from niangjia.core.roles import Role
from niangjia.foundation.acting import acting
from niangjia.foundation.actors import NOBODY, Actor, Scope, system_actor
from niangjia.joining import queries, reviewing, screening, submitting
from niangjia.joining.models import JoinCode, JoinRequest

SCREENING = system_actor("joining.screen")
# Union, group, workplace, how long ago in hours; the longest wait is over its time.
ASKING = (
    ("express", "courier", "青岚东站分拨中心", 170),
    ("express", "courier", "顺路快递望溪站", 52),
    ("express", "courier", "滨江街道", 30),
    ("riders-joint", "meal_rider", "万家广场骑手站", 75),
    ("riders-joint", "meal_rider", "东屏路站", 5),
    ("wangxi-express", "courier", "望溪县电商园", 26),
    ("wangxi-express", "courier", "溪口镇", 2),
)


def ask(*, now: datetime) -> None:
    """Let the workers hand their requests in, have them screened, and one of them called; done once."""
    with acting(SCREENING):
        if JoinRequest.objects.exists():
            return
        codes = {code.organisation.code: code for code in JoinCode.objects.select_related("organisation")}
    for (union, _, _, hours), facts in zip(ASKING, _facts(day_of(now)), strict=True):
        at = now - timedelta(hours=hours)
        with acting(NOBODY) as by:
            kept = submitting.submit(facts, code=codes[union], key=uuid4(), by=by, at=at)
        with acting(SCREENING) as by:
            screening.screen(kept, by=by, at=at)
    _call_the_first(now)


def _facts(on: date) -> Iterator[submitting.Facts]:
    people = draw_people(np.random.default_rng(2026), len(ASKING), on=on)
    for place, (_, group, workplace, _) in enumerate(ASKING):
        yield submitting.Facts(
            name=people.names[place],
            id_kind="citizen",
            id_number=people.numbers[place],
            sex=people.sexes[place],
            birth_on=people.births[place].item(),
            phone=people.phones[place],
            group=group,
            workplace=workplace,
            consents={"membership": "1", "sensitive_id": "1"},
        )


def _call_the_first(now: datetime) -> None:
    with acting(SCREENING):
        first = JoinRequest.objects.select_related("organisation").order_by("submitted_at")[1]
    office = first.organisation
    reviewer = Actor(
        role=Role.REVIEWER, organisation_id=office.pk, scope=Scope.below(office.path), job="demo"
    )
    with acting(reviewer) as by:
        reviewing.contact(queries.get(first.pk, by=by), by=by, at=now - timedelta(hours=1))
