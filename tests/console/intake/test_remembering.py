"""A clerk corrects the headings once: the office's next list with the same ones is read as last time, until that is forgotten."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from niangjia.core.roles import Role
from niangjia.foundation.acting import acting
from niangjia.foundation.audit.models import Event
from niangjia.foundation.plans.models import Batch
from niangjia.intake.models import SavedMapping
from niangjia.registry.models import Organisation
from tests.intake.rosters import SYSTEM, load_city
from tests.jobs import run_jobs
from tests.signing import official, posting, sign_in

pytestmark = [pytest.mark.database, pytest.mark.django_db]
HEADS = "姓名,身份证号,电话,备用电话"
ROW = "张三,369921199001011037,19900000001,19900000002"
RIGHT = {"name": 0, "id_number": 1, "phone": 3}


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


def tried(desk, text) -> Batch:
    desk.post(reverse("console:intake"), {"roster": SimpleUploadedFile("a.csv", text.encode())})
    run_jobs()
    return newest()


def newest() -> Batch:
    with acting(SYSTEM):
        return Batch.objects.order_by("-pk").first()


def corrected(desk, batch):
    desk.post(reverse("console:intake-remap", args=[batch.pk]), {k: str(v) for k, v in RIGHT.items()})
    run_jobs()
    return newest()


def page(desk, batch) -> str:
    return desk.get(reverse("console:intake-batch", args=[batch.pk])).content.decode()


def remembered() -> int:
    with acting(SYSTEM):
        return SavedMapping.objects.count()


def test_what_was_corrected_once_holds_for_the_next_list_until_it_is_forgotten(desk):
    first = tried(desk, f"{HEADS}\n{ROW}\n")
    assert first.mapping["phone"] == 2 and remembered() == 0
    assert corrected(desk, first).mapping == RIGHT and remembered() == 1

    # Written with other spaces and in full width, these are the same headings.
    second = tried(desk, f"姓 名,身份证号*,电话,备用电话\n{ROW}\n\n")
    assert second.pk != first.pk and second.mapping == RIGHT
    assert "按上次的对应" in page(desk, second)

    desk.post(reverse("console:intake-guess-anew", args=[second.pk]))
    run_jobs()
    assert newest().mapping["phone"] == 2 and remembered() == 0
    assert tried(desk, f"{HEADS}\n\n{ROW}\n").mapping["phone"] == 2
    with acting(SYSTEM):
        told = list(Event.objects.filter(name__startswith="mapping.").values_list("name", flat=True))
    assert sorted(told) == ["mapping.forgotten", "mapping.remembered"]


def test_it_holds_for_no_other_office_no_other_kind_and_no_other_headings(desk, office):
    corrected(desk, tried(desk, f"{HEADS}\n{ROW}\n"))

    assert tried(desk, f"{HEADS},民族\n{ROW},汉族\n").mapping["phone"] == 2
    with acting(SYSTEM):
        other = Organisation.objects.filter(kind="general_federation", level="county").first()
    assert tried(at_desk(other, "mei"), f"{HEADS}\n{ROW}\n").mapping["phone"] == 2


def test_what_the_headings_tell_by_themselves_is_not_kept(desk):
    batch = tried(desk, f"{HEADS}\n{ROW}\n")
    corrected(desk, batch)
    desk.post(
        reverse("console:intake-remap", args=[batch.pk]),
        {k: str(v) for k, v in batch.options["guessed"].items()},
    )
    assert remembered() == 0
