from dataclasses import replace

import polars as pl
import pytest

from niangjia.core.findings import Finding, Rule, Severity, by_code, each, finding_is, findings, worst

UNDER_16 = Rule("AGE_WORKING", "age", "Under 16", "《劳动法》第十五条", lambda c: c["age"] >= 16)
ODD = Rule(
    "CHECK",
    "number",
    "Ends in %(expected)s",
    "GB",
    finding_is("found", "CHECK"),
    params={"expected": "right"},
)
OLD = Rule("OLD", "age", "Old", "product default", lambda c: c["age"] < 60, Severity.NOTE)
HELD = Rule("TWICE", "number", "Twice", "product default", lambda c: ~c["twice"], Severity.HOLD)
RULES = (OLD, UNDER_16, ODD, HELD)

ROWS = pl.DataFrame(
    {
        "age": [15, 61, None, 12],
        "found": ["CHECK", None, None, "OTHER"],
        "right": ["X", "7", None, None],
        "twice": [False, True, False, True],
    }
)


def test_every_rule_runs_on_every_row():
    assert list(each(findings(ROWS, RULES))) == [
        Finding(0, "AGE_WORKING", "age", Severity.REFUSE),
        Finding(0, "CHECK", "number", Severity.REFUSE, {"expected": "X"}),
        Finding(1, "OLD", "age", Severity.NOTE),
        Finding(1, "TWICE", "number", Severity.HOLD),
        Finding(3, "AGE_WORKING", "age", Severity.REFUSE),
        Finding(3, "TWICE", "number", Severity.HOLD),
    ]


def test_what_is_unknown_breaks_no_rule():
    assert findings(ROWS[2:3], RULES).is_empty()


def test_a_file_without_rows_has_no_findings():
    assert findings(ROWS.clear(), RULES).is_empty()
    assert worst(findings(ROWS.clear(), RULES), 0).to_list() == []


def test_the_gravest_finding_decides_over_a_row():
    assert worst(findings(ROWS, RULES), 4).to_list() == ["refuse", "hold", None, "refuse"]


def test_a_finding_holds_no_cell_but_the_columns_named_for_it():
    secret = ROWS.with_columns(number=pl.lit("secret"))
    assert "secret" not in findings(secret, RULES).write_json()


def test_one_code_says_one_thing_at_whatever_column():
    elsewhere = replace(OLD, column="years")
    assert by_code((*RULES, elsewhere))["OLD"] is OLD
    with pytest.raises(ValueError, match="OLD"):
        by_code((*RULES, replace(OLD, message="Older")))
