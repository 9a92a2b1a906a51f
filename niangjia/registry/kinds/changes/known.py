"""Who of a list of changes is known, and how each one's membership stands."""

from __future__ import annotations

import polars as pl
from django.db import connection

from niangjia.foundation import vault
from niangjia.registry.kinds.sql import PRINT

SCHEMA = {
    "place": pl.Int64,
    "person_id": pl.String,
    "person_path": pl.String,
    "person_line_path": pl.String,
    "known_name_key": pl.String,
    "spell_id": pl.String,
    "spell_union": pl.String,
    "spell_from": pl.Date,
    "is_retained": pl.Boolean,
    "last_to": pl.Date,
    "last_status": pl.String,
    "seen": pl.Int64,
}
KNOWN = f"""SELECT a.place, p.id::text, p.path, p.line_path, p.name_key, m.id::text, m.organisation_id::text, m.from_on,
        coalesce(m.is_retained, false), l.to_on, l.status, {PRINT}
    FROM unnest(%s::int8[], %s::uuid[]) a(place, token)
    JOIN registry_identitytoken t ON t.number_token = a.token
    JOIN registry_person p ON p.id = t.person_id
    LEFT JOIN registry_membership m ON m.person_id = p.id AND m.kind = 'primary' AND m.to_on IS NULL
    LEFT JOIN LATERAL (SELECT x.to_on, x.status FROM registry_membership x WHERE x.person_id = p.id
        AND x.kind = 'primary' AND x.to_on IS NOT NULL ORDER BY x.to_on DESC, x.id DESC LIMIT 1) l ON true"""


def known(rows: pl.DataFrame) -> pl.DataFrame:
    """Return what the register holds of each person, by the place of the row; only of those that are known.

    Args:
        rows: ``place``, ``id_kind`` and ``id_number`` of rows whose number is right.
    """
    found = []
    for (kind,), mine in rows.partition_by("id_kind", as_dict=True).items():
        index = vault.blind_index_many(vault.Purpose.IDENTITY, str(kind), mine["id_number"].to_list())
        tokens = [each.tobytes().hex() for each in index]
        with connection.cursor() as cursor:
            cursor.execute(KNOWN, [mine["place"].to_list(), tokens])
            found.append(pl.DataFrame(cursor.fetchall(), schema=SCHEMA, orient="row"))
    return pl.concat([pl.DataFrame(schema=SCHEMA), *found])
