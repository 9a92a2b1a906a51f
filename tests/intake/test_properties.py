"""What holds for any roster: a file cut in two is judged alike, and a trial run promises what the writing does."""

from __future__ import annotations

import os
from datetime import date

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from niangjia.cli.synth.errors import KINDS
from niangjia.core.findings import Severity
from niangjia.core.intake import headers, members, rules, unions
from niangjia.foundation.acting import acting
from niangjia.foundation.plans.models import BatchRow
from niangjia.intake.reading import text
from niangjia.intake.reading.caps import Caps
from niangjia.registry.models import Membership
from tests.intake.idcells import right
from tests.intake.rosters import SYSTEM, committed, load_city, planned, roster, sheet_of, undone
from tests.intake.test_rosters import roll_hash
from tests.intake.truth import organisations

FILES = int(os.environ.get("NIANGJIA_RANDOM_FILES", "20"))
ON = date(2026, 9, 1)
REPEATS = [rule.code for rule in rules.REPEATS]
HEADS = ("姓名", "身份证号", "性别", "出生日期", "手机号", "民族", "职业群体", "所属工会", "入会日期")
SOME = settings(max_examples=FILES, deadline=None, suppress_health_check=list(HealthCheck))

odd = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters='",\ufeff'), max_size=12)
lines = st.tuples(
    st.sampled_from(["张三", "李四", "欧阳 建国", "买买提·艾力", "", "\ue000", "王O"]) | odd,
    st.randoms(use_true_random=False).map(right)
    | st.sampled_from(["369901199001010013", "36990119900101001X", "", "3.6E+17"])
    | odd,
    st.sampled_from(["男", "女", "", "1", "2", "未知"]) | odd,
    st.sampled_from(["1990-01-01", "1990/1/1", "32874", "1990年13月", ""]) | odd,
    st.sampled_from(["14091234567", "+86 140 9123 4567", "1409123456", "10000000000", ""]) | odd,
    st.sampled_from(["汉", "汉族", "岚族", "01", "1", ""]) | odd,
    st.sampled_from(["网约车司机", "外卖配送员", "跑腿的", ""]) | odd,
    st.sampled_from(["青岚蓝雀快运有限公司工会", "第三车队工会", ""]) | odd,
    st.sampled_from(["2019-05-01", "2030-01-01", "1950.1.1", ""]) | odd,
)


def as_csv(rows) -> bytes:
    return "".join(",".join(f'"{text}"' for text in row) + "\n" for row in (HEADS, *rows)).encode()


def findings(rows, first):
    """Return what is found in the rows of a file, by their number in the whole, without repetitions."""
    # In this process: a child for each would take most of the time.
    whole = pl.concat(block.rows for block in text.blocks(as_csv(rows), Caps()))
    checked = members.check(whole.slice(1), headers.guess(HEADS), on=ON, allow_demo=True)
    union, lost = unions.match(checked.columns, organisations())
    found = pl.concat([checked.findings, lost]).filter(~pl.col("code").is_in(REPEATS))
    numbers = checked.columns["row"].cast(pl.Int64) - 2 + first
    told = found.with_columns(row=numbers.gather(found["row"])).rows()
    return sorted(told, key=str), dict(zip(numbers.to_list(), union.to_list(), strict=True))


@SOME
@given(st.lists(lines, min_size=2, max_size=40), st.data())
def test_a_file_cut_in_two_has_the_same_findings(rows, data):
    filled = [row for row in rows if any(row)]
    cut = data.draw(st.integers(1, max(1, len(filled) - 1)))
    if len(filled) < 2:
        return

    whole, unions_of_whole = findings(filled, 0)
    upper, unions_above = findings(filled[:cut], 0)
    lower, unions_below = findings(filled[cut:], cut)

    assert sorted(upper + lower, key=str) == whole
    assert unions_above | unions_below == unions_of_whole


def test_the_control_a_rule_that_looks_at_the_neighbours_is_noticed(monkeypatch):
    count = rules.Rule("MANY", "name", "%%", "test", lambda columns: pl.len() < 3, Severity.NOTE)
    monkeypatch.setattr(rules, "ROWS", (*rules.ROWS, count))
    rows = [("张三", "", "", "", "", "", "", "", "")] * 4

    whole, _ = findings(rows, 0)
    upper, _ = findings(rows[:2], 0)

    assert [each for each in whole if each[0] < 2] != upper


files = st.tuples(
    st.integers(1, 40),
    st.integers(0, 4),
    st.lists(st.sampled_from(KINDS), max_size=6, unique=True),
    st.booleans(),
    st.sampled_from([None, "1234", "7777"]),
    st.sampled_from([1, 7, 1000]),
    st.booleans(),
)


def verdicts(batch) -> dict[int, str]:
    with acting(SYSTEM):
        return dict(BatchRow.objects.filter(batch=batch).values_list("place", "verdict"))


def on_roll() -> int:
    with acting(SYSTEM):
        return Membership.objects.count()


@pytest.mark.database
@pytest.mark.django_db
def test_what_a_trial_run_counts_is_what_the_writing_does():
    office = load_city()
    handed_in = []

    @SOME
    @given(files)
    def check(drawn):
        rows, seed, kinds, noisy, phone, chunk, taken_back = drawn
        made = roster(rows + 2 * len(kinds), seed, kinds=kinds, noisy=noisy)
        sheet, heads = sheet_of(made)
        if phone:
            column = f"c{headers.guess(heads)['phone']}"
            sheet = sheet.with_columns(pl.col(column).str.replace(r"\d{4}$", phone))
        before, members_before = roll_hash(), on_roll()
        handed_in.append(drawn)

        trial = planned(
            office, sheet, heads, content=repr((len(handed_in), drawn)).encode(), chunk_rows=chunk
        )
        assert (roll_hash(), on_roll()) == (before, members_before)
        shown = verdicts(trial)
        done = committed(office, trial)

        assert done.status == "committed" and done.counts == trial.counts
        written = verdicts(done)
        assert len(written) == done.rows and {place: written[place] for place in shown} == shown
        assert on_roll() - members_before == trial.counts["new"]
        if taken_back:
            assert undone(office, done).status == "undone" and roll_hash() == before

    check()
    assert len(handed_in) >= FILES
