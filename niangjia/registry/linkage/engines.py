"""What the model runs on: DuckDB in this process, or Spark."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import polars as pl

from niangjia.registry.linkage import spark, splinking
from niangjia.registry.linkage.splinking import Splinked


def ready(master: str | None, *, secret: str) -> None:
    """Make sure that there is all that a run needs.

    Args:
        master: Spark's address, None for DuckDB.
        secret: of the cluster.

    Raises:
        NotInstalled, NoJava, SparkInTheOpen: what is missing, and what to do.
    """
    if master is None:
        splinking.required("splink", "duckdb", extra="linkage")
    else:
        spark.ready(master, secret)


def finder(master: str | None, *, secret: str, folder: Path) -> Callable[[pl.DataFrame], Splinked]:
    """Return what trains the model and lets it find; ``folder`` is where Spark may have its enciphered files."""
    if master is None:
        return splinking.on_duckdb
    return partial(spark.on_spark, master=master, secret=secret, folder=folder)
