"""Mutated files, handed in over HTTP: none brings a page or the worker down, none comes in by halves or otherwise than typed."""

from __future__ import annotations

import os

import polars as pl
import pytest

from niangjia.core.intake import members
from niangjia.intake import jobs
from niangjia.intake.reading import sheets as reading
from tests.intake.fuzzing import DEAD_WORKER, SILENT, Desk
from tests.intake.mutants import Mutant, base
from tests.intake.rosters import load_city

SEED, FILES, PARTS = 20_261_125, int(os.environ.get("NIANGJIA_FUZZ_FILES", "150")), 2


@pytest.mark.database
@pytest.mark.django_db
@pytest.mark.parametrize("part", range(PARTS))
def test_no_mutated_file_breaks_changes_or_halves_anything(settings, part):
    settings.NIANGJIA_DEMO = True
    desk = Desk(load_city())

    for number in range(part, FILES, PARTS):
        desk.hand_in(number, SEED)

    tally = desk.tally
    assert tally.faults == []
    assert tally.read and tally.compared and tally.refused and tally.written


@pytest.mark.database
@pytest.mark.django_db
def test_the_control_a_lost_row_a_changed_number_and_a_dead_worker_are_noticed(settings, monkeypatch):
    settings.NIANGJIA_DEMO = True
    desk = Desk(load_city())
    sound = [Mutant("none", f"{number}.csv", base(number, "utf-8")) for number in range(4)]
    filled, documents, plan = reading._filled, members._documents, jobs._plan

    desk.try_out(1, sound[0])
    assert desk.tally.faults == [] and desk.tally.compared

    monkeypatch.setattr(
        reading, "_filled", lambda blocks, texts: (block[1:] for block in filled(blocks, texts))
    )
    desk.try_out(2, sound[1])
    monkeypatch.setattr(reading, "_filled", filled)
    monkeypatch.setattr(
        members,
        "_documents",
        lambda cells, **said: documents(cells, **said).with_columns(
            pl.col("id_number").str.replace("1", "2")
        ),
    )
    desk.try_out(3, sound[2])
    monkeypatch.setattr(members, "_documents", documents)
    monkeypatch.setattr(jobs, "_plan", lambda *_, **__: 1 / 0)
    desk.try_out(4, sound[3])
    monkeypatch.setattr(jobs, "_plan", plan)

    sorts = {(fault.number, fault.sort) for fault in desk.tally.faults}
    assert {(2, SILENT), (3, SILENT), (4, DEAD_WORKER)} <= sorts
