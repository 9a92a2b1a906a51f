"""One real PostgreSQL for the run; the tests reach it as the application's login, never as the owner."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest

HOME = "NIANGJIA_HOME"
STARTED = pytest.StashKey[object]()


def pytest_configure(config: pytest.Config) -> None:
    """Start a cluster of the run's own, unless the environment names a server; xdist's workers share it."""
    if hasattr(config, "workerinput"):
        return
    folder = Path(tempfile.mkdtemp(prefix="nj-test-"))
    os.environ[HOME] = str(folder / "home")
    if "DATABASE_URL" not in os.environ:
        config.stash[STARTED] = _start_cluster(folder)


def _start_cluster(folder: Path) -> object:
    from niangjia.config.embedded_postgres import Cluster

    cluster = Cluster(folder / "cluster", fast_and_loose=True)
    cluster.create()
    cluster.start()
    cluster.bootstrap()
    urls = cluster.urls()
    os.environ["DATABASE_URL"], os.environ["DATABASE_OWNER_URL"] = urls.app, urls.owner
    return cluster


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the run's cluster and remove its folder."""
    if hasattr(config, "workerinput"):
        return
    cluster = config.stash.get(STARTED, None)
    if cluster is not None:
        cluster.stop()
    shutil.rmtree(Path(os.environ[HOME]).parent, ignore_errors=True)


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


@pytest.fixture(autouse=True)
def _no_limits_left_over(request):
    """Empty the cache before a database test: a flush does not reach it, and rate limits would leak."""
    if request.node.get_closest_marker("django_db"):
        request.getfixturevalue("db")
        from django.core.cache import cache

        cache.clear()
