"""The same employer on two lists: ours beside TF-IDF of pairs and triples of characters with the best of each, truth known.

Timed is, for ours, ``same_employers`` from two frames to the decisions; for TF-IDF, both vectorisations and the product of the
matrices, best three of each (sparse_dot_topn, all cores). The product is taken for ``--sample`` entries of the second list
against the whole first one, and its time is multiplied: each entry costs the same. Pairs of characters that occur in more
than one name of twenty (有限, 公司) are left out, which makes TF-IDF several times quicker and no less precise.

    python -m benchmarks.employers --rows 500000 --json

scikit-learn and sparse_dot_topn are in no extra of ours; without them only ours is measured.
"""

from __future__ import annotations

import argparse
import os
import resource
import time
from importlib.util import find_spec

import numpy as np
import polars as pl

from benchmarks.report import show
from niangjia.cli.synth.employers import HELD_OUT_SEEDS, Lists, lists
from niangjia.core.linkage.employers import same_employers

PRECISION_GOAL = 0.99
TOO_FREQUENT, LEAST_SIMILAR, BEST = 0.05, 0.5, 3
MISSING = "scikit-learn and sparse_dot_topn are not installed: pip install scikit-learn sparse_dot_topn."


def ours(made: Lists) -> dict[str, object]:
    """Return time, precision and recall of our tiers."""
    start = time.perf_counter()
    found = same_employers(made.left, made.right)
    taken = time.perf_counter() - start
    same, queue = (found.filter(pl.col("decision") == decision) for decision in ("same", "likely"))
    right, queued = _right(same, made.truth), _right(queue, made.truth)
    return {
        "seconds": round(taken, 2),
        "automatic": same.height,
        "precision": round(right / max(1, same.height), 5),
        "recall": round(right / made.truth.height, 4),
        "queued": queue.height,
        "queued_right": queued,
        "recall_with_queue": round((right + queued) / made.truth.height, 4),
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def tfidfs(made: Lists, sample: int) -> dict[str, object]:
    """Return time, and precision and recall where TF-IDF is as precise as we want to be and where both are best."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sparse_dot_topn import sp_matmul_topn

    n = made.left.height
    start = time.perf_counter()
    vectorizer = TfidfVectorizer(analyzer="char", ngram_range=(2, 3), max_df=TOO_FREQUENT, dtype=np.float32)
    matrix = vectorizer.fit_transform(made.left["name"].to_list() + made.right["name"].to_list())
    left, right = matrix[:n], matrix[n:][:sample]
    vectorised = time.perf_counter() - start
    start = time.perf_counter()
    product = sp_matmul_topn(
        right, left.T.tocsr(), top_n=BEST, threshold=LEAST_SIMILAR, sort=True, n_threads=os.cpu_count()
    ).tocoo()
    multiplied = time.perf_counter() - start
    pairs = pl.DataFrame(
        {
            "row": product.col.astype(np.uint32),
            "other": product.row.astype(np.uint32),
            "similar": product.data,
        }
    )
    truth = made.truth.filter(pl.col("other") < sample)
    return {
        "tfidf_seconds": round(
            vectorised + multiplied * made.right.height / min(sample, made.right.height), 1
        ),
        "tfidf_sample": min(sample, made.right.height),
        **_at_best(
            pairs.sort("similar", descending=True).unique("other", keep="first", maintain_order=True), truth
        ),
    }


def _at_best(ordered: pl.DataFrame, truth: pl.DataFrame) -> dict[str, object]:
    """Return precision and recall of the best partners: with our goal of precision, and where both are highest."""
    marked = ordered.join(
        truth.with_columns(right=True), on=["row", "other"], how="left", maintain_order="left"
    )
    right = marked["right"].fill_null(value=False).cum_sum().to_numpy()
    precision, recall = right / np.arange(1, len(right) + 1), right / truth.height
    sure = np.flatnonzero(precision >= PRECISION_GOAL)
    balanced = int(np.argmax(2 * precision * recall / np.maximum(precision + recall, 1e-9)))
    return {
        "tfidf_recall_at_goal": round(float(recall[sure[-1]]), 4) if len(sure) else 0.0,
        "tfidf_precision": round(float(precision[balanced]), 4),
        "tfidf_recall": round(float(recall[balanced]), 4),
    }


def _right(pairs: pl.DataFrame, truth: pl.DataFrame) -> int:
    return pairs.join(truth, on=["row", "other"], how="semi").height


def main() -> None:
    """Make the lists, measure both, print one line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=50_000, help="of each list")
    parser.add_argument("--sample", type=int, default=20_000, help="entries that TF-IDF is measured on")
    parser.add_argument(
        "--seed", type=int, default=HELD_OUT_SEEDS[0], help="held out from tuning unless told otherwise"
    )
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    made = lists(chosen.rows, chosen.seed)
    same_employers(made.left.head(1000), made.right.head(1000))  # loads the tables, which a server does once
    figures: dict[str, object] = {
        "rows": chosen.rows,
        "seed": chosen.seed,
        "true_pairs": made.truth.height,
        **ours(made),
    }
    if find_spec("sklearn") is None or find_spec("sparse_dot_topn") is None:
        show("employers", {**figures, "missing": MISSING})
        return
    figures |= tfidfs(made, chosen.sample)
    ratio = float(str(figures["tfidf_seconds"])) / float(str(figures["seconds"]))
    show("employers", {**figures, "ratio": round(ratio, 1)})


if __name__ == "__main__":
    main()
