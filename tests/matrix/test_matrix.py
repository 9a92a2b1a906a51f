"""The permission matrix: every route, method, role, position and session, against a table of its own.

``docs/algorithms/permissions.md`` says how it is made. A refusal must be, byte for byte, the answer for what does not exist.
"""

from __future__ import annotations

import pytest

from niangjia.config.policies import ROUTES
from niangjia.core.roles import Role
from tests.matrix.cells import ACCOUNTS, cells_of, routes
from tests.matrix.expected import PAGES, ROLES

pytestmark = pytest.mark.database
SHOWN = 12


@pytest.mark.django_db  # one marked test makes pytest-django set up every alias; the world is its module's own
def test_every_route_has_a_policy_and_an_expectation_and_every_row_a_route():
    named = list(routes())
    assert [name for name in named if name.endswith("None")] == []
    assert len(named) == len(set(named))
    assert set(named) == set(ROUTES) == set(PAGES)


def test_every_role_stands_in_the_matrix():
    assert (
        {role.value for role in Role} - {"system"}
        == ROLES
        == {who.role for who in ACCOUNTS} - {"guest", "on the way"}
    )


@pytest.mark.parametrize("route", sorted(PAGES))
def test_every_cell_of_the_route_is_as_the_table_says(asker, route):
    cells = list(cells_of(route))
    wrong = [each for cell in cells for each in asker.wrong(cell)]

    assert wrong[:SHOWN] == [], f"{len(wrong)} of {len(cells)} cells"


def test_the_matrix_is_as_large_as_it_claims(capsys):
    cells = {
        route: len(list(cells_of(route))) for route in PAGES
    }  # as the test above asks them, each route once
    asked = sum(cells.values())
    with capsys.disabled():
        print(f"\nmatrix: {asked} cells over {len(cells)} routes and {len(ACCOUNTS)} accounts")
    assert asked >= 3000
