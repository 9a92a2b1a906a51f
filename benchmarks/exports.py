"""A list of members out: asked, read in the name of the office, opened, written into an encrypted file, noted for each person.

The list is a roster that was just taken in, with whole names, numbers and phones. Beside it, on the first ``sampled_rows`` of the same
people in a plain table, django-import-export's own export to .xlsx (``Resource.export`` and its format), which opens nothing,
encrypts nothing and notes nothing; its rate is taken as constant.
"""

from __future__ import annotations

import sys
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

from benchmarks.intake import brought_in, made, measured, plain, prepared
from niangjia.config.embedded_postgres import Cluster


def main() -> None:
    """Take a list out in both kinds of file, and print how long it took."""
    measured("exports", _measured)


def _measured(rows: int, folder: Path, cluster: Cluster) -> dict[str, object]:
    office = prepared(folder, cluster)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        sample, _ = pool.submit(made, rows, folder).result()
    brought_in(folder / "roster.csv", office)
    book, listed = _taken_out(office, "xlsx")
    text, _ = _taken_out(office, "csv")
    theirs = plain(cluster, folder / "sample.csv")["export"]
    return {
        "rows": listed,
        "seconds": round(book, 2),
        "rows_per_s": round(listed / book),
        "csv_seconds": round(text, 2),
        "csv_rows_per_s": round(listed / text),
        "import_export_rows_per_s": round(sample / theirs),
        "sampled_rows": sample,
        "ratio_import_export": round(listed / book / (sample / theirs), 2),
    }


def _taken_out(office, kind: str) -> tuple[float, int]:  # type: ignore[no-untyped-def]  # of django models, not yet loaded
    from niangjia.core.days import day_of
    from niangjia.core.roles import Role
    from niangjia.foundation.acting import acting
    from niangjia.foundation.copies import making
    from niangjia.foundation.copies.asking import Wish, ask
    from niangjia.foundation.copies.models import Export
    from niangjia.foundation.copies.tables import table
    from niangjia.registry.postings import actor_for
    from tests.joiners import SYSTEM
    from tests.signing import official, posting

    at = datetime.now(UTC)
    account = official(f"clerk-{kind}", app=False)
    clerk = actor_for(account.pk, posting(account, office, Role.CLERK))
    asked = {"on": str(day_of(at))}
    start = time.perf_counter()
    with acting(clerk):
        wish = Wish(table("members"), asked, kind, uncovered=True, purpose="benchmark", language="zh-hans")
        export = ask(wish, organisation=office, by=clerk, at=at)
    making.make.run({"export": str(export.pk)})
    took = time.perf_counter() - start
    with acting(SYSTEM):
        export = Export.objects.get(pk=export.pk)
    if export.status != "ready" or export.rows is None:
        sys.exit(f"the export ended {export.status}: {export.failure}")
    return took, export.rows


if __name__ == "__main__":
    main()
