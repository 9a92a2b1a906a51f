"""Puts the demo's world into an empty installation, through the same actions that everybody uses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.mfa.utils import is_mfa_enabled

from niangjia.cli.demo.world import PASSWORD, Official, Worker, World, world
from niangjia.cli.officials import add_official
from niangjia.cli.rosters import hand_in
from niangjia.cli.synth.commands import write_roster
from niangjia.cli.synth.organisations import Organisation as MadeUp
from niangjia.core.days import moment_at
from niangjia.foundation.accounts.models import Account
from niangjia.foundation.acting import acting
from niangjia.foundation.actors import NOBODY, system_actor
from niangjia.foundation.plans.models import Batch
from niangjia.joining import codes
from niangjia.joining.models import JoinCode
from niangjia.registry import memberships, organisations, persons, regions
from niangjia.registry.duplicates import searching
from niangjia.registry.models import Organisation

DEMO = system_actor("demo")
ROSTER_ROWS = 1_200
MORNING = time(9)
FOUNDED = date(2018, 11, 1)


def is_loaded() -> bool:
    """Tell whether the made-up city is here already."""
    with acting(DEMO):
        return Organisation.objects.exists()


def load() -> World:
    """Load divisions, unions, officials and workers of the made-up city; what a killed start left undone is finished."""
    made_up = world()
    if not is_loaded():
        with acting(DEMO):
            regions.load("demo")
            unions = _unions(made_up.organisations)
            for worker in (*made_up.workers, *made_up.twice):
                _worker(worker, unions)
            _invite(unions)
    for official in made_up.officials:
        _official(official)
    return made_up


def take_roster_in(folder: Path, *, now: Callable[[], datetime]) -> None:
    """Make a messy roster, and take it in at the city's office as a clerk would; done once."""
    with acting(DEMO):
        if Batch.objects.filter(committed_at__isnull=False).exists():
            return
    file = folder / "roster.xlsx"
    write_roster(file, rows=ROSTER_ROWS, seed=9)
    try:
        office = world().organisations[0].key
        hand_in("members", file, office, trial=False, said=(), as_json=False, now=now)
    finally:
        for path in folder.glob("roster*"):
            path.unlink()


def search_for_second_records(*, now: Callable[[], datetime]) -> None:
    """Ask for a search for people with two records in the whole city, so that its clerk finds some; the worker does it."""
    with acting(DEMO):
        city = Organisation.objects.get(code=world().organisations[0].key)
        searching.search(city, by=DEMO, at=now())


def _unions(listed: tuple[MadeUp, ...]) -> dict[str, Organisation]:
    made: dict[str, Organisation] = {}
    for union in listed:
        above, line = made.get(union.above or ""), made.get(union.line or "")
        facts = {
            "code": union.key,
            "credit_code": union.credit_code,
            "name": union.name,
            "kind": union.kind,
            "level": union.level,
            "region_id": union.region,
        }
        if line is not None:
            facts["line"] = line
        made[union.key] = organisations.found(facts, under=above, on=FOUNDED)
    return made


def _worker(worker: Worker, unions: dict[str, Organisation]) -> None:
    if worker.union is None or worker.joined_on is None:
        return
    union, at = unions[worker.union], moment_at(worker.joined_on, MORNING)
    secrets = {"id_number": worker.number, "phone": worker.phone}
    facts = {
        "name": worker.name,
        "id_kind": "citizen",
        "sex": worker.sex,
        "birth_on": worker.born_on,
        "group": worker.group,
        "ethnic": worker.ethnic,
        "region_id": worker.home,
    }
    person = persons.register(secrets, facts, at_union=union, by=DEMO, at=at)
    memberships.open_spell(person, union, channel="collective", by=DEMO, at=at)


def _invite(unions: dict[str, Organisation]) -> None:
    """Give every union that keeps a roll, and every industry federation, a code to join by."""
    for key, union in unions.items():
        if union.kind in ("single", "joint", "union_federation") and not key.startswith("rail"):
            codes.make(union, by=DEMO, at=moment_at(FOUNDED, MORNING))


def _official(official: Official) -> None:
    if Account.objects.filter(sign_in_name=official.sign_in, postings__isnull=False).exists():
        return
    account = add_official(
        official.sign_in,
        Organisation.objects.get(code=official.office),
        role=official.role,
        shown_name=official.name,
        password=PASSWORD,
        from_on=official.from_on,
        at=moment_at(official.from_on, MORNING),
    )
    with acting(NOBODY):
        if not is_mfa_enabled(account):
            TOTP.activate(account, generate_totp_secret())


def join_address(site: str) -> str:
    """Return the address behind one union's QR code."""
    with acting(DEMO):
        code = JoinCode.objects.filter(revoked_at__isnull=True).order_by("made_at", "pk").first()
        return f"{site}/j/{code.token}/" if code else site


def sign_ins() -> list[tuple[str, str, str]]:
    """Return one sign-in for each role: role, name to sign in with, office."""
    first: dict[str, tuple[str, str, str]] = {}
    for official in world().officials:
        first.setdefault(official.role, (official.role, official.sign_in, official.office))
    return list(first.values())
