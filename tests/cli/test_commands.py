"""What the commands of an installation promise to whoever runs it."""

from __future__ import annotations

import json
from datetime import date

import pytest
import time_machine
from typer.testing import CliRunner

from niangjia.cli import health
from niangjia.cli.charts import page
from niangjia.cli.demo import commands as demo
from niangjia.config.command import app
from niangjia.config.home import Home
from niangjia.foundation import parameters
from niangjia.foundation.accounts.models import Account
from niangjia.foundation.acting import acting
from niangjia.foundation.actors import system_actor
from niangjia.foundation.audit.models import Event
from niangjia.joining.states import CHART
from niangjia.registry.models import Organisation, Posting
from tests.factories import AT, organisation, region

pytestmark = [pytest.mark.database, pytest.mark.django_db]

SYSTEM = system_actor("test")
PASSWORD = "a long and made-up pass phrase"


@pytest.fixture
def city():
    with acting(SYSTEM):
        return organisation(code="T-city")


def told(*words: str, typed: str = ""):
    return CliRunner().invoke(app, list(words), input=typed)


def events(name: str) -> int:
    with acting(SYSTEM):
        return Event.objects.filter(name=name).count()


def test_an_official_is_added_with_a_first_password_and_an_office(city):
    answer = told(
        "official", "add", "lin", "--office", "T-city", "--role", "clerk", typed=f"{PASSWORD}\n{PASSWORD}\n"
    )
    assert answer.exit_code == 0, answer.output
    account = Account.objects.get(sign_in_name="lin")
    assert account.check_password(PASSWORD)
    with acting(SYSTEM):
        assert Posting.objects.get(account=account).role == "clerk"
    assert events("posting.began") == 1


@pytest.mark.parametrize(
    ("office", "role", "typed", "sentence"),
    [
        ("none", "clerk", PASSWORD, "no organisation with the code none"),
        ("T-city", "system", PASSWORD, "no role system"),
        ("T-city", "clerk", "short", "太短了：至少 12 位"),
    ],
)
def test_an_official_that_cannot_be_is_refused_and_nothing_is_kept(city, office, role, typed, sentence):
    answer = told("official", "add", "lin", "--office", office, "--role", role, typed=f"{typed}\n{typed}\n")
    assert answer.exit_code == 2
    assert sentence in " ".join(answer.output.split())
    assert not Account.objects.filter(sign_in_name="lin").exists()


def test_the_same_role_at_the_same_office_is_given_once(city):
    words = ("official", "add", "lin", "--office", "T-city", "--role", "clerk")
    assert told(*words, typed=f"{PASSWORD}\n{PASSWORD}\n").exit_code == 0
    assert told(*words).exit_code == 2


def test_the_first_union_is_founded_from_the_terminal():
    with acting(SYSTEM):
        region("3699")
    words = ("organisation", "add", "3699", "青岚市总工会", "--kind", "general_federation", "--level", "city")
    assert told(*words, "--region", "3699").exit_code == 0
    assert Organisation.objects.get(code="3699").name == "青岚市总工会"
    again = told(*words, "--region", "3699")
    assert again.exit_code == 2
    assert "is taken" in again.output
    assert events("organisation.founded") == 1


def test_a_union_where_none_may_stand_is_refused(city):
    words = (
        "organisation",
        "add",
        "x",
        "x",
        "--kind",
        "general_federation",
        "--level",
        "nation",
        "--region",
        "3699",
    )
    assert told(*words, "--under", "T-city").exit_code == 2
    assert not Organisation.objects.filter(code="x").exists()


def test_a_figure_of_ones_own_holds_from_its_day():
    answer = told("figures", "add", "joining_decide", "2", "--source", "city rule 3", "--since", "2026-01-01")
    assert answer.exit_code == 0, answer.output
    assert parameters.at(date(2026, 1, 1)).joining_decide == 2
    assert parameters.at(date(2025, 12, 31)).joining_decide == 3
    assert "joining_decide = 2 working days" in told("figures", "list").output
    assert told("figures", "add", "no_such", "2", "--source", "x").exit_code == 2


def test_a_day_off_is_marked_with_its_source():
    assert told("calendar", "mark", "2026-12-24", "--off", "--source", "city notice").exit_code == 0
    assert events("calendar.marked") == 1


@pytest.mark.django_db(transaction=True)
def test_the_audit_is_verified_in_words_and_as_json(tmp_path):
    from niangjia.foundation.audit.sealing import seal_once

    anchors = tmp_path / "heads.jsonl"
    told("calendar", "mark", "2026-12-24", "--off", "--source", "city notice")
    assert seal_once(by=SYSTEM, at=AT, anchors_file=anchors)
    fine = told("audit", "verify", "--anchors", str(anchors))
    assert (fine.exit_code, "Nothing was altered." in fine.output) == (0, True), fine.output
    anchors.unlink()
    spoilt = told("audit", "verify", "--anchors", str(anchors), "--json")
    assert spoilt.exit_code == 1
    assert [each["code"] for each in json.loads(spoilt.output)["findings"]] == ["no_anchors"]


@pytest.mark.django_db(transaction=True)
def test_the_doctor_finds_an_open_table():
    from django.db import connections

    (before,) = health.row_security(None)
    assert before.is_right
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE registry_consent DISABLE ROW LEVEL SECURITY")
        try:
            (opened,) = health.row_security(None)
        finally:
            cursor.execute("ALTER TABLE registry_consent ENABLE ROW LEVEL SECURITY")
    assert not opened.is_right
    assert "registry_consent" in opened.advice


def test_the_doctor_looks_at_everything_it_promises():
    answer = told("doctor", "--json")
    assert {
        "database role",
        "locale",
        "clock",
        "key ring closed to others",
        "row security",
        "divisions",
        "tables",
    } <= set(json.loads(answer.output))


def test_a_key_ring_that_others_may_read_is_found(tmp_path, settings):
    settings.NIANGJIA_HOME = Home(tmp_path)
    (tmp_path / "keys").mkdir(mode=0o700)
    (tmp_path / "keys" / "secret_key").write_text("x")
    (tmp_path / "keys" / "secret_key").chmod(0o644)
    closed, _ = health.keys(None)
    assert not closed.is_right
    (tmp_path / "keys" / "secret_key").chmod(0o600)
    closed, _ = health.keys(None)
    assert closed.is_right


def test_charts_are_drawn_from_the_table_and_a_stale_page_is_told(tmp_path):
    assert told("statecharts", "--check", "--folder", str(tmp_path)).exit_code == 1
    assert told("statecharts", "--folder", str(tmp_path)).exit_code == 0
    assert told("statecharts", "--check", "--folder", str(tmp_path)).exit_code == 0
    (tmp_path / f"{CHART.name}.md").write_text(page(CHART) + "edited by hand")
    assert told("statecharts", "--check", "--folder", str(tmp_path)).exit_code == 1


def test_a_demo_does_not_settle_over_other_data(tmp_path, monkeypatch):
    monkeypatch.setenv("NIANGJIA_DEMO", "")
    home = Home(tmp_path / "var")
    home.prepare()
    (home.files / "somebodys").write_text("data")
    assert not demo.mark(home)
    assert demo.mark(Home(tmp_path / "new"))
    assert demo.is_demo(Home(tmp_path / "new"))


def test_a_code_is_printed_only_where_there_is_one(settings):
    settings.NIANGJIA_DEMO = True
    from niangjia.cli.demo.codes import NoCode, code_of
    from tests.signing import code_now, official

    official("lan")
    with time_machine.travel(AT, tick=False):
        assert code_of("lan") == code_now()
    with pytest.raises(NoCode):
        code_of("14099999999")


def test_outside_a_demo_no_phone_gives_its_code_away(settings):
    settings.NIANGJIA_DEMO = False
    from niangjia.cli.demo.codes import code_of
    from niangjia.foundation.notices.sms import NoGateway

    with pytest.raises(NoGateway):
        code_of("14099999999")
