"""Rosters of several offices, an order and a merge at once: all end, none for good in a deadlock (docs/adr/0026).

Each guard has its control: unions asked for after people, or one after the other, and two jobs wait for each other.
"""

from __future__ import annotations

import asyncio
import threading
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from django.db import OperationalError, connections

from niangjia.core.days import day_of
from niangjia.foundation.acting import acting
from niangjia.foundation.jobs import jobs
from niangjia.foundation.plans.models import BatchRow
from niangjia.intake import actions
from niangjia.joining import registration
from niangjia.joining.models import Elsewhere, JoinRequest
from niangjia.registry import memberships
from niangjia.registry.duplicates import checking, deciding, parting, repointing, searching
from niangjia.registry.duplicates.states import Status
from niangjia.registry.models import Delta, Membership, Organisation, Pair, Person
from niangjia.registry.reorganisation import actions as orders
from niangjia.registry.reorganisation import carrying
from tests.factories import AT, organisation
from tests.intake import rosters
from tests.joiners import SYSTEM
from tests.registry.duplicates import made
from tests.registry.duplicates.test_there_and_back import asked_by
from tests.registry.reorganisation.city import COUNTY, TOWN, City
from tests.registry.reorganisation.test_meanwhile import in_thread

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]
THIRD = made.NUMBER[:16] + made.NUMBER[17] + made.NUMBER[16]
MEET = 2  # seconds for the other job to come as far as it can


def drop_jobs():
    """Forget what was deferred: the test runs it by itself."""
    with connections["default"].cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


def ends(future) -> str:
    """Return what a job raised, empty where it ended well."""
    try:
        future.result(60)
    except OperationalError as lost:
        return type(lost.__cause__).__name__
    return ""


class Pause:
    """Lets one job stand at a step until another has come as far as it can."""

    def __init__(self) -> None:
        self.reached, self.go_on = threading.Event(), threading.Event()

    def stand(self) -> None:
        if not self.reached.is_set():
            self.reached.set()
            self.go_on.wait(60)

    def meets(self, first, second) -> list[str]:
        """Start ``first``; where it stands, start ``second``, and let both go on; return how they end."""
        one = in_thread(first)
        assert self.reached.wait(60)
        other = in_thread(second)
        threading.Event().wait(MEET)
        self.go_on.set()
        return [ends(one), ends(other)]


def signed(city, *lines):
    order = city.order(*lines)
    with acting(city.leader):
        orders.sign(order, by=city.leader, at=AT)
    drop_jobs()
    return lambda: carrying.carry_out(order.pk, by=SYSTEM, now=lambda: AT)


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "control"])
def test_taking_apart_and_an_order_that_moves_the_union_of_before(monkeypatch, guarded):
    city = City()
    with acting(SYSTEM):
        county = organisation(under=city.city, **COUNTY)
        town = organisation(under=county, **TOWN)
        there, moving = organisation(under=county), organisation(under=town)
    stays, goes = made.member(there), made.member(moving, made.SLIP)
    (pair,) = made.search(county)
    roll = (
        "second" if pair.first == stays.pk else "first"
    )  # so the record that is left lies where the order moves
    merged = made.merge(pair, city.city, {"roll": roll})
    assert merged.status == Status.MERGED
    by = made.clerk(city.city)
    with acting(by):
        deciding.unmerge(Pair.objects.get(pk=pair.pk), by=by, at=AT)
    drop_jobs()
    order = signed(city, ("move", town, city.west))
    asked, hold = [], parting.hold_places

    def holding(*args, **said):
        """Ask for the unions; in the control not before people are locked. Stand where people are locked."""
        asked.append(args)
        if len(asked) == 2:
            pause.stand()
        if guarded or len(asked) > 1:
            hold(*args, **said)

    pause = Pause()
    monkeypatch.setattr(parting, "hold_places", holding)
    unmerge = jobs()["duplicates.unmerge"]
    told = pause.meets(lambda: unmerge.run({"pair": str(pair.pk)}, now=lambda: AT), order)
    assert (told == ["", ""]) is guarded, told
    if guarded:
        assert made.again(pair).status == Status.OPEN
        with acting(SYSTEM):
            assert Person.objects.get(pk=goes.pk).path == Organisation.objects.get(pk=moving.pk).path
    else:
        assert "DeadlockDetected" in told


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "control"])
def test_a_member_who_changes_unions_and_an_order_that_moves_both(monkeypatch, guarded):
    city = City()
    with acting(SYSTEM):
        joined, left = sorted((city.one, city.two), key=lambda union: union.pk)
        who = city.member(left)
        request = asked_by(who, joined, AT)
        JoinRequest.objects.filter(pk=request.pk).update(status="approved")
        case = Elsewhere.objects.get(join_request=request)
        Elsewhere.objects.filter(pk=case.pk).update(outcome="moved", settled_at=AT)
    drop_jobs()
    order = signed(city, ("move", city.town, city.west))
    if not guarded:
        monkeypatch.setattr(registration, "_hold_both", lambda elsewhere: None)
    pause, finish = Pause(), registration.finish

    def finishing(*args, **said):
        pause.stand()
        return finish(*args, **said)

    monkeypatch.setattr(registration, "finish", finishing)
    carry_out = jobs()["joining.carry_out"]
    told = pause.meets(lambda: carry_out.run({"elsewhere": str(case.pk)}, now=lambda: AT), order)
    assert (told == ["", ""]) is guarded, told
    if guarded:
        with acting(SYSTEM):
            spell = memberships.open_primary_of(who)
            assert spell.organisation_id == joined.pk
            assert spell.path == Organisation.objects.get(pk=joined.pk).path
    else:
        assert "DeadlockDetected" in told


def work_it_off(most=12):
    """Let a real worker, four jobs at a time, do what there is until nothing is left; return the jobs that are left."""
    from procrastinate.contrib.django import app

    async def work():
        with app.replace_connector(app.connector.get_worker_connector()) as running:
            async with running.open_async():
                await running.run_worker_async(
                    wait=False, concurrency=4, delete_jobs="successful", install_signal_handlers=False
                )

    for _ in range(most):
        with connections["default"].cursor() as cursor:
            cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE status = 'todo'")
            cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'")
            if not cursor.fetchone()[0]:
                break
        asyncio.run(work())
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT task_name, status, attempts FROM procrastinate_jobs")
        return cursor.fetchall()


@pytest.fixture
def crowd(settings):
    """The made-up city with a roster written, and its first two counties."""
    settings.NIANGJIA_WRITERS = 2
    settings.NIANGJIA_DEMO = True
    office = rosters.load_city()
    made_up = rosters.roster(600, 5, kinds=())
    sheet, heads = rosters.sheet_of(made_up)
    rosters.committed(office, rosters.planned(office, sheet, heads, chunk_rows=100))
    with acting(SYSTEM):
        counties = list(Organisation.objects.filter(code__in=["369901", "369902"]).order_by("code"))
    phone = f"c{made_up.fields.index('phone')}"
    changed = sheet.with_columns(pl.col(phone).str.slice(0, 10) + "7")
    return office, counties, (changed, heads)


def asked_for(office, counties, sheet, heads):
    """Let three offices hand the same people in with other phones, and say that all be written; return the batches."""
    now = datetime.now(UTC)  # the worker's: what is of long ago would be swept away
    with acting(SYSTEM):
        jobs()["files.sweep"].defer()
    batches = [
        rosters.planned(each, sheet, heads, name=f"{each.code}.csv", chunk_rows=50, at=now)
        for each in (office, *counties)
    ]
    for each, batch in zip((office, *counties), batches, strict=True):
        clerk = rosters.clerk_of(each)
        with acting(clerk):
            actions.commit(rosters.fresh_inside(batch), by=clerk, at=now)
    return batches


def signed_today(office, line):
    """Sign an order of the city for today; it waits for the worker."""
    city, now = City.__new__(City), datetime.now(UTC)
    city.city = office
    city.clerk, city.leader = city.official("clerk"), city.official("leader")
    order = city.order(line, on=day_of(now), at=now)
    with acting(city.leader):
        orders.sign(order, by=city.leader, at=now)
    return city, order


def test_rosters_of_three_offices_an_order_and_a_merge_all_end(crowd, caplog):
    office, counties, (sheet, heads) = crowd
    with acting(SYSTEM):
        unions = Organisation.objects.filter(path__gt=counties[0].path, path__lt=counties[0].path + "~")
        near = list(unions.filter(level="grassroots").order_by("path")[:2])
        town = unions.filter(level="town").order_by("path").first()
    made.member(near[0]), made.member(near[1], made.SLIP)
    pair = next(pair for pair in made.search(counties[0]) if "ID_SLIP" in pair.reasons)
    by = made.clerk(counties[0])
    city, order = signed_today(office, ("move", town, counties[1]))
    batches = asked_for(office, counties, sheet, heads)
    with acting(by):
        deciding.merge(pair, dict.fromkeys(pair.differs, "first"), by=by, at=AT)

    left = work_it_off()

    assert left == [], caplog.text[-4000:]
    assert {rosters.fresh(batch).status for batch in batches} == {"committed"}
    assert city.fresh(order).status == "carried_out"
    assert made.again(pair).status == Status.MERGED
    with acting(SYSTEM):
        members = Membership.objects.filter(to_on__isnull=True, kind="primary")
        assert members.count() == sum(Delta.objects.filter(measure="members").values_list("n", flat=True))
        assert len(set(members.values_list("person_id", flat=True))) == members.count()
        places = dict(Organisation.objects.values_list("pk", "path"))
        assert all(places[pk] == path for pk, path in members.values_list("organisation_id", "path"))
        assert all(places[pk] == path for pk, path in Person.objects.values_list("organisation_id", "path"))
        told = BatchRow.objects.filter(batch__in=batches)
        assert told.filter(verdict="changed").count() > 300
        assert told.filter(verdict="held").count() + told.filter(verdict="same").count() > 50


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "control"])
def test_a_search_that_writes_pairs_and_a_merge_that_changes_several(monkeypatch, guarded):
    _, county, near, _ = made.unions()
    numbers = (made.NUMBER, made.SLIP, THIRD)
    people = [made.member(near[0], each, at=AT + timedelta(minutes=k)) for k, each in enumerate(numbers)]
    found = {frozenset(pair.person_ids): pair for pair in made.search(county)}
    own = found[frozenset(person.pk for person in people[1:])]
    by = made.clerk(county)
    with acting(by):
        deciding.merge(own, dict.fromkeys(own.differs, "first"), by=by, at=AT)
        again = searching.search(county, by=by, at=AT)
    drop_jobs()
    if not guarded:  # its own pair first, the others when it comes to them
        monkeypatch.setattr(
            repointing, "lock", lambda ids: list(Pair.objects.filter(pk=own.pk).select_for_update())
        )
    pause, look = Pause(), checking.look

    def looking(*args, **said):
        pause.stand()
        return look(*args, **said)

    monkeypatch.setattr(checking, "look", looking)
    merge, search = jobs()["duplicates.merge"], jobs()["duplicates.search"]
    told = pause.meets(
        lambda: merge.run({"pair": str(own.pk)}, now=lambda: AT),
        lambda: search.run({"search": str(again.pk)}, now=lambda: AT + timedelta(days=1)),
    )
    assert (told == ["", ""]) is guarded, told
    if guarded:
        assert made.again(own).status == Status.MERGED
