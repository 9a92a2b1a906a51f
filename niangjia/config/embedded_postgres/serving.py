"""A database for the length of a block."""

import contextlib
import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from niangjia.config.embedded_postgres.cluster import Cluster, Urls
from niangjia.config.home import Home

UNSAFE_BUT_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
# Each pytest worker has three pools, and a machine that tests serves several databases.
FOR_MANY_WORKERS = {"max_connections": "200", "shared_buffers": "256MB"}


def cluster_of(home: Path) -> Cluster:
    """Return the cluster of a home (NIANGJIA_HOME)."""
    return Cluster(home / "postgres", log=home / "log" / "postgres")


@contextlib.contextmanager
def serving(home: Path) -> Iterator[Urls]:
    """Serve the database of a home: the one that runs already, else one started here and stopped at the end."""
    Home(home).prepare()
    cluster = cluster_of(home)
    if cluster.is_running():
        yield cluster.attach().urls()
        return
    with _started(cluster) as urls:
        yield urls


@contextlib.contextmanager
def throwaway(changes: Mapping[str, str] | None = None) -> Iterator[Cluster]:
    """Serve an empty database in a temporary folder that goes away with it: tests and benchmarks.

    Args:
        changes: settings; by default nothing waits for the disk.
    """
    with tempfile.TemporaryDirectory(prefix="niangjia-", ignore_cleanup_errors=True) as folder:
        if os.geteuid() == 0:
            Path(folder).chmod(0o711)
        cluster = Cluster(
            Path(folder) / "postgres",
            changes=UNSAFE_BUT_FAST | FOR_MANY_WORKERS if changes is None else changes,
        )
        with _started(cluster):
            yield cluster


@contextlib.contextmanager
def _started(cluster: Cluster) -> Iterator[Urls]:
    try:
        cluster.start()
        cluster.bootstrap()
        yield cluster.urls()
    finally:
        cluster.stop()
