"""The made-up city's union organisations, from federation to grassroots union."""

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

import polars as pl

from niangjia.cli.synth import numbers
from niangjia.core.codes import divisions

CITY = "3699"


@dataclass(frozen=True)
class Employer:
    """A made-up employer.

    Attributes:
        nature: a code of table ``employer_nature``.
        workers: head count.
    """

    name: str
    credit_code: str
    nature: str
    region: str
    workers: int


@dataclass(frozen=True)
class Organisation:
    """A made-up union organisation.

    Attributes:
        key: stable and unlike all others: a region's code, or a word.
        kind, level: codes of tables ``union_kind`` and ``union_level``.
        above: key of the organisation of territory above, if any.
        line: key of the industry federation that also sees its rows, if any.
        groups: codes of table ``worker_group`` among its members; none where it keeps no roll.
        credit_code: none for unions that are no legal person.
    """

    key: str
    name: str
    kind: str
    level: str
    region: str
    above: str | None
    line: str | None = None
    groups: tuple[str, ...] = ()
    credit_code: str | None = None
    employer: Employer | None = None

    @property
    def keeps_roll(self) -> bool:
        """Whether members are on its own roll."""
        return self.kind in ("single", "joint")


@cache
def city() -> tuple[Organisation, ...]:
    """Return the organisations of the demo city and its neighbour outside the scope, parents first."""
    text = files("niangjia.cli.synth").joinpath("city.toml").read_text(encoding="utf-8")
    facts = tomllib.loads(text)
    bare = (*_territory(facts["towns"]), *_industry(facts["industry"]), *_listed(facts))
    return tuple(_with_codes(organisation, serial) for serial, organisation in enumerate(bare, start=1))


def in_scope(organisations: Sequence[Organisation], scope: str) -> frozenset[str]:
    """Return the keys of an organisation and of all below it, by line of territory."""
    below = {scope}
    for organisation in organisations:  # parents come first
        if organisation.above in below:
            below.add(organisation.key)
    return frozenset(below)


def _territory(towns: Iterable[str]) -> list[Organisation]:
    regions = divisions.load(divisions.DEMO).filter(
        (pl.col("level") != "town") | pl.col("code").is_in(list(towns))
    )
    return [
        Organisation(
            key=code,
            name=f"{name}总工会",
            kind="general_federation",
            level=level,
            region=code,
            above=None if code == CITY else parent,
        )
        for code, name, level, parent in regions.select("code", "name", "level", "parent").iter_rows()
    ]


def _industry(rows: Iterable[dict[str, str]]) -> list[Organisation]:
    place = {"kind": "union_federation", "level": "city", "region": CITY, "above": CITY, "groups": ()}
    return [_organisation({**row, **place}) for row in rows]


def _listed(facts: dict[str, Any]) -> list[Organisation]:
    return [_organisation(dict(row)) for row in (*facts["outside"], *facts["grassroots"])]


def _organisation(row: dict[str, Any]) -> Organisation:
    name, nature = row.pop("employer", None), row.pop("nature", "")
    employer = Employer(name, "", nature, row["region"], 0) if name else None
    row = {"level": "grassroots", **row, "above": row["above"] or None, "groups": tuple(row["groups"])}
    return Organisation(**row, employer=employer)


def _with_codes(organisation: Organisation, serial: int) -> Organisation:
    """Return the organisation with codes that its place in the list decides."""
    # Joint unions of streets and markets are often no legal person: two in three here.
    legal_person = organisation.kind != "joint" or serial % 3 == 0
    # Never a real region's code, not even for the neighbour who stands above the city.
    region = organisation.region if organisation.region.startswith(CITY) else CITY
    code = numbers.credit_code(numbers.CREDIT_UNION, region, serial) if legal_person else None
    employer = organisation.employer
    if employer is not None:
        employer = replace(
            employer,
            credit_code=numbers.credit_code(_kind_of(employer.nature), employer.region, 50_000_000 + serial),
            workers=60 + serial * 37 % 900,
        )
    return replace(organisation, credit_code=code, employer=employer)


def _kind_of(nature: str) -> str:
    """Return the first two characters of an employer's credit code by its nature."""
    special = {"13": numbers.CREDIT_PUBLIC, "14": numbers.CREDIT_PUBLIC, "18": numbers.CREDIT_CIVIL}
    return special.get(nature, numbers.CREDIT_FIRM)
