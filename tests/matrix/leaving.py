"""A process of its own that does what a day does with made-up people, and prints which of their values to look for.

``python -m tests.matrix.leaving FOLDER``; the environment names the home and the database.
"""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import django

JOINER = {"name": "骉试龘", "phone": "14090007788"}


def now():
    return datetime.now(UTC)


def main(folder):
    django.setup()
    from django.conf import settings

    from niangjia.config.migrating import migrate_all
    from niangjia.foundation.keys.ring import FileRing
    from tests.intake.rosters import load_city

    FileRing.start(Path(settings.NIANGJIA_HOME.keys), has_data=lambda: False)
    migrate_all()
    office = load_city()
    found = [joins(office), *brings_in(office, Path(folder))]
    errors(found[0])
    print(json.dumps(found, ensure_ascii=False))


def joins(office):
    """Join by phone, be uncovered and accepted by a reviewer, show the card."""
    from django.test import Client
    from django.urls import reverse

    from niangjia.cli.synth.numbers import citizen_number
    from niangjia.core.roles import Role
    from niangjia.foundation.acting import acting
    from niangjia.joining import codes
    from niangjia.joining.models import JoinRequest
    from niangjia.registry import cards
    from niangjia.registry.models import Membership
    from tests.jobs import run_jobs
    from tests.joiners import SYSTEM, hand_in, letterbox
    from tests.signing import official, posting, sign_in

    said = JOINER | {"number": citizen_number("36990119850607777")}
    with acting(SYSTEM):
        code = codes.make(office, by=SYSTEM, at=now())
    worker, desk = Client(), Client()
    with letterbox() as box:
        hand_in(worker, code.token, **said)
        run_jobs(now=now)
        worker.post(reverse("mobile:join-code"), {"code": box.code})
    run_jobs(now=now)
    posting(official("lan"), office, Role.REVIEWER)
    sign_in(desk)
    with acting(SYSTEM):
        request = JoinRequest.objects.get()
    at = [request.pk]
    desk.post(reverse("console:joining-queue"), {"name": said["name"]})
    desk.get(reverse("console:join-request", args=at))
    opened = desk.post(reverse("console:join-request-unmask", args=at), {"reason": "核对证件照片"})
    assert said["number"] in opened.content.decode()
    desk.post(reverse("console:join-request-approve", args=at), {"approve-checked_by": "card_seen"})
    run_jobs(now=now)
    card = worker.get(reverse("mobile:card"))
    assert card.status_code == 200 and said["name"][0] in card.content.decode()
    with acting(SYSTEM):
        text = cards.issue(Membership.objects.get(), at=now())
    Client().get(reverse("mobile:verify", args=[text]))
    for address in (f"/v/{said['number']}/", f"/no/{said['name']}/{said['phone']}/?q={said['number']}"):
        worker.get(address)
        worker.post(address, said)
        desk.get(address)
    wrong = said["number"][:-1] + ("0" if said["number"][-1] != "0" else "1")
    hand = reverse("mobile:join-step", args=[code.token, "who"])
    Client().post(hand, {"name": said["name"], "id_number": wrong})
    Client().post(reverse("mobile:sign-in"), {"phone": said["phone"]})
    Client().post(reverse("account_login"), {"login": said["number"], "password": said["phone"]})
    return said


def brings_in(office, folder):
    """Bring a messy roster in, from the terminal and through the page."""
    from django.test import Client
    from django.urls import reverse

    from niangjia.cli.rosters import hand_in
    from niangjia.cli.synth.rosters import roster
    from niangjia.cli.synth.writers import write_xlsx
    from niangjia.core.roles import Role
    from tests.jobs import run_jobs
    from tests.signing import official, posting, sign_in

    made = roster(60, 5)
    write_xlsx(made, folder / "roster.xlsx")
    told = sys.stdout
    sys.stdout = sys.stderr  # what the terminal shows is looked at like a log
    hand_in("members", folder / "roster.xlsx", office.code, trial=False, said=(), as_json=True, now=now)
    sys.stdout = told
    second = roster(60, 6)
    write_xlsx(second, folder / "second.xlsx")
    desk = Client()
    posting(official("jin"), office, Role.CLERK)
    sign_in(desk, "jin")
    with (folder / "second.xlsx").open("rb") as content:
        answer = desk.post(reverse("console:intake"), {"roster": content})
    assert answer.status_code == 302, answer.status_code
    run_jobs(now=now)
    desk.get(answer.url)
    desk.get(f"{answer.url}repair.xlsx")
    return [*people(made), *people(second)]


def people(made):
    """Return the values of a roster's rows: those that are long enough to be nobody else's."""
    at = {name: k for k, name in enumerate(made.fields) if name}
    numbers = made.truth["number"].to_list()
    for number, *cells in zip(
        numbers, *(made.cells[at[name]] for name in ("name", "phone") if name in at), strict=False
    ):
        values = {"number": number if number and len(str(number)) >= 15 else None}
        for name, cell in zip([name for name in ("name", "phone") if name in at], cells, strict=True):
            enough = 2 if name == "name" else 11
            values[name] = cell.strip() if isinstance(cell, str) and len(cell.strip()) >= enough else None
        yield {name: value for name, value in values.items() if value}


def errors(said):
    """Make the database and the pages fail over the values, in as many ways as come to mind."""
    from django.db import Error, connection, transaction
    from django.test import Client
    from django.urls import reverse

    from niangjia.foundation.acting import acting
    from niangjia.mobile import home
    from tests.joiners import SYSTEM

    name, number, phone = said["name"], said["number"], said["phone"]
    bad = [
        ("SELECT %s::int", [number]),
        ("SELECT %s::date", [phone]),
        ("SELECT 1 / length(replace(%s, %s, ''))", [name, name]),
        ("INSERT INTO registry_person (id, name) VALUES (gen_random_uuid(), %s)", [name + number]),
        ("UPDATE registry_identitytoken SET number_token = %s::uuid", [number + name]),
        ("UPDATE joining_joinrequest SET reason = '', status = 'rejected', name = %s", [number]),
        ("UPDATE registry_membership SET to_on = '1900-01-01', name_then = %s", [phone]),
        (f"SELECT '{number}', '{name}' FROM no_such_table", None),
        (f"SELECT '{phone}", None),
        ("SELECT %s::json", ["{" + name + number]),
    ]
    for statement, values in bad:
        failed = True
        with suppress(Error), acting(SYSTEM), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, values)
            failed = False
        assert failed, statement
    whole = home.render
    home.render = lambda *args: fail(said)
    answer = Client(raise_request_exception=False).get(reverse("mobile:home"))
    home.render = whole
    assert answer.status_code == 500
    assert not any(value in answer.content.decode() for value in said.values())


def fail(said):
    raise RuntimeError(f"Failing row contains ({said['name']}, {said['number']}, {said['phone']})")


if __name__ == "__main__":
    main(sys.argv[1])
