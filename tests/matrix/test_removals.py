"""Every guard taken out alone is seen by the matrix, or by the cell that looks at that guard directly."""

from __future__ import annotations

import pytest
from django.db import connections

from tests.matrix.asking import Asker, undone
from tests.matrix.cells import cells_of
from tests.matrix.guards import by_database, by_query
from tests.matrix.removals import DATABASE_SEES, PAGES_SEE, QUERIES_SEE, SLICE, out
from tests.matrix.world import build

pytestmark = pytest.mark.database


def test_there_are_enough_of_them():
    assert len(PAGES_SEE) + len(QUERIES_SEE) + len(DATABASE_SEES) >= 45


def seen(world, routes):
    """Return what the matrix's slice says; the handler is made anew, with whatever middleware there is now."""
    asker = Asker(world)
    cells = [cell for route in routes for cell in cells_of(route) if cell.who.key in SLICE]
    return [each for cell in cells for each in asker.wrong(cell)]


@pytest.mark.parametrize("name", PAGES_SEE)
def test_pages_show_that_the_guard_is_out(world, name):
    remove, routes = PAGES_SEE[name]
    with out(remove):
        assert seen(world, routes) != []


def test_with_every_guard_in_its_place_the_same_slice_is_quiet(world):
    routes = {route for _, asked in PAGES_SEE.values() for route in asked}
    assert seen(world, sorted(routes)) == []


@pytest.mark.parametrize("name", QUERIES_SEE)
def test_the_queries_alone_show_that_the_guard_is_out(world, name):
    with out(QUERIES_SEE[name]):
        assert by_query(world) != []


def run(statement):
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement)


def conditions():
    with connections["owner"].cursor() as cursor:
        cursor.execute("""SELECT c.relname, c.relrowsecurity, p.policyname, p.qual, p.with_check FROM pg_class c
            LEFT JOIN pg_policies p ON p.tablename = c.relname WHERE c.relkind = 'r' ORDER BY 1, 3""")
        return cursor.fetchall()


@pytest.mark.django_db(transaction=True)
def test_the_database_alone_shows_that_row_security_is_out():
    """As the owner, and committed: no other connection sees a policy before that."""
    before = conditions()
    world = build()
    missed = []
    for name, (remove, bring_back) in DATABASE_SEES.items():
        run(remove)
        try:
            with undone():
                wrong = by_database(world)
        finally:
            run(bring_back)
        missed += [] if wrong else [name]
    assert missed == []
    assert conditions() == before
    with undone():
        assert by_database(world) == []
