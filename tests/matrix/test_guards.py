"""Queries and row security, each without the other: both must say what the table of expectations says."""

from __future__ import annotations

import pytest

from tests.matrix.guards import by_database, by_query

pytestmark = pytest.mark.database


@pytest.mark.django_db  # see test_matrix
def test_the_aliases_are_set_up():
    """Nothing to see: a marked test makes pytest-django set up every alias."""


def test_the_queries_alone_show_what_an_account_may_know(world):
    assert by_query(world) == []


def test_row_security_alone_shows_what_an_account_may_know(world):
    assert by_database(world) == []
