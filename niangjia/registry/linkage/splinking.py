"""The same person by Splink: its model of our fields and blocks, trained on the register itself, and what it finds.

Splink is the extra ``linkage`` and is imported only when asked for. Comparisons and blocking as its guides have them: exact,
near and else for each field, frequencies of the values where they matter, the same blocks as ours, and trainings whose
blocks leave each other's fields free. Of four settings tried this one is the quickest and finds the most:
Damerau-Levenshtein took ten times the time for u, and levels for near birth dates found no more.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import polars as pl

from niangjia.core.linkage.beside import Trained
from niangjia.core.linkage.names import sound_hashes
from niangjia.core.linkage.numbers import widened
from niangjia.registry.linkage.refusals import NothingLearned, NotInstalled

LEAST_PROBABILITY = 0.05
PAIRS_FOR_U = 1e6
SEED = 1
COMPARED = (
    "id_number", "name_key", "sound", "phone", "birth_on", "sex", "employer_key", "union_key",
)  # fmt: skip
# Of DuckDB: that it spills nothing to a disk, and fetches nothing.
ALONE: dict[str, Any] = {
    "temp_directory": "",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}
# A level by its place in a comparison of Splink's, the level of missing values aside.
LEVELS = {
    "id_number": ("ID_EQUAL", "ID_SLIP", "ID_DIFFERS"),
    "name": ("NAME_EQUAL", "NAME_SOUNDS", "NAME_ONE", "NAME_DIFFERS"),
    "phone": ("PHONE_EQUAL", "PHONE_SLIP", "PHONE_DIFFERS"),
    "birth_on": ("BIRTH_EQUAL", "BIRTH_DIFFERS"),
    "sex": ("SEX_EQUAL", "SEX_DIFFERS"),
    "employer_key": ("EMPLOYER_EQUAL", "EMPLOYER_DIFFERS"),
    "union_key": ("UNION_EQUAL", "UNION_DIFFERS"),
}


@dataclass(frozen=True)
class Splinked:
    """What Splink found.

    Attributes:
        pairs: (row, other, probability), other < row, none below ``LEAST_PROBABILITY``.
        trained: for each level of each field what it has learned.
    """

    pairs: pl.DataFrame
    trained: list[Trained]


def required(*modules: str, extra: str) -> None:
    """Raise NotInstalled unless these can be imported."""
    for module in modules:
        if find_spec(module) is None:
            raise NotInstalled(missing=module, extra=extra)


def table_of(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the columns that Splink compares, with the number widened and the sound of the name, and ``unique_id``."""
    return rows.with_row_index("unique_id").select(
        pl.col("unique_id").cast(pl.Int64),
        widened(rows["id_number"]).alias("id_number"),
        "name_key",
        pl.Series("sound", sound_hashes(rows["name_key"])).cast(pl.String),
        *(pl.col(name) for name in COMPARED[3:]),
    )


def on_duckdb(table: pl.DataFrame) -> Splinked:
    """Train Splink and let it find, in the memory of this process alone: nothing is written to a disk, nor fetched."""
    required("splink", "duckdb", extra="linkage")
    import duckdb
    from splink import DuckDBAPI

    with duckdb.connect(":memory:", config=ALONE) as connection:
        return run(
            DuckDBAPI(connection),
            table.to_arrow(),
            lambda found: found.as_duckdbpyrelation().to_arrow_table(),
        )


def run(database: Any, table: Any, columns_of: Any, *, parts: int = 10) -> Splinked:
    """Train Splink and let it find.

    Args:
        database: of Splink's, DuckDB's or Spark's.
        table: as ``database`` takes it.
        columns_of: turns a table of Splink's into one of Arrow.
        parts: in how many the sampling for u is cut, so that it can end early; each costs a round of queries.

    Raises:
        NothingLearned: something broke off, of which only the kind is told.
    """
    logging.getLogger("splink").setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            linker = _trained(database, table, parts)
            found = linker.inference.predict(threshold_match_probability=LEAST_PROBABILITY)
            pairs = pl.DataFrame(columns_of(found))
            learned = list(_levels(linker.misc.save_model_to_json()))
    except Exception as broken:  # whose text may hold a value of somebody's record
        raise NothingLearned(kind=type(broken).__name__) from None
    sides = [pl.col("unique_id_l"), pl.col("unique_id_r")]
    told = pairs.select(
        row=pl.max_horizontal(sides).cast(pl.UInt32),
        other=pl.min_horizontal(sides).cast(pl.UInt32),
        probability=pl.col("match_probability").cast(pl.Float64),
    )
    return Splinked(told.sort("row", "other"), learned)


def _trained(database: Any, table: Any, parts: int) -> Any:
    """Return the model with its parameters: the share of true pairs, u by sampling, m by expectation maximisation.

    In the register every ID number stands once: there the training over equal numbers has nothing to go by, and the one
    over phone and birth date takes its place.
    """
    from splink import Linker, block_on

    linker = Linker(database.register(table), _settings(), log_level=None)
    training = linker.training
    training.estimate_probability_two_random_records_match(
        [block_on("id_number"), block_on("name_key", "phone", "birth_on")], recall=0.9
    )
    training.estimate_u_using_random_sampling(max_pairs=PAIRS_FOR_U, seed=SEED, num_chunks=parts)
    _learned(training, block_on("name_key", "phone"))
    if not _learned(training, block_on("id_number")):
        _learned(training, block_on("phone", "birth_on"))
    if not _learned(training, block_on("name_key", "birth_on")):
        raise Untrained
    return linker


class Untrained(Exception):
    """No two records have name and birth date in common, and there is nothing to learn from."""


def _learned(training: Any, rule: Any) -> bool:
    """Train over the pairs of one block; False where there are none that teach anything."""
    from splink.internals.exceptions import EMTrainingException

    try:
        training.estimate_parameters_using_expectation_maximisation(rule)
    except EMTrainingException:
        return False
    return True


def _settings() -> Any:
    import splink.comparison_level_library as cll
    import splink.comparison_library as cl
    from splink import SettingsCreator, block_on

    name = cl.CustomComparison(
        output_column_name="name",
        comparison_levels=[
            cll.NullLevel("name_key"),
            cll.ExactMatchLevel("name_key").configure(tf_adjustment_column="name_key"),
            cll.ExactMatchLevel("sound"),
            cll.LevenshteinLevel("name_key", 1),
            cll.ElseLevel(),
        ],
    )
    return SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            cl.LevenshteinAtThresholds("id_number", 1),
            name,
            cl.LevenshteinAtThresholds("phone", 1).configure(term_frequency_adjustments=True),
            cl.ExactMatch("birth_on"),
            cl.ExactMatch("sex"),
            cl.ExactMatch("employer_key").configure(term_frequency_adjustments=True),
            cl.ExactMatch("union_key").configure(term_frequency_adjustments=True),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("id_number"),
            block_on("phone", "sound"),
            block_on("birth_on", "sound"),
            block_on("phone", "birth_on"),
            block_on("birth_on", "union_key"),
            block_on("substr(id_number, 15, 4)", "sound"),
        ],
        retain_intermediate_calculation_columns=False,
        retain_matching_columns=False,
    )


def _levels(model: dict[str, Any]) -> Iterator[Trained]:
    """Yield what the model has learned, level by level; Splink leaves out what it never saw."""
    for comparison in model["comparisons"]:
        field = comparison["output_column_name"]
        levels = [each for each in comparison["comparison_levels"] if not each.get("is_null_level")]
        for level, code in zip(levels, LEVELS[field], strict=True):
            yield Trained(field, code, level.get("m_probability"), level.get("u_probability"))
