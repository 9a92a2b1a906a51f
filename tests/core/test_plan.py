import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from niangjia.core.plan import LABELS, Counts, Plan, Verdict, plan, verdicts

counts = st.builds(Counts, *[st.integers(0, 9)] * 5)
rows = st.lists(
    st.tuples(st.sampled_from(["east", "west", None]), st.sampled_from(list(Verdict))), max_size=30
)


def test_a_finding_outweighs_what_is_known():
    known = pl.Series(["new", "changed", "same", "new", "same"])
    worst = pl.Series([None, "note", None, "hold", "refuse"], dtype=pl.String)
    assert verdicts(known, worst).to_list() == ["new", "changed", "same", "held", "refused"]


@given(rows)
def test_no_row_is_lost_and_none_is_counted_twice(rows):
    frame = pl.DataFrame(
        {"organisation": [o for o, _ in rows], "verdict": [v.value for _, v in rows]},
        schema={"organisation": pl.String, "verdict": pl.String},
    )
    made = plan(frame)
    assert made.rows == made.counts.rows == len(rows)
    for verdict in Verdict:
        assert getattr(made.counts, verdict) == sum(v is verdict for _, v in rows)
    assert set(made.by_organisation) == {o or "" for o, _ in rows}
    for organisation, part in made.by_organisation.items():
        assert part.rows == sum((o or "") == organisation for o, _ in rows)


@given(counts, counts)
def test_counts_add_up(a, b):
    assert (a + b).rows == a.rows + b.rows
    assert (a + b).written == a.new + b.new + a.changed + b.changed


@pytest.mark.parametrize(
    ("rows", "by_organisation"), [(3, {"east": Counts(new=2)}), (2, {"east": Counts(new=1)}), (2, {})]
)
def test_a_plan_that_does_not_add_up_is_not_made(rows, by_organisation):
    with pytest.raises(ValueError, match=r"rows|add up"):
        Plan(rows, Counts(new=2), by_organisation)


def test_every_verdict_has_a_label():
    assert set(LABELS) == set(Verdict)
