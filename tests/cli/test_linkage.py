"""``niangjia linkage``: figures and weights, never a person; without its extra one sentence, and nobody else needs it."""

from __future__ import annotations

import json
import subprocess
import sys

import polars as pl
import pytest
import typer
from typer.testing import CliRunner

from niangjia.cli.main import add_commands
from niangjia.cli.synth.duplicates import crowd
from niangjia.foundation.acting import acting
from niangjia.registry.models import Pair
from tests.joiners import SYSTEM
from tests.registry.duplicates import made

pytestmark = [pytest.mark.database, pytest.mark.django_db]

# Every module of the default install, with the extras out of reach.
IMPORT_ALL = """
import os, pkgutil, sys
sys.modules |= dict.fromkeys(("splink", "duckdb", "pyspark", "sqlglot"))
os.environ["DJANGO_SETTINGS_MODULE"] = "niangjia.config.settings"
import django
django.setup()
import niangjia
for each in pkgutil.walk_packages(niangjia.__path__, "niangjia."):
    if not each.name.endswith("__main__") and each.name != "niangjia.config.wsgi":
        __import__(each.name)
assert sys.modules["splink"] is None and "niangjia.registry.linkage.spark" in sys.modules
"""


@pytest.fixture
def command(settings):
    app = typer.Typer()

    @app.callback()
    def whole() -> None:
        """More than one command."""

    add_commands(app, lambda context: None)

    def run(*words: str):
        return CliRunner().invoke(app, ["linkage", *words])

    return run


def test_nothing_of_the_default_install_needs_the_extras():
    done = subprocess.run([sys.executable, "-c", IMPORT_ALL], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.mark.parametrize(("words", "extra"), [((), "linkage"), (("--spark", "local[2]"), "spark")])
def test_without_the_extra_it_says_what_to_install(command, monkeypatch, words, extra):
    monkeypatch.setitem(sys.modules, "splink" if extra == "linkage" else "pyspark", None)
    if extra == "spark":
        pytest.importorskip("splink")
    answer = command("--organisation", "T-county", *words)
    assert answer.exit_code == 2
    assert f"pip install 'niangjia[{extra}]'" in answer.output
    assert len(answer.output.splitlines()) == 1


def test_an_organisation_that_is_not_there_or_empty_is_said(command):
    pytest.importorskip("splink")
    pytest.importorskip("duckdb")
    answer = command("--organisation", "none")
    assert (answer.exit_code, answer.output.strip()) == (2, "There is no organisation with the code none.")
    _, county, _, _ = made.unions()
    answer = command("--organisation", county.code)
    assert answer.exit_code == 2
    assert "fewer than two records" in answer.output


@pytest.fixture
def county():
    """A county of some hundreds of made-up people, many with two records."""
    _, county, near, _ = made.unions()
    kinds = ["moved", "id_missing", "id_digit", "phone_changed", "name_homophone", "name_shape_id_missing"]
    rows = crowd(500, seed=7, share=0.4, kinds=kinds).rows.filter(
        pl.col("id_number").is_null() | pl.col("id_number").is_first_distinct()
    )
    for place, row in enumerate(rows.iter_rows(named=True)):
        made.member(
            near[place % 2], row["id_number"] or "", name=row["name"], phone=row["phone"] or "",
            birth_on=row["birth_on"], sex=row["sex"] or "0", id_kind=row["id_kind"] or "citizen", on_roll=False,
        )  # fmt: skip
    return county, rows


def test_it_prints_one_object_of_figures_and_weights_and_nothing_of_a_person(command, county):
    pytest.importorskip("splink")
    pytest.importorskip("duckdb")
    office, rows = county

    answer = command("--organisation", office.code, "--queue", "--threshold", "0.5", "--json")

    assert answer.exit_code == 0, answer.output
    told = json.loads(answer.output)
    assert told["persons"] == rows.height
    assert told["both"] + told["only_ours"] == told["ours"] == told["ours_same"] + told["ours_likely"]
    assert told["both"] + told["only_splink"] == told["splink"]
    assert told["precision"] == pytest.approx(told["both"] / told["ours"])
    assert told["both"] > 20
    assert told["queued"] == told["only_splink"] - told["only_splink_barred"]
    with acting(SYSTEM):
        assert Pair.objects.count() == told["queued"]
    assert {"level", "m", "u", "trained", "ours"} <= told["weights"][0].keys()
    seen = set(rows["id_number"].drop_nulls()) | set(rows["phone"].drop_nulls()) | set(rows["name"])
    assert not [each for each in seen if each in answer.output]


def test_without_json_the_weights_stand_beside_ours(command, county):
    pytest.importorskip("splink")
    pytest.importorskip("duckdb")
    answer = command("--organisation", county[0].code)
    assert answer.exit_code == 0, answer.output
    line = next(line for line in answer.output.splitlines() if "PHONE_SLIP" in line)
    assert line.split()[-1] == "10.0"
