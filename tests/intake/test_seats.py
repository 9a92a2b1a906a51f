"""Who would sit where: what the columns find is what a slow look at each pair of rows finds."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from niangjia.registry.kinds.officers.seats import NEVER, clashing
from niangjia.registry.models.officers import SINGLE

START = date(2020, 1, 1)
SCHEMA = {
    "place": pl.Int64, "what": pl.String, "target": pl.String, "post": pl.String, "person_id": pl.String,
    "officer_id": pl.String, "held_from": pl.Date, "from_on": pl.Date, "left_on": pl.Date,
}  # fmt: skip
HELD = {
    "officer_id": pl.String, "target": pl.String, "post": pl.String, "person_id": pl.String, "held_from": pl.Date,
    "held_to": pl.Date,
}  # fmt: skip
POSTS, PEOPLE = st.sampled_from(["chair", "vice_chair"]), st.sampled_from("abc")
DAYS = st.integers(0, 12)


def day(n):
    return START + timedelta(days=n)


@st.composite
def lists(draw):
    """A register in which nobody sits on anybody, and rows about it."""
    held: list[dict] = []
    for k in range(draw(st.integers(0, 5))):
        first = draw(DAYS)
        last = draw(st.none() | st.integers(first + 1, 14))
        one = {"officer_id": f"o{k}", "target": "u", "post": draw(POSTS), "person_id": draw(PEOPLE),
            "held_from": day(first), "held_to": None if last is None else day(last)}  # fmt: skip
        if not any(meet(stretch(one), stretch(other)) for other in held):
            held.append(one)
    rows = []
    still = [one for one in held if one["held_to"] is None]
    for place in range(draw(st.integers(0, 6))):
        kinds = ["new", "same"] + (["close", "amend", "again"] if still else [])
        what = draw(st.sampled_from(kinds))
        row = {"place": place, "what": what, "target": "u"}
        if what in ("new", "same"):
            first = draw(DAYS)
            last = draw(st.none() | st.integers(first + 1, 14))
            row |= {"post": draw(POSTS), "person_id": draw(PEOPLE), "from_on": day(first),
                "left_on": None if last is None else day(last), "officer_id": None, "held_from": None}  # fmt: skip
        else:
            one = still.pop(draw(st.integers(0, len(still) - 1)))
            later = one["held_from"] + timedelta(days=draw(st.integers(1, 6)))
            row |= {name: one[name] for name in ("post", "person_id", "officer_id", "held_from")}
            row |= {"from_on": {"close": None, "amend": day(draw(DAYS)), "again": later}[what],
                "left_on": later if what == "close" else None}  # fmt: skip
        rows.append(row)
    return rows, held


def seat(one):
    return (one["target"], one["post"], "" if one["post"] in SINGLE else one["person_id"])


def stretch(one):
    return seat(one), one["held_from"], one["held_to"] or NEVER


def meet(one, other):
    return one[0] == other[0] and one[1] < other[2] and other[1] < one[2]


def of_row(row):
    """Return what a row leaves in its seat."""
    first, where = row["held_from"], seat(row)
    end = row["left_on"] or NEVER
    return {
        "new": [(where, row["from_on"], end)],
        "close": [(where, first, row["left_on"])],
        "amend": [(where, row["from_on"] or first, end)],
        "again": [(where, first, row["from_on"]), (where, row["from_on"], end)],
    }.get(row["what"], [])


def clashing_one_by_one(rows, held):
    """Take out every row that meets another or the register, and look again, until none does."""
    out: set[int] = set()
    while True:
        going = [row for row in rows if row["place"] not in out and row["what"] != "same"]
        replaced = {row["officer_id"] for row in going if row["what"] != "new"}
        stays = [stretch(one) for one in held if one["officer_id"] not in replaced]
        after = [(row["place"], part) for row in going for part in of_row(row)]
        more = {
            place
            for place, part in after
            if any(meet(part, one) for one in stays)
            or any(meet(part, other) for k, other in after if k != place)
        }
        if not more:
            return [row["place"] in out for row in rows]
        out |= more


@settings(max_examples=300, deadline=None)
@given(made=lists())
def test_the_columns_find_what_a_slow_look_at_each_pair_finds(made):
    rows, held = made
    found = clashing(pl.DataFrame(rows, schema=SCHEMA), pl.DataFrame(held, schema=HELD))
    assert found.to_list() == clashing_one_by_one(rows, held)


def test_the_control_two_at_once_do_meet():
    row = {"what": "new", "target": "u", "post": "chair", "from_on": START, "left_on": None, "officer_id": None,
        "held_from": None}  # fmt: skip
    rows = [row | {"place": 0, "person_id": "a"}, row | {"place": 1, "person_id": "b"}]
    assert clashing(pl.DataFrame(rows, schema=SCHEMA), pl.DataFrame(schema=HELD)).to_list() == [True, True]
