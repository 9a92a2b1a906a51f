"""The facts of an event as plain JSON, with keyed fingerprints in the place of secrets."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from enum import Enum
from typing import Any
from uuid import UUID

from niangjia.foundation.keys.names import Purpose
from niangjia.foundation.keys.service import service

SECRET_FIELDS = frozenset(
    {"id_number", "earlier_numbers", "phone", "address", "card_number", "bank", "password", "code"}
)
# A net below the rule: what has the shape of an ID number or a phone never reaches the audit in the clear.
SECRET_SHAPES = re.compile(r"(?<![0-9A-Za-z])(?:\d{17}[0-9Xx]|\d{15}|1\d{10})(?![0-9A-Za-z])")


def covered(value: str) -> str:
    """Return what stands for a secret: the same for the same value, and of no use without the key."""
    digest = service().index_keys(Purpose.FACT)[0].hash.digest(value.encode("utf-8", "surrogatepass"))
    return f"print:{digest[:8].hex()}"


def as_json(facts: Mapping[str, Any] | None) -> str:
    """Return the facts as JSON text, without secrets. It never raises on a value: an act must not fail on its audit."""
    return json.dumps(_plain(dict(facts or {})), ensure_ascii=False)


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return _plain(value.value)
    match value:
        case None | bool() | float():
            return value
        case int():
            return covered(str(value)) if SECRET_SHAPES.fullmatch(str(value)) else int(value)
        case str():
            return SECRET_SHAPES.sub(lambda found: covered(found[0]), value.replace("\0", ""))
        case UUID():
            return str(value)
        case date():  # a moment is one too
            return value.isoformat()
        case bytes() | memoryview():
            return covered(bytes(value).hex())
        case Mapping():
            return {_plain(str(key)): _fact(str(key), each) for key, each in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_plain(each) for each in value]
    return _plain(str(value))


def _fact(name: str, value: Any) -> Any:
    if name in SECRET_FIELDS and value not in (None, "", True, False):
        return covered(str(value))
    return _plain(value)
