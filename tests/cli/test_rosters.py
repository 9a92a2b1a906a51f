"""``niangjia intake members``: one JSON object, or one sentence and exit code 2."""

from __future__ import annotations

import json

import pytest
import typer
from typer.testing import CliRunner

from niangjia.cli.main import add_commands
from niangjia.cli.synth.writers import write_csv
from niangjia.foundation.acting import acting
from niangjia.foundation.plans.models import Batch
from niangjia.registry.models import Membership
from tests.intake.rosters import SYSTEM, load_city, roster

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def served(context: typer.Context):
    """The test's own database is there already."""


@pytest.fixture
def command(settings):
    settings.NIANGJIA_DEMO = True
    office, app = load_city(), typer.Typer()
    add_commands(app, served)

    def run(*said, code=office.code):
        words = [*map(str, said), "--organisation", code]
        return CliRunner().invoke(app, ["intake", "members", *words])

    return run


@pytest.fixture
def made(tmp_path):
    rows = roster(200, 12)
    write_csv(rows, tmp_path / "roster.csv")
    return rows, tmp_path / "roster.csv"


def members():
    with acting(SYSTEM):
        return Membership.objects.count()


def test_a_roster_goes_in_and_one_object_tells_what_became_of_it(command, made):
    rows, file = made

    trial = json.loads(command(file, "--trial", "--json").stdout)
    assert members() == 0
    told = json.loads(command(file, "--json").stdout)

    truth = dict(rows.truth["verdict"].value_counts().iter_rows())
    assert {name: told[name] for name in truth} == truth
    assert told["rows"] == rows.truth.height and told["new"] == members()
    assert (told["batch"], told["findings"]) == (trial["batch"], trial["findings"])


@pytest.mark.parametrize(
    "content", [b"\x00\x01\x02 nothing that anybody can read \xff", b"", "甲,乙\n1,2\n".encode()]
)
def test_a_file_that_is_no_roster_ends_with_one_sentence_and_2(command, tmp_path, content):
    file = tmp_path / "bad.csv"
    file.write_bytes(content)

    result = command(file, "--json")

    assert (result.exit_code, result.stdout) == (2, "")
    assert len(result.stderr.strip().splitlines()) == 1 and result.stderr.strip().endswith(".")
    assert members() == 0


def test_a_file_or_an_office_that_is_not_there_is_said(command, tmp_path):
    result = command(tmp_path / "missing.csv")
    assert result.exit_code == 2 and "missing.csv" in result.stderr

    (tmp_path / "there.csv").write_text("姓名\n")
    result = command(tmp_path / "there.csv", code="nobody")
    assert result.exit_code == 2 and "nobody" in result.stderr
    with acting(SYSTEM):
        assert not Batch.objects.exists()


def test_a_kind_is_known_by_its_other_name_too(settings, made):
    settings.NIANGJIA_DEMO = True
    office, app = load_city(), typer.Typer()
    add_commands(app, served)
    kinds = {}
    for name in ("postings", "officers"):
        file = made[1].with_name(f"{name}.csv")
        file.write_text(f"姓名,手机号码,工会职务\n张三{name},,主席\n", encoding="utf-8")
        words = ["intake", name, str(file), "--organisation", office.code, "--json"]
        told = json.loads(CliRunner().invoke(app, words).stdout)
        with acting(SYSTEM):
            kinds[name] = Batch.objects.get(pk=told["batch"]).kind
    assert kinds == {"postings": "officers", "officers": "officers"}
