"""How good the finders are on made-up registers that nobody tuned them on; the figures of a million rows are in docs/benchmarks.md."""

import polars as pl
import pytest

from niangjia.cli.synth import duplicates, employers
from niangjia.core.linkage.employers import AUTOMATIC, TIERS, same_employers
from niangjia.core.linkage.people import same_people

ROWS = 20_000


@pytest.fixture(scope="module", params=duplicates.HELD_OUT_SEEDS[1:])
def people(request):
    made = duplicates.crowd(ROWS, request.param)
    truth = duplicates.true_pairs(made.truth).select(pl.col("row", "other").cast(pl.UInt32), "kind")
    return made, truth, same_people(made.rows).pairs


def test_who_is_told_to_be_the_same_is_the_same(people):
    _, truth, pairs = people
    same = pairs.filter(pl.col("decision") == "same")
    right = same.join(truth, on=["row", "other"], how="semi").height
    assert right / same.height >= 0.9995
    assert right / truth.height >= 0.97


def test_nearly_all_pairs_are_found_or_asked_about(people):
    _, truth, pairs = people
    assert pairs.join(truth, on=["row", "other"], how="semi").height / truth.height >= 0.98


def test_twins_with_right_numbers_are_never_even_asked_about(people):
    made, _, pairs = people
    kinds = made.truth["kind"]
    twins = pairs.filter((kinds.gather(pairs["row"]) == "twin") | (kinds.gather(pairs["other"]) == "twin"))
    both_known = (made.rows["id_number"].gather(twins[end]).is_not_null() for end in ("row", "other"))
    first, second = both_known
    known = twins.filter(first & second & (twins["id"] == "ID_DIFFERS"))
    assert known.filter(pl.col("decision") == "same").is_empty()
    assert known.filter(pl.col("caution") == "TWINS").is_empty()


@pytest.fixture(scope="module", params=employers.HELD_OUT_SEEDS[1:2])
def firms(request):
    made = employers.lists(ROWS, request.param)
    return made, same_employers(made.left, made.right)


def test_employers_matched_without_a_person_are_the_same(firms):
    made, pairs = firms
    same = pairs.filter(pl.col("decision") == "same")
    assert same.join(made.truth, on=["row", "other"], how="semi").height / same.height >= 0.99
    assert set(same["tier"]) <= {TIERS[tier] for tier in AUTOMATIC}


def test_nearly_all_employers_are_matched_or_asked_about(firms):
    made, pairs = firms
    assert pairs.join(made.truth, on=["row", "other"], how="semi").height / made.truth.height >= 0.92


def test_branches_are_never_matched_with_the_whole(firms):
    made, pairs = firms
    same = pairs.filter(pl.col("decision") == "same")
    assert "branch" not in made.kinds.gather(same["other"]).to_list()
