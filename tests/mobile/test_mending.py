"""The page of a link: after the phone is proven, it asks for what is wrong, keeps it once, and is otherwise one page for all."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from niangjia.foundation.accounts import phones
from niangjia.foundation.acting import acting
from niangjia.foundation.notices import sms
from niangjia.intake.mending.links import text_of
from niangjia.mobile.signing import BACKEND
from niangjia.registry.models import Person
from tests.intake.holding import decided, line, number, phone, unions_below, waiting, written
from tests.intake.rosters import SYSTEM, load_city
from tests.intake.test_repair_tasks import AT, Kept, ask, batch_with_a_slip, slip, tasks
from tests.jobs import run_jobs

pytestmark = [pytest.mark.database, pytest.mark.django_db]
NONE = "/r/nobody-made-this-link-/"
BOXES = {"membership": "on", "sensitive_id": "on", "services": "on"}


@pytest.fixture
def now():
    from django.utils import timezone

    return timezone.now()


@pytest.fixture
def city(settings):
    settings.NIANGJIA_DEMO = True
    with sms.serving(Kept()):
        yield load_city()


def on_phone(n) -> Client:
    """Return the browser of whoever has proven the n-th phone."""
    client = Client()
    client.force_login(phones.prove_phone(phone(n), at=AT), backend=BACKEND)
    return client


def plain(answer, address) -> str:
    """Return a page without what differs from one loading to the next: its own address, and the token of its form."""
    page = answer.content.decode().replace(address.split("/")[2], "")
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", page)


def link(task) -> str:
    return reverse("mobile:mend", args=[text_of(task.pk)])


def test_without_a_proven_phone_the_link_leads_to_signing_in_and_back(city, now):
    batch_with_a_slip(city, unions_below(city)[0])
    ask(city, at=now)
    address = link(tasks()[0])
    answer = Client().get(address)
    assert (answer.status_code, answer["Location"]) == (302, f"/sign-in/?next={address}")


def test_the_page_names_the_union_and_the_field_and_nothing_of_the_row(city, now):
    union = unions_below(city)[0]
    batch_with_a_slip(city, union)
    ask(city, at=now)
    page = on_phone(5).get(link(tasks()[0])).content.decode()
    assert union.name in page and 'name="id_number"' in page and 'name="name"' not in page
    for secret in ("张五丰", "张*丰", slip(5), slip(5)[-4:], phone(5)):
        assert secret not in page


def test_what_cannot_be_right_is_said_and_nothing_is_kept(city, now):
    batch_with_a_slip(city, unions_below(city)[0])
    ask(city, at=now)
    address, worker = link(tasks()[0]), on_phone(5)
    for said in ({"id_number": slip(5)} | BOXES, {"id_number": number(5)}, BOXES):
        answer = worker.post(address, said)
        assert answer.status_code == 200 and "errorlist" in answer.content.decode()
    run_jobs(now=lambda: now)
    assert waiting(city) == []


def test_every_right_number_has_one_answer_and_the_link_opens_nothing_after_it(city, now):
    union = unions_below(city)[0]
    written(city, line(1, union, name="张一丰"))
    pages = []
    for n, of in ((5, 1), (7, 7)):  # on the register, and not
        batch_with_a_slip(city, union, n)
        ask(city, at=now)
        address, worker = link(tasks()[-1]), on_phone(n)
        worker.get(address)
        answer = worker.post(address, {"id_number": number(of)} | BOXES)
        assert answer.status_code == 200
        pages.append(plain(answer, address))
        again, made_up = worker.get(address), worker.get(NONE)
        assert (again.status_code, plain(again, address)) == (404, plain(made_up, NONE))
    assert pages[0] == pages[1]
    run_jobs(now=lambda: now)
    known, new = waiting(city)
    decided(city, (known, "same"), (new, "new"))
    with acting(SYSTEM):
        assert Person.objects.count() == 2


def test_another_phone_and_a_link_that_is_none_get_the_same_bytes(city, now):
    batch_with_a_slip(city, unions_below(city)[0])
    ask(city, at=now)
    other, address = on_phone(8), link(tasks()[0])
    mine, made_up = other.get(address), other.get(NONE)
    assert mine.status_code == made_up.status_code == 404
    assert plain(mine, address) == plain(made_up, NONE)


def test_too_many_tries_are_refused(city):
    worker = on_phone(5)
    statuses = [worker.post(NONE, BOXES).status_code for _ in range(11)]
    assert statuses == [404] * 10 + [429]
