"""After a day's work no made-up person's number or phone lies readable anywhere, and no name in a log.

One process does the work over a database with the shipped settings; here every place is searched for the values in every
form that a leak could take. The control plants one in each place.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

from niangjia.config.embedded_postgres import Cluster
from niangjia.config.embedded_postgres.binaries import choose
from niangjia.config.embedded_postgres.serving import UNSAFE_BUT_FAST
from niangjia.core.ids import uuid7
from niangjia.foundation.keys.sm3 import sm3
from tests.config.conftest import passable_folder

pytestmark = [pytest.mark.database, pytest.mark.xdist_group("a house with canaries")]
ROOT = Path(__file__).parents[2]
LOGS = ("log", "database log")
HASHES = {"md5": hashlib.md5, "sha1": hashlib.sha1, "sha256": hashlib.sha256, "sm3": sm3}


def forms(value: str) -> dict[str, bytes]:
    """Return the value in every form that is looked for."""
    text = value.encode()
    found = {"raw": text, "gb18030": value.encode("gb18030")}
    found |= {"utf-16-le": value.encode("utf-16-le"), "utf-16-be": value.encode("utf-16-be")}
    found |= {"escaped": value.encode("unicode_escape"), "in an address": quote(value).encode()}
    found |= {"hex": text.hex().encode(), "HEX": text.hex().upper().encode()}
    for offset in range(3):
        # The signs at both ends share bits with their neighbours.
        whole = base64.b64encode(b"\0" * offset + text).rstrip(b"=")
        end = len(whole) - bool((len(text) + offset) % 3)
        found[f"base64 at {offset}"] = whole[(0, 2, 3)[offset] : end]
    return found | {name: digest(text).digest().hex().encode() for name, digest in HASHES.items()}


class House:
    """A home and its database after the day, and its places."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.home = folder, folder / "home"
        self.cluster = Cluster(folder / "postgres", log=folder / "pglog", changes=UNSAFE_BUT_FAST)
        self.cluster.start()
        self.cluster.bootstrap()
        self.people = self._live()

    def _live(self):
        urls = self.cluster.urls()
        told = {
            "NIANGJIA_HOME": str(self.home),
            "DATABASE_URL": urls.app,
            "DATABASE_OWNER_URL": urls.owner,
            "DJANGO_SETTINGS_MODULE": "niangjia.config.settings",
            "NIANGJIA_DEMO": "1",  # made-up phones are right only there
            "PYTHONPATH": str(ROOT),
        }
        command = [sys.executable, "-m", "tests.matrix.leaving", str(self.folder)]
        with (self.folder / "app.log").open("wb") as log:
            done = subprocess.run(
                command,
                cwd=ROOT,
                env=os.environ | told,
                stdout=subprocess.PIPE,
                stderr=log,
                timeout=120,
                check=False,
            )
        assert done.returncode == 0, (self.folder / "app.log").read_text()[-3000:]
        return json.loads(done.stdout.decode().strip().splitlines()[-1])

    def dump(self) -> bytes:
        command = [choose(None).program("pg_dump"), "--dbname", self.cluster.superuser_url("niangjia")]
        return subprocess.run(command, stdout=subprocess.PIPE, check=True, timeout=60).stdout

    def database_log(self) -> bytes:
        """Return the server's log with all that was told before: a process of its own writes it, a little later."""
        mark, deadline = f"read up to {uuid7()}", time.monotonic() + 30
        with psycopg.connect(self.cluster.superuser_url(), autocommit=True) as connection:
            connection.execute(f"DO $$ BEGIN RAISE LOG '{mark}'; END $$")
        while mark.encode() not in (told := under(self.folder / "pglog")):
            assert time.monotonic() < deadline, "the server does not write its log"
            select.select([], [], [], 0.01)
        return told

    def places(self, only: Iterable[str] = ()) -> dict[str, bytes]:
        where = {
            "log": lambda: (self.folder / "app.log").read_bytes() + under(self.home / "log"),
            "database log": self.database_log,
            "files": lambda: under(self.home / "files"),
            "tmp": lambda: under(self.home / "tmp"),
            "dump": self.dump,
        }
        return {place: where[place]() for place in only or where}

    def found(self, only: Iterable[str] = ()) -> list[str]:
        """Return place, person, field and form of every hit; never the value."""
        hits = []
        for place, content in self.places(only).items():
            for who, person in enumerate(self.people):
                for field, value in person.items():
                    if field == "name" and place not in LOGS:
                        continue  # names are searched and sorted: they stand in the tables
                    hits += [
                        f"{place}: {field} {who} {form}" for form, at in forms(value).items() if at in content
                    ]
        return hits


def under(folder: Path) -> bytes:
    return b"\n".join(each.read_bytes() for each in sorted(folder.rglob("*")) if each.is_file())


@pytest.fixture(scope="module")
def house():
    with passable_folder() as folder:
        made = House(folder)
        yield made
        made.cluster.stop()


def test_there_are_people_to_look_for_and_places_to_look_in(house):
    places = house.places()
    assert len(house.people) > 60
    log = places["log"].decode()
    assert (
        "Not Found: (no such address)" in log and "Internal Server Error" in log and "RuntimeError at" in log
    )
    assert len(places["dump"]) > 100_000 and len(places["files"]) > 1000
    assert b"registry_person" in places["dump"] and house.people[0]["name"].encode() in places["dump"]


def test_nobody_is_found_anywhere(house):
    assert house.found() == []


PLANTED = ("log", "files", "tmp")


@pytest.mark.parametrize("form", forms("14090007788"))
@pytest.mark.parametrize("place", PLANTED)
def test_a_planted_leak_is_found_in_every_file_place_and_form(house, place, form):
    folder = house.home / place
    folder.mkdir(parents=True, exist_ok=True)
    leak = folder / "planted"
    leak.write_bytes(b"xx" + forms(house.people[0]["phone"])[form] + b"yy")
    try:
        assert any(hit.startswith(f"{place}: phone 0") and hit.endswith(form) for hit in house.found([place]))
    finally:
        leak.unlink()


def test_with_the_stock_setting_an_error_says_the_value(house):
    """The control of the setting: the same error, with errors let into the log."""
    number = house.people[0]["number"]
    assert "database log: number 0 raw" not in house.found(["database log"])
    with psycopg.connect(house.cluster.superuser_url(), autocommit=True) as connection:
        connection.execute("SET log_min_messages = 'warning'")
        with pytest.raises(psycopg.Error):
            connection.execute(f"SELECT '{number}'::text::int")
    assert "database log: number 0 raw" in house.found(["database log"])


def test_a_planted_leak_is_found_in_the_dump_and_in_the_database_log(house):
    number = house.people[0]["number"]
    with psycopg.connect(house.cluster.superuser_url("niangjia"), autocommit=True) as connection:
        connection.execute(f"CREATE TABLE planted AS SELECT '{number}' AS plain")
        connection.execute(f"DO $$ BEGIN RAISE LOG '{house.people[0]['phone']}'; END $$")
    hits = house.found(["dump", "database log"])
    assert "dump: number 0 raw" in hits and "database log: phone 0 raw" in hits
