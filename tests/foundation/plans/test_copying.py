"""Columns packed for COPY come back from the database as they were, of one length or of many, null or not."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import polars as pl
import pytest
from django.db import connection

from niangjia.foundation.acting import acting
from niangjia.foundation.actors import system_actor
from niangjia.foundation.plans.copying import (
    Fixed,
    bigints,
    days,
    ids,
    integers,
    packed,
    rows_of,
    texts,
    uuids,
)

pytestmark = [pytest.mark.database, pytest.mark.django_db]
KEYS = [uuid4() for _ in range(4)]
DAY = date(1960, 2, 29)
ROWS = {
    "all alike": [(KEYS[k], 5, DAY, "同", KEYS[0]) for k in range(4)],
    "some null": [(KEYS[0], 5, DAY, "甲", KEYS[1]), (KEYS[1], None, None, None, None), (KEYS[2], -1, DAY, "乙丙", KEYS[3])],
    "all null": [(KEYS[k], None, None, None, None) for k in range(3)],
    "empty text": [(KEYS[0], 1, DAY, "", KEYS[1]), (KEYS[1], 2, DAY, "一个长名字", KEYS[2])],
    "none": [],
}  # fmt: skip


@pytest.mark.parametrize("rows", ROWS.values(), ids=ROWS.keys())
def test_what_is_packed_is_what_is_read(rows):
    key, number, day, text, more = (list(column) for column in zip(*rows, strict=True)) if rows else ([],) * 5
    written = pl.Series([str(each) for each in key], dtype=pl.String)
    others = pl.Series([each.bytes if each else None for each in more], dtype=pl.Binary)
    told = packed(
        {
            "text": texts(pl.Series(text, dtype=pl.String)),
            "place": integers(pl.int_range(len(rows), eager=True)),
            "key": Fixed(rows_of(uuids(written))),
            "number": bigints(pl.Series(number, dtype=pl.Int64)),
            "day": days(pl.Series(day, dtype=pl.Date)),
            "more": ids(others),
        }
    )
    with acting(system_actor("test")), connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE copied (place int4, key uuid, number int8, day date, text text, more uuid)"
        )
        with cursor.copy(f"COPY copied ({', '.join(told.columns)}) FROM STDIN (FORMAT binary)") as copy:
            copy.write(told.content)
        cursor.execute("SELECT key, number, day, text, more FROM copied ORDER BY place")
        assert cursor.fetchall() == rows
        cursor.execute("DROP TABLE copied")
