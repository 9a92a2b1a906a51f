"""A county with a million persons is moved under another city, while workers join elsewhere and in it.

``python -m benchmarks.reorganisation --persons 1000000 --json``: the seconds of carrying the order out and of taking it back, the
longest that a join elsewhere took meanwhile, and whether every row is where its union is and every figure adds up.
"""

from __future__ import annotations

import argparse
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.intake import SETTINGS, prepared
from benchmarks.report import show
from niangjia.config.embedded_postgres.serving import throwaway

if TYPE_CHECKING:
    from niangjia.config.embedded_postgres import Cluster

TOWNS, UNIONS = 20, 25
ELSEWHERE = 20_000  # persons in the counties that stay
# Keys grow with the rows, as version 7 does: an index of random ones would be another measurement.
KEY = "(lpad(to_hex({n}), 12, '0') || '7' || substr(md5(({n})::text), 1, 19))::uuid"
# As wide as real rows: the sealed part is 288 bytes.
PERSONS = f"""INSERT INTO registry_person (id, organisation_id, path, line_path, name, name_key, id_kind, sex, birth_on, "group",
    ethnic, education, work_status, hukou, first_joined_on, secrets, secrets_print, checked_by, created_at, changed_at)
    SELECT {KEY.format(n="k + %(from)s")}, o.id, o.path, NULL, '测试员' || k, '测试员' || k, 'citizen', '1', '1990-01-01', 'courier', '01', '20',
        '1', '', '2026-01-01', decode(repeat(md5(k::text), 18), 'hex'), gen_random_uuid(), '', now(), now()
    FROM generate_series(1, %(n)s) k JOIN (SELECT id, path, row_number() OVER (ORDER BY path) - 1 AS place,
        count(*) OVER () AS n FROM registry_organisation WHERE path > %(lo)s AND path < %(lo)s || '~' AND kind = 'joint') o
        ON o.place = k %% o.n"""
SPELLS = f"""INSERT INTO registry_membership (id, person_id, organisation_id, path, line_path, kind, status, name_then, "group",
    region_code, from_on, channel, end_reason, opened_at)
    SELECT {KEY.format(n="row_number() OVER (ORDER BY id)")}, id, organisation_id, path, NULL, 'primary', 'active', name, "group", '3699', '2026-01-01',
        'roster', '', now() FROM registry_person"""
CONSENTS = f"""INSERT INTO registry_consent (id, person_id, organisation_id, path, line_path, purpose, text_version, given_at)
    SELECT {KEY.format(n="row_number() OVER (ORDER BY id)")}, id, organisation_id, path, NULL, 'membership', '1', now() FROM registry_person"""
DELTAS = """INSERT INTO registry_delta (measure, organisation_id, path, line_path, region_code, "group", day, n, source)
    SELECT 'members', organisation_id, path, NULL, '3699', "group", from_on, count(*), gen_random_uuid()
    FROM registry_membership GROUP BY organisation_id, path, "group", from_on"""
ASTRAY = """SELECT (SELECT count(*) FROM registry_person t JOIN registry_organisation o ON o.id = t.organisation_id
        WHERE t.path <> o.path) + (SELECT count(*) FROM registry_membership t JOIN registry_organisation o
        ON o.id = t.organisation_id WHERE t.path <> o.path) + (SELECT count(*) FROM registry_consent t
        JOIN registry_organisation o ON o.id = t.organisation_id WHERE t.path <> o.path)"""
ROLL = "SELECT count(*) FROM registry_membership WHERE path >= %s AND path < %s || '~' AND to_on IS NULL"
FIGURE = "SELECT coalesce(sum(n), 0) FROM registry_delta WHERE path >= %s AND path < %s || '~' AND day <= %s"
FIRST = date(2026, 1, 31)


def main() -> None:
    """Measure, and print."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--persons", type=int, default=100_000)
    arguments.add_argument("--json", action="store_true")
    persons = arguments.parse_args().persons
    with tempfile.TemporaryDirectory(prefix="nj-bench-") as folder, throwaway(SETTINGS) as cluster:
        figures = _measured(persons, Path(folder), cluster)
        from niangjia.config.command import _let_go

        _let_go()
    show("reorganisation", figures)


def _measured(persons: int, folder: Path, cluster: Cluster) -> dict[str, object]:
    prepared(folder, cluster)
    units = _tree()
    _people(units["county"], persons)
    _people(units["stays"], ELSEWHERE)
    _finish_people()
    order, by = _signed(units)
    before = _told(units)
    from niangjia.registry.reorganisation import carrying, taking_back

    moved = _with_joins(units, lambda: carrying.carry_out(order.pk, by=_system(), now=_now))
    after = _told(units)
    _ask_back(order, by)
    back = _with_joins(units, lambda: taking_back.carry_back(order.pk, by=_system(), now=_now))
    again = _told(units)
    return {
        "persons": persons,
        "units": 1 + TOWNS + TOWNS * UNIONS,
        "seconds": moved["seconds"],
        "joins_elsewhere": moved["elsewhere"],
        "longest_join_elsewhere_seconds": moved["elsewhere_longest"],
        "joins_in_the_county": moved["inside"],
        "longest_join_in_the_county_seconds": moved["inside_longest"],
        "take_back_seconds": back["seconds"],
        "take_back_longest_join_elsewhere_seconds": back["elsewhere_longest"],
        "rows_astray": after["astray"] + again["astray"],
        "none_is_lost": after["all"] == before["all"] + moved["elsewhere"] + moved["inside"],
        "earlier_figures_stand": after["first_day"] == before["first_day"] == again["first_day"],
        "figures_are_rolls": all(each["figure"] == each["all"] for each in (before, after, again)),
        "moved": after["new"] - before["new"] == before["old"] + moved["inside"] and after["old"] == 0,
        "back": again["old"] == before["old"] + moved["inside"] + back["inside"],
    }


def _now() -> datetime:
    return datetime.now(UTC)


def _system() -> Any:
    from niangjia.foundation.actors import system_actor

    return system_actor("benchmark")


def _tree() -> dict[str, Any]:
    from niangjia.foundation.acting import acting
    from tests.factories import organisation

    county = {"kind": "general_federation", "level": "county"}
    town = {"kind": "general_federation", "level": "town"}
    joint = {"kind": "joint", "level": "grassroots"}
    with acting(_system()):
        top = organisation(kind="general_federation", level="province")
        old, new = (organisation(under=top, kind="general_federation", level="city") for _ in range(2))
        moves, stays = organisation(under=old, **county), organisation(under=old, **county)
        for above in [organisation(under=moves, **town) for _ in range(TOWNS)]:
            for _ in range(UNIONS):
                inside = organisation(under=above, **joint)
        elsewhere = organisation(under=stays, **joint)
    return {
        "top": top,
        "old": old,
        "new": new,
        "county": moves,
        "stays": stays,
        "in": inside,
        "out": elsewhere,
    }


def _people(above: Any, n: int) -> None:
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM registry_person")
        (there,) = cursor.fetchone()
        cursor.execute(PERSONS, {"n": n, "lo": above.path, "from": there})


def _finish_people() -> None:
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        for statement in (SPELLS, CONSENTS, DELTAS, "VACUUM ANALYZE"):
            cursor.execute(statement)


def _signed(units: dict[str, Any]) -> tuple[Any, Any]:
    from niangjia.foundation.accounts.models import Account
    from niangjia.foundation.acting import acting
    from niangjia.foundation.actors import Actor, Scope
    from niangjia.registry.models import Posting
    from niangjia.registry.reorganisation import actions

    account = Account.objects.create_official("bench", "a made-up pass phrase")
    top = units["top"]
    with acting(_system()):
        post = Posting.objects.create(
            account=account, organisation=top, role="clerk", from_on=date(2020, 1, 1)
        )
    by = Actor("clerk", account.pk, post.pk, top.pk, scope=Scope.below(top.path))  # type: ignore[arg-type]
    line = actions.Line("move", units["county"].code, units["new"].code)
    with acting(by):
        order = actions.draft("1", _now().date(), by=by, at=_now())
        actions.add_lines(order, [line], by=by, at=_now())
        assert actions.look_ahead(order, by=by, at=_now()), order.refusals
        actions.sign(order, by=by, at=_now())
    return order, by


def _ask_back(order: Any, by: Any) -> None:
    from niangjia.foundation.acting import acting
    from niangjia.registry.reorganisation import actions, queries

    with acting(by):
        actions.take_back(queries.get(order.pk, by=by), by=by, at=_now())


def _with_joins(units: dict[str, Any], work: Callable[[], None]) -> dict[str, Any]:
    """Do the work while one thread joins a union elsewhere again and again, and another one a union of the county."""
    stop = threading.Event()
    waits: dict[str, list[float]] = {"elsewhere": [], "inside": []}
    errors: list[BaseException] = []
    threads = [
        threading.Thread(target=_join_on, args=(units[where], waits[name], stop, errors))
        for name, where in (("elsewhere", "out"), ("inside", "in"))
    ]
    for thread in threads:
        thread.start()
    time.sleep(1)  # some joins are under way when it begins
    start = time.perf_counter()
    work()
    took = time.perf_counter() - start
    stop.set()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    longest = {f"{name}_longest": round(max(found), 3) for name, found in waits.items()}
    return {"seconds": round(took, 2), **{name: len(found) for name, found in waits.items()}, **longest}


def _join_on(union: Any, waits: list[float], stop: threading.Event, errors: list[BaseException]) -> None:
    from django.db import connection

    from niangjia.foundation.acting import acting
    from niangjia.registry import consents, memberships
    from tests.factories import person

    try:
        while not stop.is_set():
            start = time.perf_counter()
            with acting(_system()):
                member = person(_held(union))
                memberships.open_spell(member, union, channel="online", by=_system(), at=_now())
                consents.give(member, "membership", "1", by=_system(), at=_now())
            waits.append(time.perf_counter() - start)
            time.sleep(0.02)
    except BaseException as error:
        errors.append(error)
    finally:
        connection.close()


def _held(union: Any) -> Any:
    from niangjia.registry import organisations

    return organisations.held(union.pk, by=_system())


def _told(units: dict[str, Any]) -> dict[str, Any]:
    from django.db import connection

    from niangjia.foundation.acting import acting

    def one(statement: str, *values: Any) -> Any:
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchone()[0]

    with acting(_system()):
        top, old, new, stays = (units[name].path for name in ("top", "old", "new", "stays"))
        return {
            "astray": one(ASTRAY),
            "all": one(ROLL, top, top),
            "old": one(ROLL, old, old) - one(ROLL, stays, stays),
            "new": one(ROLL, new, new),
            "figure": one(FIGURE, top, top, _now().date()),
            "first_day": [one(FIGURE, path, path, FIRST) for path in (old, new)],
        }


if __name__ == "__main__":
    main()
