"""Splink itself, on DuckDB and on Spark: it learns, finds, agrees, and leaves nothing behind."""

from __future__ import annotations

import os
import shutil
import threading
from pathlib import Path

import polars as pl
import pytest

from niangjia.cli.synth.duplicates import crowd, true_pairs
from niangjia.core.linkage.beside import beside, weighed
from niangjia.registry.linkage import engines, spark, splinking
from niangjia.registry.linkage.refusals import NoCluster, NoJava, NothingLearned, NotInstalled, SparkInTheOpen

MADE = crowd(1500, 7, share=0.3)
TABLE = splinking.table_of(MADE.rows)
TRUTH = true_pairs(MADE.truth).select(pl.col("row", "other").cast(pl.UInt32))


def needs(*modules: str) -> None:
    """Skip, naming what is missing."""
    for module in modules:
        pytest.importorskip(module)


@pytest.fixture(scope="module")
def found():
    needs("splink", "duckdb")
    return splinking.on_duckdb(TABLE)


def test_it_finds_nearly_all_true_pairs_and_learns_every_field(found):
    sure = found.pairs.filter(pl.col("probability") >= 0.99)
    assert beside(TRUTH, sure).precision > 0.8
    assert {each.field for each in found.trained} == set(splinking.LEVELS)
    weights = {each["level"]: each["trained"] for each in weighed(found.trained)}
    assert weights["ID_EQUAL"] > 10
    assert weights["NAME_DIFFERS"] < 0


def test_each_pair_stands_once_the_later_row_first(found):
    assert (found.pairs["other"] < found.pairs["row"]).all()
    assert not found.pairs.select("row", "other").is_duplicated().any()


def test_duckdb_may_write_and_fetch_nothing(tmp_path, monkeypatch):
    needs("splink", "duckdb")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    splinking.on_duckdb(TABLE.head(300).vstack(TABLE.tail(300)))
    assert list(tmp_path.iterdir()) == []
    import duckdb

    with duckdb.connect(":memory:", config=splinking.ALONE) as alone:
        said = alone.sql(
            "SELECT current_setting('temp_directory'), current_setting('autoload_known_extensions')"
        )
        assert said.limit(1).fetchall() == [("", False)]


def test_of_what_breaks_off_only_the_kind_is_told():
    needs("splink", "duckdb")
    broken = TABLE.head(20).with_columns(birth_on=pl.lit("no day, 36990119900101001X"))
    with pytest.raises(NothingLearned) as told:
        splinking.on_duckdb(broken.drop("phone"))
    assert "3699" not in str(told.value)
    assert told.value.__cause__ is None


def test_without_the_extra_one_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "splink", None)
    with pytest.raises(NotInstalled, match=r"pip install 'niangjia\[linkage\]'"):
        engines.ready(None, secret="")


def _with_spark():
    needs("splink", "duckdb", "pyspark")
    if not (os.environ.get("JAVA_HOME") or shutil.which("java")):
        pytest.skip("needs Java (default-jre-headless)")


def test_a_cluster_elsewhere_is_not_talked_to_in_the_open():
    _with_spark()
    with pytest.raises(SparkInTheOpen, match="NIANGJIA_SPARK_SECRET"):
        engines.ready("spark://cluster:7077", secret="")
    engines.ready("spark://cluster:7077", secret="a secret of the cluster")
    engines.ready("local[2]", secret="")


def test_without_java_spark_is_not_begun(monkeypatch, tmp_path):
    needs("splink", "duckdb", "pyspark")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(NoJava, match="default-jre-headless"):
        engines.ready("local[2]", secret="")


def test_what_is_said_to_a_cluster_is_enciphered_and_authenticated(tmp_path):
    told = spark.settings("spark://cluster:7077", tmp_path)
    assert told["spark.io.encryption.enabled"] == told["spark.network.crypto.enabled"] == "true"
    assert told["spark.authenticate"] == "true"
    assert (
        "spark.authenticate.secret" not in told
    )  # settings stand in a command line that everybody here reads


class Watch(threading.Thread):
    """Reads every file below a folder again and again while Spark runs, and keeps what it sees of some words."""

    def __init__(self, folder: Path, words: list[bytes]) -> None:
        super().__init__(daemon=True)
        self.folder, self.words = folder, words
        self.seen: set[bytes] = set()
        self.files = 0
        self.over = threading.Event()

    def run(self) -> None:
        while not self.over.wait(1):
            for path in self.folder.rglob("*"):
                try:
                    content = path.read_bytes() if path.is_file() else b""
                except OSError:  # gone between the two
                    continue
                self.files += bool(content)
                self.seen |= {word for word in self.words if word in content}


def watched(folder: Path) -> tuple[splinking.Splinked, Watch]:
    """Return what Spark found, and what could be read in its files meanwhile."""
    words = [each.encode() for each in MADE.rows["phone"].drop_nulls().head(40)]
    watch = Watch(folder, words)
    watch.start()
    try:
        return spark.on_spark(TABLE, master="local[2]", secret="", folder=folder), watch
    finally:
        watch.over.set()
        watch.join()


def test_spark_finds_what_duckdb_finds_in_enciphered_files_and_leaves_none(found, tmp_path):
    _with_spark()
    there, watch = watched(tmp_path)
    told = beside(
        found.pairs.filter(pl.col("probability") >= 0.99), there.pairs.filter(pl.col("probability") >= 0.99)
    )
    assert told.precision > 0.97
    assert told.recall > 0.97
    assert watch.files
    assert watch.seen == set()
    assert list(tmp_path.iterdir()) == []


def test_control_without_the_cipher_phones_stand_in_sparks_files(tmp_path, monkeypatch):
    _with_spark()
    whole = spark.settings

    def in_the_open(master, private):
        plain = {
            "spark.io.encryption.enabled": "false",
            "spark.shuffle.compress": "false",
            "spark.shuffle.spill.compress": "false",
        }
        return whole(master, private) | plain

    monkeypatch.setattr(spark, "settings", in_the_open)
    _, watch = watched(tmp_path)
    assert watch.seen


def test_a_master_that_is_none_is_said_in_a_sentence_and_leaves_nothing(tmp_path):
    _with_spark()
    with pytest.raises(NoCluster, match="nowhere"):
        spark.on_spark(TABLE, master="local[nowhere]", secret="", folder=tmp_path)
    assert list(tmp_path.iterdir()) == []
