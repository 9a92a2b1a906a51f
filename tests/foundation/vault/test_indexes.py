"""Keyed indexes: equal for equal numbers, of no use without the key, and found while the key is rotated."""

from __future__ import annotations

import hashlib
from uuid import UUID

import pytest

from niangjia.foundation import vault
from niangjia.foundation.keys.ring import FileRing
from niangjia.foundation.keys.service import serving
from niangjia.foundation.vault import Purpose
from niangjia.foundation.vault.bulk import pack_columns

NUMBER = "369901199003070011"
CANDIDATES = [f"36990119900307{last:04}" for last in range(500)]


@pytest.fixture
def ring(tmp_path):
    with serving(FileRing.start(tmp_path / "keys", has_data=lambda: False)) as ring:
        yield ring


def index(value=NUMBER, purpose=Purpose.IDENTITY, kind="resident"):
    return vault.blind_index(purpose, kind, value)


def test_equal_numbers_have_equal_indexes_and_nothing_else_does(ring):
    assert index() == index()
    others = {index(NUMBER[:-1] + "2"), index(purpose=Purpose.PHONE), index(kind="passport")}
    assert len(others) == 3
    assert index() not in others


def test_a_column_is_indexed_as_rows_are(ring):
    rows = vault.blind_index_many(Purpose.IDENTITY, "resident", CANDIDATES)
    assert [UUID(bytes=row.tobytes()) for row in rows] == [index(number) for number in CANDIDATES]
    assert vault.blind_index_many(Purpose.IDENTITY, "resident", []).shape == (0, 16)


def test_while_a_key_is_rotated_both_versions_are_asked_for(ring):
    before = index()
    ring.rotate_index(Purpose.IDENTITY)
    asked = vault.blind_indexes(Purpose.IDENTITY, "resident", NUMBER)
    assert asked == {2: index(), 1: before}
    old = vault.blind_index_many(Purpose.IDENTITY, "resident", [NUMBER], version=1)
    assert old[0].tobytes() == before.bytes


def test_whoever_holds_the_dump_and_500_candidates_but_not_the_key_finds_nobody(ring, tmp_path):
    dumped = {index(number).bytes for number in CANDIDATES}
    guesses = {hashlib.new(name, number.encode()).digest()[:16]
               for name in ("sm3", "sha256", "md5") for number in CANDIDATES}  # fmt: skip
    with serving(FileRing.start(tmp_path / "own", has_data=lambda: False)):
        guesses |= {index(number).bytes for number in CANDIDATES}
    assert not dumped & guesses


def test_control_an_unkeyed_hash_would_give_everybody_away():
    dumped = {hashlib.new("sm3", number.encode()).digest() for number in CANDIDATES}
    assert len(dumped & {hashlib.new("sm3", number.encode()).digest() for number in CANDIDATES}) == 500


def test_a_fingerprint_tells_same_from_changed(ring):
    fields = {"id_number": NUMBER, "phone": "14090000001"}
    assert vault.fingerprint(fields) == vault.fingerprint(fields | {"address": ""})
    assert vault.fingerprint(fields) != vault.fingerprint(fields | {"phone": "14090000002"})
    many = vault.fingerprint_many(pack_columns({"id_number": [NUMBER], "phone": ["14090000001"]}))
    assert UUID(bytes=many[0].tobytes()) == vault.fingerprint(fields)
