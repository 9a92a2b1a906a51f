"""A Spark session for one run, locked down: what it must write is enciphered, in a folder that goes with it.

Spark cannot work in memory alone. Shuffles, spills and kept blocks go to files of every machine that takes part; they are
enciphered with a key of this run that is written nowhere (``spark.io.encryption``). Towards a cluster elsewhere, talk is
authenticated and enciphered too, by the secret that the cluster has. Checkpoints would be plain files, so nothing is
checkpointed (``persist``).
"""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl

from niangjia.registry.linkage import splinking
from niangjia.registry.linkage.refusals import NoCluster, NoJava, NothingLearned, SparkInTheOpen
from niangjia.registry.linkage.splinking import Splinked

QUIET = """appender.none.type = Null
appender.none.name = none
rootLogger.level = off
rootLogger.appenderRef.none.ref = none
"""
# Of a session on this machine: as many parts as make sense for two to four cores, not for a cluster.
LOCAL_PARTS = "4"
ARGUMENTS = "PYSPARK_SUBMIT_ARGS"


def ready(master: str, secret: str) -> None:
    """Make sure that a session with ``master`` can be had, and keeps the records to itself.

    Raises:
        NotInstalled, NoJava: nothing to run it with.
        SparkInTheOpen: the records would travel unenciphered.
    """
    splinking.required("splink", "duckdb", extra="linkage")
    splinking.required("pyspark", extra="spark")
    if not (os.environ.get("JAVA_HOME") or shutil.which("java")):
        raise NoJava
    if not is_here(master) and not secret:
        raise SparkInTheOpen


def is_here(master: str) -> bool:
    """Tell whether ``master`` is a part of this process, not a cluster."""
    return master == "local" or master.startswith("local[")


def on_spark(table: pl.DataFrame, *, master: str, secret: str, folder: Path) -> Splinked:
    """Train Splink and let it find, on ``master``.

    Args:
        secret: the cluster's ``spark.authenticate.secret``; of no use where the master is here.
        folder: in which a private folder is made for the run and removed at its end.
    """
    ready(master, secret)
    with _session(master, secret, folder) as session:
        return _found(session, table)


def _found(session: Any, table: pl.DataFrame) -> Splinked:
    from splink import SparkAPI

    try:
        database = SparkAPI(
            spark_session=session, break_lineage_method="persist", register_udfs_automatically=False
        )
        records = session.createDataFrame(table.to_arrow())
    except Exception as broken:  # whose text may hold a value of somebody's record
        raise NothingLearned(kind=type(broken).__name__) from None
    # Every query is a job of hundreds of tasks: the sampling is not cut into parts.
    return splinking.run(database, records, lambda told: told.as_spark_dataframe().toArrow(), parts=1)


@contextmanager
def _session(master: str, secret: str, folder: Path) -> Iterator[Any]:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    private = Path(tempfile.mkdtemp(prefix="spark-", dir=folder))  # 0700
    try:
        try:
            session = _started(master, secret, private)
        except Exception as broken:
            raise NoCluster(master=master, kind=type(broken).__name__) from None
        try:
            yield session
        finally:
            session.stop()
    finally:
        shutil.rmtree(private, ignore_errors=True)


def _started(master: str, secret: str, private: Path) -> Any:
    from pyspark.sql import SparkSession

    for talkative in ("py4j", "pyspark"):
        logging.getLogger(talkative).setLevel(logging.CRITICAL)
    levels = private / "log4j2.properties"
    levels.write_text(QUIET)
    builder = SparkSession.builder.master(master).appName("niangjia linkage")
    for name, value in settings(master, private).items():
        builder = builder.config(name, value)
    builder = builder.config("spark.driver.extraJavaOptions", f"-Dlog4j2.configurationFile=file:{levels}")
    if is_here(master):
        return builder.getOrCreate()
    with _from_a_file(secret, private):
        return builder.getOrCreate()


@contextmanager
def _from_a_file(secret: str, private: Path) -> Iterator[None]:
    """Hand the secret to Spark's Java machine in a private file: its command line is read by everybody on this machine."""
    own = private / "secret.conf"
    own.touch(mode=0o600)
    own.write_text(f"spark.authenticate.secret {secret}\n")
    before = os.environ.get(ARGUMENTS, "pyspark-shell")
    os.environ[ARGUMENTS] = f"--properties-file {own} {before}"
    try:
        yield
    finally:
        os.environ[ARGUMENTS] = before
        own.unlink()


def settings(master: str, private: Path) -> dict[str, str]:
    """Return what keeps the records of a run to itself."""
    alone = {
        "spark.io.encryption.enabled": "true",
        "spark.io.encryption.keySizeBits": "256",
        "spark.local.dir": str(private / "local"),
        "spark.sql.warehouse.dir": str(private / "tables"),
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.eventLog.enabled": "false",
        "spark.sql.execution.arrow.pyspark.enabled": "true",
        "spark.sql.ansi.enabled": "false",  # whose errors quote the value
    }
    if is_here(master):
        here = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
        return alone | here | {"spark.sql.shuffle.partitions": LOCAL_PARTS}
    return alone | {
        "spark.authenticate": "true",
        "spark.network.crypto.enabled": "true",
        "spark.network.crypto.cipher": "AES/GCM/NoPadding",
    }
