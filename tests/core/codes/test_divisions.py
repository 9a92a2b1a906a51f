"""Administrative divisions: complete, tidy, and the made-up city apart from the real ones."""

import polars as pl
import pytest
from stdnum import numdb

from niangjia.core.codes import divisions

REAL = divisions.load()
BOTH = divisions.load(divisions.CURRENT, divisions.DEMO)


def test_the_edition_has_as_many_divisions_of_each_level_as_were_published():
    counts = dict(REAL.group_by("level").len().iter_rows())

    assert counts == {"nation": 1, "province": 31, "city": 342, "county": 2978, "town": 41352}


@pytest.mark.parametrize("frame", [REAL, BOTH], ids=["real", "with demo"])
def test_no_code_twice_and_every_parent_exists(frame):
    below = frame.filter(pl.col("level") != "nation")

    assert frame["code"].n_unique() == frame.height
    assert below.join(frame, left_on="parent", right_on="code", how="anti").is_empty()
    assert below["parent"].null_count() == 0


def test_a_parent_stands_one_level_above():
    rank = {level: place for place, level in enumerate(divisions.LEVELS)}
    pairs = BOTH.join(BOTH, left_on="parent", right_on="code").select("level", "level_right")

    assert all(rank[child] == rank[parent] + 1 for child, parent in pairs.iter_rows())


@pytest.mark.parametrize(
    ("code", "full_name"),
    [
        ("110101", "北京市东城区"),
        ("500229", "重庆市城口县"),
        ("429004", "湖北省仙桃市"),
        ("360102", "江西省南昌市东湖区"),
        ("441900003", "广东省东莞市东莞市东城街道"),
        ("369904100", "江西省青岚市望溪县城关镇"),
    ],
)
def test_a_city_on_paper_is_not_spoken(code, full_name):
    assert BOTH.filter(pl.col("code") == code)["full_name"].item() == full_name


def test_cities_on_paper_are_the_known_nine():
    on_paper = BOTH.filter("on_paper")["code"].to_list()

    assert on_paper == ["1101", "1201", "3101", "4190", "4290", "4690", "5001", "5002", "6590"]


def test_the_made_up_city_was_never_issued():
    made_up = divisions.load(divisions.DEMO)

    assert REAL.filter(pl.col("code").str.starts_with("3699")).is_empty()
    for county in made_up.filter(pl.col("level") == "county")["code"]:
        facts = [fact for _, facts in numdb.get("cn/loc").info(county) for fact in facts]
        assert facts == ["province"]


def test_the_made_up_city_is_not_in_the_current_edition_and_hangs_under_a_real_province():
    city = BOTH.filter(pl.col("code") == "3699").row(0, named=True)

    assert (city["name"], city["parent"], city["edition"]) == ("青岚市", "36", "demo")
    assert REAL["edition"].unique().to_list() == ["2023-06"]
    assert divisions.load(divisions.DEMO).filter(pl.col("level") == "county").height == 9


def test_the_edition_is_read_once():
    assert divisions.load() is divisions.load()
