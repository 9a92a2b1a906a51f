"""One embedded PostgreSQL for a whole pytest run, shared by the workers of pytest-xdist, and a home for each of them.

A plugin (``-p tests.one_database``) and no fixture: settings read the addresses before any conftest is loaded. The first
process starts the server and puts the addresses into the environment, which the workers inherit.
"""

import contextlib
import os
import tempfile
from pathlib import Path

import pytest

from niangjia.config.embedded_postgres import throwaway

SHARED = "NIANGJIA_TEST_RUN"

_held = contextlib.ExitStack()

if SHARED not in os.environ:
    os.environ[SHARED] = str(os.getpid())
    folder = tempfile.TemporaryDirectory(prefix="nj-home-", ignore_cleanup_errors=True)
    os.environ["NIANGJIA_HOME"] = _held.enter_context(folder)
    os.environ["NIANGJIA_WRITERS"] = "1"  # more would not see what a test's own transaction holds
    if "DATABASE_URL" not in os.environ:
        urls = _held.enter_context(throwaway()).urls()
        os.environ.update(DATABASE_URL=urls.app, DATABASE_OWNER_URL=urls.owner)
elif worker := os.environ.get("PYTEST_XDIST_WORKER"):
    home = Path(os.environ["NIANGJIA_HOME"]) / worker  # keys and files are of one database, as in operation
    home.mkdir(mode=0o700)
    os.environ["NIANGJIA_HOME"] = str(home)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure():
    """Stop what this process started; where it is killed instead, the kernel ends the server with it."""
    _held.close()
