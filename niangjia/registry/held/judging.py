"""The last look before a held row is written: who bears the number now, and whether the decision still holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import polars as pl
from django.db import connection

from niangjia.foundation.plans.models import Batch
from niangjia.registry.held.candidates import NUMBER, Candidate, candidates
from niangjia.registry.held.keeping import columns_of, tokens_of
from niangjia.registry.held.refusals import Again, Changed, NotInQuestion, NoUnion, NumberTaken
from niangjia.registry.held.states import Outcome
from niangjia.registry.models import HeldRow, Membership

KNOWN_AS = "SELECT t.number_token FROM registry_identitytoken t WHERE t.person_id = %s ORDER BY t.number_token LIMIT 1"


@dataclass(frozen=True)
class Judged:
    """Decided rows parted: those to write, and those that go back with whoever is in question now, and why.

    Attributes:
        tokens: (n,) for each of ``rows`` by which number the chosen person is known, null where the row's own counts.
    """

    rows: list[HeldRow]
    tokens: pl.Series
    back: list[tuple[HeldRow, list[Candidate], str]]


def judged(batch: Batch, rows: Sequence[HeldRow]) -> Judged:
    """Return what becomes of rows that a clerk decided to take in, by what the register says now; as the system."""
    if not rows:
        return Judged([], pl.Series([], dtype=pl.Binary), [])
    indexed = tokens_of(columns_of(rows))
    taken: list[HeldRow] = []
    tokens: list[bytes | None] = []
    back = []
    numbers: set[bytes] = set()
    people: set[UUID] = set()
    for row, those, number in zip(rows, candidates(indexed), indexed["id_token"], strict=True):
        token = _token_of(row)
        code = _why_not(row, those) or _why_not_beside(row, number in numbers or row.chosen in people, token)
        if code:
            back.append((row, those, code))
            continue
        numbers.add(number)
        if row.chosen is not None:
            people.add(row.chosen)
        taken.append(row)
        tokens.append(token)
    return Judged(taken, pl.Series(tokens, dtype=pl.Binary), back)


def _why_not(row: HeldRow, those: Sequence[Candidate]) -> str:
    """Return the code of why a decision no longer holds, "" where it does."""
    now = {each.id for each in those}
    if row.outcome == Outcome.NEW:
        if any(each.why == NUMBER for each in those):
            return NumberTaken.code
        if row.union_id is None:
            return NoUnion.code
        return "" if now <= set(row.person_ids) else Changed.code
    chosen = next((each for each in those if each.id == row.chosen), None)
    # The clerk may know whoever lies below the office at which the row lay: who has moved on is looked at from higher up.
    if chosen is None or not _below(row, chosen):
        return Changed.code
    return NoUnion.code if row.union_id is None and not _has_spell(chosen.id) else ""


def _why_not_beside(row: HeldRow, is_taken: bool, token: bytes | None) -> str:
    """Return why a row cannot go in beside those of this run; who has no number on the register cannot be found by one."""
    if is_taken:
        return Again.code
    return NotInQuestion.code if row.chosen is not None and token is None else ""


def _below(row: HeldRow, chosen: Candidate) -> bool:
    by_line = row.line_path is not None and (chosen.line_path or "").startswith(row.line_path)
    return chosen.path.startswith(row.path) or by_line


def _has_spell(person: UUID) -> bool:
    spells = Membership.objects.filter(person_id=person, kind=Membership.Kind.PRIMARY, to_on__isnull=True)
    return spells.exists()


def _token_of(row: HeldRow) -> bytes | None:
    """Return by which number the chosen person is known: of who is known by a number, that number stands."""
    if row.chosen is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(KNOWN_AS, [row.chosen])
        found = cursor.fetchone()
    return found[0].bytes if found else None
