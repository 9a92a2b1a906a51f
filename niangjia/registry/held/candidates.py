"""Whom rows may be about, and at which office a row with them lies: docs/algorithms/held-rows.md."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

import polars as pl
from django.db import connection

from niangjia.registry.models import Organisation

NUMBER, LIKELY = "number", "likely"
BEARERS = """SELECT a.n - 1, p.id, p.path, p.line_path
    FROM unnest(%s::uuid[]{more}) WITH ORDINALITY a(token{names}, n)
    JOIN registry_identitytoken t ON {bears}
    JOIN registry_person p ON p.id = t.person_id ORDER BY 1, 2"""
BY_NUMBER = BEARERS.format(more="", names="", bears="t.number_token = a.token")
BY_PHONE = BEARERS.format(
    more=", %s::text[], %s::date[]", names=", name_key, birth_on",
    bears="t.phone_token = a.token AND t.name_birth = registry_name_birth(a.name_key, a.birth_on)",
)  # fmt: skip


@dataclass(frozen=True)
class Candidate:
    """Somebody on the register whom a row may be about: by the number, or by name, phone and birth date."""

    id: UUID
    why: str
    path: str
    line_path: str | None

    def as_json(self) -> dict[str, str]:
        """Return what a held row keeps."""
        return {"id": str(self.id), "why": self.why}


class Place(Protocol):
    """Where something lies."""

    path: str
    line_path: str | None


def candidates(rows: pl.DataFrame) -> list[list[Candidate]]:
    """Return for each row whom it may be about: who bears the number, else whoever has its name, phone and birth date.

    Args:
        rows: ``id_token`` and ``phone_token``, 16 bytes or null, ``name_key`` and ``birth_on``.
    """
    numbered = _bearers(BY_NUMBER, NUMBER, rows["id_token"])
    likely = _bearers(BY_PHONE, LIKELY, rows["phone_token"], rows["name_key"], rows["birth_on"])
    return [numbered[row] or likely[row] for row in range(rows.height)]


def _bearers(statement: str, why: str, tokens: pl.Series, *more: pl.Series) -> dict[int, list[Candidate]]:
    written = [UUID(bytes=token) if token is not None else None for token in tokens]
    found: dict[int, list[Candidate]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(statement, [written, *(each.to_list() for each in more)])
        for row, person, path, line_path in cursor.fetchall():
            found[row].append(Candidate(person, why, path, line_path))
    return found


def place_of(office: Place, those: Sequence[Candidate]) -> tuple[str, str | None]:
    """Return the path, and the path of the line, of the lowest office that has ``office`` and all of ``those`` below it.

    So a row about somebody whom the office may not know is seen only by who may know both.
    """
    lines = [office.line_path, *(each.line_path for each in those)]
    known = [path for path in lines if path is not None]
    line = shared(known) if len(known) == len(lines) else ""
    root = office.path[: Organisation.steplen]
    return shared([office.path, *(each.path for each in those)]) or root, line or None


def shared(paths: Sequence[str]) -> str:
    """Return the longest path that all share, a step of the tree at a time; "" for none."""
    step, first = Organisation.steplen, min(paths)
    last, depth = max(paths), 0
    while depth < len(first) and first[depth : depth + step] == last[depth : depth + step]:
        depth += step
    return first[:depth]
