"""What goes back to the clerk: the repair workbook of a batch, made from its file when somebody asks for it."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from niangjia.core.findings import SCHEMA
from niangjia.core.plan import VERDICTS, Verdict
from niangjia.foundation import audit
from niangjia.foundation.actors import Actor
from niangjia.foundation.files import storing
from niangjia.foundation.files.models import StoredFile
from niangjia.foundation.plans import queries
from niangjia.foundation.plans.models import Batch
from niangjia.intake.words import form_of
from niangjia.registry.kinds.roster import MOVED

BACK = (Verdict.HELD.value, Verdict.REFUSED.value)


def has_repair(batch: Batch) -> bool:
    """Tell whether any row comes back."""
    return any(batch.counts.get(verdict, 0) for verdict in BACK)


def moved_on(batch: Batch, *, by: Actor) -> int:
    """Return how many rows a commit held back, since the register changed after the trial run counted them."""
    held = queries.results_of(batch, by=by).filter(verdict=Verdict.HELD.value)
    return held.filter(findings__contains=[{"code": MOVED}]).count()


def repair_of(batch: Batch, *, language: str, by: Actor, at: datetime) -> bytes:
    """Return the repair workbook of ``batch``, and write down that its file was read for it.

    Raises:
        FileGone: the roster's term is over.
    """
    from niangjia.intake.reading.sheets import read  # the readers are not loaded by who only looks at a batch
    from niangjia.intake.repair import repair_workbook

    stored = StoredFile.objects.get(pk=batch.file_id)
    told = list(queries.results_of(batch, by=by).values_list("row", "verdict", "findings"))
    with storing.open_file(stored, purpose="repair", by=by, at=at) as content:
        form = form_of(batch)
        sheet = read(content, name=batch.file_name, lists=(form.fields,))
        places = {row: place for place, row in enumerate(sheet.rows["row"].to_list())}
        findings, verdicts = _findings(told, places), _verdicts(told, places)
        made = repair_workbook(
            content, sheet, findings,
            form=form, verdicts=verdicts, language=language, mapping=batch.mapping,
        )  # fmt: skip
    facts = {"rows": int(verdicts.cast(pl.String).is_in(BACK).sum())}
    audit.record("roster.returned", by=by, at=at, subject=batch, facts=facts)
    return made


def _findings(
    told: list[tuple[int, str, list[dict[str, str]] | None]], places: dict[int, int]
) -> pl.DataFrame:
    """Return what was found, in the schema of ``core.findings``."""
    rows = [
        (places[row], each["code"], each["column"], each["severity"], each["params"])
        for row, _, found in told
        for each in found or ()
    ]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _verdicts(told: list[tuple[int, str, list[dict[str, str]] | None]], places: dict[int, int]) -> pl.Series:
    """Return each row's verdict; a row without a result is new, and waits to be written."""
    verdicts = [Verdict.NEW.value] * len(places)
    for row, verdict, _ in told:
        verdicts[places[row]] = verdict
    return pl.Series(verdicts, dtype=VERDICTS)
