"""The same person twice in one file: whole columns at once, against the obvious slow way."""

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from niangjia.core.intake.repeats import repeats

NUMBER = st.none() | st.integers(1, 4)
KINDS = {
    "number": pl.UInt64,
    "person": pl.UInt64,
    "name": pl.UInt64,
    "content": pl.UInt64,
    "refused": pl.Boolean,
}


@st.composite
def a_row(draw):
    number = draw(NUMBER)
    # Somebody is known by name, phone and birth date only where the number is known too: see ``keys``.
    person = draw(st.none() | st.integers(1, 3)) if number else None
    name = draw(st.none() | st.integers(1, 2))
    return number, person, name, draw(st.integers(1, 2)), draw(st.booleans())


def slowly(rows):
    told = []
    for place, (number, person, _name, _content, refused) in enumerate(rows):
        same = [row for row in rows if number and row[0] == number]
        other_name = len({row[2] for row in same} - {None}) > 1
        likely = bool(person) and len({row[0] for row in rows if row[1] == person}) > 1
        takers = (
            []
            if refused or other_name
            else [k for k, row in enumerate(rows) if number and row[0] == number and not row[4]]
        )
        differs = len({rows[k][3] for k in takers}) > 1
        first = takers[0] if takers and takers[0] < place and not differs else None
        told.append((first, first is not None, other_name or differs, likely))
    return told


@given(st.lists(a_row(), max_size=12))
def test_repeats_agree_with_the_slow_way(rows):
    frame = pl.DataFrame(rows, schema=KINDS, orient="row").with_columns(number_more=pl.col("number"))
    assert repeats(frame).rows() == slowly(rows)
