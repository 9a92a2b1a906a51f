"""What every test shares: all three database aliases, and limits that do not leak from one test to the next."""

from __future__ import annotations

from unittest import mock

import pytest
from hypothesis import settings

settings.register_profile(
    "house", deadline=None
)  # a busy machine is no failure: speed is measured in benchmarks/
settings.load_profile("house")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give every database test all three aliases: without the owner, transactional tests are not flushed."""
    for item in items:
        for mark in item.iter_markers("django_db"):
            mark.kwargs.setdefault("databases", ["default", "ledger", "owner"])


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup):
    """Close the mirrors too, so that the test database can be dropped."""
    yield
    from django.db import connections

    for connection in connections.all(initialized_only=True):
        connection.close()
        connection.close_pool()


@pytest.fixture(scope="session", autouse=True)
def key_ring(tmp_path_factory):
    """A key ring of the run's own."""
    from niangjia.foundation.keys.ring import FileRing
    from niangjia.foundation.keys.service import serving

    with serving(FileRing.start(tmp_path_factory.mktemp("home") / "keys", has_data=lambda: False)) as ring:
        yield ring


@pytest.fixture(scope="session", autouse=True)
def real_iterations():
    """A password is hashed a million times over, on purpose; here once, so that a test signs in at once."""
    from django.contrib.auth.hashers import PBKDF2PasswordHasher

    real = PBKDF2PasswordHasher.iterations
    with mock.patch.object(PBKDF2PasswordHasher, "iterations", 1):
        yield real


@pytest.fixture(autouse=True)
def _own_language():
    """Begin in the language of the settings: a request of the test before leaves its own active."""
    from django.conf import settings as django_settings
    from django.utils import translation

    if django_settings.configured:  # some tests are run without Django
        translation.deactivate()


@pytest.fixture(autouse=True)
def _nothing_left_over(request):
    """Empty cache and queue around a database test: a flush reaches neither, and limits and jobs would leak."""
    marker = request.node.get_closest_marker("django_db")
    if marker is None:
        yield
        return
    request.getfixturevalue("db")
    from django.core.cache import cache
    from django.db import connections

    cache.clear()
    yield
    if marker.kwargs.get("transaction"):
        with connections["default"].cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs")
