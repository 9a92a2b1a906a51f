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
import resource
import time
from importlib.util import find_spec

import numpy as np
import polars as pl

from benchmarks.report import show
from niangjia.cli.synth.duplicates import HELD_OUT_SEEDS, crowd, true_pairs
from niangjia.core.linkage.people import same_people
from niangjia.registry.linkage.splinking import on_duckdb, table_of

PRECISION_GOAL = 0.9995
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
    table = table_of(rows)
    start = time.perf_counter()
    found = on_duckdb(table).pairs
    taken = time.perf_counter() - start
    return {"splink_seconds": round(taken, 2), "splink_pairs": found.height, **_at_best(found, truth)}


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
