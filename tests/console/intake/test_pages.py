"""The pages of rosters, as the application's own login: scoped, honest about what is written, and without a cell of the file."""

from __future__ import annotations

import io
import re

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from niangjia.core.roles import Role
from niangjia.foundation.acting import acting
from niangjia.foundation.audit.models import Event
from niangjia.foundation.files.models import StoredFile
from niangjia.foundation.jobs import jobs
from niangjia.foundation.notices.models import Notice
from niangjia.foundation.plans.models import Batch, BatchRow
from niangjia.registry.models import Membership, Organisation
from tests.intake.rosters import SYSTEM, load_city, roster, sheet_of
from tests.jobs import run_jobs
from tests.signing import official, posting, sign_in

pytestmark = [pytest.mark.database, pytest.mark.django_db]
CSRF = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]+"')
KINDS = ("id_check", "sex_differs", "nation_unknown", "duplicate_same")


@pytest.fixture
def office(settings):
    settings.NIANGJIA_DEMO = True
    return load_city()


@pytest.fixture
def desk(office):
    return at_desk(office)


@pytest.fixture
def made():
    return roster(60, 21, kinds=KINDS, noisy=False)


def at_desk(office, role=Role.CLERK, name="lan"):
    client = Client()
    posting(official(name), office, role)
    sign_in(client, name)
    return client


def url(name, *args):
    return reverse(f"console:{name}", args=args)


def as_csv(made) -> bytes:
    sheet, heads = sheet_of(made)
    cells = sheet.select(f"c{k}" for k in range(len(heads)))
    return cells.rename({f"c{k}": head for k, head in enumerate(heads)}).write_csv().encode()


def hand_in(client, content, name="名册.csv", **more):
    return client.post(url("intake"), {"roster": SimpleUploadedFile(name, content), **more}, follow=True)


def tried(client, content, **more) -> Batch:
    hand_in(client, content, **more)
    run_jobs()
    return newest()


def newest() -> Batch:
    with acting(SYSTEM):
        return Batch.objects.order_by("-pk").first()


def page(client, batch, query="") -> str:
    return client.get(url("intake-batch", batch.pk) + query).content.decode()


def on_roll() -> int:
    with acting(SYSTEM):
        return Membership.objects.count()


def test_a_roster_is_tried_written_given_back_and_taken_back(desk, made):
    assert 'http-equiv="refresh"' in hand_in(desk, as_csv(made)).content.decode()
    run_jobs()
    batch = newest()
    shown = page(desk, batch)
    assert batch.status == "planned" and url("intake-commit", batch.pk) in shown and on_roll() == 0

    desk.post(url("intake-commit", batch.pk))
    run_jobs()
    batch = newest()
    assert batch.status == "committed" and on_roll() == batch.counts["new"] > 0

    answer = desk.get(url("intake-repair", batch.pk))
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    back = batch.counts["held"] + batch.counts["refused"]
    assert book.worksheets[0].max_row == back + 1 and "no-store" in answer["Cache-Control"]

    assert desk.get(url("intake-undo", batch.pk)).status_code == 200 and on_roll() > 0
    desk.post(url("intake-undo", batch.pk))
    run_jobs()
    assert newest().status == "undone" and on_roll() == 0
    with acting(SYSTEM):
        codes = set(Notice.objects.filter(subject_id=batch.pk).values_list("code", flat=True))
        assert Event.objects.filter(name="roster.returned").count() == 1
    assert codes == {"batch_planned", "batch_committed", "batch_undone"}


def test_no_page_shows_a_cell_of_the_file(desk, made):
    batch = tried(desk, as_csv(made))
    shown = [page(desk, batch, query) for query in ("", "?show=held", "?show=refused", "?rule=ID_CHECK")]
    shown.append(desk.get(url("intake")).content.decode())

    sheet, heads = sheet_of(made)
    of = {head: f"c{k}" for k, head in enumerate(heads)}
    secret = [
        of[head]
        for field, head in zip(made.fields, heads, strict=True)
        if field in ("name", "number", "phone")
    ]
    cells = {cell for column in secret for cell in sheet[column].drop_nulls().to_list() if len(cell) > 1}
    assert secret and {cell for cell in cells for text in shown if cell in text} == set()


def test_each_number_leads_to_that_many_rows(desk, made):
    batch = tried(desk, as_csv(made))

    for verdict in ("held", "refused", "same"):
        listed = desk.get(url("intake-batch", batch.pk) + f"?show={verdict}").context["page"]
        assert listed.paginator.count == batch.counts[verdict]
    linked = [kind for kind in desk.get(url("intake-batch", batch.pk)).context["kinds"] if kind.url]
    assert linked
    for kind in linked:
        listed = desk.get(url("intake-batch", batch.pk) + kind.url.partition("#")[0]).context["page"]
        assert listed.paginator.count == kind.n
    for key, counts in batch.by_organisation.items():
        query = f"?show=refused&union={key or 'none'}"
        assert (
            desk.get(url("intake-batch", batch.pk) + query).context["page"].paginator.count
            == counts["refused"]
        )


def test_another_office_gets_the_bytes_of_no_such_thing(desk, made, office):
    batch = tried(desk, as_csv(made))
    with acting(SYSTEM):
        below = Organisation.objects.filter(path__startswith=office.path).exclude(pk=office.pk).first()
    other = at_desk(below, name="wu")
    nobody = "01900000-0000-7000-8000-000000000000"

    for step in ("intake-remap", "intake-commit", "intake-stop", "intake-cancel", "intake-undo"):
        answers = [other.post(url(step, pk)) for pk in (batch.pk, nobody)]
        assert [each.status_code for each in answers] == [404, 404], step
        assert len({CSRF.sub(b"", each.content) for each in answers}) == 1
    for step in ("intake-batch", "intake-undo", "intake-repair"):
        answers = [other.get(url(step, pk)) for pk in (batch.pk, nobody)]
        assert [each.status_code for each in answers] == [404, 404], step
        assert len({CSRF.sub(b"", each.content) for each in answers}) == 1
    assert batch.file_name not in other.get(url("intake")).content.decode()
    assert newest().status == "planned"


@pytest.mark.parametrize("role", [Role.LEADER, Role.ORGANISER, Role.AUDITOR, Role.SYSTEM_ADMIN])
def test_only_who_writes_the_roll_comes_in(office, role):
    assert at_desk(office, role).get(url("intake")).status_code == 404


def test_the_same_file_again_leads_to_the_first_batch(desk, made):
    first = tried(desk, as_csv(made))

    again = hand_in(desk, as_csv(made), name="别的名字.csv")

    assert again.redirect_chain[-1][0] == url("intake-batch", first.pk)
    assert "said-info" in again.content.decode()
    with acting(SYSTEM):
        assert Batch.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"\xd0\xcf\x11\xe0" + bytes(600), "old.xls", "file_"),
        (b"%PDF-1.7 nothing of a roster", "roster.xlsx", "file_"),
        ("甲,乙\n1,2\n".encode(), "roster.csv", "file_no_header"),
    ],
)
def test_a_bad_file_says_what_is_wrong_and_leads_on(desk, content, name, code):
    batch = tried(desk, content, name=name)
    shown = page(desk, batch)

    assert batch.status == "failed" and batch.failure["code"].startswith(code)
    assert "state-error" in shown and url("intake-commit", batch.pk) not in shown
    assert "state-error" in shown and "This cannot be done" not in shown and "不能这样做" not in shown
    with acting(SYSTEM):
        assert Notice.objects.filter(code="batch_failed", subject_id=batch.pk).count() == 1


def test_no_file_an_empty_one_and_one_beyond_the_figure_are_said_under_the_field(desk, monkeypatch):
    from niangjia.console.intake import forms

    monkeypatch.setattr(forms, "MIB", 1)
    for content in (None, b"", bytes(300)):
        answer = desk.post(
            url("intake"), {} if content is None else {"roster": SimpleUploadedFile("a.csv", content)}
        )
        assert answer.status_code == 200 and "errorlist" in answer.content.decode()
    with acting(SYSTEM):
        assert not Batch.objects.exists()


def test_a_large_upload_is_never_on_the_disk_in_the_clear(desk, settings, monkeypatch):
    from niangjia.foundation.files import uploads

    seen = []
    write = uploads.SealedWriter.write
    monkeypatch.setattr(
        uploads.SealedWriter, "write", lambda self, data: (seen.append(len(data)), write(self, data))[1]
    )
    monkeypatch.setattr(uploads, "AT_MOST", 3 * 1024 * 1024)
    settings.FILE_UPLOAD_TEMP_DIR = "/nonexistent"
    content = "姓名,身份证号\n".encode() + b"x,1\n" * 600_000

    assert hand_in(desk, content).status_code == 200 and seen
    assert settings.FILE_UPLOAD_HANDLERS == ["niangjia.foundation.files.uploads.SealedUploadHandler"]
    assert desk.post(url("intake"), {"roster": SimpleUploadedFile("a.csv", content * 2)}).status_code == 400


def test_the_clerk_corrects_the_columns_and_the_roster_is_checked_again(desk, made):
    batch = tried(desk, as_csv(made))
    answer = desk.post(url("intake-remap", batch.pk), {"name": "0", "id_number": "0"})
    assert answer.status_code == 200 and "errorlist" in answer.content.decode()
    phone = batch.mapping["phone"]

    said = {name: str(column) for name, column in batch.mapping.items() if name != "phone"}
    desk.post(url("intake-remap", batch.pk), said)
    run_jobs()

    again = newest()
    assert (again.pk, again.status, again.mapping) == (
        batch.pk, "planned", {name: column for name, column in batch.mapping.items() if column != phone}
    )  # fmt: skip


def test_cancelled_while_it_is_checked_nothing_is_shown_and_the_file_may_come_again(desk, made):
    hand_in(desk, as_csv(made))
    batch = newest()
    desk.post(url("intake-cancel", batch.pk))
    run_jobs()
    assert newest().status == "cancelled" and url("intake-commit", batch.pk) not in page(desk, batch)

    assert tried(desk, as_csv(made)).pk != batch.pk


def test_stopped_and_gone_on_with_ends_as_if_never_stopped(desk, made, monkeypatch):
    from niangjia.foundation.plans import committing

    hand_in(desk, as_csv(made))
    batch = newest()
    with acting(SYSTEM):
        Batch.objects.filter(pk=batch.pk).update(options={**batch.options, "chunk_rows": 30})
    run_jobs()
    desk.post(url("intake-commit", batch.pk))
    write = committing.write_chunk

    def write_and_stop(*args, **kwargs):
        write(*args, **kwargs)
        desk.post(url("intake-stop", batch.pk))

    monkeypatch.setattr(committing, "write_chunk", write_and_stop)
    run_jobs()
    monkeypatch.undo()
    stopped = newest()
    shown = page(desk, stopped)
    assert stopped.status == "partly_committed" and 'value="30" max="60"' in shown

    desk.post(url("intake-commit", batch.pk))
    run_jobs()
    done = newest()
    assert done.status == "committed" and on_roll() == done.counts["new"]


def grown_old(batch):
    """Let the files of a roster be removed, as the sweeper does when their term is over."""
    with acting(SYSTEM):
        files = StoredFile.objects.filter(pk__in=[batch.file_id, batch.plan_file_id])
        files.update(expires_on=batch.planned_at)
    run_jobs()
    jobs()["files.sweep"].run({})


def said(answer) -> str:
    assert "said-error" in answer.content.decode()
    return answer.content.decode()


@pytest.mark.parametrize("step", ["intake-commit", "intake-remap", "intake-guess-anew"])
def test_a_trial_run_of_long_ago_is_not_written_and_the_roster_may_come_again(desk, made, step):
    batch = tried(desk, as_csv(made))
    grown_old(batch)

    mapping = {name: str(column) for name, column in batch.mapping.items()}
    answer = desk.post(url(step, batch.pk), mapping, headers={"accept-language": "en"}, follow=True)
    assert "was removed when its term was over" in said(answer)
    assert newest().status == "planned" and run_jobs() == []

    again = tried(desk, as_csv(made))
    assert again.pk != batch.pk and again.status == "planned"
    with acting(SYSTEM):
        assert Batch.objects.get(pk=batch.pk).status == "cancelled"
    desk.post(url("intake-commit", again.pk))
    run_jobs()
    assert newest().status == "committed"


def test_the_rest_of_long_ago_is_not_written_and_what_is_there_can_be_taken_back(desk, made, monkeypatch):
    batch = tried(desk, as_csv(made))
    with acting(SYSTEM):
        Batch.objects.filter(pk=batch.pk).update(status="partly_committed")
    grown_old(batch)

    answer = desk.post(url("intake-commit", batch.pk), headers={"accept-language": "en"}, follow=True)
    assert "Take back what is written" in said(answer)
    assert tried(desk, as_csv(made)).pk == batch.pk  # the first is shown, until it is taken back
    desk.post(url("intake-undo", batch.pk))
    run_jobs()
    assert newest().status == "undone"
    assert tried(desk, as_csv(made)).pk != batch.pk


def test_a_repair_workbook_of_long_ago_is_refused_at_once(desk, made):
    batch = tried(desk, as_csv(made))
    desk.post(url("intake-commit", batch.pk))
    run_jobs()
    grown_old(batch)

    answer = desk.post(url("intake-repair-ask", batch.pk), headers={"accept-language": "en"}, follow=True)
    assert "was removed when its term was over" in said(answer)
    assert run_jobs() == []


def test_a_wish_to_stop_where_nothing_is_written_is_refused(desk, made):
    batch = tried(desk, as_csv(made))

    answer = desk.post(url("intake-stop", batch.pk), follow=True)
    assert "said-error" in answer.content.decode()

    desk.post(url("intake-commit", batch.pk))
    run_jobs()
    assert newest().status == "committed"


def test_written_twice_is_told_to_the_second(desk, made):
    batch = tried(desk, as_csv(made))
    desk.post(url("intake-commit", batch.pk))
    run_jobs()

    answer = desk.post(url("intake-commit", batch.pk), follow=True)

    assert "said-error" in answer.content.decode() and on_roll() == batch.counts["new"]


def test_rows_that_the_register_left_behind_are_said_and_come_back(desk, made):
    batch = tried(desk, as_csv(made))
    desk.post(url("intake-commit", batch.pk))
    run_jobs()
    assert "ROLL_MOVED" not in page(desk, batch)
    with acting(SYSTEM):
        first = BatchRow.objects.filter(batch=batch, verdict="new").values("place")[:1]
        told = [{"code": "ROLL_MOVED", "column": "id_number", "severity": "hold", "params": None}]
        BatchRow.objects.filter(batch=batch, place__in=first).update(verdict="held", findings=told)
        Batch.objects.filter(pk=batch.pk).update(counts={"new": 60})

    shown = desk.get(url("intake-batch", batch.pk) + "?rule=ROLL_MOVED")

    assert shown.context["page"].paginator.count == 1 and "said-warning" in shown.content.decode()
    assert desk.get(url("intake-repair", batch.pk)).status_code == 200


def test_a_step_without_its_token_is_refused(desk, made):
    batch = tried(desk, as_csv(made))
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = desk.cookies

    assert strict.post(url("intake-commit", batch.pk)).status_code == 403
    assert newest().status == "planned"
