"""The same employer, or another: decided on one page for many rows, checked again, written by the list, and not asked again."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from niangjia.cli.synth.numbers import credit_code
from niangjia.cli.synth.registers import HEADERS
from niangjia.core.roles import Role
from niangjia.foundation.acting import acting
from niangjia.foundation.plans.models import Batch
from niangjia.registry.models import Employer, EmployerDoubt, Organisation
from tests.intake.rosters import SYSTEM, load_city
from tests.jobs import run_jobs
from tests.signing import official, posting, sign_in

pytestmark = [pytest.mark.database, pytest.mark.django_db]
PAGE = "console:employer-doubts"
OLD = ("南昌鑫森物流有限公司", "南昌华松物流有限公司")
WRITTEN_OTHERWISE = ("鑫森物流有限公司", "华松物流有限公司")  # without the place: a person has to say


@pytest.fixture
def office(settings):
    settings.NIANGJIA_DEMO = True
    return load_city()


@pytest.fixture
def desk(office):
    return at_desk(office, "lan")


def at_desk(office, name):
    client = Client()
    posting(official(name), office, Role.CLERK)
    sign_in(client, name)
    return client


def tried(desk, names, codes=()) -> Batch:
    codes = [*codes, *[""] * (len(names) - len(codes))]
    lines = [",".join(HEADERS), *(f"{name},{code},,,,,,," for name, code in zip(names, codes, strict=True))]
    content = "\r\n".join(lines).encode()
    desk.post(
        reverse("console:intake"), {"kind": "employers", "roster": SimpleUploadedFile("名单.csv", content)}
    )
    run_jobs()
    return newest()


def written(desk, batch) -> Batch:
    desk.post(reverse("console:intake-commit", args=[batch.pk]))
    run_jobs()
    return newest()


def newest() -> Batch:
    with acting(SYSTEM):
        return Batch.objects.order_by("-pk").first()


def waiting():
    with acting(SYSTEM):
        return list(EmployerDoubt.objects.filter(outcome="").order_by("row"))


def employers() -> list[tuple[str, str | None]]:
    with acting(SYSTEM):
        return sorted(Employer.objects.values_list("name", "credit_code"), key=str)


def answer(desk, *answers):
    return desk.post(
        reverse(PAGE), {f"doubt-{doubt.pk}": str(value) for doubt, value in answers}, follow=True
    )


def test_many_rows_are_decided_on_one_page_and_go_in_with_their_list(desk):
    codes = [credit_code("91", "369901", 70 + k) for k in range(2)]
    written(desk, tried(desk, OLD))
    batch = tried(desk, WRITTEN_OTHERWISE, codes)
    assert batch.counts["held"] == 2
    shown = desk.get(reverse(PAGE)).content.decode()
    assert all(name in shown for name in (*OLD, *WRITTEN_OTHERWISE)) and "名单.csv" in shown

    one, other = waiting()
    told = answer(desk, (one, one.candidates[0]["id"]), (other, "new")).content.decode()
    assert "已判断 2 行" in told
    run_jobs()

    batch = newest()
    assert (batch.status, batch.counts["changed"], batch.counts["new"], batch.counts["held"]) == (
        "planned",
        1,
        1,
        0,
    )
    written(desk, batch)
    assert employers() == sorted(
        [(OLD[0], codes[0]), (OLD[1], None), (WRITTEN_OTHERWISE[1], codes[1])], key=str
    )


def test_what_was_decided_holds_for_the_next_list_of_the_office(desk, office):
    written(desk, tried(desk, OLD))
    tried(desk, WRITTEN_OTHERWISE)
    one, other = waiting()
    answer(desk, (one, one.candidates[0]["id"]), (other, "new"))
    run_jobs()
    written(desk, newest())

    again = tried(desk, ["", *WRITTEN_OTHERWISE])
    assert (again.counts["same"], again.counts["held"]) == (2, 0) and waiting() == []
    with acting(SYSTEM):
        county = Organisation.objects.filter(kind="general_federation", level="county").first()
    assert tried(at_desk(county, "mei"), [WRITTEN_OTHERWISE[0]]).counts["held"] == 1


def test_a_row_that_is_left_for_later_stays_and_nothing_is_kept_of_a_wrong_answer(desk):
    written(desk, tried(desk, OLD))
    tried(desk, WRITTEN_OTHERWISE)
    one, other = waiting()

    answer(desk, (one, ""), (other, ""))
    assert len(waiting()) == 2
    answer(desk, (one, "new"), (other, one.candidates[0]["id"]))  # of the other row
    assert len(waiting()) == 2
    assert answer(desk, (one, "nonsense")).status_code == 200 and len(waiting()) == 2


def test_another_office_neither_sees_nor_decides(desk, office):
    written(desk, tried(desk, OLD))
    tried(desk, WRITTEN_OTHERWISE)
    with acting(SYSTEM):
        county = Organisation.objects.filter(kind="general_federation", level="county").first()
    beside = at_desk(county, "mei")

    assert WRITTEN_OTHERWISE[0] not in beside.get(reverse(PAGE)).content.decode()
    answer(beside, (waiting()[0], "new"))
    assert len(waiting()) == 2


def test_a_list_of_another_kind_is_named_and_checked_as_that(desk):
    content = "\r\n".join([",".join(HEADERS), f"{OLD[0]},,,,,,,,"]).encode()
    desk.post(reverse("console:intake"), {"kind": "members", "roster": SimpleUploadedFile("a.csv", content)})
    run_jobs()
    batch = newest()
    shown = desk.get(reverse("console:intake-batch", args=[batch.pk])).content.decode()
    assert batch.status == "failed" and "用人单位表" in shown

    desk.post(reverse("console:intake-read-as", args=[batch.pk]), {"kind": "employers"})
    run_jobs()

    assert (newest().status, newest().kind, newest().counts["new"]) == ("planned", "employers", 1)
    assert (
        desk.post(reverse("console:intake-read-as", args=[batch.pk]), {"kind": "nonsense"}).status_code == 302
    )
    assert desk.get(reverse("console:intake") + "?kind=nonsense").status_code == 404
