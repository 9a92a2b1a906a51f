"""The rows of a list are taken out with what became of each and why, and never with what stood in them."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from niangjia.core.roles import Role
from niangjia.foundation.acting import acting
from niangjia.foundation.audit.models import Event, EventSubject
from niangjia.foundation.copies.models import Export
from niangjia.foundation.plans.models import BatchRow
from niangjia.registry.models import Organisation
from tests.console.copies.test_pages import PURPOSE, book, download
from tests.intake.rosters import SYSTEM, committed, load_city, planned, roster, sheet_of
from tests.jobs import run_jobs
from tests.signing import official, posting, sign_in

pytestmark = [pytest.mark.database, pytest.mark.django_db]
KINDS = ("id_check", "sex_differs", "duplicate_same", "union_unknown")


@pytest.fixture
def city(settings):
    settings.NIANGJIA_DEMO = True
    return load_city()


@pytest.fixture
def made():
    return roster(60, 21, kinds=KINDS, noisy=False)


def desk(office, name="lan", role=Role.CLERK, language="zh-hans"):
    client = Client()
    posting(official(name), office, role)
    sign_in(client, name)
    client.cookies["language"] = language
    return client


def address(batch, **more):
    query = "&".join(f"{name}={value}" for name, value in {"batch": batch.pk, **more}.items())
    return f"{reverse('console:export-new', args=['batch-rows'])}?{query}"


def taken(client, batch, **more):
    answer = client.post(address(batch, **more), {"purpose": PURPOSE, "format": "xlsx"})
    assert answer.status_code == 302, answer.content.decode()[-1500:]
    run_jobs()
    with acting(SYSTEM):
        export = Export.objects.order_by("-pk").first()
    return export, book(download(client, export))[1:]


@pytest.mark.parametrize(("language", "refused"), [("zh-hans", "拒收"), ("en", "Refused")])
def test_every_row_stands_there_with_its_reason_in_the_readers_language(city, made, language, refused):
    batch = committed(city, planned(city, *sheet_of(made)))
    client = desk(city, language=language)

    assert batch.file_name in client.get(address(batch)).content.decode()
    export, lines = taken(client, batch)

    with acting(SYSTEM):
        rows = dict(BatchRow.objects.filter(batch=batch).values_list("row", "verdict"))
    assert export.rows == len(lines) == len(rows) == batch.rows
    assert [line[0] for line in lines] == sorted(rows)
    told = {line[0]: line[3] for line in lines}
    assert all(told[row] for row, verdict in rows.items() if verdict in ("held", "refused"))
    assert {line[0] for line in lines if line[1] == refused} == {r for r, v in rows.items() if v == "refused"}
    shown = str(lines)
    for column, field in enumerate(made.fields):
        if field in ("name", "number", "phone"):
            assert not any(str(cell) in shown for cell in made.cells[column] if cell)


def test_one_verdict_alone_can_be_taken_out(city, made):
    batch = planned(city, *sheet_of(made))
    export, lines = taken(desk(city), batch, show="refused")
    assert export.rows == len(lines) == batch.counts["refused"] > 0


def test_each_person_whose_row_was_written_is_named_in_the_audit(city, made):
    batch = committed(city, planned(city, *sheet_of(made)))
    export, _ = taken(desk(city), batch)
    with acting(SYSTEM):
        read = Event.objects.get(name="export.read", subject_id=export.pk)
        named = set(EventSubject.objects.filter(event_id=read.pk).values_list("person_id", flat=True))
        wanted = set(BatchRow.objects.filter(batch=batch).values_list("person_id", flat=True)) - {None}
    assert named == wanted and len(named) == batch.counts["new"]


def test_the_rows_of_another_offices_list_are_none(city, made):
    batch = planned(city, *sheet_of(made))
    with acting(SYSTEM):
        below = Organisation.objects.filter(kind="general_federation", level="county").first()
    other = desk(below, "ju")
    assert batch.file_name not in other.get(address(batch)).content.decode()
    export, lines = taken(other, batch)
    assert (export.rows, lines) == (0, [])


def test_a_leader_takes_no_rows_out(city, made):
    batch = planned(city, *sheet_of(made))
    assert desk(city, "mei", Role.LEADER).get(address(batch)).status_code in (403, 404)
