"""What is sealed opens only in its own row and table, whole, and shows nothing of itself."""

from __future__ import annotations

import pickle
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from niangjia.core.ids import as_uuids, uuid7, uuid7s
from niangjia.foundation import vault
from niangjia.foundation.keys.errors import KeyGone
from niangjia.foundation.keys.sm4 import SealBroken
from niangjia.foundation.vault.bulk import pack_columns
from niangjia.foundation.vault.layouts import TooLong, Unpackable

AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
FIELDS = {"id_number": "369901199003070011", "phone": "14090000001", "address": "青岚市北区长堤路 3 号"}
TABLE = "registry_person"
ROW = uuid7()

texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
rows = st.fixed_dictionaries({}, optional={"id_number": texts.map(lambda t: t[:6]), "address": texts})


def sealed(fields=FIELDS, row_id=ROW, **extra):
    return vault.seal(fields, table=TABLE, row_id=row_id, at=AT, **extra)


def opened(message, row_id=ROW, table=TABLE, fields=None):
    return vault.open_sealed(message, table=table, row_id=row_id, fields=fields)


def test_what_was_sealed_comes_back():
    assert dict(opened(sealed())) == FIELDS | {"earlier_numbers": ""}


def test_only_the_asked_fields_come_back():
    assert dict(opened(sealed(), fields=["phone"])) == {"phone": FIELDS["phone"]}


def test_a_memoryview_as_the_database_gives_it_opens():
    assert opened(memoryview(sealed()))["phone"] == FIELDS["phone"]


@given(rows)
def test_the_length_tells_nothing_but_that_there_is_an_address(fields):
    other = FIELDS if fields.get("address") else {"phone": "14090000001"}
    assert len(sealed(fields)) == len(sealed(other))


def test_what_was_sealed_in_the_wide_layout_is_opened_and_resealed_in_the_narrow_one():
    wide = replace(vault.PERSON, shorter=None)
    fields = {"id_number": "369901199003070011", "phone": "14090000001"}
    old = vault.seal(fields, table=TABLE, row_id=ROW, at=AT, layout=wide)
    new = vault.reseal(old, table=TABLE, row_id=ROW, at=AT)
    assert (len(old), len(new)) == (337, 121)
    assert dict(opened(old)) == dict(opened(new)) == fields | {"earlier_numbers": "", "address": ""}
    both = vault.open_many(
        [old, new, sealed()], table=TABLE, row_ids=[ROW.bytes] * 3, fields=["address", "phone"]
    )
    assert both == {"address": ["", "", FIELDS["address"]], "phone": ["14090000001"] * 3}


def test_equal_fields_never_make_equal_messages():
    assert len({sealed() for _ in range(100)}) == 100


def test_another_row_or_another_table_does_not_open_it():
    with pytest.raises(SealBroken):
        opened(sealed(), row_id=uuid7())
    with pytest.raises(SealBroken):
        opened(sealed(), table="joining_joinrequest")


def test_no_flipped_bit_goes_unseen():
    message = sealed({"phone": "14090000001"}, layout=vault.PHONE)
    for bit in range(len(message) * 8):
        changed = bytearray(message)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises((SealBroken, KeyGone)):
            opened(bytes(changed))


@pytest.mark.parametrize("message", [b"", b"\x01", b"\xff" * 337, b"sealed"])
def test_what_was_never_sealed_does_not_open(message):
    with pytest.raises(SealBroken):
        opened(message)


def test_a_destroyed_key_leaves_nothing_to_read(key_ring):
    message = sealed(province="65")
    key_ring.destroy(vault.key_of(message))
    with pytest.raises(KeyGone):
        opened(message)


def test_a_year_begins_at_midnight_in_shanghai():
    last = vault.seal(FIELDS, table=TABLE, row_id=ROW, at=datetime(2026, 12, 31, 15, 59, tzinfo=UTC))
    first = vault.seal(FIELDS, table=TABLE, row_id=ROW, at=datetime(2026, 12, 31, 16, 0, tzinfo=UTC))
    assert (vault.key_of(last).year, vault.key_of(first).year) == (2026, 2027)


def test_resealing_moves_a_row_to_the_new_key(key_ring):
    old = sealed(province="64")
    key_ring.rotate("64", 2026)
    new = vault.reseal(old, table=TABLE, row_id=ROW, at=AT, province="64")
    assert vault.key_of(new).serial == vault.key_of(old).serial + 1
    assert dict(opened(new)) == dict(opened(old))


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"phone": "1" * 17}, TooLong),
        ({"address": "长" * 73}, TooLong),
        ({"phone": "1\0"}, Unpackable),
        ({"address": "\ud800"}, Unpackable),
    ],
)
def test_a_refusal_names_the_field_and_never_the_value(fields, refusal):
    ((name, value),) = fields.items()
    for seal in (lambda: sealed(fields), lambda: pack_columns({name: [value]})):
        with pytest.raises(refusal) as raised:
            seal()
        assert raised.value.params["field"] == name
        assert value not in str(raised.value)
        assert raised.value.__suppress_context__ or raised.value.__context__ is None


def test_a_field_that_the_layout_does_not_have_is_a_bug():
    with pytest.raises(KeyError, match="nickname"):
        sealed({"nickname": "x"})
    with pytest.raises(KeyError, match="nickname"):
        pack_columns({"nickname": ["x"]})


@given(st.lists(st.tuples(texts.map(lambda t: t[:6]), texts), min_size=1, max_size=8))
def test_columns_are_packed_as_rows_are(pairs):
    columns = {"id_number": [number for number, _ in pairs], "address": [address for _, address in pairs]}
    rows = [{"id_number": number, "address": address} for number, address in pairs]
    packed = {
        place: row.tobytes()
        for part in pack_columns(columns)
        for place, row in zip(part.places.tolist(), part.packed, strict=True)
    }
    assert packed == {place: vault.PERSON.fitting(row).pack(row) for place, row in enumerate(rows)}


def test_columns_are_sealed_as_rows_are():
    columns = {"id_number": ["369901199003070011", None], "phone": ["14090000001", "14090000002"]}
    ids = uuid7s(2, AT)
    messages = vault.seal_many(columns, table=TABLE, row_ids=ids, at=AT, province="36")
    first, second = (opened(row, row_id=row_id) for row, row_id in zip(messages, as_uuids(ids), strict=True))
    assert (first["id_number"], first["phone"]) == ("369901199003070011", "14090000001")
    assert (second["id_number"], second["phone"]) == ("", "14090000002")
    assert messages[0][5:17] != messages[1][5:17]
    with pytest.raises(SealBroken):
        opened(messages[0], row_id=uuid4())


def test_columns_are_opened_as_rows_are_whatever_the_keys():
    ids = uuid7s(3, AT)
    numbers, phones = ["369901199003070011", None, "张"], ["14090000001", "14090000002", ""]
    columns = {"id_number": numbers, "phone": phones}
    sealed_in = [
        vault.seal_many(columns, table=TABLE, row_ids=ids, at=AT, province=province)
        for province in ("36", "37")
    ]
    messages = [sealed_in[row % 2][row] for row in range(3)]
    rows = [key.tobytes() for key in ids]

    told = vault.open_many(messages, table=TABLE, row_ids=rows, fields=["phone", "id_number"])

    assert told == {
        "phone": ["14090000001", "14090000002", ""],
        "id_number": ["369901199003070011", "", "张"],
    }
    for wrong in ([*rows[1:], rows[0]], [rows[0], rows[0], rows[0]]):
        with pytest.raises(SealBroken):
            vault.open_many(messages, table=TABLE, row_ids=wrong, fields=["phone"])
    with pytest.raises(SealBroken):
        vault.open_many([messages[0][:-1]], table=TABLE, row_ids=rows[:1], fields=["phone"])
    assert vault.open_many([], table=TABLE, row_ids=[], fields=["phone"]) == {"phone": []}


def test_what_came_out_does_not_show_or_store_itself():
    secrets = opened(sealed())
    assert (
        "<Secrets: id_number, earlier_numbers, phone, address>"
        == repr(secrets)
        == str(secrets)
        == f"{secrets}"
    )
    with pytest.raises(TypeError):
        pickle.dumps(secrets)
