"""Unions come in under their superiors in whatever order the rows stand, as the truth says; an undo leaves the tree as it was."""

from __future__ import annotations

import pytest
from django.db import connection

from niangjia.cli.synth.union_lists import HEADERS, union_list
from niangjia.core.codes.unions import Place, may_stand_under
from niangjia.core.roles import Role
from niangjia.foundation.acting import acting
from niangjia.foundation.actors import Actor, Scope
from niangjia.foundation.plans import committing
from niangjia.foundation.plans.models import Batch, BatchRow
from niangjia.intake import actions
from niangjia.registry.models import Organisation, Parenthood
from niangjia.registry.organisations import parent_of
from tests.factories import person
from tests.intake.rosters import AT, SYSTEM, committed, load_city, planned, rows_of, undone

pytestmark = [pytest.mark.database, pytest.mark.django_db]
TREE = """SELECT md5(string_agg(t, '|' ORDER BY t)) FROM (
    SELECT ROW(o.id, o.path, o.name, o.code, o.credit_code, o.kind, o.level, o.region_id, o.line_id, o.established_on)::text
        AS t FROM registry_organisation o WHERE o.ended_on IS NULL
    UNION ALL SELECT h::text FROM registry_parenthood h WHERE h.to_on IS NULL) rows"""


def tree_hash():
    with acting(SYSTEM), connection.cursor() as cursor:
        cursor.execute(TREE)
        return cursor.fetchone()[0]


@pytest.fixture
def office():
    return load_city()


@pytest.fixture
def made():
    return union_list(6)


def tried(office, rows, **options) -> Batch:
    sheet, heads = rows_of(HEADERS, rows)
    return planned(
        office, sheet, heads, kind="organisations", content=repr((rows, options)).encode(), **options
    )


def told(batch):
    with acting(SYSTEM):
        rows = BatchRow.objects.filter(batch=batch).values_list("row", "verdict", "findings")
        return {row: (verdict, [each["code"] for each in found or ()]) for row, verdict, found in rows}


def row(name, **cells):
    places = {
        "credit": 1,
        "code": 2,
        "kind": 3,
        "level": 4,
        "superior": 5,
        "superior_code": 6,
        "region": 7,
        "line": 8,
    }
    made = [name, *[""] * 9]
    for each, text in cells.items():
        made[places[each]] = text
    return made


def standing(name) -> Organisation:
    with acting(SYSTEM):
        return Organisation.objects.get(name=name, ended_on__isnull=True)


def test_every_row_becomes_what_the_truth_says_and_stands_where_it_should(office, made):
    trial = tried(office, made.rows)
    done = committed(office, trial)

    found = told(done)
    truth = {
        row: (verdict, code) for row, verdict, code in made.truth.select("row", "verdict", "code").iter_rows()
    }
    names = dict(made.truth.select("row", "name").iter_rows())
    wrong = {(row, names[row]): (found.get(row), want) for row, want in truth.items()
             if found.get(row, ("", []))[0] != want[0] or (want[1] and want[1] not in found[row][1])}  # fmt: skip
    assert wrong == {}
    assert trial.counts == done.counts
    with acting(SYSTEM):
        for name, above, verdict in made.truth.select("name", "above", "verdict").iter_rows():
            if verdict in ("new", "changed"):
                assert parent_of(Organisation.objects.get(name=name)).name == above
        for each in Organisation.objects.all():
            above = parent_of(each)
            place = Place(above.kind, above.level) if above else None
            assert may_stand_under(Place(each.kind, each.level), place), each.name
        assert Organisation.find_problems() == ([], [], [], [], [])


def test_an_undo_leaves_the_tree_as_it_was(office, made):
    before = tree_hash()
    done = committed(office, tried(office, made.rows))
    assert tree_hash() != before

    done = undone(office, done)

    assert done.status == "undone" and done.kept_counts == {}
    assert tree_hash() == before
    again = committed(office, tried(office, made.rows, sent="again"))
    assert again.counts == done.counts


def test_the_same_list_again_changes_nothing(office, made):
    good = [
        cells for cells, verdict in zip(made.rows, made.truth["verdict"], strict=True) if verdict == "new"
    ]
    committed(office, tried(office, good))
    before = tree_hash()
    again = committed(office, tried(office, good, sent="again"))
    assert again.counts["same"] == len(good)
    assert tree_hash() == before


def test_an_undo_keeps_a_union_that_is_used_and_all_those_above_it(office):
    rows = [
        row("青岚甲镇总工会", kind="总工会", level="乡镇", superior="望溪县总工会"),
        row("青岚乙联合工会", superior="青岚甲镇总工会"),
        row("青岚丙公司工会", superior="青岚乙联合工会"),
        row("青岚丁公司工会", superior="青岚甲镇总工会"),
    ]
    done = committed(office, tried(office, rows[::-1]))
    used = standing("青岚丙公司工会")
    with acting(SYSTEM):
        person(used)

    done = undone(office, done)

    assert done.kept_counts == {"in_use": 3}
    with acting(SYSTEM):
        gone = Organisation.objects.get(name="青岚丁公司工会")
        assert gone.ended_on is not None and Organisation.objects.get(pk=used.pk).ended_on is None
        assert not Parenthood.objects.filter(organisation=gone, to_on__isnull=True).exists()


def test_a_new_superior_for_a_known_union_needs_an_order_and_nothing_is_done(office):
    before = tree_hash()
    done = committed(office, tried(office, [row("青岚创客园工会", superior="望溪县总工会")]))
    assert told(done) == {2: ("held", ["ORG_MOVES"])} and tree_hash() == before


def test_a_superior_is_found_by_its_codes_and_by_the_whole_line_of_names(office):
    with acting(SYSTEM):
        county = Organisation.objects.get(name="望溪县总工会")
    rows = [
        row("青岚甲公司工会", superior_code=county.code),
        row("青岚乙公司工会", superior_code=county.credit_code or county.code),
        row("青岚丙公司工会", superior="青岚市总工会/望溪县总工会"),
        row("青岚丁公司工会", superior="望溪县总工会", superior_code=county.code),
        row("青岚戊公司工会"),
    ]
    committed(office, tried(office, rows))
    with acting(SYSTEM):
        above = [parent_of(Organisation.objects.get(name=each[0])).name for each in rows]
    assert above == ["望溪县总工会"] * 4 + ["青岚市总工会"]


def test_an_industry_federation_leads_those_that_name_it_and_those_below(office):
    line = "青岚市快递行业工会联合会"
    committed(office, tried(office, [row("青岚甲快递公司工会", superior="望溪县总工会", line=line)]))
    assert standing("青岚甲快递公司工会").line_id == standing(line).pk


def test_a_county_neither_founds_outside_its_branch_nor_changes_what_is_not_its_own(office):
    county = standing("望溪县总工会")
    rows = [row("青岚甲公司工会", superior="松湖县总工会"), row("新名字工会", code="makers")]
    done = committed(county, tried(county, rows))
    assert told(done) == {2: ("held", ["UNION_OUT_OF_SCOPE"]), 3: ("held", ["ORG_OUTSIDE"])}


def test_the_officer_of_a_grassroots_union_hands_no_such_list_in(office):
    officer = Actor(role=Role.REVIEWER, organisation_id=office.pk, scope=Scope.below(office.path))
    with acting(officer), pytest.raises(actions.NotForThisRole):
        actions.upload([b"x"], name="a.csv", organisation=office, kind="organisations", by=officer, at=AT)


def test_what_came_in_between_trial_run_and_writing_is_held_with_those_below(office):
    rows = [
        row("青岚甲联合工会", code="XA", superior="望溪县总工会"),
        row("青岚乙公司工会", superior_code="XA"),
    ]
    first, second = tried(office, rows[:1]), tried(office, rows)
    committed(office, first)

    committed(office, second)

    assert told(second) == {2: ("held", ["ROLL_MOVED"]), 3: ("held", ["ROLL_MOVED"])}


def test_a_chunk_that_is_killed_and_begun_again_ends_the_same(office, made, monkeypatch):
    from niangjia.registry.kinds.organisations import writing

    before, trial, real = tree_hash(), tried(office, made.rows), writing.unstage

    def killed(cursor, name):
        raise Killed

    monkeypatch.setattr(writing, "unstage", killed)
    with pytest.raises(Killed):
        committed(office, trial)
    assert tree_hash() == before
    monkeypatch.setattr(writing, "unstage", real)
    committing.carry_out(trial.pk, by=SYSTEM, now=lambda: AT)
    with acting(SYSTEM):
        assert Batch.objects.get(pk=trial.pk).status == "committed"
        assert (
            Organisation.objects.filter(name__startswith="青岚新立").count()
            == trial.counts["new"] + trial.counts["changed"]
        )


class Killed(Exception):
    """Stands for a kill inside the transaction of a chunk."""
