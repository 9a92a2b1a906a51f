"""Every row of a made-up roster gets the verdict and the codes that the truth beside it says."""

import polars as pl
import pytest

from niangjia.cli.synth.rosters import roster
from niangjia.core.intake import headers
from niangjia.intake.reading import read
from tests.intake.truth import as_file, judged, judged_file

ROWS = 2500


@pytest.mark.parametrize("seed", [11, 12, 13])
@pytest.mark.parametrize("kind", ["xlsx", "utf-8", "utf-8-sig", "gb18030"])
def test_every_row_is_judged_as_the_truth_says(tmp_path, seed, kind):
    # GB 18030 of 2005, which is Python's, has no place for some made-up private characters that 2022 moved.
    made = roster(ROWS, seed)

    said = judged_file(as_file(made, tmp_path, kind))

    truth = made.truth.select(
        pl.col("row").cast(pl.UInt32), "verdict", pl.col("codes").list.sort(), "union", "error", "number"
    )
    assert said["row"].to_list() == truth["row"].to_list()
    both = said.join(truth, on="row", suffix="_true")
    wrong = both.filter(
        (pl.col("verdict") != pl.col("verdict_true"))
        | (pl.col("codes").list.join(" ") != pl.col("codes_true").list.join(" "))
    )
    assert wrong.select("row", "verdict", "verdict_true", "codes", "codes_true", "error").rows() == []
    named = both.filter(pl.col("union_true").is_not_null())
    assert named["union"].to_list() == named["union_true"].to_list()
    right = both.filter(pl.col("id_number").is_not_null())
    assert right["id_number"].to_list() == right["number"].to_list()
    assert right.height > ROWS * 0.9


def test_the_order_of_columns_and_a_split_file_change_nothing(tmp_path):
    made = roster(400, 5, kinds=("id_check", "sex_differs", "group_unknown", "formula_cell", "phone_length"))
    sheet = read(as_file(made, tmp_path, "xlsx"), name="roster")
    whole = judged(sheet)
    mapping = headers.guess(sheet.headers)
    width = len(sheet.headers)
    renamed = {}
    for k in range(width):
        for kind in ("", "_number", "_formula"):
            renamed[f"c{k}{kind}"] = f"c{width - 1 - k}{kind}"
    turned = type(sheet)(sheet.name, sheet.header_row, sheet.headers[::-1], sheet.rows.rename(renamed))
    halves = [
        type(sheet)(sheet.name, sheet.header_row, sheet.headers, part)
        for part in (sheet.rows[:173], sheet.rows[173:])
    ]

    assert judged(turned).equals(whole)
    assert pl.concat([judged(half, mapping=mapping) for half in halves]).equals(whole)


def test_the_control_a_rule_left_out_is_noticed(tmp_path, monkeypatch):
    from niangjia.core.intake import rules

    made = roster(400, 6)
    content = as_file(made, tmp_path, "utf-8")
    monkeypatch.setattr(rules, "ROWS", tuple(rule for rule in rules.ROWS if rule.code != "SEX_DIFFERS"))

    said = judged_file(content)

    assert said["verdict"].to_list() != made.truth["verdict"].to_list()
