"""The world of the matrix: a small tree, a thing of every kind at five places, and an account at every position.

Every thing holds canaries: a name whose first and last sign occur nowhere else, a made-up ID number and phone, a place of
work. A page that shows one of them to somebody who may not know it is a leak.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from typing import Any
from uuid import uuid4

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.hashers import make_password

from niangjia.cli.synth.numbers import citizen_number
from niangjia.core.codes.phones import demo_prefix
from niangjia.core.roles import Role
from niangjia.foundation import notices, vault
from niangjia.foundation.accounts import secrets
from niangjia.foundation.accounts.models import Account
from niangjia.foundation.acting import acting
from niangjia.foundation.actors import Actor
from niangjia.foundation.copies.models import Export
from niangjia.foundation.plans.models import Batch
from niangjia.intake.models import RepairTask, SavedMapping
from niangjia.joining import codes, reviewing
from niangjia.joining.models import Elsewhere, JoinRequest
from niangjia.registry import consents, logins, memberships, organisations, persons
from niangjia.registry.models import (
    EmployerDoubt,
    HeldRow,
    Merge,
    Officer,
    OrderLine,
    Pair,
    Posting,
    ReorganisationOrder,
    Search,
)
from tests.factories import region
from tests.jobs import run_jobs
from tests.joiners import SYSTEM, asked, reviewer
from tests.matrix.expected import OFFICES, PLACES, SUPERIOR, TREE

SIGNS = "骉龘犇淼焱垚鑫森晶磊矗羴猋劦惢卉毳譶骦麤鱻鸑鷟鹝鹞鹠鹡鹢鹣鹤鹥鹦鹧鹨鹩鹪鹫鹬鹭鹮鹯鹰鹱鹲鹳鹴鹵麢鼍鼗齉齾龖龗爨籱虪讟貜躩鑢钃驫"
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
LOGINS = ("applicant", "other applicant", "member", "other member", "moved member")


@dataclass(frozen=True)
class Canary:
    """What one person's thing holds, and where it lies."""

    kind: str
    place: str
    name: str
    number: str
    phone: str
    workplace: str
    pk: Any = None

    @property
    def mask(self) -> str:
        """Return the name as an office sees it."""
        return f"{self.name[0]}*{self.name[-1]}"


@dataclass
class World:
    """What was made."""

    at: datetime
    unions: dict[str, Any] = field(default_factory=dict)
    codes: dict[str, Any] = field(default_factory=dict)
    requests: dict[str, Canary] = field(default_factory=dict)
    members: dict[str, Canary] = field(default_factory=dict)
    elsewhere: Any = None
    elsewhere_canary: Canary | None = None
    batches: dict[str, Any] = field(default_factory=dict)
    exports: dict[str, Any] = field(default_factory=dict)
    orders: dict[str, Any] = field(default_factory=dict)
    pairs: dict[str, Any] = field(default_factory=dict)
    pair_canaries: dict[str, Canary] = field(default_factory=dict)
    merges: dict[str, Any] = field(default_factory=dict)
    searches: dict[str, Any] = field(default_factory=dict)
    mappings: dict[str, Any] = field(default_factory=dict)
    doubts: dict[str, Any] = field(default_factory=dict)
    officers: dict[str, Any] = field(default_factory=dict)
    officer_canaries: dict[str, Canary] = field(default_factory=dict)
    held: dict[str, Any] = field(default_factory=dict)
    repairs: dict[str, Any] = field(default_factory=dict)
    held_canaries: dict[str, Canary] = field(default_factory=dict)
    held_batches: dict[str, Any] = field(default_factory=dict)
    spells: dict[str, Any] = field(default_factory=dict)
    persons: dict[str, Any] = field(default_factory=dict)
    consents: dict[str, Any] = field(default_factory=dict)
    postings: dict[str, Any] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    sessions: dict[str, str] = field(default_factory=dict)
    _next: int = 0

    def fresh(self, kind: str, place: str) -> Canary:
        """Return the canaries of one more person."""
        n, self._next = self._next, self._next + 1
        return Canary(
            kind=kind,
            place=place,
            name=f"{SIGNS[2 * n]}试{SIGNS[2 * n + 1]}",
            number=citizen_number(f"36990119850607{n + 100:03}"),
            phone=f"{demo_prefix()}{n + 7700:07}",
            workplace=f"青岚矩阵第{n}站",
        )

    @property
    def labels(self) -> list[tuple[str, str, str]]:
        """Return kind, place and words of what is no person's: on a code, a roster's file name, an export's purpose."""
        codes = [("code", place, code.label) for place, code in self.codes.items()]
        batches = [("batch", place, batch.file_name) for place, batch in self.batches.items()]
        exports = [("export", place, row.purpose) for place, row in self.exports.items()]
        orders = [("order", place, order.document_number) for place, order in self.orders.items()]
        named = [("doubt", place, doubt.name) for place, doubt in self.doubts.items()]
        return codes + named + batches + exports + orders

    @property
    def canaries(self) -> list[Canary]:
        """Return every person's."""
        more = [*self.pair_canaries.values(), *self.officer_canaries.values(), *self.held_canaries.values()]
        return [*self.requests.values(), *self.members.values(), *more, self.elsewhere_canary]


def build() -> World:
    """Make everything; call it outside ``acting``, inside a transaction that will be rolled back."""
    world = World(at=datetime.now(UTC) - timedelta(minutes=1))
    _tree(world)
    for place in PLACES:
        _at_place(world, place)
        _pair(world, place, (place, place), at=place)
    _pair(world, SUPERIOR, ("union", "cousin"), at="city")
    with acting(SYSTEM):
        _held(world, SUPERIOR, world.unions["union"], world.unions["city"])
    _moved(world)
    _elsewhere(world)
    _officials(world)
    return world


def _tree(world: World) -> None:
    with acting(SYSTEM):
        for name, (above, kind, level, line) in TREE.items():
            facts = {"code": f"M{len(world.unions):04}", "name": f"青岚{name}工会", "region": region()}
            if line:
                facts["line"] = world.unions[line]
            under = world.unions.get(above)
            world.unions[name] = organisations.found(
                facts | {"kind": kind, "level": level}, under=under, on=date(2020, 1, 1)
            )
        for name in world.unions:  # a child changes what its parent knows of itself
            world.unions[name].refresh_from_db()


def _at_place(world: World, place: str) -> None:
    union, at = world.unions[place], world.at
    with acting(SYSTEM):
        world.codes[place] = codes.make(union, label=f"{place}-门口码", by=SYSTEM, at=at)
        notices.tell_office(union.pk, "join_request_waits", at=at, subject=uuid4())
        world.batches[place] = _batch(union, place, at)
        _held(world, place, union, union)
        world.exports[place] = _export(union, place, at)
        world.orders[place] = _order(union, place, at)
        world.doubts[place] = _doubt(union, place)
    world.mappings[place] = _mapping(union, at)
    world.requests[place] = request = _asked(world, "request", place)
    if place in ("union", "sibling"):
        key = "applicant" if place == "union" else "other applicant"
        with acting(SYSTEM):
            account_id = JoinRequest.objects.get(pk=request.pk).account_id
        world.accounts[key] = Account.objects.get(pk=account_id)
    canary = world.members[place] = world.fresh("member", place)
    with acting(SYSTEM):
        _member(world, place, canary, union)
    _officer(world, place, union)
    if place in ("union", "sibling"):
        key = "member" if place == "union" else "other member"
        world.accounts[key] = _worker(world, place, at)


def _asked(world: World, kind: str, place: str) -> Canary:
    canary = world.fresh(kind, place)
    said = {
        "name": canary.name,
        "id_number": canary.number,
        "phone": canary.phone,
        "workplace": canary.workplace,
    }
    made = asked(world.codes[place], at=world.at, **said)
    return Canary(**{**vars(canary), "pk": made.pk})


def _member(world: World, key: str, canary: Canary, union: Any) -> None:
    facts = {
        "name": canary.name,
        "id_kind": "citizen",
        "sex": "1",
        "birth_on": date(1985, 6, 7),
        "group": "courier",
    }
    said = {"id_number": canary.number, "phone": canary.phone}
    person = persons.register(said, facts, at_union=union, by=SYSTEM, at=world.at)
    world.persons[key] = person
    world.consents[key] = consents.give(person, "membership", "1", by=SYSTEM, at=world.at)
    world.spells[key] = memberships.open_spell(person, union, channel="online", by=SYSTEM, at=world.at)


def _officer(world: World, place: str, union: Any) -> None:
    """The member of the place is its chair, under the name that the list gave."""
    canary = world.officer_canaries[place] = world.fresh("officer", place)
    scoped = {"organisation": union, "path": union.path, "line_path": union.line_path}
    facts = {"name_then": canary.name, "post": "chair", "from_on": date(2024, 5, 1)}
    with acting(SYSTEM):
        world.officers[place] = Officer.objects.create(person=world.persons[place], **scoped, **facts)


def _worker(world: World, key: str, at: datetime) -> Account:
    account = Account(phone_token=uuid4(), phone_sealed=b"sealed")
    account.set_unusable_password()
    account.save()
    with acting(SYSTEM):
        logins.link(account.pk, world.persons[key], proof="joined", by=SYSTEM, at=at)
    return account


def _mapping(union: Any, at: datetime) -> SavedMapping:
    place = {"organisation_id": union.pk, "path": union.path, "line_path": union.line_path}
    told = {"kind": "members", "headings": uuid4(), "mapping": {"name": 0}, "remembered_at": at}
    with acting(Actor(role=Role.CLERK, organisation_id=union.pk, scope=union.scope)):
        return SavedMapping.objects.create(**place, **told)


def _doubt(union: Any, name: str) -> EmployerDoubt:
    place = {"organisation": union, "path": union.path, "line_path": union.line_path}
    told = {"batch_id": uuid4(), "row": 2, "name": f"{name}-疑似单位", "name_key": name, "candidates": []}
    return EmployerDoubt.objects.create(**place, **told)


def _batch(union: Any, name: str, at: datetime) -> Batch:
    place = {"organisation_id": union.pk, "path": union.path, "line_path": union.line_path}
    facts = {
        "kind": "members",
        "file_id": uuid4(),
        "content_token": uuid4(),
        "file_name": f"{name}-名册.xlsx",
    }
    return Batch.objects.create(**place, **facts, uploaded_at=at)


def _held(world: World, key: str, union: Any, office: Any) -> None:
    """A row of a written roster of ``union`` was held, and lies at ``office``."""
    canary = world.held_canaries[key] = world.fresh("held", key)
    batch = world.held_batches[key] = _batch(union, f"{key}-待定", world.at)
    Batch.objects.filter(pk=batch.pk).update(status="committed", committed_at=world.at)
    place = {"organisation": office, "path": office.path, "line_path": office.line_path}
    said = {"name": canary.name, "sex": "1", "birth_on": "1985-06-07", "employer": canary.workplace}
    row_id = uuid4()
    secrets_ = {"id_number": canary.number, "phone": canary.phone}
    world.held[key] = HeldRow.objects.create(
        **place, id=row_id, batch_id=batch.pk, place=0, row=2, union_id=union.pk, said=said, opened_at=world.at,
        secrets=vault.seal(secrets_, table="registry_heldrow", row_id=row_id, at=world.at), until=date(2099, 1, 1),
        findings=[{"code": "SEX_DIFFERS", "column": "sex", "severity": "hold", "params": None}],
    )  # fmt: skip
    _repair(world, key, union, place)


def _repair(world: World, key: str, union: Any, place: dict[str, Any]) -> None:
    """Whom a held row is about is asked to mend it."""
    world.repairs[key] = RepairTask.objects.create(
        **place, row_id=world.held[key].pk, batch_id=world.held_batches[key].pk, union_id=union.pk, status="sent",
        token=uuid4(), phone_token=uuid4(), needs=["id_number"], asked_at=world.at, sent_at=world.at,
        expires_at=world.at + timedelta(days=7),
    )  # fmt: skip


def _export(union: Any, name: str, at: datetime) -> Export:
    place = {"organisation_id": union.pk, "path": union.path, "line_path": union.line_path}
    facts = {
        "table": "members",
        "format": "xlsx",
        "purpose": f"{name}-慰问",
        "language": "zh-hans",
        "asked_at": at,
    }
    return Export.objects.create(**place, **facts, account_id=uuid4(), posting_id=uuid4())


def _order(union: Any, name: str, at: datetime) -> ReorganisationOrder:
    place = {"organisation": union, "path": union.path, "line_path": union.line_path}
    who = {"drafted_by": uuid4(), "drafted_account": uuid4(), "drafted_at": at}
    order = ReorganisationOrder.objects.create(
        **place, **who, document_number=f"{name}-机构令", effective_on=at.date()
    )
    OrderLine.objects.create(**place, order=order, number=1, kind="move", unit="X1", target="X2")
    return order


def _pair(world: World, key: str, places: tuple[str, str], *, at: str) -> None:
    """Somebody has two records, at these places; the pair lies at their common superior, with a merge long taken back."""
    canary = world.pair_canaries[key] = world.fresh("pair", key)
    facts = {
        "name": canary.name,
        "id_kind": "citizen",
        "sex": "1",
        "birth_on": date(1985, 6, 7),
        "group": "courier",
    }
    office = world.unions[at]
    place = {"organisation": office, "path": office.path, "line_path": office.line_path}
    with acting(SYSTEM):
        ids = []
        for half, where in enumerate(places):
            number = canary.number[::-1] if half else canary.number
            said = {"id_number": number, "phone": canary.phone}
            person = persons.register(said, facts, at_union=world.unions[where], by=SYSTEM, at=world.at)
            world.persons[f"{key} pair {half}"] = person
            ids.append(person.pk)
        ids.sort()
        world.pairs[key] = Pair.objects.create(
            first=ids[0], second=ids[1], decision="same", weight=40.0, first_print=uuid4(), second_print=uuid4(),
            counts=dict.fromkeys(("names", "phones", "employers", "unions"), 1.0) | {"rows": 10.0},
            found_at=world.at, seen_at=world.at, **place,
        )  # fmt: skip
        world.merges[key] = Merge.objects.create(
            pair=world.pairs[key], survivor=ids[0], absorbed=ids[1], merged_at=world.at, until=date(2020, 1, 1),
            undone_at=world.at, **place,
        )  # fmt: skip
        if key != SUPERIOR:
            world.searches[key] = Search.objects.create(asked_at=world.at, finished_at=world.at, **place)


def _moved(world: World) -> None:
    """One person was on the union's roll, and is on the cousin's now."""
    canary = world.members["moved"] = world.fresh("member", "cousin")
    with acting(SYSTEM):
        _member(world, "moved", canary, world.unions["union"])
        world.spells["left"] = world.spells["moved"]
        memberships.close_spell(world.spells["moved"], reason="1", by=SYSTEM, at=world.at)
        world.persons["moved"].refresh_from_db()
        world.spells["moved"] = memberships.open_spell(
            world.persons["moved"], world.unions["cousin"], channel="online", by=SYSTEM, at=world.at
        )
    world.accounts["moved member"] = _worker(world, "moved", world.at)


def _elsewhere(world: World) -> None:
    """Somebody on the cousin's roll asks the union, which says yes: the city decides."""
    first = world.members["cousin"]
    canary = world.fresh("elsewhere", "city")
    said = {
        "name": canary.name,
        "id_number": first.number,
        "phone": canary.phone,
        "workplace": canary.workplace,
    }
    made = asked(world.codes["union"], at=world.at, **said)
    by = reviewer(world.unions["union"])
    with acting(by):
        reviewing.approve(made, checked_by="card_seen", by=by, at=world.at)
    run_jobs(now=lambda: world.at)
    with acting(SYSTEM):
        world.elsewhere = Elsewhere.objects.get(join_request_id=made.pk)
    world.elsewhere_canary = Canary(**{**vars(canary), "pk": made.pk})


def _officials(world: World) -> None:
    password = make_password("a made-up pass phrase")  # once: it is slow on purpose
    for role, position, state in OFFICES:
        key = f"{role}@{position}" + (f"/{state}" if state else "")
        account = Account(
            sign_in_name=f"m{len(world.accounts)}", password=password, is_active=state != "disabled"
        )
        account.save()
        data = {"secret": secrets.wrap("JBSWY3DPEHPK3PXP", bound_to=secrets.SECOND_FACTOR)}
        Authenticator.objects.create(user=account, type=Authenticator.Type.TOTP, data=data)
        ended = {"to_on": world.at.date()} if state == "role removed" else {}
        with acting(SYSTEM):
            held = Posting.objects.create(
                account=account,
                organisation=world.unions[position],
                role=role,
                from_on=date(2020, 1, 1),
                **ended,
            )
        world.accounts[key], world.postings[key] = account, held
        world.sessions[key] = _session(world, account, held, state)
    for key in LOGINS:
        world.sessions[key] = _session(world, world.accounts[key], None, "")
    world.sessions["applicant/idle"] = _session(world, world.accounts["applicant"], None, "idle")
    world.sessions["member/idle"] = _session(world, world.accounts["member"], None, "idle")
    world.sessions["guest"] = ""


def _session(world: World, account: Account, held: Any, state: str) -> str:
    """Write the row that a sign-in would have left, and return its key."""
    now = datetime.now(UTC)
    seen = now - timedelta(hours=1) if state == "idle" else now
    started = now - timedelta(hours=13) if state == "too long" else now
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store["_auth_user_id"], store["_auth_user_backend"] = str(account.pk), BACKEND
    store["_auth_user_hash"] = account.get_session_auth_hash()
    store["seen_at"], store["started_at"] = seen.isoformat(), started.isoformat()
    if held is not None:
        methods = [{"method": "password", "at": now.timestamp()}]
        methods += (
            [] if state == "password only" else [{"method": "mfa", "at": now.timestamp(), "type": "totp"}]
        )
        store["account_authentication_methods"] = methods
        store["posting"] = str(held.pk)
    store.create()
    return store.session_key
