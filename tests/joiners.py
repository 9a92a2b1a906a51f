"""Made-up workers who join, and the officials who answer; through the actions or through the pages."""

from __future__ import annotations

import re
from contextlib import contextmanager
from datetime import date
from uuid import uuid4

from django.urls import reverse

from niangjia.cli.synth.numbers import citizen_number
from niangjia.core.roles import Role
from niangjia.foundation.accounts import phones
from niangjia.foundation.acting import acting
from niangjia.foundation.actors import NOBODY, Actor, Scope, system_actor
from niangjia.foundation.notices import sms
from niangjia.joining import codes, queries, submitting
from niangjia.joining.models import JoinRequest
from tests.factories import AT, organisation
from tests.jobs import run_jobs

SYSTEM = system_actor("test")
NUMBERS = [citizen_number(f"36990119900101{order:03}") for order in range(1, 90)]
PHONE = "13800138000"


class Letterbox:
    """A gateway that keeps what it was given."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []

    def send(self, phone: str, text: str) -> None:
        """Keep the message."""
        self.sent.append((phone, text))

    @property
    def code(self) -> str:
        """Return the six digits of the last message."""
        return re.search(r"\d{6}", self.sent[-1][1])[0]


@contextmanager
def letterbox():
    """Serve a letterbox."""
    with sms.serving(Letterbox()) as box:
        yield box


def two_unions():
    """Return a federation and two unions below it, each with its join code."""
    with acting(SYSTEM):
        city = organisation()
        unions = [organisation(under=city), organisation(under=city)]
        made = [codes.make(union, by=SYSTEM, at=AT) for union in unions]
    return city, unions, made


def reviewer(union, role: Role = Role.REVIEWER) -> Actor:
    """Return an official of ``union``."""
    return Actor(
        role=role, account_id=uuid4(), posting_id=uuid4(), organisation_id=union.pk, scope=Scope.below(union.path)
    )


def facts(**other: object) -> submitting.Facts:
    """Return what a form would give."""
    values = {
        "name": "测试员",
        "id_kind": "citizen",
        "id_number": NUMBERS[0],
        "sex": "1",
        "birth_on": date(1990, 1, 1),
        "phone": PHONE,
        "group": "courier",
        "workplace": "青岚东站",
        "consents": {"membership": "1", "sensitive_id": "1"},
    }
    return submitting.Facts(**values | other)


def asked(code, *, at=AT, proven: bool = True, **other: object) -> JoinRequest:
    """Return the request that a phone handed in and the job screened; its phone is proven unless told otherwise."""
    said = facts(**other)
    with acting(NOBODY) as nobody:
        kept = submitting.submit(said, code=code, key=uuid4(), by=nobody, at=at)
        account = phones.prove_phone(said.phone, at=at) if proven else None
    run_jobs(now=lambda: at)
    if account is not None:
        from niangjia.joining import jobs

        with acting(NOBODY):
            jobs.prove.defer(submission=kept, account=account.pk, phone=account.phone_token)
        run_jobs(now=lambda: at)
    with acting(SYSTEM):
        return JoinRequest.objects.select_related("organisation", "holder").get(
            submission_of(kept)
        )


def submission_of(kept):
    """Return the condition for the request that a submission became."""
    from django.db.models import Q

    from niangjia.joining.models import Submission

    return Q(pk=Submission.objects.get(pk=kept).join_request_id)


def worker(join_request: JoinRequest) -> Actor:
    """Return the worker who waits."""
    return Actor(role=Role.APPLICANT, account_id=join_request.account_id)


def again(join_request: JoinRequest) -> JoinRequest:
    """Return the request as it stands now."""
    with acting(SYSTEM):
        return queries.get(join_request.pk, by=SYSTEM)


def fill_in(client, token: str, *, number: str = NUMBERS[0], phone: str = PHONE, name: str = "测试员"):
    """Answer every question of the wizard; return the overview's answer."""
    answers = {
        "who": {"name": name, "id_number": number},
        "phone": {"phone": phone},
        "group": {"group": "courier"},
        "work": {"workplace": "青岚东站"},
        "consents": {"membership": "on", "sensitive_id": "on", "services": "on"},
    }
    answer = None
    for step, said in answers.items():
        answer = client.post(reverse("mobile:join-step", args=[token, step]), said)
    return client.get(answer.url)


def key_in(page) -> str:
    """Return the key that the overview holds."""
    return re.search(r'name="key" value="([^"]+)"', page.content.decode())[1]


def hand_in(client, token: str, **said: str):
    """Fill in everything and hand it in; return the answer."""
    page = fill_in(client, token, **said)
    return client.post(reverse("mobile:join-hand-in", args=[token]), {"key": key_in(page)})
