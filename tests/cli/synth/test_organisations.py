"""The made-up city: a lawful tree, and the one pair of names that is meant to confuse."""

from collections import Counter

from niangjia.cli.synth.organisations import CITY, city, in_scope
from niangjia.core.codes import by_code, divisions
from niangjia.core.codes.unions import Place, may_stand_under


def test_parents_come_first_and_every_place_is_lawful():
    seen = {}
    for one in city():
        above = seen[one.above] if one.above else None
        assert may_stand_under(Place(one.kind, one.level), above), one.name
        assert one.key not in seen
        seen[one.key] = Place(one.kind, one.level)


def test_the_tree_has_the_promised_size():
    counts = Counter((one.kind, one.level) for one in city())

    assert counts[("general_federation", "city")] == 1
    assert counts[("general_federation", "county")] == 9
    assert counts[("general_federation", "town")] == 18
    assert counts[("union_federation", "city")] == 7
    assert counts[("single", "grassroots")] + counts[("joint", "grassroots")] >= 40


def test_regions_groups_and_natures_are_in_their_tables():
    regions = set(divisions.load(divisions.CURRENT, divisions.DEMO)["code"])
    lines = {one.key for one in city() if one.kind == "union_federation"}

    for one in city():
        assert one.region in regions
        assert set(one.groups) <= set(by_code("worker_group"))
        assert one.line is None or one.line in lines
        assert one.employer is None or one.employer.nature in by_code("employer_nature")


def test_every_group_of_workers_with_a_flag_has_a_roll_in_the_city():
    below = in_scope(city(), CITY)
    present = {group for one in city() if one.key in below for group in one.groups}

    assert present == set(by_code("worker_group"))


def test_only_the_two_unions_of_the_two_county_towns_share_a_name():
    below = in_scope(city(), CITY)
    rolls = Counter(one.name for one in city() if one.key in below and one.keeps_roll)

    assert [name for name, times in rolls.items() if times > 1] == ["城关镇新就业形态劳动者联合工会"]


def test_a_county_sees_its_own_and_not_the_neighbour():
    below = in_scope(city(), "369904")

    assert {"369904", "369904100", "wangxi-town", "garment"} <= below
    assert below.isdisjoint({"songhu-town", CITY, "express", "rail-works"})
    assert "rail-works" not in in_scope(city(), CITY)
