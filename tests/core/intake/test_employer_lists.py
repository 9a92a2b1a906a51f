"""Which rows of a list of employers say one employer again, against the obvious slow way."""

from __future__ import annotations

from datetime import date

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from niangjia.cli.synth.numbers import credit_code
from niangjia.core.intake import employers

DAY = date(2026, 9, 1)
CODES = [None, *(credit_code("91", "369901", k) for k in range(3))]
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["甲店", "乙店", "丙店", None]), st.sampled_from(CODES), st.sampled_from(["东", "西"])
    ),
    min_size=1,
    max_size=12,
)


def checked(rows):
    frame = pl.DataFrame(
        {"row": range(2, 2 + len(rows)), **{f"c{k}": [row[k] for row in rows] for k in range(3)}},
        schema={"row": pl.UInt32, "c0": pl.String, "c1": pl.String, "c2": pl.String},
    )
    mapping = {"name": 0, "credit_code": 1, "address": 2}
    return employers.check(frame, mapping, on=DAY, allow_demo=True)


def the_slow_way(rows):
    """Return for each row what it repeats, and whether it contradicts another."""
    sound = [k for k, row in enumerate(rows) if row[0] is not None]
    groups = []
    for by, members in (
        ("code", [k for k in sound if rows[k][1]]),
        ("name", [k for k in sound if any(rows[j][0] == rows[k][0] and not rows[j][1] for j in sound)]),
    ):
        keys = {k: rows[k][1] if by == "code" else rows[k][0] for k in members}
        groups += [[k for k in members if keys[k] == key] for key in dict.fromkeys(keys.values())]
    repeats, conflicts = {}, set()
    for group in groups:
        if len({rows[k] for k in group}) > 1:
            conflicts |= set(group)
        for k in group:
            repeats[k] = min(repeats.get(k, k), group[0])
    return [
        (None if k in conflicts or repeats.get(k, k) == k else repeats[k], k in conflicts)
        for k in range(len(rows))
    ]


@given(ROWS)
def test_repeats_agree_with_the_obvious_slow_way(rows):
    told = employers.repeats(employers.keys_of(checked(rows)))
    assert list(zip(told["repeats"], told["conflicts"], strict=True)) == the_slow_way(rows)


@given(ROWS)
def test_no_finding_and_no_verdict_hangs_on_the_order_of_the_rows(rows):
    def outcomes(told):
        return sorted(told.columns.select(pl.col("name").fill_null(""), pl.col("address")).rows())

    forward, backward = checked(rows), checked(rows[::-1])
    assert outcomes(forward) == outcomes(backward)
    counts = [each.findings.group_by("code").len().sort("code").rows() for each in (forward, backward)]
    assert counts[0] == counts[1]


def test_counts_and_their_sources_are_read_as_clerks_write_them():
    rows = pl.DataFrame(
        {
            "row": [2, 3, 4, 5, 6],
            "c0": ["甲", "乙", "丙", "丁", "戊"],
            "c1": ["120人", "1,200", "12.0", "-3", "十二"],
            "c2": ["税务登记", "人社", None, "税务", "税务"],
        }
    )
    told = employers.check(
        rows,
        {"name": 0, "head_count": 1, "source": 2},
        on=DAY,
        allow_demo=True,
        options={"source": "park", "on": "2026-06-30"},
    )
    assert told.columns["head_count"].to_list() == [120, 1200, 12, None, None]
    assert told.columns["source"].to_list()[:3] == ["tax", "social_insurance", "park"]
    assert set(told.columns["counted_on"].to_list()[:3]) == {date(2026, 6, 30)}
    assert told.findings.filter(code="HEADCOUNT_NUMBER")["row"].to_list() == [3, 4]
