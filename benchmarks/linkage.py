"""The same person inside a register: ours beside Splink on DuckDB, its training included, on one frame with known truth.

Timed is, for ours, ``same_people`` from the frame to the decided pairs; for Splink, everything from the registered table to
its predictions: probability of a match, u by sampling, m by expectation maximisation, predictions. Splink gets the widened
numbers and the sounds of names as columns of their own, made before its clock starts; ours makes them inside. Splink's
threshold is the one that serves it best: by the truth, the most pairs found with at least our goal of precision.

    python -m benchmarks.linkage --rows 1000000 --json

Splink and DuckDB are the extra ``linkage``; without them only ours is measured.
"""

from __future__ import annotations

import argparse
import logging
import resource
import time
from importlib.util import find_spec
from typing import Any

import numpy as np
import polars as pl

from benchmarks.report import show
from niangjia.cli.synth.duplicates import HELD_OUT_SEEDS, crowd, true_pairs
from niangjia.core.linkage.names import sound_hashes
from niangjia.core.linkage.numbers import widened
from niangjia.core.linkage.people import same_people

PRECISION_GOAL = 0.9995
LEAST_PROBABILITY = 0.05
MISSING = "Splink and DuckDB are not installed; install the extra: pip install 'niangjia[linkage]'."


def ours(rows: pl.DataFrame, truth: pl.DataFrame) -> dict[str, object]:
    """Return time, precision and recall of our decisions."""
    start = time.perf_counter()
    found = same_people(rows)
    taken = time.perf_counter() - start
    same = found.pairs.filter(pl.col("decision") == "same").select("row", "other")
    right = _right(same, truth)
    queue = found.pairs.filter(pl.col("decision") == "likely").select("row", "other")
    queued = _right(queue, truth)
    return {
        "seconds": round(taken, 2),
        "precision": round(right / max(1, same.height), 6),
        "recall": round(right / truth.height, 4),
        "queued": queue.height,
        "queued_right": queued,
        "recall_with_queue": round((right + queued) / truth.height, 4),
        "rows_left_out": int(found.left_out["rows"].sum()),
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def splinks(rows: pl.DataFrame, truth: pl.DataFrame) -> dict[str, object]:
    """Return time, precision and recall of Splink at the threshold that serves it best."""
    table = rows.with_row_index("unique_id").with_columns(
        id_number=widened(rows["id_number"]),
        sound=pl.Series(sound_hashes(rows["name_key"])).cast(pl.String),
    )
    wanted = table.drop("id_kind", "name").to_arrow()
    start = time.perf_counter()
    predictions = _predictions(wanted)
    taken = time.perf_counter() - start
    pairs = predictions.select(
        row=pl.max_horizontal("unique_id_l", "unique_id_r").cast(pl.UInt32),
        other=pl.min_horizontal("unique_id_l", "unique_id_r").cast(pl.UInt32),
        probability="match_probability",
    )
    return {"splink_seconds": round(taken, 2), "splink_pairs": pairs.height, **_at_best(pairs, truth)}


def _predictions(table: Any) -> pl.DataFrame:
    """Train Splink and return the pairs that it gives at least ``LEAST_PROBABILITY``.

    Comparisons and blocking as its guides have them: exact, near and else for each field, frequencies of the values where
    they matter, the same blocks as ours, and trainings whose blocks leave each other's fields free. Of four settings tried this
    one is the quickest and finds the most: Damerau-Levenshtein took ten times the time for u, and levels for near
    birth dates found no more.
    """
    import splink.comparison_level_library as cll
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

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
    settings = SettingsCreator(
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
    logging.getLogger("splink").setLevel(logging.ERROR)
    linker = Linker(DuckDBAPI().register(table), settings)
    training = linker.training
    training.estimate_probability_two_random_records_match(
        [block_on("id_number"), block_on("name_key", "phone", "birth_on")], recall=0.9
    )
    training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    training.estimate_parameters_using_expectation_maximisation(block_on("name_key", "phone"))
    training.estimate_parameters_using_expectation_maximisation(block_on("id_number"))
    training.estimate_parameters_using_expectation_maximisation(block_on("name_key", "birth_on"))
    predicted = linker.inference.predict(threshold_match_probability=LEAST_PROBABILITY)
    return pl.DataFrame(predicted.as_duckdbpyrelation().arrow())


def _at_best(pairs: pl.DataFrame, truth: pl.DataFrame) -> dict[str, object]:
    """Return Splink's precision and recall: the most it finds with our goal of precision, and where both are highest."""
    marked = pairs.join(
        truth.with_columns(right=True), on=["row", "other"], how="left", maintain_order="left"
    )
    ordered = marked.sort("probability", descending=True)
    right = ordered["right"].fill_null(value=False).cum_sum().to_numpy()
    told = np.arange(1, len(right) + 1)
    precision, recall = right / told, right / truth.height
    # A threshold lets in all pairs of one probability, or none.
    ends = np.append(ordered["probability"].diff().to_numpy()[1:] != 0, True)
    sure = np.flatnonzero(ends & (precision >= PRECISION_GOAL))
    balanced = int(np.argmax(np.where(ends, 2 * precision * recall / (precision + recall), 0)))
    best = int(sure[-1]) if len(sure) else balanced
    return {
        "splink_precision": round(float(precision[best]), 6),
        "splink_recall": round(float(recall[best]), 4),
        "splink_threshold": round(float(ordered["probability"][best]), 8),
        "splink_precision_balanced": round(float(precision[balanced]), 6),
        "splink_recall_balanced": round(float(recall[balanced]), 4),
        "splink_recall_all": round(float(recall[-1]), 4),
    }


def _right(pairs: pl.DataFrame, truth: pl.DataFrame) -> int:
    return pairs.join(truth, on=["row", "other"], how="semi").height


def main() -> None:
    """Make the crowd, measure both, print one line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument(
        "--seed", type=int, default=HELD_OUT_SEEDS[0], help="held out from tuning unless told otherwise"
    )
    parser.add_argument(
        "--alike", type=float, default=0.02, help="share of rows of others who look like somebody"
    )
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    made = crowd(chosen.rows, chosen.seed, alike=chosen.alike)
    truth = true_pairs(made.truth).select(pl.col("row", "other").cast(pl.UInt32))
    same_people(made.rows.head(1000))  # loads the tables, which a server does once
    figures: dict[str, object] = {
        "rows": made.rows.height,
        "seed": chosen.seed,
        "alike": chosen.alike,
        "true_pairs": truth.height,
    }
    figures |= ours(made.rows, truth)
    if find_spec("splink") is None or find_spec("duckdb") is None:
        show("linkage", {**figures, "missing": MISSING})
        return
    figures |= splinks(made.rows, truth)
    ratio = float(str(figures["splink_seconds"])) / float(str(figures["seconds"]))
    show("linkage", {**figures, "ratio": round(ratio, 1)})


if __name__ == "__main__":
    main()
