"""A county searched for people with two records, from the sealed register to the queue; then for the newcomers of a roster alone.

The register is ``synth.duplicates`` (seed 101) without the rows that no register can hold: a number stands in it once. Timed is the
job as the worker does it: reading, opening every record with its audit event, finding, writing pairs.
"""

from __future__ import annotations

import io
import resource
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import numpy as np
import polars as pl

from benchmarks.intake import measured, prepared

if TYPE_CHECKING:
    from niangjia.config.embedded_postgres import Cluster
    from niangjia.registry.models import Organisation

NEWCOMERS = 5_000
UNIONS = 40
AT = datetime(2026, 9, 1, tzinfo=UTC)


def main() -> None:
    """Measure and print."""
    measured("duplicates", _measured)


def _measured(rows: int, folder: Path, cluster: Cluster) -> dict[str, object]:
    office = prepared(folder, cluster)
    # What the making takes is not of the search's peak.
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        persons = pool.submit(_loaded, rows, office.path, cluster.superuser_url("niangjia")).result()
    whole = _searched(office, None)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    looked = _looked_at(office)
    new = _searched(office, persons[-NEWCOMERS:])
    return {
        "rows": len(persons),
        **{f"whole_{name}": value for name, value in whole.items()},
        "rows_per_s": round(len(persons) / whole["seconds"]),
        "peak_mib": peak // 1024,
        "queue_seconds": looked,
        "newcomers": min(NEWCOMERS, len(persons)),
        **{f"newcomers_{name}": value for name, value in new.items()},
    }


def _loaded(rows: int, path: str, url: str) -> list[UUID]:
    """Fill the register below ``path``, in a process of its own, and return the persons' ids in their order."""
    import django
    import psycopg

    django.setup()
    from niangjia.cli.synth.duplicates import crowd
    from niangjia.core.ids import as_uuids, uuid7s
    from niangjia.foundation import vault
    from niangjia.foundation.acting import acting
    from niangjia.foundation.actors import Scope, system_actor
    from niangjia.registry.models import Organisation

    made = crowd(rows, 101).rows.filter(
        pl.col("id_number").is_null() | pl.col("id_number").is_first_distinct()
    )
    ids = uuid7s(made.height, AT)
    secrets = {"id_number": made["id_number"].to_list(), "phone": made["phone"].to_list()}
    sealed = vault.seal_many(secrets, table="registry_person", row_ids=ids, at=AT)
    tokens = vault.blind_index_many(vault.Purpose.PHONE, "mobile", secrets["phone"])
    keys = as_uuids(ids)
    with acting(system_actor("benchmark")):
        scope = Scope.below(path)
        below = Organisation.objects.filter(path__gte=scope.lo, path__lt=scope.hi)
        unions = list(below.order_by("path")[:UNIONS])
    place = [unions[k % len(unions)] for k in np.unique(made["union_key"].to_numpy(), return_inverse=True)[1]]
    persons = pl.DataFrame(
        {
            "id": [str(key) for key in keys],
            "organisation_id": [str(union.pk) for union in place],
            "path": [union.path for union in place],
            "name": made["name"],
            "name_key": made["name_key"],
            "id_kind": made["id_kind"].fill_null("citizen"),
            "sex": made["sex"].fill_null("0"),
            "birth_on": made["birth_on"],
            "secrets": ["\\x" + row.hex() for row in sealed],
            "secrets_print": [str(key) for key in keys],
        }
    )
    columns = ", ".join(persons.columns)
    blank = ("group", "ethnic", "education", "work_status", "hukou", "checked_by")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE benchmark_persons AS SELECT * FROM registry_person LIMIT 0")
        _copy(connection, f"benchmark_persons ({columns})", persons)
        connection.execute(
            "UPDATE benchmark_persons SET created_at = now(), changed_at = now(), "
            + ", ".join(f"\"{name}\" = ''" for name in blank)
        )
        connection.execute("INSERT INTO registry_person SELECT * FROM benchmark_persons")
        phones = pl.DataFrame(
            {
                "phone_token": [str(UUID(bytes=row.tobytes())) for row in tokens],
                "phone_version": [1] * made.height,
                "place": [0] * made.height,
                "person_id": persons["id"],
            }
        ).filter(made["phone"].is_not_null())
        _copy(connection, "registry_identitytoken (phone_token, phone_version, place, person_id)", phones)
        connection.execute("ANALYZE")
    return keys


def _copy(connection: Any, where: str, rows: pl.DataFrame) -> None:
    held = io.BytesIO()
    rows.write_csv(held, include_header=False)
    with connection.cursor() as cursor, cursor.copy(f"COPY {where} FROM STDIN (FORMAT csv)") as copy:
        copy.write(held.getvalue())


def _searched(office: Organisation, newcomers: list[UUID] | None) -> dict[str, float]:
    """Return what one search took and found."""
    from niangjia.foundation.acting import acting
    from niangjia.foundation.actors import system_actor
    from niangjia.foundation.plans.models import Batch, BatchRow
    from niangjia.registry.duplicates import searching
    from niangjia.registry.models import Search

    by = system_actor("benchmark")
    place = {"organisation_id": office.pk, "path": office.path, "line_path": None}
    with acting(by):
        batch_id = None
        if newcomers is not None:
            batch = Batch.objects.create(
                kind="members", file_id=office.pk, content_token=office.pk, uploaded_at=AT, **place
            )
            batch_id = batch.pk
            BatchRow.objects.bulk_create(
                BatchRow(batch=batch, place=k, row=k, verdict="new", person_id=person, **place)
                for k, person in enumerate(newcomers)
            )
        asked = Search.objects.create(batch_id=batch_id, asked_at=AT, **place)
    start = time.perf_counter()
    searching.run(asked.pk, by=by, now=lambda: datetime.now(UTC))
    took = time.perf_counter() - start
    with acting(by):
        asked.refresh_from_db()
    return {
        "seconds": round(took, 2),
        "opened": asked.opened,
        "pairs": asked.pairs,
        "left_out": asked.left_out,
    }


def _looked_at(office: Organisation) -> float:
    """Return the seconds of the queue's three counts and its first page, as the office's clerk."""
    from niangjia.foundation.acting import acting
    from niangjia.registry.duplicates import queries
    from tests.intake.rosters import clerk_of

    clerk = clerk_of(office)
    start = time.perf_counter()
    with acting(clerk):
        for status in ("open", "merged", "different"):
            queries.counted(queries.lying_in(status, by=clerk), by=clerk)
        keys = queries.listed(queries.lying_in("open", by=clerk), by=clerk)
        queries.pairs_of(keys[:50], by=clerk)
    return round(time.perf_counter() - start, 2)


if __name__ == "__main__":
    main()
