"""Who of a list of officers is known, and who holds or held which post of the unions that it names."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
from django.db import connection

from niangjia.foundation import vault

PERSON = {
    "place": pl.Int64,
    "person_id": pl.String,
    "person_path": pl.String,
    "person_line_path": pl.String,
    "known_name_key": pl.String,
    "on_roll": pl.Boolean,
}
_OF_PERSON = """p.id::text, p.path, p.line_path, p.name_key, EXISTS (SELECT 1 FROM registry_membership m
    WHERE m.person_id = p.id AND m.kind = 'primary' AND m.to_on IS NULL)"""
BY_NUMBER = f"""SELECT a.place, {_OF_PERSON} FROM unnest(%s::int8[], %s::uuid[]) a(place, token)
    JOIN registry_identitytoken t ON t.number_token = a.token JOIN registry_person p ON p.id = t.person_id"""
BY_PHONE = f"""SELECT a.place, {_OF_PERSON} FROM unnest(%s::int8[], %s::uuid[], %s::text[]) a(place, token, name_key)
    JOIN registry_identitytoken t ON t.phone_token = a.token
    JOIN registry_person p ON p.id = t.person_id AND p.name_key = a.name_key"""

HELD = {
    "officer_id": pl.String,
    "target": pl.String,
    "person_id": pl.String,
    "post": pl.String,
    "held_basis": pl.String,
    "held_from": pl.Date,
    "held_to": pl.Date,
    "held_term": pl.Date,
}
POSTS = """SELECT x.id::text, x.organisation_id::text, x.person_id::text, x.post, x.basis, x.from_on, x.to_on, x.term_until
    FROM registry_officer x WHERE x.organisation_id = ANY(%s::uuid[]) AND (x.to_on IS NULL OR x.to_on > x.from_on)"""
# All that the register says of one post of one union: what a trial run saw, and a commit compares.
SEEN = """(SELECT hashtextextended(coalesce(string_agg(ROW(x.id, x.person_id, x.basis, x.from_on, x.to_on, x.term_until)::text,
    ',' ORDER BY x.id), ''), 0) FROM registry_officer x WHERE x.organisation_id = {union} AND x.post = {post})"""
SEATS = f"SELECT a.union_id::text, a.post, {SEEN.format(union='a.union_id', post='a.post')} FROM unnest(%s::uuid[], %s::text[]) a(union_id, post)"


def persons(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the records that each row may mean: by its number, else by name and phone; a phone may be that of several.

    Args:
        rows: ``place``, ``id_kind``, ``id_number``, ``name_key`` and ``phone``.
    """
    found = [pl.DataFrame(schema=PERSON)]
    numbered = rows.filter(pl.col("id_number").is_not_null())
    for (kind,), mine in numbered.partition_by("id_kind", as_dict=True).items():
        tokens = _tokens(vault.Purpose.IDENTITY, str(kind), mine["id_number"])
        found.append(_asked(BY_NUMBER, PERSON, mine["place"].to_list(), tokens))
    rest = rows.filter(
        pl.all_horizontal(pl.col("name_key", "phone").is_not_null()) & pl.col("id_number").is_null()
    )
    if rest.height:
        tokens = _tokens(vault.Purpose.PHONE, "mobile", rest["phone"])
        found.append(_asked(BY_PHONE, PERSON, rest["place"].to_list(), tokens, rest["name_key"].to_list()))
    return pl.concat(found)


def posts(unions: pl.Series) -> pl.DataFrame:
    """Return who holds or held which post of these unions."""
    return _asked(POSTS, HELD, unions.drop_nulls().unique().to_list())


def seats(rows: pl.DataFrame) -> pl.DataFrame:
    """Return for each union and post among ``rows`` (``target``, ``post``) what the register says of it, as a hash."""
    asked = rows.select("target", "post").drop_nulls().unique()
    schema = {"target": pl.String, "post": pl.String, "seen": pl.Int64}
    return _asked(SEATS, schema, asked["target"].to_list(), asked["post"].to_list())


def _tokens(purpose: vault.Purpose, kind: str, values: pl.Series) -> list[str]:
    return [each.tobytes().hex() for each in vault.blind_index_many(purpose, kind, values.to_list())]


def _asked(statement: str, schema: dict[str, type[pl.DataType]], *values: Sequence[object]) -> pl.DataFrame:
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(each) for each in values])
        return pl.DataFrame(cursor.fetchall(), schema=schema, orient="row")
