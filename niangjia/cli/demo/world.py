"""The demo's world as plain data: who there is, where, and in which office. Nothing here knows the database."""

import tomllib
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from niangjia.cli.synth.numbers import citizen_number
from niangjia.cli.synth.organisations import Organisation, city

PASSWORD = "niangjia-demo-2026"  # noqa: S105 - made up, printed by the demo, and only loaded there


@dataclass(frozen=True)
class Official:
    """A made-up official in one office.

    Attributes:
        sign_in: the name to sign in with; the loader chooses the password.
        role: a code of table ``role``.
        office: key of an organisation of the world.
    """

    sign_in: str
    name: str
    role: str
    office: str
    from_on: date


@dataclass(frozen=True)
class Worker:
    """A made-up worker.

    Attributes:
        sex, ethnic, group: codes of tables ``sex``, ``ethnic``, ``worker_group``.
        number: citizen number of 18 characters; its county was never issued.
        union, joined_on: the roll and the day, none for who has not joined yet.
        home: code of a town.
    """

    name: str
    sex: str
    ethnic: str
    number: str
    phone: str
    group: str
    home: str
    union: str | None
    joined_on: date | None

    @property
    def born_on(self) -> date:
        """The day that the number tells."""
        return date.fromisoformat(self.number[6:14])


@dataclass(frozen=True)
class World:
    """Everything that the demo starts with; organisations stand parents first, ``twice`` are second records of workers."""

    organisations: tuple[Organisation, ...]
    officials: tuple[Official, ...]
    workers: tuple[Worker, ...]
    twice: tuple[Worker, ...] = ()


@cache
def world() -> World:
    """Return the demo's world, the same each time."""
    facts = tomllib.loads(files("niangjia.cli.demo").joinpath("people.toml").read_text(encoding="utf-8"))
    officials = tuple(_official(dict(row)) for row in facts["officials"])
    workers = tuple(_worker(dict(row)) for row in facts["workers"])
    by_name = {worker.name: worker for worker in workers}
    twice = tuple(_again(by_name[row.pop("of")], row) for row in map(dict, facts["second_records"]))
    return World(city(), officials, workers, twice)


def _official(row: dict[str, Any]) -> Official:
    return Official(from_on=row.pop("from"), **row)


def _worker(row: dict[str, Any]) -> Worker:
    number = citizen_number(row.pop("number"))
    return Worker(number=number, union=row.pop("union", None), joined_on=row.pop("joined", None), **row)


def _again(worker: Worker, row: dict[str, Any]) -> Worker:
    """Return a worker as another union wrote them down: two digits of the number exchanged, so that it is a wrong one."""
    number = worker.number
    slip = number[:15] + number[16] + number[15] + number[17]
    return replace(worker, number=slip, union=row.pop("union"), joined_on=row.pop("joined"), **row)
