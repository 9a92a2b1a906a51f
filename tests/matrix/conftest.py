"""One world for a whole module: made once, asked thousands of times, undone at the end."""

from __future__ import annotations

import pytest

from tests.matrix.asking import Asker, undone
from tests.matrix.world import build


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker, key_ring):
    """The world of the matrix."""
    from django.core.cache import cache

    with django_db_blocker.unblock(), undone():
        cache.clear()
        yield build()


@pytest.fixture(scope="module")
def asker(world):
    """Asks cells of the world."""
    return Asker(world)
