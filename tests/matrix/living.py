"""A day as it is lived from outside: a worker with a phone, officials at their desks, and people who try addresses.

Each knows only addresses and what stands on pages. ``python -m tests.matrix.living`` makes the office beforehand, in a
process of its own; the environment names the home and the database, and it prints the token of the office's join code.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from http.cookiejar import CookieJar
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote, urlencode
from urllib.request import HTTPCookieProcessor, ProxyHandler, Request, build_opener

import django
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from niangjia.config.embedded_postgres.postmaster import wait_until

PASSWORD = "a long and made-up pass phrase"
WAIT_SECONDS = 30.0
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class Visitor:
    """Somebody with a browser of their own; after each call, what came is in ``status``, ``at`` and ``page``."""

    def __init__(self, site: str) -> None:
        self.site, self.status, self.at, self.page = site, 0, "", ""
        self.opener = build_opener(ProxyHandler({}), HTTPCookieProcessor(CookieJar()))

    def get(self, path: str, **headers: str) -> str:
        """Open a page, and go where it leads."""
        return self._ask(Request(self.site + path, headers=headers))

    def post(self, path: str, data: dict[str, Any], *, token: bool = True) -> str:
        """Send a form as the page that is open has it; a file in it makes it a form of several parts."""
        said = data | (
            {"csrfmiddlewaretoken": found[1]} if token and (found := TOKEN.search(self.page)) else {}
        )
        if any(hasattr(value, "read") for value in said.values()):
            body, kind = encode_multipart(BOUNDARY, said), MULTIPART_CONTENT
        else:
            body, kind = urlencode(said).encode(), "application/x-www-form-urlencoded"
        return self._ask(Request(self.site + path, data=body, headers={"Content-Type": kind}))

    def fill_in(self, path: str, data: dict[str, Any]) -> str:
        """Open a page, and send its form."""
        self.get(path)
        return self.post(path, data)

    def waits_for(self, path: str, shown: Callable[[str], object]) -> str:
        """Open a page again and again until it shows what is waited for."""
        assert wait_until(lambda: bool(shown(self.get(path))), WAIT_SECONDS), (
            path,
            re.sub(r"<[^>]+>|\s+", " ", self.page)[-1500:],
        )
        return self.page

    def _ask(self, request: Request) -> str:
        try:
            answer = self.opener.open(request, timeout=20)
        except HTTPError as refused:
            answer = refused
        with answer:
            self.status, self.at = answer.status, answer.url.removeprefix(self.site)
            self.page = answer.read().decode(errors="replace")
        return self.page


def signed_in(site: str, name: str) -> Visitor:
    """Return an official with both factors."""
    from tests.signing import code_now

    desk = Visitor(site)
    desk.fill_in("/accounts/login/", {"login": name, "password": PASSWORD})
    desk.post("/accounts/code/", {"code": code_now()})
    assert desk.status == 200 and "/console/" in desk.at, (desk.status, desk.at)
    return desk


def joins(site: str, token: str, said: dict[str, str], code_of: Callable[[str], str]) -> None:
    """Join by phone, prove it, be uncovered and accepted, and show the card."""
    worker, desk = Visitor(site), signed_in(site, "lan")
    answers = {
        "who": {"name": said["name"], "id_number": said["number"]},
        "phone": {"phone": said["phone"]},
        "group": {"group": "courier"},
        "work": {"workplace": "青岚东站"},
        "consents": {"membership": "on", "sensitive_id": "on", "services": "on"},
    }
    for step, answer in answers.items():
        worker.fill_in(f"/j/{token}/{step}/", answer)
    key = re.search(r'name="key" value="([^"]+)"', worker.page)
    assert key is not None, worker.at
    worker.post(f"/j/{token}/hand-in/", {"key": key[1]})
    assert worker.at == "/join/code/", worker.at
    worker.post("/join/code/", {"code": code_of(said["phone"])})
    assert worker.at == "/me/request/", worker.at
    request = re.compile(r"/console/joining/[0-9a-f-]{36}/")
    address = request.search(desk.waits_for("/console/joining/", request.search))[0]
    desk.waits_for(address, lambda page: "approve-checked_by" in page and "tel:" not in page)
    assert said["number"] in desk.post(f"{address}unmask/", {"reason": "核对证件照片"})
    proven = re.compile(r"验证码已验证")
    desk.waits_for(address, proven.search)
    desk.post(f"{address}approve/", {"approve-checked_by": "card_seen"})
    worker.waits_for("/me/card/", lambda _: worker.status == 200)
    assert said["name"][0] in worker.page
    desk.post("/console/joining/", {"name": said["name"]})
    tries(worker, desk, said)


def tries(worker: Visitor, desk: Visitor, said: dict[str, str]) -> None:
    """Ask for what does not exist, and send what is refused, with people's values in every part of it."""
    name, number, phone = said["name"], said["number"], said["phone"]
    nowhere = f"/no/{quote(name)}/{phone}/?q={number}"
    for who in (worker, desk, Visitor(worker.site)):
        who.get(nowhere, Referer=f"{who.site}/?id={number}", **{"User-Agent": f"phone {phone}"})
        assert who.status == 404
        who.get(f"/v/{number}/", Cookie=f"sessionid={number}", **{"X-Forwarded-For": phone})
        who.post(nowhere, said)
        assert who.status == 404
        who.post("/sign-in/", said, token=False)
        assert who.status == 403
    guest = Visitor(worker.site)
    guest.fill_in("/accounts/login/", {"login": number, "password": phone})
    wrong = number[:-1] + ("0" if number[-1] != "0" else "1")
    guest.fill_in("/sign-in/", {"phone": f"{phone}0"})
    assert guest.status == 200 and "errorlist" in guest.page
    guest.fill_in("/sign-in/", {"phone": phone})
    worker.get("/my-record/")
    worker.post("/my-record/", {"id_number": wrong})
    desk.post("/console/joining/", {"name": number, "due": phone})


def asks_wrongly(site: str, token: str, said: dict[str, str]) -> None:
    """Fill in a number that no card has: the form comes back."""
    guest = Visitor(site)
    wrong = said["number"][:-1] + ("0" if said["number"][-1] != "0" else "1")
    guest.fill_in(f"/j/{token}/who/", {"name": said["name"], "id_number": wrong})
    assert guest.status == 200 and "errorlist" in guest.page, guest.status


def brings_in(site: str, good: Any, bad: Any) -> None:
    """Hand a roster in, write it, fetch the repair workbook; hand in another one that cannot be read."""
    desk = signed_in(site, "jin")
    desk.fill_in("/console/intake/", {"roster": good})
    batch = desk.at
    desk.waits_for(batch, lambda page: f"{batch}write/" in page)
    desk.post(f"{batch}write/", {})
    desk.waits_for(batch, lambda page: f"{batch}undo/" in page)
    desk.get(f"{batch}repair.xlsx")
    assert desk.status == 200
    desk.get("/console/members/")
    desk.get("/console/duplicates/")
    desk.post("/console/duplicates/search/", {})
    desk.waits_for("/console/duplicates/", lambda page: "上次查找" in page)
    desk.fill_in("/console/intake/", {"roster": bad})
    desk.waits_for(desk.at, lambda page: "state-error" in page)


def main() -> None:
    """Make the office, its officials and its join code."""
    django.setup()
    from niangjia.core.roles import Role
    from niangjia.foundation.acting import acting
    from niangjia.joining import codes
    from tests.intake.rosters import load_city
    from tests.joiners import SYSTEM
    from tests.signing import official, posting

    office = load_city()
    with acting(SYSTEM):
        code = codes.make(office, by=SYSTEM, at=datetime.now(UTC))
    posting(official("lan"), office, Role.REVIEWER)
    posting(official("jin"), office, Role.CLERK)
    print(json.dumps({"token": code.token}))


if __name__ == "__main__":
    main()
