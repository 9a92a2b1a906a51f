"""Orders over a tree in columns: the slow twin, what holds of every tree, and each refusal at its line."""

from __future__ import annotations

from contextlib import contextmanager
from unittest import mock

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from niangjia.core.reorganisation import checking
from niangjia.core.reorganisation.checking import reordered
from niangjia.core.reorganisation.orders import LINES, PARTS, UNITS
from niangjia.core.reorganisation.refusals import MESSAGES
from tests.core.reorganisation.slow import slow_tree

CITY = ("general_federation", "city")
COUNTY = ("general_federation", "county")
TOWN = ("general_federation", "town")
JOINT = ("joint", "grassroots")
SINGLE = ("single", "grassroots")
# name → (path, place): a city with two counties, a town, joint unions and unions of one employer
TREE = {
    "city": ("0001", CITY),
    "east": ("00010001", COUNTY),
    "west": ("00010002", COUNTY),
    "town": ("000100010001", TOWN),
    "joint": ("0001000100010001", JOINT),
    "one": ("00010001000100010001", SINGLE),
    "two": ("00010001000100010002", SINGLE),
    "other": ("000100020001", JOINT),
    "three": ("0001000200010001", SINGLE),
    "old": ("000100020002", SINGLE),
}


def tree(**changes):
    rows = []
    for name, (path, (kind, level)) in TREE.items():
        steps = [int(p[-4:], 36) for p, _ in TREE.values() if p[:-4] == path]
        row = {
            "id": name,
            "path": path,
            "kind": kind,
            "level": level,
            "code": f"c-{name}",
            "name": name,
            "ended": name == "old",
            "people": 3 if kind in ("joint", "single") else 0,
            "rosters": 0,
            "last_step": max(steps, default=0),
        }
        rows.append(row | changes.get(name, {}))
    return pl.DataFrame(rows, schema=UNITS)


def lines(*said):
    """Lines as ``(kind, unit, target)``, splits as ``(kind, unit, target, name, child …)``."""
    rows, parts = [], []
    for n, (kind, unit, target, *more) in enumerate(said, start=1):
        new = f"new{n}" if kind == "split" else None
        name = more[0] if more else None
        rows.append(
            {
                "line": n,
                "kind": kind,
                "unit": unit,
                "target": target,
                "new": new,
                "name": name,
                "code": name and f"c-{name}",
            }
        )
        parts += [{"line": n, "unit": child} for child in more[1:]]
    return pl.DataFrame(rows, schema=LINES), pl.DataFrame(parts, schema=PARTS)


def after(outcome):
    return {row["id"]: row["new_path"] for row in outcome.units.iter_rows(named=True)}


def refused(*said, **changes):
    return {(each.line, each.code) for each in reordered(tree(**changes), *lines(*said)).refusals}


def test_a_unit_moves_with_everything_below_it_and_the_rest_stays():
    found = after(reordered(tree(), *lines(("move", "town", "west"))))
    assert found["town"] == "000100020003"  # never a step that was used before: an ended union had 0002
    assert found["one"] == "0001000200030001" + "0001"
    assert {name: found[name] for name in ("city", "east", "other")} == {
        name: TREE[name][0] for name in ("city", "east", "other")
    }


def test_child_units_of_a_merged_union_go_to_the_receiver_and_it_ends_where_it_stood():
    done = reordered(tree(), *lines(("merge", "joint", "other")))
    assert after(done)["one"] == "0001000200010002"
    assert after(done)["joint"] == TREE["joint"][0]
    assert dict(done.units.select("id", "ends").rows())["joint"] == 1


def test_a_receiver_below_the_merged_union_takes_its_place():
    changes = {"one": {"kind": "joint"}, "joint": {"kind": "joint"}}
    found = {
        row["id"]: row
        for row in reordered(tree(**changes), *lines(("merge", "joint", "one"))).units.rows(named=True)
    }
    assert found["one"]["superior"] == "town" and found["two"]["superior"] == "one"


def test_a_split_founds_a_unit_beside_the_old_one_with_the_children_that_are_named():
    done = reordered(tree(), *lines(("split", "joint", None, "fresh", "two")))
    found = {row["id"]: row for row in done.units.rows(named=True)}
    assert (found["new1"]["superior"], found["two"]["superior"]) == ("town", "new1")
    assert (found["new1"]["path"], found["new1"]["founded"]) == (None, 1)


REFUSALS = [
    ([("move", "east", "one")], {(1, "circle"), (1, "may_not_stand_there")}),
    ([("move", "joint", "joint")], {(1, "into_itself"), (1, "circle"), (1, "may_not_stand_there")}),
    ([("move", "town", "west"), ("move", "town", "city")], {(2, "unit_twice")}),
    ([("merge", "joint", "other"), ("dissolve", "other", "one")], {(1, "target_ends"), (2, "units_left")}),
    ([("move", "one", "joint")], {(1, "same_place")}),
    ([("move", "city", "west")], {(1, "circle"), (1, "may_not_stand_there")}),
    ([("dissolve", "joint", "other")], {(1, "units_left")}),
    ([("merge", "joint", "west")], {(1, "no_roll")}),
    ([("split", "joint", None, "")], {(1, "no_name")}),
    ([("split", "joint", None, "other", "two"), ("move", "other", "town")], {(1, "code_taken"), (2, "name_taken")}),
    ([("split", "joint", None, "fresh", "three")], {(1, "not_part_of_it")}),
    ([("move", "one", "other"), ("split", "joint", None, "fresh", "one")], {(2, "unit_twice")}),
]  # fmt: skip


@pytest.mark.parametrize(("said", "expected"), REFUSALS)
def test_each_refusal_stands_at_its_line(said, expected):
    assert refused(*said) == expected


def test_all_lines_are_refused_at_once():
    found = refused(
        ("move", "east", "town"),
        ("dissolve", "joint", "other"),
        ("merge", "three", "west"),
        ("move", "two", "joint"),
    )
    assert {line for line, _ in found} == {1, 2, 3, 4}


def test_unfinished_rosters_of_a_unit_that_ends_are_told():
    assert refused(("dissolve", "one", "two"), one={"rosters": 2}) == {(1, "roster_open")}


def test_a_path_too_long_is_told():
    deep = tree().with_columns(pl.concat_str(pl.lit("0001" * 61), "path").alias("path"))
    done = reordered(deep, *lines(("move", "one", "other")))
    assert [each.code for each in done.refusals] == ["too_deep"]


def test_every_refusal_has_words():
    codes = {code for _, expected in REFUSALS for _, code in expected} | {"roster_open", "too_deep"}
    assert codes <= MESSAGES.keys()


@st.composite
def trees(draw):
    """A tree of joint unions under a county: any of them may stand anywhere but under each other, so kinds are loose."""
    n = draw(st.integers(3, 14))
    above = [draw(st.integers(0, k - 1)) if k else -1 for k in range(n)]
    used, paths = [0] * n, []
    for k in range(n):
        if k:
            used[above[k]] += draw(st.integers(1, 3))
        step = "0001" if not k else f"{used[above[k]]:04d}"
        paths.append(step if not k else paths[above[k]] + step)
    rows = [
        {
            "id": f"u{k}",
            "path": paths[k],
            "kind": "any",
            "level": "any",
            "code": f"c{k}",
            "name": f"n{k}",
            "ended": False,
            "people": 0,
            "rosters": 0,
            "last_step": used[k] + draw(st.integers(0, 2)),
        }
        for k in range(n)
    ]
    units = st.integers(1, n - 1)
    said = draw(
        st.lists(
            st.tuples(st.sampled_from(["move", "merge", "split", "dissolve"]), units, st.integers(0, n - 1)),
            max_size=5,
        )
    )
    orders = []
    for kind, unit, target in said:
        children = [f"u{k}" for k in range(n) if above[k] == unit]
        if kind == "split":
            chosen = draw(st.lists(st.sampled_from(children), unique=True)) if children else []
            orders.append((kind, f"u{unit}", None, f"f{len(orders)}", *chosen))
        else:
            orders.append((kind, f"u{unit}", f"u{target}"))
    return pl.DataFrame(rows, schema=UNITS), *lines(*orders)


@contextmanager
def anything_goes():
    """Kinds do not matter here: the arithmetic is looked at for itself."""
    with (
        mock.patch.object(checking, "may_stand_under", lambda child, parent: True),
        mock.patch.object(checking, "KEEP_A_ROLL", ("any",)),
    ):
        yield


@settings(max_examples=400)
@given(trees())
def test_agrees_with_the_slow_twin_and_leaves_a_whole_tree(given_tree):
    units, said, parts = given_tree
    with anything_goes():
        done = reordered(units, said, parts)
    if done.refusals:
        return
    rows = {row["id"]: row for row in done.units.iter_rows(named=True)}
    expected, gone = slow_tree(units.rows(named=True), said.rows(named=True), parts.rows(named=True))
    assert {name: (row["superior"], row["new_path"]) for name, row in rows.items()} == expected
    assert {name for name, row in rows.items() if row["ends"]} == gone
    whole_tree(rows, units)


def whole_tree(rows, units):
    """Every unit is there once, under a path that begins with its superior's; no step is used again."""
    paths = [row["new_path"] for row in rows.values()]
    assert len(set(paths)) == len(paths)
    old = {row["path"] for row in units.iter_rows(named=True)}
    for name, row in rows.items():
        if row["superior"] is None:
            assert name == "u0"
            continue
        assert row["new_path"][:-4] == rows[row["superior"]]["new_path"]
        assert row["new_path"] == row["path"] or row["new_path"] not in old
        if rows[row["superior"]]["ends"]:
            assert row["ends"]
