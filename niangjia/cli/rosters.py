"""``niangjia intake KIND FILE``: a list in from the terminal, by the actions and jobs that the pages use."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from itertools import count
from pathlib import Path
from typing import Any, NoReturn
from uuid import UUID

import typer
from django.conf import settings
from django.db import connection
from rich.console import Console
from rich.progress import Progress

from niangjia.core.codes import by_code
from niangjia.core.intake.lists import Asked, Form
from niangjia.core.roles import Role
from niangjia.foundation.acting import acting
from niangjia.foundation.actors import Actor, Scope, system_actor
from niangjia.foundation.jobs import progress
from niangjia.foundation.plans import kinds
from niangjia.foundation.plans.models import Batch
from niangjia.foundation.plans.states import Status
from niangjia.intake import actions, jobs, queries, returning
from niangjia.intake.words import refusal_of
from niangjia.registry.models import Organisation

PART = 1 << 20
LOOK_SECONDS = 0.3
SYSTEM = system_actor("intake")
Clock = Callable[[], datetime]


def hand_in(
    kind: str, file: Path, code: str, *, trial: bool, said: Sequence[str], as_json: bool, now: Clock
) -> None:
    """Hand a list of ``kind`` in, and print what became of it.

    Args:
        said: what holds for the whole list, each as "name=value".
    """
    form = _form(kind)
    options = _options(form, said)
    start = time.monotonic()
    office = _office(code)
    clerk = Actor(role=Role.CLERK, organisation_id=office.pk, scope=Scope.below(office.path, line=office.leads_a_line), job="terminal")  # fmt: skip
    batch = _uploaded(form.name, file, office, clerk, options, now=now)
    with _bar(batch.pk):
        jobs.plan.run({"batch": str(batch.pk)}, now=now)
        batch = _fresh(batch.pk, clerk)
        if batch.status == Status.FAILED:
            _refuse(str(refusal_of(batch.failure)))
        if not trial and batch.status in (Status.PLANNED, Status.PARTLY_COMMITTED):
            with acting(clerk):
                actions.commit(batch, by=clerk, at=now())
        if not trial:
            jobs.commit.run({"batch": str(batch.pk)}, now=now)
    batch = _fresh(batch.pk, clerk)
    repair = _repaired(file, batch, clerk, now=now)
    _tell(batch, repair, seconds=time.monotonic() - start, as_json=as_json)


def _office(code: str) -> Organisation:
    with acting(SYSTEM):
        found = Organisation.objects.filter(code=code).select_related("line").first()
    if found is None:
        _refuse(f"There is no organisation with the code {code}.")
    return found


def _form(kind: str) -> Form:
    forms = [each.form for each in kinds.lists().values()]
    known = {name: form for form in forms for name in (form.name, *form.also)}
    if kind not in known:
        names = ", ".join(form.name for form in forms)
        _refuse(f"There is no kind of list called {kind}. There are: {names}.")
    return known[kind]


def _options(form: Form, said: Sequence[str]) -> dict[str, Any]:
    """Return what was said, as the batch keeps it."""
    asked = {each.name: each for each in form.asked}
    told: dict[str, Any] = {}
    for name, _, value in (each.partition("=") for each in said):
        if name not in asked:
            _refuse(
                f"Nothing called {name} is asked of this list. Asked are: {', '.join(asked) or 'nothing'}."
            )
        told[name] = _value(asked[name], value)
    return told


def _value(asked: Asked, value: str) -> str | bool:
    if asked.is_day:
        try:
            return date.fromisoformat(value).isoformat()
        except ValueError:
            _refuse(f"{asked.name} is a day. Write it like 2026-11-24.")
    if not asked.table:
        return value in ("yes", "true", "1")
    if value not in by_code(asked.table):
        _refuse(f"{asked.name} is one of: {', '.join(by_code(asked.table))}.")
    return value


def _uploaded(
    kind: str, file: Path, office: Organisation, clerk: Actor, options: dict[str, Any], *, now: Clock
) -> Batch:
    if not file.is_file():
        _refuse(f"There is no file {file}.")
    with acting(clerk):
        try:
            return actions.upload(
                _parts(file),
                name=file.name,
                organisation=office,
                kind=kind,
                by=clerk,
                at=now(),
                options=options,
            )
        except actions.NotForThisRole as refusal:
            _refuse(str(refusal))


def _parts(file: Path) -> Iterator[bytes]:
    with file.open("rb") as content:
        while part := content.read(PART):
            yield part


def _fresh(pk: UUID, clerk: Actor) -> Batch:
    with acting(clerk):
        return queries.get(pk, by=clerk)


def _repaired(file: Path, batch: Batch, clerk: Actor, *, now: Clock) -> Path | None:
    """Write the repair workbook beside the list, for nobody's eyes but the owner's; None where no row comes back."""
    if not returning.has_repair(batch):
        return None
    with acting(clerk):
        made = returning.repair_of(batch, language=settings.LANGUAGE_CODE, by=clerk, at=now())
    place = next(each for each in _places(file) if not each.exists())
    with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(made)
    return place


def _places(file: Path) -> Iterator[Path]:
    """Yield names for a repair workbook: an earlier one may hold somebody's corrections by now, and stays."""
    yield file.with_name(f"{file.stem}.repair.xlsx")
    yield from (file.with_name(f"{file.stem}.repair-{k}.xlsx") for k in count(2))


def _tell(batch: Batch, repair: Path | None, *, seconds: float, as_json: bool) -> None:
    told: dict[str, Any] = {
        "batch": str(batch.pk),
        "rows": batch.rows,
        **{name: batch.counts.get(name, 0) for name in ("new", "changed", "same", "held", "refused")},
        "findings": batch.finding_counts,
        "repair_workbook": str(repair) if repair else None,
        "seconds": round(seconds, 2),
    }
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False))
        return
    for name, value in told.items():
        typer.echo(f"{name:>16}  {value}")


@contextmanager
def _bar(subject: UUID) -> Iterator[None]:
    """Show on stderr how far the work has come, while the block runs."""
    over = threading.Event()
    with Progress(console=Console(stderr=True), transient=True) as bar:
        watcher = threading.Thread(target=_watch, args=(bar, subject, over), daemon=True)
        watcher.start()
        try:
            yield
        finally:
            over.set()
            watcher.join()


def _watch(bar: Progress, subject: UUID, over: threading.Event) -> None:
    task = bar.add_task("…", total=None)
    try:
        while not over.wait(LOOK_SECONDS):
            with acting(SYSTEM):
                state = progress.of(subject)
            if state is not None:
                bar.update(task, description=state.stage, completed=state.done, total=state.total)
    finally:
        connection.close()


def _refuse(sentence: str) -> NoReturn:
    typer.echo(sentence, err=True)
    raise typer.Exit(2)
