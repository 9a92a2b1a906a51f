"""The real thing: ``niangjia run``, lived in over HTTP for a day; then every file of its home and every word it said.

Names stand in the database by design, in the clear; ID numbers, phones and addresses stand nowhere, in no form: not in the
tables' files, not in the write-ahead log, not in a session, not in a log, a stored file or what the processes printed.
"""

from __future__ import annotations

import base64
import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import polars as pl
import psycopg
import pytest

from niangjia.cli.synth.numbers import citizen_number
from niangjia.cli.synth.rosters import roster
from niangjia.config.embedded_postgres import cluster_of
from niangjia.config.embedded_postgres.binaries import choose
from niangjia.config.embedded_postgres.postmaster import wait_until
from tests.config.conftest import passable_folder
from tests.matrix import living
from tests.matrix.leaving import people
from tests.matrix.test_canaries import HASHES, forms

# On one worker, or the day is lived on each.
pytestmark = [pytest.mark.database, pytest.mark.kill, pytest.mark.xdist_group("a day of the real thing")]
ROOT = Path(__file__).parents[2]
JOINER = {"name": "骉试龘", "phone": "14090007788", "number": citizen_number("36990119850607777")}
ROWS = 40
READY_SECONDS = 60
AT_A_TIME = 64 * 1024 * 1024  # bytes that are searched in one go
# Elsewhere names stand in the clear on purpose, or two signs of one are too short to be nobody's chance in sealed bytes.
NAMES_SOUGHT_IN = frozenset({"log", "database log", "output", "sessions"})
PLACES = {  # below the home, the first that fits
    "write-ahead log": "postgres/data/pg_wal",
    "tables": "postgres",
    "database log": "log/postgres",
    "log": "log",
    "files": "files",
    "tmp": "tmp",
    "rest": "",
}


def on_disk(value: str) -> dict[str, bytes]:
    """Return the value in every form that is looked for, digests as bytes too."""
    text = value.encode()
    return forms(value) | {f"{name} bytes": digest(text).digest() for name, digest in HASHES.items()}


class Installation:
    """A home after its day, and what was seen of it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.home = folder, folder / "home"
        self.people = [JOINER]
        self.taken: dict[str, list[bytes]] = {}
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        told = {
            "NIANGJIA_HOME": str(self.home),
            "DJANGO_SETTINGS_MODULE": "niangjia.config.settings",
            "NIANGJIA_DEMO": "1",  # made-up phones are right only there, and messages are kept, not sent
            "PYTHONPATH": str(ROOT),
        }
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("DATABASE_")} | told

    def lives(self) -> None:
        """Run it, live the day, take what only a running database gives, and stop it."""
        with (self.folder / "run.out").open("wb") as out, (self.folder / "run.err").open("wb") as err:
            command = [sys.executable, "-m", "niangjia.config.command", "run", "--port", str(self.port)]
            run = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=out, stderr=err)
            try:
                ready = wait_until(lambda: b"ready" in (self.folder / "run.out").read_bytes(), READY_SECONDS)
                assert ready, (self.folder / "run.err").read_text()[-2000:]
                self._day(f"http://127.0.0.1:{self.port}")
                self.take()
            finally:
                run.send_signal(signal.SIGTERM)
                assert run.wait(30) == 0

    def _day(self, site: str) -> None:
        cluster = cluster_of(self.home).attach()
        office = self._says("-m", "tests.matrix.living", DATABASE_URL=cluster.urls().app)
        token = json.loads(office.splitlines()[-1])["token"]
        living.asks_wrongly(site, token, JOINER)
        living.joins(site, token, JOINER, self._code)
        living.brings_in(site, *self._rosters())

    def _says(self, *words: str, **more: str) -> str:
        """Return what a program prints; what it complains of is looked at like a log."""
        with (self.folder / "said.err").open("ab") as err:
            done = subprocess.run(
                [sys.executable, *words],
                cwd=ROOT,
                env=self.environment | more,
                stdout=subprocess.PIPE,
                stderr=err,
                timeout=60,
                check=False,
            )
        assert done.returncode == 0, (self.folder / "said.err").read_text()[-2000:]
        return done.stdout.decode().strip()

    def _code(self, phone: str) -> str:
        said = self._says("-m", "niangjia.config.command", "demo", "code", phone)
        return re.search(r"\d{6}", said)[0]

    def _rosters(self) -> tuple[io.BytesIO, io.BytesIO]:
        """Return a messy roster with a column of addresses that nobody asked for, and a file that is no roster."""
        made = roster(ROWS, 7, title=False, share=0.3, kinds=("id_check", "sex_differs", "duplicate_same"))
        homes = [f"青岚市滨江新区画眉巷{7700 + row}号{row}单元" for row in range(made.frame.height)]
        self.people += [*people(made), *({"address": each} for each in homes)]
        good = io.BytesIO(made.frame.with_columns(pl.Series("家庭住址", homes)).write_csv().encode())
        bad = io.BytesIO(b"%PDF-1.7 " + json.dumps(JOINER, ensure_ascii=False).encode())
        good.name, bad.name = "roster.csv", "scan.xlsx"
        return good, bad

    def take(self) -> None:
        """Take a dump of the tables, and the sessions as they read when they are unpacked."""
        url = cluster_of(self.home).attach().superuser_url("niangjia")
        dump = [choose(None).program("pg_dump"), "--dbname", url]
        self.taken["dump"] = [subprocess.run(dump, stdout=subprocess.PIPE, check=True, timeout=60).stdout]
        with psycopg.connect(url) as connection:
            rows = connection.execute("SELECT session_data FROM django_session").fetchall()
        self.taken["sessions"] = [unpacked(data) for (data,) in rows]

    def again(self, *statements: str) -> None:
        """Serve the database once more, change it, and take anew what it gives."""
        cluster = cluster_of(self.home)
        cluster.start()
        try:
            with psycopg.connect(cluster.superuser_url("niangjia"), autocommit=True) as connection:
                for statement in statements:
                    connection.execute(statement)
            self.take()
        finally:
            cluster.stop()

    def places(self) -> dict[str, list[bytes]]:
        """Return the contents of every file of the home, of what was printed and of what was taken, by place."""
        found: dict[str, list[bytes]] = {place: [] for place in PLACES}
        for file in sorted(self.home.rglob("*")):
            if file.is_file() and not file.is_symlink():
                found[place_of(file.relative_to(self.home).as_posix())].append(file.read_bytes())
        said = sorted(self.folder.glob("*.out")) + sorted(self.folder.glob("*.err"))
        return found | {"output": [each.read_bytes() for each in said]} | self.taken

    def found(self, people: Iterable[dict[str, str]] | None = None) -> set[str]:
        """Return place, person, field and form of every hit; never the value."""
        sought: dict[str, list[tuple[str, str]]] = {}
        for who, person in enumerate(self.people if people is None else people):
            for field, value in person.items():
                for form, content in on_disk(value).items():
                    sought.setdefault(content.decode("latin-1"), []).append((field, f"{field} {who} {form}"))
        return {
            f"{place}: {label}"
            for place, contents in self.places().items()
            for hit in occurring(sought, contents)
            for field, label in sought[hit]
            if field != "name" or place in NAMES_SOUGHT_IN
        }


def place_of(path: str) -> str:
    """Return the place of a file below the home."""
    return next(
        place for place, folder in PLACES.items() if f"{path}/".startswith(f"{folder}/" if folder else "")
    )


def unpacked(data: str) -> bytes:
    """Return a stored session as text: signed, in base64, and mostly compressed, which would hide a leak."""
    packed = data.partition(":")[0]
    text = base64.urlsafe_b64decode(packed.lstrip(".") + "=" * (-len(packed.lstrip(".")) % 4))
    return zlib.decompress(text) if packed.startswith(".") else text


def occurring(sought: Iterable[str], contents: list[bytes]) -> set[str]:
    """Return which byte strings, each byte a sign, occur; all at once, since the tables' files are large."""
    needles, hits = list(sought), set()
    for batch in batches(contents):
        texts = pl.Series([content.decode("latin-1") for content in batch], dtype=pl.String)
        hits.update(texts.str.extract_many(needles, overlapping=True).explode().drop_nulls().to_list())
    return hits


def batches(contents: list[bytes]) -> Iterator[list[bytes]]:
    batch: list[bytes] = []
    for content in contents:
        batch.append(content)
        if sum(map(len, batch)) > AT_A_TIME:
            yield batch
            batch = []
    if batch:
        yield batch


@pytest.fixture(scope="module")
def installation():
    with passable_folder() as folder:
        made = Installation(folder)
        made.lives()
        yield made


def test_there_is_something_to_look_for_and_to_look_in(installation):
    sizes = {place: sum(map(len, contents)) for place, contents in installation.places().items()}
    assert len(installation.people) > 2 * ROWS
    assert sizes["write-ahead log"] >= 16 * 1024 * 1024 and sizes["tables"] > 20_000_000
    assert sizes["dump"] > 100_000 and sizes["files"] > 1000 and sizes["log"] > 1000
    assert all(sizes[place] for place in (*PLACES, "output", "sessions") if place != "tmp")
    log = b"".join(installation.places()["log"])
    assert b"Not Found: (no such address)" in log and b"Forbidden" in log
    tables = b"".join(installation.places()["tables"])
    assert JOINER["name"].encode() in tables  # a value that is there on purpose is seen


def test_nobody_is_found_anywhere(installation):
    assert installation.found() == set()


@pytest.mark.parametrize("place", [*PLACES, "output"])
def test_a_planted_leak_is_found_in_every_place_and_form(installation, place):
    inside = installation.home / PLACES.get(place, "")
    leak = (inside if place in PLACES else installation.folder) / (
        "planted" if place in PLACES else "planted.err"
    )
    leak.parent.mkdir(parents=True, exist_ok=True)
    sought = {"phone": "14090001122"}
    leak.write_bytes(b"".join(b"xx" + content + b"yy" for content in on_disk(sought["phone"]).values()))
    try:
        assert installation.found([sought]) == {
            f"{place}: phone 0 {form}" for form in on_disk(sought["phone"])
        }
    finally:
        leak.unlink()


def test_a_planted_leak_is_found_in_what_the_database_keeps(installation):
    """Last, for the home is no longer clean afterwards: a table, its write-ahead log, its dump, and a session."""
    number = citizen_number("36990119850607555")
    packed = (
        base64.urlsafe_b64encode(zlib.compress(json.dumps({"note": number}).encode())).decode().rstrip("=")
    )
    installation.again(
        f"CREATE TABLE planted AS SELECT '{number}' AS plain",
        "INSERT INTO django_session (session_key, session_data, expire_date) "
        f"VALUES ('planted', '.{packed}:1:signed', now() + interval '1 day')",
        f"DO $$ BEGIN RAISE LOG '{number}'; END $$",
    )
    hits = installation.found([{"number": number}, *installation.people])
    places = ("tables", "write-ahead log", "dump", "sessions", "database log")
    assert {f"{place}: number 0 raw" for place in places} <= hits
