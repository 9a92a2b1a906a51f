"""Every generator has its command, says what is true of each row, and makes the same files from the same seed."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path

import openpyxl
import polars as pl
import pytest
import typer
from typer.testing import CliRunner

from niangjia.cli.main import add_commands
from niangjia.cli.synth import changes, duplicates, employers, errors, noise, officers, registers
from niangjia.cli.synth.commands import write_list
from niangjia.cli.synth.generators import MAKE
from niangjia.cli.synth.kinds import ABOUT
from niangjia.cli.synth.rosters import roster

ROOT = Path(__file__).parents[3]
EVERY = pytest.mark.parametrize("kind", list(ABOUT))
ALL = """
import sys
from pathlib import Path
from niangjia.cli.synth.commands import write_list, write_roster
from niangjia.cli.synth.kinds import ABOUT
out = Path(sys.argv[1])
write_roster(out / "roster.xlsx", rows=120, seed=4)
for kind in ABOUT:
    write_list(kind, out / f"{kind}.xlsx", rows=120, seed=4)
    write_list(kind, out / f"{kind}.csv", rows=120, seed=4)
"""


def read(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


@EVERY
def test_the_command_writes_the_list_and_its_truth_and_says_where(kind, tmp_path):
    app = typer.Typer()
    add_commands(app, lambda context: None)
    out = tmp_path / "a.csv"

    result = CliRunner().invoke(app, ["synth", kind, str(out), "--rows", "190", "--seed", "3"])

    assert result.exit_code == 0, result.output
    written = [Path(line) for line in result.stdout.split()]
    assert out in written and tmp_path / "a.truth.csv" in written
    assert sorted(written) == sorted(tmp_path.iterdir())
    heads, *rows = read(out)
    assert len(heads) > 1 and len(rows) > 20 and {len(row) for row in rows} == {len(heads)}


@EVERY
def test_the_truth_is_about_rows_of_the_list(kind):
    for part, sheet in MAKE[kind](190, 3).items():
        rows = list(sheet.rows)
        if sheet.truth is None:
            assert part
        elif "verdict" in sheet.truth.columns:
            assert sheet.truth["row"].to_list() == list(range(2, len(rows) + 2))
        elif kind == "people":
            assert sheet.truth.height == len(rows)
        else:
            assert sheet.truth["other"].max() < len(rows)


def test_the_same_seed_gives_the_same_files_in_another_process_and_another_seed_gives_others(tmp_path):
    for name, hashing in (("a", "1"), ("b", "2")):
        (tmp_path / name).mkdir()
        environment = os.environ | {"PYTHONHASHSEED": hashing}
        subprocess.run(
            [sys.executable, "-c", ALL, str(tmp_path / name)], env=environment, check=True, cwd=ROOT
        )
    files = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert len(files) > 2 * len(ABOUT)
    assert [
        name for name in files if (tmp_path / "a" / name).read_bytes() != (tmp_path / "b" / name).read_bytes()
    ] == []
    for kind in ABOUT:
        write_list(kind, tmp_path / f"{kind}.csv", rows=120, seed=5)
        assert (tmp_path / f"{kind}.csv").read_bytes() != (tmp_path / "a" / f"{kind}.csv").read_bytes(), kind


@EVERY
def test_a_workbook_holds_what_the_text_file_holds(kind, tmp_path):
    write_list(kind, tmp_path / "a.csv", rows=60, seed=3)
    write_list(kind, tmp_path / "a.xlsx", rows=60, seed=3)
    page = openpyxl.load_workbook(tmp_path / "a.xlsx").active
    cells = [[cell or "" for cell in row] for row in page.iter_rows(values_only=True)]
    assert cells == read(tmp_path / "a.csv")


def test_another_kind_of_file_and_an_unknown_kind_are_refused(tmp_path):
    with pytest.raises(ValueError, match="xlsx or"):
        write_list("changes", tmp_path / "a.pdf")
    with pytest.raises(KeyError):
        write_list("horses", tmp_path / "a.csv")


def test_there_are_as_many_kinds_as_is_promised_and_each_occurs():
    """At least 14 kinds of error, 12 of harmless noise and 14 of duplicate."""
    made = roster(3000, 1)
    wrong, harmless = set(errors.KINDS), {one.name for one in noise.NOISE}
    assert len(wrong) >= 14 and wrong <= set(made.truth["error"])
    assert len(harmless) >= 12 and harmless <= set(made.truth["noise"].explode())

    people = duplicates.crowd(6000, 1).truth
    twice = {kind.name for kind in duplicates.KINDS if kind.is_same}
    assert len(twice) >= 14 and {kind.name for kind in duplicates.KINDS} <= set(people["kind"])
    firms = employers.lists(3000, 1)
    assert {kind.name for kind in employers.KINDS} <= set(firms.kinds)


def test_every_story_of_the_other_lists_occurs():
    made = roster(190, 5, kinds=(), noisy=False)
    told = officers.officers(made, 3)
    codes = set(pl.concat(told.truths)["code"])
    assert len(codes - {""}) >= 14 and {"SEAT_TAKEN", "POST_TOO_EARLY", "OFFICER_CONFLICT"} <= codes
    assert len(set(changes.changes(made, 3).truth["code"]) - {""}) >= 8
    assert set(registers.register(84).truth["kind"]) == {
        one.__name__.removeprefix("_") for one in registers.MAKERS
    }


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md", "docs/how-to/make-up-lists.md"])
def test_the_docs_list_every_generator(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert [kind for kind in ("roster", *ABOUT) if f"`{kind}`" not in text] == []
