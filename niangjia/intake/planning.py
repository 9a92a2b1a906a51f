"""The trial run of a list of any kind: read, checked, compared with the register. Nothing of the register is written.

Twice through the rows, block by block, so that a list of any length takes the same memory: once to check each row for
itself and to keep what the search for repeats needs, and once to compare it with the register.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import polars as pl
from django.conf import settings

from niangjia.core import plan
from niangjia.core.days import day_of
from niangjia.core.intake.members import Checked
from niangjia.core.parameters.values import Parameters
from niangjia.foundation import audit, notices
from niangjia.foundation.acting import acting
from niangjia.foundation.actors import Actor
from niangjia.foundation.files.storing import Incoming
from niangjia.foundation.files.uploads import Spool
from niangjia.foundation.jobs import progress
from niangjia.foundation.plans import kinds, planning, sheets
from niangjia.foundation.plans.beside import side_by_side
from niangjia.foundation.plans.models import Batch
from niangjia.foundation.plans.states import Status
from niangjia.registry.models import Organisation
from niangjia.registry.organisations import parent_of

Clock = Callable[[], datetime]
NATION = "00"
SPOOL_BYTES = 16 * 1024 * 1024  # in memory; the rest waits in a sealed file
# At once: what a check or a comparison costs whatever the number of rows counts less.
CHECKED_BLOCKS, BLOCK_CHUNKS = 2, 2


class _Left(Exception):
    """Somebody cancelled the batch meanwhile."""


def plan_blocks(
    batch: Batch, blocks: Iterable[pl.DataFrame], mapping: Mapping[str, int], *, by: Actor, now: Clock
) -> None:
    """Show what would become of the rows in ``blocks`` of one sheet; ``batch`` is being planned."""
    with acting(by):
        trial = _Trial(batch, day_of(now()))
        planning.start_over(batch)
    spool = Spool(SPOOL_BYTES)
    try:
        again = _checked(
            trial, _blocks(blocks, CHECKED_BLOCKS * trial.block_rows), mapping, spool, by=by, now=now
        )
        with Incoming() as incoming:
            _compared(trial, sheets.Reader(spool.read_back()), again, incoming, by=by, now=now)
            with acting(by):
                trial.show(incoming, mapping, by=by, at=now())
    except _Left:
        forget(batch, by=by)
    finally:
        spool.close()


def forget(batch: Batch, *, by: Actor) -> None:
    """Leave nothing of a trial run that will not be shown."""
    with acting(by):
        planning.start_over(batch)


def _blocks(blocks: Iterable[pl.DataFrame], rows: int) -> Iterator[pl.DataFrame]:
    """Yield the rows of ``blocks`` in blocks of ``rows``."""
    waiting: list[pl.DataFrame] = []
    for block in blocks:
        waiting.append(block)
        if sum(each.height for each in waiting) >= rows:
            whole = pl.concat(waiting)
            full = whole.height - whole.height % rows
            yield from whole[:full].iter_slices(rows)
            waiting = [whole[full:]]
    rest = pl.concat(waiting)
    if rest.height:
        yield rest


def _checked(
    trial: _Trial,
    blocks: Iterator[pl.DataFrame],
    mapping: Mapping[str, int],
    spool: Spool,
    *,
    by: Actor,
    now: Clock,
) -> pl.DataFrame:
    """Check each row for itself into ``spool``, and return what each repeats."""

    def check(block: pl.DataFrame) -> tuple[kinds.Checked, pl.DataFrame]:
        checked = trial.kind.check(
            block, mapping, on=trial.on, allow_demo=trial.allow_demo, options=trial.batch.options
        )
        return checked, trial.kind.keys_of(checked)

    found, rows = [], 0
    with sheets.Writer(spool.write) as frames:
        for checked, keys in side_by_side(check, blocks):
            found.append(keys)
            for first in range(0, keys.height, trial.block_rows):
                part = checked.part(first, trial.block_rows)
                frames.put(part.columns)
                frames.put(part.findings)
            rows += keys.height
            trial.tell("read", rows, 0, by=by, at=now())
    return trial.kind.repeats(pl.concat(found))


def _compared(
    trial: _Trial, checked: sheets.Reader, again: pl.DataFrame, incoming: Incoming, *, by: Actor, now: Clock
) -> None:
    """Compare each block with the register, and keep its results, and what a commit needs of it, in ``incoming``."""
    compare = partial(_compared_block, trial, by=by, now=now)
    with sheets.Writer(incoming.write) as frames:
        for rows, found in side_by_side(compare, _whole_blocks(trial, checked, again)):
            trial.count(rows, found)
            for chunk in rows.iter_slices(trial.chunk_rows):
                frames.put(planning.to_write(chunk))
            trial.tell("check", trial.made.rows, again.height, by=by, at=now())
        frames.put(trial.of_kind.shared)


def _whole_blocks(
    trial: _Trial, checked: sheets.Reader, again: pl.DataFrame
) -> Iterator[tuple[int, kinds.Checked, Any]]:
    """Yield the first place of each block, its rows with what they repeat, and what the kind knows by then."""
    first = 0
    for number in range(0, len(checked), 2):
        block = Checked(checked.frame(number), checked.frame(number + 1))
        beyond = first + block.columns.height
        known = trial.of_kind.announce(block.columns)
        yield first, trial.kind.with_repeats(block, again[first:beyond]), known
        first = beyond


def _compared_block(
    trial: _Trial, block: tuple[int, kinds.Checked, Any], *, by: Actor, now: Clock
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the rows of one block with their verdicts, and all their findings; their results are kept."""
    first, checked, known = block
    with acting(by):
        told = trial.compare(checked, known, by=by, at=now())
        place = pl.int_range(first, first + told.rows.height, dtype=pl.UInt32)
        rows = told.rows.with_columns(place=place).select("place", *trial.kind.kept)
        planning.results(trial.batch, rows)
    return rows, told.findings


class _Trial:
    """One trial run: whose it is, and what it has come to so far."""

    def __init__(self, batch: Batch, on: date) -> None:
        self.batch, self.on = batch, on
        self.figures = Parameters(on, NATION)
        self.allow_demo = settings.NIANGJIA_DEMO or bool(batch.options.get("demo"))
        self.kind = kinds.list_named(batch.kind)
        asked = self.kind.chunk_rows or batch.options.get("chunk_rows")
        self.chunk_rows = int(asked or self.figures.chunk_rows)
        self.block_rows = self.chunk_rows * (1 if self.kind.chunk_rows else BLOCK_CHUNKS)
        self.of_kind = self.kind.trial(batch, on=on, chunk_rows=self.chunk_rows)
        self.made = plan.NOTHING
        self.finding_counts: dict[str, int] = {}

    def tell(self, stage: str, done: int, total: int, *, by: Actor, at: datetime) -> None:
        """Say how far it has come.

        Raises:
            _Left: somebody cancelled the batch.
        """
        with acting(by):
            if not Batch.objects.filter(pk=self.batch.pk, status=Status.PLANNING).exists():
                raise _Left
            progress.report(self.batch.pk, stage=stage, done=done, total=total, at=at)

    def compare(self, checked: kinds.Checked, known: Any, *, by: Actor, at: datetime) -> kinds.Compared:
        """Return the rows of one block with their verdicts; whose secrets were opened for it can read so."""
        told = self.of_kind.compare(checked, known, by=by, at=at)
        if told.opened:
            facts = {"purpose": "roster"}
            audit.record("secrets.read", by=by, at=at, subject=self.batch, persons=told.opened, facts=facts)
        return told

    def count(self, rows: pl.DataFrame, found: pl.DataFrame) -> None:
        """Take one block into the counts."""
        self.made += plan.plan(rows)
        for code, n in found["code"].value_counts().iter_rows():
            self.finding_counts[code] = self.finding_counts.get(code, 0) + n
        self.of_kind.count(planning.to_write(rows))

    def show(self, incoming: Incoming, mapping: Mapping[str, int], *, by: Actor, at: datetime) -> None:
        """End the trial run; whoever cancels meanwhile goes first."""
        batch = Batch.objects.select_for_update().get(pk=self.batch.pk)
        if batch.status != Status.PLANNING:
            raise _Left
        expires_on = self.on + timedelta(days=self.figures.batch_undo_days)
        counts = dict(sorted(self.finding_counts.items()))
        planning.show(
            self.made, counts, batch=batch,
            plan_file=sheets.keep(incoming, batch=batch, kind="plan", by=by, at=at, expires_on=expires_on),
            chunk_rows=self.chunk_rows, by=by, at=at,
            mapping=dict(mapping), options=batch.options | self.of_kind.options,
        )  # fmt: skip
        _alarm(batch, self.kind.form.alarm, self.figures, at=at)


def _alarm(batch: Batch, code: str, figures: Parameters, *, at: datetime) -> None:
    """Tell the office above when so many rows are held that somebody may be trying numbers out."""
    held = batch.finding_counts.get(code, 0)
    today = Batch.objects.filter(organisation_id=batch.organisation_id, planned_at__date=day_of(at))
    day = sum(each.get(code, 0) for each in today.values_list("finding_counts", flat=True))
    if held and (day > figures.held_alarm_per_day or held >= figures.held_alarm_share * batch.rows):
        superior = parent_of(Organisation.objects.get(pk=batch.organisation_id))
        if superior is not None:
            notices.tell_office(superior.pk, "held_alarm", at=at, subject=batch.pk)
