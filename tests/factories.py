"""Made-up rows for tests; each is called inside ``acting(system_actor("test"))``."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime
from uuid import uuid4

from niangjia.registry.models import Membership, Organisation, Person, Region
from niangjia.registry.organisations import found

AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)  # 10:00 in Shanghai, a Tuesday
ON = date(2026, 11, 24)
_numbers = itertools.count(1)


def region(code: str = "3699", level: int = Region.Level.CITY, name: str = "青岚市") -> Region:
    """Return a region of the made-up city."""
    facts = {"level": level, "name": name, "valid_from": date(2020, 1, 1), "edition": "demo"}
    return Region.objects.get_or_create(code=code, defaults=facts)[0]


def organisation(under: Organisation | None = None, **facts: object) -> Organisation:
    """Return a new union under ``under``."""
    number = next(_numbers)
    place = (
        {"kind": "single", "level": "grassroots"}
        if under
        else {"kind": "general_federation", "level": "city"}
    )
    values = {"code": f"T{number:06}", "name": f"青岚第{number}工会", "region": region(), **place}
    return found(values | facts, under=under, on=date(2020, 1, 1))


def person(union: Organisation, **facts: object) -> Person:
    """Return a new person whose record ``union`` holds."""
    number = next(_numbers)
    values = {
        "organisation": union,
        "path": union.path,
        "line_path": union.line_path,
        "name": f"测试{number}",
        "name_key": f"测试{number}",
        "id_kind": "citizen",
        "group": "courier",
        "secrets": b"sealed",
        "secrets_print": uuid4(),
        "created_at": AT,
        "changed_at": AT,
    }
    return Person.objects.create(**values | facts)


def spell(member: Person, union: Organisation, **facts: object) -> Membership:
    """Return a new open primary spell of ``member`` at ``union``."""
    values = {
        "person": member,
        "organisation": union,
        "path": union.path,
        "line_path": union.line_path,
        "name_then": member.name,
        "group": member.group,
        "from_on": ON,
        "channel": "online",
        "opened_at": AT,
    }
    return Membership.objects.create(**values | facts)
