"""Hands a mutated roster in as a clerk does, has its trial run made by the real reading child, and looks for anything that went wrong."""

from __future__ import annotations

import html
import re
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import polars as pl
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import translation

from niangjia.core.errors import Refusal
from niangjia.foundation.acting import acting
from niangjia.foundation.plans import sheets
from niangjia.foundation.plans.models import Batch, BatchRow, Chunk
from niangjia.intake.words import refusal_of
from niangjia.registry.models import Membership, Organisation, Person
from niangjia.ui.words import sentence
from tests.intake import typed
from tests.intake.mutants import Mutant, mutant
from tests.intake.rosters import AT, SYSTEM
from tests.jobs import run_jobs
from tests.signing import official, posting, sign_in

SERVER_ERROR, DEAD_WORKER, PARTIAL, SILENT, UNCLEAR, SLOW = FAULTS = (
    "server_errors", "dead_workers", "partial_batches", "silent_changes", "unclear_refusals", "over_30_s",
)  # fmt: skip
SLOWEST = 30
COMMIT_EVERY, REPAIR_EVERY = 8, 4
# Latin words that a Chinese sentence may have: names of formats, encodings and measures.
_LATIN = re.compile(
    r"\.(?:xlsx|xls|csv|ods)|\b(?:XML|HTML|PDF|RTF|RAR|UTF|GB|MiB|OpenDocument|DTD|ZIP|zip|gzip|xlsx|csv|ID|DDE|[A-Z]{1,3}\d+)\b"
)
_WORD = re.compile(r"[A-Za-z]{3,}")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True)
class Fault:
    """Something that must not be: of which sort, in which file, and what."""

    sort: str
    number: int
    kind: str
    told: str


@dataclass
class Tally:
    """What became of the files.

    Attributes:
        read: whose trial run was shown; ``rows`` those that came in by them, ``compared`` those of them that were compared
            with what stands in the file; ``written`` batches that were also committed and taken back.
        again: the same bytes as an earlier one; ``unsent``: the form said what is missing, for there was nothing in it.
    """

    files: int = 0
    read: int = 0
    rows: int = 0
    compared: int = 0
    written: int = 0
    mended: int = 0
    again: int = 0
    unsent: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    faults: list[Fault] = field(default_factory=list)

    def figures(self) -> dict[str, Any]:
        """Return the counts for a line of JSON."""
        sorts = Counter(fault.sort for fault in self.faults)
        return {
            "files": self.files, "mutations": len(self.kinds), "read": self.read, "rows": self.rows, "rows_compared": self.compared,
            "committed_and_undone": self.written, "repair_workbooks": self.mended, "same_again": self.again, "nothing_sent": self.unsent,
            "refused": dict(sorted(self.refused.items())), **{sort: sorts[sort] for sort in FAULTS},
        }  # fmt: skip


class Desk:
    """A clerk's desk in the browser, and the worker behind it."""

    def __init__(self, office: Organisation) -> None:
        self.office, self.tally = office, Tally()
        self.client = Client(raise_request_exception=False, headers={"accept-language": "zh-hans"})
        posting(official("fuzz"), office)
        sign_in(self.client, "fuzz")

    def hand_in(self, number: int, seed: int) -> None:
        """Do with one file all that is done with a roster, and note what went wrong."""
        self.try_out(number, mutant(number, seed))

    def try_out(self, number: int, one: Mutant) -> None:
        """Hand one file in, and look at what becomes of it."""
        self.number, self.one, start = number, one, time.monotonic()
        self.tally.files += 1
        self.tally.kinds[one.kind] += 1
        before = _on_the_roll()
        batch = self._uploaded()
        if batch is not None and batch.status == "uploaded":
            self._work()
            batch = _fresh(batch)
            self._look(batch)
            if _on_the_roll() != before:
                self._fault(PARTIAL, "the register changed by a trial run")
        if time.monotonic() - start > SLOWEST:
            self._fault(SLOW, f"{time.monotonic() - start:.0f} s")

    def _fault(self, sort: str, told: str) -> None:
        self.tally.faults.append(Fault(sort, self.number, self.one.kind, told))

    def _get(self, url: str) -> Any:
        answer = self.client.get(url)
        if answer.status_code == 302 and "login" in answer["Location"]:  # a session lasts a while only
            sign_in(self.client, "fuzz")
            answer = self.client.get(url)
        if answer.status_code >= 500:
            self._fault(SERVER_ERROR, f"GET {answer.status_code}")
        return answer

    def _uploaded(self) -> Batch | None:
        if self.number % 100 == 0:
            self._get(reverse("console:intake"))
        file = SimpleUploadedFile("x", self.one.content)
        vars(file)["_name"] = self.one.name  # as it is: Django would make an absurd name plain
        answer = self.client.post(reverse("console:intake"), {"roster": file})
        if answer.status_code >= 500:
            self._fault(SERVER_ERROR, f"upload {answer.status_code}")
            return None
        if answer.status_code != 302:
            self.tally.unsent += 1
            if answer.status_code not in (200, 400) or not _CHINESE.search(answer.content.decode()):
                self._fault(UNCLEAR, f"upload {answer.status_code}")
            return None
        with acting(SYSTEM):
            batch = Batch.objects.get(pk=answer["Location"].rstrip("/").rsplit("/", 1)[1])
        if batch.status != "uploaded":
            self.tally.again += 1
        return batch

    def _work(self) -> None:
        """Do the deferred jobs; a worker that an exception gets out of counts as dead."""
        try:
            run_jobs()
        except Exception as error:
            self._fault(DEAD_WORKER, f"{type(error).__name__}: {str(error)[:200]}")

    def _look(self, batch: Batch) -> None:
        url = reverse("console:intake-batch", args=[batch.pk])
        page = self._get(url).content.decode()
        if batch.status == "failed":
            self._look_at_refusal(batch, page)
        elif batch.status == "planned":
            self._look_at_plan(batch, url)
        else:
            self._fault(DEAD_WORKER, f"the batch ended {batch.status}")

    def _look_at_refusal(self, batch: Batch, page: str) -> None:
        self.tally.refused[batch.failure["code"]] += 1
        with acting(SYSTEM):
            if BatchRow.objects.filter(batch=batch).exists() or Chunk.objects.filter(batch=batch).exists():
                self._fault(PARTIAL, "a refused file has rows")
        with translation.override("zh-hans"):
            said = sentence(refusal_of(batch.failure))
        if html.escape(said) not in page:
            self._fault(UNCLEAR, f"not on the page: {said}")
        if wrong := unclear(refusal_of(batch.failure)):
            self._fault(UNCLEAR, f"{wrong}: {said}")

    def _look_at_plan(self, batch: Batch, url: str) -> None:
        self.tally.read += 1
        self.tally.rows += batch.rows
        with acting(SYSTEM):
            shown, chunks = (
                BatchRow.objects.filter(batch=batch).count(),
                list(Chunk.objects.filter(batch=batch).order_by("first")),
            )
        ends = [0, *(chunk.beyond for chunk in chunks)]
        if (
            [chunk.first for chunk in chunks] != ends[:-1]
            or ends[-1] != batch.rows
            or sum(batch.counts.values()) != batch.rows
        ):
            self._fault(PARTIAL, f"{batch.counts} of {batch.rows} in {len(chunks)} chunks")
        if shown != batch.rows - batch.counts["new"]:
            self._fault(PARTIAL, f"{shown} results, {batch.counts}")
        self._compare(batch)
        back = batch.counts["held"] + batch.counts["refused"]
        if back and self.tally.read % REPAIR_EVERY == 0:
            self._get(f"{url}?show=refused")
            self._repair(batch)
        if self.tally.read % COMMIT_EVERY == 0:
            self._write(batch)

    def _repair(self, batch: Batch) -> None:
        answer = self._get(reverse("console:intake-repair", args=[batch.pk]))
        if answer.status_code == 200:
            self.tally.mended += 1
            if not b"".join(answer.streaming_content).startswith(b"PK"):
                self._fault(UNCLEAR, "the repair workbook is none")
        elif answer.status_code < 500:
            self._fault(UNCLEAR, f"repair workbook: {answer.status_code}")

    def _write(self, batch: Batch) -> None:
        """Write the batch and take it back: as many as promised, and then none."""
        before = _on_the_roll()
        self.client.post(reverse("console:intake-commit", args=[batch.pk]))
        self._work()
        done = _fresh(batch)
        with acting(SYSTEM):
            added = Membership.objects.count() - before[1]
        if (done.status, done.counts) != ("committed", batch.counts) or added != batch.counts["new"]:
            self._fault(PARTIAL, f"{done.status}: {batch.counts} became {done.counts}, {added} on the roll")
        self.client.post(reverse("console:intake-undo", args=[batch.pk]))
        self._work()
        self.tally.written += 1
        if _fresh(batch).status != "undone" or _on_the_roll() != before:
            self._fault(PARTIAL, f"taken back: {_on_the_roll()} instead of {before}")

    def _compare(self, batch: Batch) -> None:
        """Compare what is to be stored with what stands in the file, as the slow twin reads it."""
        heads, mapping = (
            batch.options["headers"],
            {k: v for k, v in batch.mapping.items() if k in ("name", "id_number", "phone", "joined_on")},
        )
        try:
            page = typed.roster_of(self.one.content, heads, mapping)
        except (ValueError, KeyError, OverflowError) as error:
            self._fault(
                SILENT,
                f"read, though it cannot be without guessing: {type(error).__name__} {str(error)[:120]}",
            )
            return
        if page is None:
            self._fault(SILENT, "no page has these headings")
            return
        least, most = (sum(typed.is_filled(cells, blank) for cells in page.values()) for blank in (" ", ""))
        if not least <= batch.rows <= most:
            self._fault(SILENT, f"{least} to {most} rows in the file, {batch.rows} read")
        if batch.plan_file_id is None:
            return
        with (
            acting(SYSTEM),
            sheets.opened(batch.plan_file_id, purpose="test", by=SYSTEM, at=AT) as frames,
        ):
            rows = pl.concat(frames.frame(number) for number in range(len(frames) - 1))
        self._rows(page, mapping, rows)

    def _rows(self, page: typed.Page, mapping: dict[str, int], rows: pl.DataFrame) -> None:
        for row, name, number, phone, joined in rows.select(
            "row", "name", "id_number", "phone", "from_on"
        ).iter_rows():
            self.tally.compared += 1
            cells = page.get(row, {})
            stored = {
                "name": (typed.flat(name), typed.flat),
                "id_number": (number, typed.numbered),
                "phone": (phone or "", typed.dialled),
            }
            for column, (kept, even) in stored.items():
                there = cells.get(mapping.get(column, -1), [typed.Cell("")])
                if not any(even(cell.text) == kept for cell in there):
                    self._fault(SILENT, f"row {row}, {column}: stored otherwise than it was typed")
                if all(
                    cell.kind == "formula" or (column == "id_number" and cell.kind == "number")
                    for cell in there
                ):
                    self._fault(SILENT, f"row {row}, {column}: taken from a {there[0].kind}")
            days = [cell.day for cell in cells.get(mapping.get("joined_on", -1), []) if cell.day]
            if days and joined not in days:
                self._fault(SILENT, f"row {row}, joined_on: {days[0]} became {joined}")


def unclear(refusal: Refusal) -> str:
    """Return what a clerk could not make sense of in the Chinese sentence of a refusal, "" for nothing.

    What comes from the file itself (names of parts and sheets) may be in any language.
    """
    with translation.override("zh-hans"):
        said = sentence(refusal)
    for told in refusal.params.values():
        if told not in refusal.words and not _LATIN.fullmatch(str(told)):
            said = said.replace(str(told), "") if told else said
    if not _CHINESE.search(said) or "%(" in said:
        return "not in Chinese"
    strange = _WORD.findall(_LATIN.sub("", said))
    return f"words of another language: {strange}" if strange else ""


def _fresh(batch: Batch) -> Batch:
    with acting(SYSTEM):
        return Batch.objects.get(pk=batch.pk)


def _on_the_roll() -> tuple[int, int]:
    with acting(SYSTEM), connection.cursor() as cursor:
        cursor.execute(
            f"SELECT (SELECT count(*) FROM {Person._meta.db_table}), (SELECT count(*) FROM {Membership._meta.db_table})"
        )
        return tuple(cursor.fetchone())
