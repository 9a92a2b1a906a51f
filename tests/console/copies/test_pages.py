"""A list is taken out: asked with a purpose, read in the name of the office, told to the office above, given to who asked."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import openpyxl
import pytest
import time_machine
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse

from niangjia.core.roles import Role
from niangjia.foundation import parameters
from niangjia.foundation.acting import acting
from niangjia.foundation.audit.models import Event, EventSubject
from niangjia.foundation.copies import making, tables
from niangjia.foundation.copies.models import Copy, Export
from niangjia.foundation.files.models import StoredFile
from niangjia.foundation.notices.models import Notice
from niangjia.insight.exports import MEMBERS
from niangjia.joining import codes
from niangjia.registry import memberships, persons
from niangjia.registry.models import Membership
from tests.factories import AT, organisation
from tests.jobs import run_jobs
from tests.joiners import NUMBERS, SYSTEM, asked, reviewer
from tests.signing import end, official, posting, sign_in

pytestmark = [pytest.mark.database, pytest.mark.django_db]
PURPOSE = "节日慰问物资发放"
NAMES = ["欧阳试一", "张试二", "李试三", "赵试五"]
TODAY = date(2026, 11, 24)


def url(name, *args):
    return reverse(f"console:{name}", args=args)


def member(union, n, at=AT):
    facts = {
        "name": NAMES[n],
        "id_kind": "citizen",
        "sex": "1",
        "birth_on": date(1990, 1, 1),
        "group": "courier",
    }
    told = {"id_number": NUMBERS[n], "phone": f"1409100{n:04}"}
    person = persons.register(told, facts, at_union=union, by=SYSTEM, at=at)
    memberships.open_spell(person, union, channel="online", by=SYSTEM, at=at)
    return person


@pytest.fixture
def tree():
    with acting(SYSTEM):
        city = organisation()
        county = organisation(under=city, kind="general_federation", level="county")
        unions = [organisation(under=county), organisation(under=city)]
        people = [member(unions[0], 0), member(unions[0], 1), member(unions[1], 2)]
    return {"city": city, "county": county, "unions": unions, "people": people}


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(AT + timedelta(hours=1), tick=False):
        yield


def desk(office, role=Role.CLERK, name="lan"):
    client = Client()
    held = posting(official(name), office, role)
    sign_in(client, name)
    return client, held


def take_out(client, table="members", query=f"?on={TODAY}", **said):
    answer = client.post(url("export-new", table) + query, {"purpose": PURPOSE, "format": "xlsx", **said})
    assert answer.status_code == 302, answer.content.decode()[-2000:]
    run_jobs()
    return newest()


def newest():
    with acting(SYSTEM):
        return Export.objects.order_by("-pk").first()


def download(client, export):
    page = client.get(url("export", export.pk)).content.decode()
    link = page.split('class="btn btn-primary" href="')[1].split('"')[0]
    return client.get(link)


def book(answer):
    content = b"".join(answer.streaming_content)
    page = openpyxl.load_workbook(io.BytesIO(content)).active
    return [[cell.value for cell in row] for row in page.iter_rows()]


def test_the_members_of_a_day_are_taken_out_covered_and_the_office_above_is_told(tree):
    client, _ = desk(tree["county"])
    export = take_out(client)
    assert (export.status, export.rows) == ("ready", 2)

    head, *lines = book(download(client, export))
    shown = " ".join(str(cell) for line in lines for cell in line)
    assert len(lines) == 2 and head[0] in ("姓名", "Name")
    assert {line[head.index("姓名")] for line in lines} == {"欧*一", "张*二"}
    assert not any(secret in shown for secret in (*NAMES, *NUMBERS[:3], "14091000000"))
    with acting(SYSTEM):
        assert Notice.objects.filter(organisation_id=tree["city"].pk, code="export_below").count() == 1
        assert Notice.objects.filter(organisation_id=tree["county"].pk, code="export_ready").count() == 1
    above, _ = desk(tree["city"], Role.LEADER, "superior")
    seen = above.get(url("exports")).content.decode()
    assert PURPOSE in seen and ">2<" in seen
    assert "btn-primary" not in above.get(url("export", export.pk)).content.decode()


def test_whole_numbers_are_for_clerks_and_each_person_finds_it_among_who_looked(tree):
    client, _ = desk(tree["county"])
    export = take_out(client, uncovered="on")
    head, *lines = book(download(client, export))
    assert {line[head.index("证件号码")] for line in lines} == set(NUMBERS[:2])
    assert {line[head.index("姓名")] for line in lines} == set(NAMES[:2])
    with acting(SYSTEM):
        read = Event.objects.get(name="export.read", subject_id=export.pk)
        assert read.facts["purpose"] == "export_uncovered"
        people = set(EventSubject.objects.filter(event_id=read.pk).values_list("person_id", flat=True))
    assert people == {person.pk for person in tree["people"][:2]}


def test_a_leader_takes_the_list_out_with_covered_numbers_only(tree):
    client, _ = desk(tree["county"], Role.LEADER)
    assert "uncovered" not in client.get(url("export-new", "members") + f"?on={TODAY}").content.decode()
    export = take_out(client, uncovered="on")
    assert export.uncovered is False
    head, *lines = book(download(client, export))
    assert not {line[head.index("证件号码")] for line in lines} & set(NUMBERS)


def test_without_a_purpose_nothing_leaves(tree):
    client, _ = desk(tree["county"])
    answer = client.post(url("export-new", "members") + f"?on={TODAY}", {"purpose": "  ", "format": "xlsx"})
    assert answer.status_code == 200 and "errorlist" in answer.content.decode()
    assert newest() is None


def test_only_who_asked_in_the_same_post_gets_the_file_and_the_ledger_keeps_it(tree):
    client, _ = desk(tree["county"])
    export = take_out(client)
    colleague, _ = desk(tree["county"], Role.CLERK, "colleague")
    page = client.get(url("export", export.pk)).content.decode()
    link = page.split('class="btn btn-primary" href="')[1].split('"')[0]

    assert colleague.get(link).status_code == 404
    assert client.get(link.replace("/file/", "/file/x")).status_code == 404
    assert client.get(link).status_code == 200
    with acting(SYSTEM):
        assert Copy.objects.filter(export=export).count() == 1
        assert Event.objects.filter(name="export.given").count() == 1


def test_a_link_holds_for_minutes_and_the_page_gives_a_new_one(tree):
    client, _ = desk(tree["county"])
    export = take_out(client)
    page = client.get(url("export", export.pk)).content.decode()
    link = page.split('class="btn btn-primary" href="')[1].split('"')[0]
    with time_machine.travel(AT + timedelta(hours=1, minutes=6), tick=False):
        late = client.get(link)
        assert late.status_code == 302 and late.url == url("export", export.pk)
        assert download(client, export).status_code == 200


def test_after_the_loss_of_the_post_the_file_is_gone_with_the_next_request(tree):
    client, held = desk(tree["county"])
    other = posting(held.account, tree["unions"][1], Role.CLERK)
    export = take_out(client) if client.post(reverse("account_choose_office", args=[held.pk])) else None
    page = client.get(url("export", export.pk)).content.decode()
    link = page.split('class="btn btn-primary" href="')[1].split('"')[0]
    end(held)
    client.post(reverse("account_choose_office", args=[other.pk]))
    assert client.get(link).status_code == 404
    assert client.get(url("export", export.pk)).status_code == 404


def test_a_post_that_ended_before_the_rows_were_read_reads_nothing(tree):
    client, held = desk(tree["county"])
    client.post(url("export-new", "members") + f"?on={TODAY}", {"purpose": PURPOSE, "format": "csv"})
    end(held)
    run_jobs()
    assert (newest().status, newest().failure) == ("failed", "posting_ended")
    with acting(SYSTEM):
        assert not Event.objects.filter(name="export.read").exists()


def test_rows_are_read_as_the_office_even_if_the_query_forgets_the_scope(tree, monkeypatch):
    """Row security stands behind: the query lets everything through, the office still gets its own."""
    careless = replace(MEMBERS, rows=lambda asked, by: Membership.objects.select_related("organisation"))
    monkeypatch.setitem(tables._tables, "members", careless)
    client, _ = desk(tree["unions"][1])
    export = take_out(client)
    assert export.rows == 1


def test_a_branch_out_of_scope_is_no_such_thing(tree):
    client, _ = desk(tree["county"])
    query = f"?on={TODAY}&under={tree['unions'][1].code}"
    assert client.get(url("export-new", "members") + query).status_code == 404


def test_the_number_on_the_board_the_list_and_the_file_are_the_same(tree, monkeypatch):
    monkeypatch.setattr(making, "PAGE", 1)
    client, _ = desk(tree["city"])
    shown = client.get(url("members") + f"?on={TODAY}").content.decode()
    assert f"{url('export-new', 'members')}?on={TODAY}" in shown
    export = take_out(client)
    assert export.rows == 3 and len(book(download(client, export))) == 4


def test_who_came_and_left_again_is_in_the_list_and_in_the_file_without_todays_record(tree):
    with acting(SYSTEM):
        spell = memberships.open_primary_of(tree["people"][0])
        later = AT + timedelta(minutes=1)
        memberships.close_spell(spell, reason="1", by=SYSTEM, at=later)
        tree["people"][0].refresh_from_db()
        memberships.open_spell(tree["people"][0], tree["unions"][1], channel="online", by=SYSTEM, at=later)
    client, _ = desk(tree["unions"][0])
    query = f"?on={TODAY}&since=2026-11-01"
    assert client.get(url("members") + query).content.decode().count('<tr><th scope="row"') == 2
    head, *lines = book(download(client, take_out(client, query=query, uncovered="on")))
    left = next(line for line in lines if line[head.index("姓名")] == NAMES[0])
    assert left[head.index("证件号码")] in (None, "")


def test_a_text_table_keeps_every_digit(tree):
    client, _ = desk(tree["county"])
    answer = download(client, take_out(client, uncovered="on", format="csv"))
    content = b"".join(answer.streaming_content).decode("utf-8-sig")
    head, *lines = csv.reader(io.StringIO(content, newline=""))
    assert {line[head.index("证件号码")] for line in lines} == {f"'{number}" for number in NUMBERS[:2]}


def test_cancelled_before_it_is_made_it_is_never_made(tree):
    client, _ = desk(tree["county"])
    client.post(url("export-new", "members") + f"?on={TODAY}", {"purpose": PURPOSE, "format": "xlsx"})
    export = newest()
    assert "cancel" in client.get(url("export", export.pk)).content.decode()
    client.post(url("export-cancel", export.pk))
    run_jobs()
    assert newest().status == "cancelled"
    with acting(SYSTEM):
        assert not StoredFile.objects.filter(kind="export").exists()


def test_a_job_that_runs_twice_makes_one_file(tree):
    client, _ = desk(tree["county"])
    export = take_out(client)
    making.make.run({"export": str(export.pk)}, now=lambda: datetime.now(UTC))
    with acting(SYSTEM):
        assert StoredFile.objects.filter(kind="export").count() == 1
        assert Event.objects.filter(name="export.finish").count() == 1


def test_the_office_may_remove_the_file_and_the_ledger_stays(tree):
    client, _ = desk(tree["county"])
    export = take_out(client)
    download(client, export)
    client.post(url("export-remove", export.pk))
    page = client.get(url("export", export.pk)).content.decode()
    with acting(SYSTEM):
        copy = Copy.objects.get(export=export)
        assert StoredFile.objects.get(pk=export.file_id).gone_at is not None
    assert str(copy.pk) in page and "btn-primary" not in page


def test_when_the_term_is_over_the_export_says_so(tree):
    client, _ = desk(tree["county"])
    export = take_out(client)
    assert export.expires_on == TODAY + timedelta(days=30)
    making.expire.run({}, now=lambda: AT + timedelta(days=29))
    assert newest().status == "ready"
    making.expire.run({}, now=lambda: AT + timedelta(days=30))
    assert newest().status == "removed"


def test_nothing_of_it_lies_on_the_disk_in_the_clear(tree):
    client, _ = desk(tree["county"])
    take_out(client, uncovered="on", format="csv")
    files = [path.read_bytes() for path in django_settings.NIANGJIA_HOME.files.rglob("*") if path.is_file()]
    assert files and not any(NUMBERS[0].encode() in content for content in files)


@pytest.mark.parametrize("table", ["requests", "codes", "batches", "organisations"])
def test_every_other_list_is_taken_out_too(tree, table):
    with acting(SYSTEM):
        code = codes.make(tree["unions"][0], label="东门", by=SYSTEM, at=AT)
    asked(code, id_number=NUMBERS[7], name="王试四")
    client, _ = desk(tree["county"])
    export = take_out(client, table, query="")
    _head, *lines = book(download(client, export))
    assert export.rows == len(lines) == {"requests": 1, "codes": 1, "batches": 0, "organisations": 2}[table]
    assert "王试四" not in str(lines)


@pytest.mark.parametrize("table", ["members", "organisations"])
def test_an_industry_federation_takes_its_own_line_out(tree, table):
    with acting(SYSTEM):
        couriers = organisation(under=tree["city"], kind="union_federation", level="city")
        led = organisation(under=tree["county"], line=couriers)
        member(led, 3)
    client, _ = desk(couriers)
    export = take_out(client, table, query=f"?on={TODAY}" if table == "members" else "")
    _head, *lines = book(download(client, export))
    assert export.rows == len(lines) == 1


def test_a_list_that_is_none_is_no_such_page(tree):
    client, _ = desk(tree["county"])
    assert client.get(url("export-new", "passwords")).status_code == 404


def test_a_leader_may_see_rosters_nowhere_and_take_none_out(tree):
    client, _ = desk(tree["county"], Role.LEADER)
    assert client.get(url("export-new", "batches")).status_code in (403, 404)
    assert reviewer(tree["county"], Role.LEADER).role not in (Role.CLERK,)


def figure(name, value):
    with acting(SYSTEM):
        parameters.add(name, value, source="test", from_on=date(2020, 1, 1), by=SYSTEM, at=AT)


def test_a_list_longer_than_a_sheet_is_refused_with_its_rows_and_nothing_is_made(tree):
    figure("export_max_rows", "1")
    client, _ = desk(tree["county"])
    told = {"purpose": PURPOSE, "format": "xlsx"}
    answer = client.post(url("export-new", "members") + f"?on={TODAY}", told)
    assert answer.status_code == 200 and "said-error" in answer.content.decode()
    assert newest() is None
    figure("export_max_rows", "2")  # the control: at the limit it is made
    assert take_out(client).rows == 2


def test_without_its_limit_a_late_link_would_still_open_the_file(tree):
    """The control of the link's minutes."""
    figure("export_link_minutes", "60")
    client, _ = desk(tree["county"])
    export = take_out(client)
    page = client.get(url("export", export.pk)).content.decode()
    link = page.split('class="btn btn-primary" href="')[1].split('"')[0]
    with time_machine.travel(AT + timedelta(hours=1, minutes=6), tick=False):
        assert client.get(link).status_code == 200


def test_read_as_the_system_the_forgotten_scope_would_give_everybody_out(tree, monkeypatch):
    """The control of the office's role: the same careless query, read by one who sees all."""
    careless = replace(MEMBERS, rows=lambda asked, by: Membership.objects.select_related("organisation"))
    monkeypatch.setitem(tables._tables, "members", careless)
    monkeypatch.setattr(making, "replace", lambda official, job: SYSTEM)
    client, _ = desk(tree["unions"][1])
    assert take_out(client).rows == 3
