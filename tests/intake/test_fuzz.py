"""Mutated files, handed in over HTTP: none brings a page or the worker down, none comes in by halves or otherwise than typed."""

from __future__ import annotations

import os

import pytest

from tests.intake.fuzzing import Desk
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
