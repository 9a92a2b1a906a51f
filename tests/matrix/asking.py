"""One cell of the matrix: one request by one account, undone afterwards, and everything that is wrong with its answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.test import Client
from django.urls import reverse

from niangjia.registry import cards
from tests.matrix.expected import DECIDES_ELSEWHERE, PAGES, SEES, SUPERIOR, Page
from tests.matrix.world import Canary, World

TOKEN = "a" * 32  # an unmasked secret: cookie and header say the same
MISSING = "01900000-0000-7000-8000-000000000000"
NOWHERE = "/console/there-is-no-such-page/"
CHANGING = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]+"')
UNSAFE = frozenset({"POST", "PUT", "DELETE", "PATCH"})
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH")
ALIASES = ("default", "ledger")


@contextmanager
def undone() -> Iterator[None]:
    """Undo on every connection what the block does; ``acting`` takes it for the transaction of a test."""
    with ExitStack() as stack:
        for alias in ALIASES:
            block = transaction.atomic(using=alias)
            block._from_testcase = True
            stack.enter_context(block)
        yield
        for alias in ALIASES:
            transaction.set_rollback(True, using=alias)


@dataclass(frozen=True)
class Who:
    """An account in a session, as the table of expectations knows it."""

    key: str

    @property
    def role(self) -> str:
        """Return the role that counts: of a session that is worth nothing, ``guest`` or ``on the way``."""
        words = self.key.split("/")
        if self.key == "guest" or (len(words) > 1 and words[1] in ("idle", "too long", "disabled")):
            return "guest"
        if len(words) > 1:
            return "on the way"
        return self.key.split("@")[0].split()[-1]

    @property
    def position(self) -> str | None:
        """Return at which office it sits."""
        return self.key.split("@")[1].split("/")[0] if "@" in self.key else None

    @property
    def sees(self) -> set[str]:
        """Return the places that the office may know of."""
        return SEES.get(self.position or "", set())


@dataclass(frozen=True)
class Cell:
    """One question of the matrix; ``place`` says where the thing lies that the address names."""

    route: str
    method: str
    who: Who
    place: str = "union"
    token: bool = True

    def __str__(self) -> str:
        return (
            f"{self.method} {self.route} ({self.place}{'' if self.token else ', no token'}) by {self.who.key}"
        )


class Asker:
    """Asks cells of one world; keeps what each account is told of what does not exist."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.client = Client(enforce_csrf_checks=True, raise_request_exception=False)
        self._nothing: dict[tuple[str, str], Any] = {}

    def ask(self, address: str, method: str, who: Who, data: Any = None, *, token: bool = True) -> Any:
        """Return the answer; nothing of what it did stays."""
        self.client.cookies.clear()
        self.client.cookies["csrftoken"] = TOKEN
        if session := self.world.sessions[who.key]:
            self.client.cookies["sessionid"] = session
        headers = {"HTTP_X_CSRFTOKEN": TOKEN} if token else {}
        send = getattr(self.client, method.lower())
        with undone():
            if method == "POST":
                return send(address, data or {}, **headers)
            return send(address, **headers)

    def nothing(self, who: Who, method: str) -> Any:
        """Return what this account is told of a page that there is not."""
        key = who.key, method
        if key not in self._nothing:
            self._nothing[key] = self.ask(NOWHERE, method, who)
        return self._nothing[key]

    def address(self, cell: Cell) -> str:
        """Return the address of the cell's thing."""
        page = PAGES[cell.route]
        if page.thing:
            return reverse(cell.route, args=[self.thing(page.thing, cell), *page.args])
        return reverse(cell.route, args=[self.argument(name) for name in page.args])

    def argument(self, name: str) -> str:
        """Return a part of an address that everybody may know."""
        if name == "token":
            return self.world.codes["union"].token
        if name == "card":
            return cards.issue(self.world.spells["union"], at=datetime.now(UTC))
        return name

    def thing(self, kind: str, cell: Cell) -> Any:
        """Return the key of what the address names."""
        if cell.place == "missing":
            return MISSING
        if kind == "posting":
            key = cell.who.key if cell.place == "own" else "reviewer@union"
            return self.world.postings[key].pk
        if kind == "elsewhere":
            return self.world.elsewhere.pk
        world = self.world
        things = {
            "request": world.requests,
            "code": world.codes,
            "batch": world.batches,
            "export": world.exports,
            "order": world.orders,
            "pair": world.pairs,
            "held": world.held,
        }
        return things[kind][cell.place].pk

    def wrong(self, cell: Cell) -> list[str]:
        """Return what is wrong with the answer to a cell, nothing where all is as expected."""
        page, address = PAGES[cell.route], self.address(cell)
        answer = self.ask(address, cell.method, cell.who, page.data, token=cell.token)
        found = [*_verdict(self, cell, page, address, answer), *_leaks(self.world, cell, page, answer)]
        return [f"{cell}: {each}" for each in found]


def _verdict(asker: Asker, cell: Cell, page: Page, address: str, answer: Any) -> list[str]:
    if cell.method in UNSAFE and not cell.token:
        return _is(answer.status_code == 403, f"without a token {answer.status_code}")
    if cell.who.role not in page.who:
        return _turned_away(asker, cell, page, address, answer)
    allowed = _methods(page)
    if cell.method not in allowed:
        ok = (
            answer.status_code == 405
            and answer.content == b""
            and answer["Allow"] == ", ".join(sorted(allowed))
        )
        return _is(ok, f"a method that is none of the page's: {answer.status_code}")
    if page.thing and not _knows(cell, page.thing):
        return _same(answer, asker.nothing(cell.who, cell.method))
    right = page.post if cell.method == "POST" else page.get
    return _is(answer.status_code in right, f"{answer.status_code}, not {right}")


def _turned_away(asker: Asker, cell: Cell, page: Page, address: str, answer: Any) -> list[str]:
    if cell.who.role in ("guest", "on the way"):
        door = "/accounts/next/"
        if cell.who.role == "guest":
            door = f"{'/sign-in/' if page.workers_door else '/accounts/login/'}?next={address}"
        told = answer.get("Location")
        return _is(
            answer.status_code == 302 and told == door, f"{answer.status_code} to {told}, not to {door}"
        )
    return _same(answer, asker.nothing(cell.who, cell.method))


def _methods(page: Page) -> set[str]:
    return ({"GET", "HEAD"} if page.get else set()) | ({"POST"} if page.post else set())


def _knows(cell: Cell, thing: str) -> bool:
    if cell.place == "missing":
        return False
    if thing == "posting":
        ready = cell.who.role != "on the way"
        return ready and (cell.place == "own" or cell.who.key == "reviewer@union")
    if thing == "elsewhere":
        return cell.who.position in DECIDES_ELSEWHERE
    return _sees(cell, cell.place)


def _sees(cell: Cell, place: str) -> bool:
    if place == SUPERIOR:
        return cell.who.position in DECIDES_ELSEWHERE
    return place in cell.who.sees


def _same(answer: Any, nothing: Any) -> list[str]:
    if answer.status_code != 404:
        return [f"{answer.status_code}, though there is no such thing for this account"]
    ours, theirs = (CHANGING.sub(b"", each.content) for each in (answer, nothing))
    headers = _headers(answer) == _headers(nothing)
    return _is(ours == theirs and headers, "not the bytes of what does not exist")


def _headers(answer: Any) -> dict[str, str]:
    return {
        name: value for name, value in answer.headers.items() if name not in ("Set-Cookie", "Content-Length")
    }


def _is(right: bool, words: str) -> list[str]:
    return [] if right else [words]


def _leaks(world: World, cell: Cell, page: Page, answer: Any) -> list[str]:
    """Return which canaries stand where they may not, and which own one is missing from a list."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    text = body.decode("utf-8", "replace") + str(answer.headers)
    refused = answer.status_code >= 300
    found = []
    for canary in world.canaries:
        known = _may_know(cell, page, canary) and not refused
        if not known and any(each in text for each in (canary.name, canary.mask, canary.workplace)):
            found.append(f"shows what lies at {canary.place} ({canary.kind})")
        opened = _may_open(cell, page, canary)
        if not opened and canary.name in text and known:
            found.append(f"shows a whole name at {canary.place}")
        if not opened and (canary.number in text or canary.phone in text):
            found.append(f"shows a number or a phone at {canary.place} ({canary.kind})")
        listed = page.lists and canary.kind in page.lists and cell.method == "GET"
        if listed and known and canary.mask not in text:
            found.append(f"does not show its own {canary.kind} at {canary.place}")
    for kind, place, words in world.labels:
        known = page.lists == (kind,) or page.thing == kind
        if words in text and not (known and place in cell.who.sees):
            found.append(f"shows the {kind} at {place}")
        if known and page.lists and cell.method == "GET" and answer.status_code == 200:
            found += _is((words in text) == (place in cell.who.sees), f"the {kind} at {place}: shown or not")
    return found


def _may_know(cell: Cell, page: Page, canary: Canary) -> bool:
    """Tell whether the canary may be known, masked, to who asks on this page."""
    if cell.route == "mobile:verify":
        return (canary.kind, canary.place) == ("member", "union")
    if cell.who.role in ("applicant", "member"):
        return OWN.get(cell.who.key) == (canary.kind, canary.place) and page.workers_door
    if cell.who.role not in page.who or cell.who.role not in ("reviewer", "clerk", "leader"):
        return False
    if canary.kind == "elsewhere":
        return page.lists == ("elsewhere",) and cell.who.position in DECIDES_ELSEWHERE
    if page.thing:
        shown = canary.kind in ("request", "pair", "held") and page.thing == canary.kind
        return shown and canary.place == cell.place and _sees(cell, cell.place)
    return canary.kind in page.lists and _sees(cell, canary.place)


def _may_open(cell: Cell, page: Page, canary: Canary) -> bool:
    """Tell whether the canary may be read in full: one's own, or what is uncovered for a stated reason."""
    if OWN.get(cell.who.key) == (canary.kind, canary.place) and page.workers_door:
        return True
    return page.uncovers and cell.method == "POST" and cell.token and _may_know(cell, page, canary)


OWN = {
    "applicant": ("request", "union"),
    "other applicant": ("request", "sibling"),
    "member": ("member", "union"),
    "other member": ("member", "sibling"),
    "moved member": ("member", "cousin"),
}
