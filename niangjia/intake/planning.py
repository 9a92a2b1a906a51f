"""The trial run of a roster: read, checked, placed, compared with the register. Nothing of the register is written.

Twice through the rows, block by block, so that a roster of any length takes the same memory: once to check each row for
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
from niangjia.core.ids import uuid7
from niangjia.core.intake import members, unions
from niangjia.core.intake.members import Checked
from niangjia.core.intake.repeats import repeats
from niangjia.core.parameters.values import Parameters
from niangjia.foundation import audit, notices
from niangjia.foundation.acting import acting
from niangjia.foundation.actors import Actor, Scope
from niangjia.foundation.files.storing import Incoming
from niangjia.foundation.files.uploads import Spool
from niangjia.foundation.jobs import progress
from niangjia.foundation.plans import planning, sheets
from niangjia.foundation.plans.beside import side_by_side
from niangjia.foundation.plans.models import Batch
from niangjia.foundation.plans.states import Status
from niangjia.registry.kinds.comparing import Compared, compared
from niangjia.registry.kinds.employing import said
from niangjia.registry.kinds.members import kind_by_name, may_be_founded
from niangjia.registry.models import Organisation
from niangjia.registry.organisations import parent_of

Clock = Callable[[], datetime]
NATION = "00"
SPOOL_BYTES = 64 * 1024 * 1024  # in memory; the rest waits in a sealed file
CHECKED_CHUNKS = 2  # at once: what a check costs whatever the number of rows counts less
KEEP_A_ROLL = ("single", "joint")
LISTED = {
    "id": pl.String,
    "code": pl.String,
    "name": pl.String,
    "path_text": pl.String,
    "in_scope": pl.Boolean,
}
KEPT = ("place", "name", "name_key", "id_kind", "id_number", "earlier_numbers", "phone", "address", "sex",
    "birth_on", "group", "ethnic", "education", "work_status", "hukou", "region_id", "employer", "employer_key",
    "employer_code", "from_on", "person_id", "membership_id", "organisation", "id_token", "phone_token", "npb_token",
    "seen", "what", "row", "verdict", "differs", "findings")  # fmt: skip


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
            trial, _blocks(blocks, CHECKED_CHUNKS * trial.chunk_rows), mapping, spool, by=by, now=now
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
    found, rows = [], 0
    with sheets.Writer(spool.write) as frames:
        for block in blocks:
            checked = members.check_block(block, mapping, on=trial.on, allow_demo=trial.allow_demo)
            found.append(members.keys_of(checked))
            for first in range(0, block.height, trial.chunk_rows):
                part = checked.part(first, trial.chunk_rows)
                frames.put(part.columns)
                frames.put(part.findings)
            rows += block.height
            trial.tell("read", rows, 0, by=by, at=now())
    return repeats(pl.concat(found))


def _compared(
    trial: _Trial, checked: sheets.Reader, again: pl.DataFrame, incoming: Incoming, *, by: Actor, now: Clock
) -> None:
    """Compare each block with the register, and keep its results, and what a commit needs of it, in ``incoming``."""
    compare = partial(_compared_block, trial, by=by, now=now)
    with sheets.Writer(incoming.write) as frames:
        for rows, found in side_by_side(compare, _whole_blocks(trial, checked, again)):
            trial.count(rows, found)
            frames.put(planning.to_write(rows))
            trial.tell("check", trial.made.rows, again.height, by=by, at=now())
        frames.put(said(pl.concat(trial.employers)))


def _whole_blocks(
    trial: _Trial, checked: sheets.Reader, again: pl.DataFrame
) -> Iterator[tuple[int, Checked, pl.DataFrame]]:
    """Yield the first place of each block, its rows with what they repeat, and the unions that they may name."""
    first = 0
    for number in range(0, len(checked), 2):
        block = Checked(checked.frame(number), checked.frame(number + 1))
        beyond = first + block.columns.height
        trial.announce(block.columns)
        yield first, members.with_repeats(block, again[first:beyond]), trial.unions
        first = beyond


def _compared_block(
    trial: _Trial, block: tuple[int, Checked, pl.DataFrame], *, by: Actor, now: Clock
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the rows of one block with their verdicts, and all their findings; their results are kept."""
    first, checked, listed = block
    with acting(by):
        told = trial.compare(checked, listed, by=by, at=now())
        place = pl.int_range(first, first + told.rows.height, dtype=pl.UInt32)
        rows = told.rows.with_columns(place=place).select(KEPT)
        planning.results(trial.batch, rows)
    return rows, told.findings


class _Trial:
    """One trial run: whose it is, and what it has come to so far."""

    def __init__(self, batch: Batch, on: date) -> None:
        self.batch, self.on = batch, on
        self.office = Organisation.objects.get(pk=batch.organisation_id)
        self.figures = Parameters(on, NATION)
        self.chunk_rows = int(batch.options.get("chunk_rows") or self.figures.chunk_rows)
        self.allow_demo = settings.NIANGJIA_DEMO or bool(batch.options.get("demo"))
        self.scope = Scope.below(self.office.path, line=self.office.leads_a_line)
        self.unions = _listed(self.scope)
        self.to_found: list[dict[str, Any]] = []
        self.made = plan.NOTHING
        self.finding_counts: dict[str, int] = {}
        self.employers: list[pl.DataFrame] = []

    def tell(self, stage: str, done: int, total: int, *, by: Actor, at: datetime) -> None:
        """Say how far it has come.

        Raises:
            _Left: somebody cancelled the batch.
        """
        with acting(by):
            if not Batch.objects.filter(pk=self.batch.pk, status=Status.PLANNING).exists():
                raise _Left
            progress.report(self.batch.pk, stage=stage, done=done, total=total, at=at)

    def compare(self, checked: Checked, listed: pl.DataFrame, *, by: Actor, at: datetime) -> Compared:
        """Return the rows of one block with their unions, of those ``listed``, and their verdicts."""
        own = str(self.office.pk) if self.office.kind in KEEP_A_ROLL else None
        union, about_unions = unions.match(checked.columns, listed, own=own)
        found = pl.concat([checked.findings, about_unions]).sort("row", maintain_order=True)
        columns = checked.columns.with_columns(union.alias("organisation"))
        told = compared(columns, found, scope=self.scope, on=self.on, at=at)
        if told.opened:
            facts = {"purpose": "roster"}
            audit.record("secrets.read", by=by, at=at, subject=self.batch, persons=told.opened, facts=facts)
        return told

    def announce(self, columns: pl.DataFrame) -> None:
        """Add the unions that these rows are the first to name, where the batch may found unions."""
        if not self.batch.options.get("create_organisations"):
            return
        names = set(self.unions["name"]) | set(self.unions["path_text"]) | set(self.unions["code"])
        wanted = (
            columns.select("union", "union_code").drop_nulls("union").unique("union", maintain_order=True)
        )
        new = [
            _to_found(name, code, self.office)
            for name, code in wanted.iter_rows()
            if name not in names and (code is None or code not in names) and may_be_founded(name, self.office)
        ]
        rows = [(each["id"], each["credit_code"], each["name"], each["name"], True) for each in new]
        self.unions = pl.concat([self.unions, pl.DataFrame(rows, schema=LISTED, orient="row")])
        self.to_found += new

    def count(self, rows: pl.DataFrame, found: pl.DataFrame) -> None:
        """Take one block into the counts, and its employers among those that the chunks share."""
        self.made += plan.plan(rows)
        for code, n in found["code"].value_counts().iter_rows():
            self.finding_counts[code] = self.finding_counts.get(code, 0) + n
        self.employers.append(said(planning.to_write(rows)))

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
            mapping=dict(mapping), options={**batch.options, "unions_to_found": self.to_found},
        )  # fmt: skip
        _alarm(batch, self.office, counts.get("ROLL_HELD", 0), self.figures, at=at)


def _listed(scope: Scope) -> pl.DataFrame:
    """Return every union with whether it is in scope."""
    there = list(Organisation.objects.filter(ended_on__isnull=True).select_related("line").order_by("path"))
    names_by_path = {each.path: each.name for each in there}
    listed = [
        (str(each.pk), each.credit_code, each.name, _path_text(each.path, names_by_path), _is_in(scope, each))
        for each in there
    ]
    return pl.DataFrame(listed, schema=LISTED, orient="row")


def _path_text(path: str, names: Mapping[str, str]) -> str:
    steps = range(Organisation.steplen, len(path) + 1, Organisation.steplen)
    return "/".join(names.get(path[:end], "") for end in steps)


def _is_in(scope: Scope, union: Organisation) -> bool:
    return scope.holds(union.line_path if scope.line else union.path)


def _to_found(name: str, code: str | None, office: Organisation) -> dict[str, Any]:
    key = uuid7()
    return {"id": str(key), "name": name, "credit_code": code, "code": code or f"{office.code}-{key.hex[-8:]}", "kind": kind_by_name(name)}  # fmt: skip


def _alarm(batch: Batch, office: Organisation, held: int, figures: Parameters, *, at: datetime) -> None:
    """Tell the office above when so many rows are held that somebody may be trying numbers out."""
    today = Batch.objects.filter(organisation_id=office.pk, kind=batch.kind, planned_at__date=day_of(at))
    day = sum(each.get("ROLL_HELD", 0) for each in today.values_list("finding_counts", flat=True))
    if held and (day > figures.held_alarm_per_day or held >= figures.held_alarm_share * batch.rows):
        superior = parent_of(office)
        if superior is not None:
            notices.tell_office(superior.pk, "held_alarm", at=at, subject=batch.pk)
