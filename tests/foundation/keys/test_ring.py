"""The file ring: made once, never over data, never readable by others, changed whole or not at all."""

from __future__ import annotations

import os
import stat
import threading

import pytest

from niangjia.foundation.keys import ringfile
from niangjia.foundation.keys.errors import KeyGone, RingDamaged, RingExposed, RingMissing
from niangjia.foundation.keys.names import KeyId, Purpose, Signer
from niangjia.foundation.keys.ring import FileRing
from niangjia.foundation.keys.service import Signature
from niangjia.foundation.keys.sm4 import SealBroken


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "keys"


@pytest.fixture
def ring(folder):
    return FileRing.start(folder, has_data=lambda: False)


def test_the_first_start_makes_a_ring_that_only_its_owner_reads(ring, folder):
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / ringfile.NAME).stat().st_mode) == 0o600


def test_the_second_start_keeps_the_keys(ring, folder):
    key = ring.sealing_key("36", 2026)
    again = FileRing.start(folder, has_data=lambda: True)
    assert again.opening_key(key.id) == key.key


def test_no_ring_is_made_over_existing_data(folder):
    with pytest.raises(RingMissing):
        FileRing.start(folder, has_data=lambda: True)
    assert not (folder / ringfile.NAME).exists()


def test_a_ring_that_was_taken_away_while_serving_is_not_remade(ring, folder):
    (folder / ringfile.NAME).unlink()
    with pytest.raises(RingMissing):
        ring.sealing_key("36", 2026)


@pytest.mark.parametrize(("name", "mode"), [("", 0o750), (ringfile.NAME, 0o640)])
def test_a_ring_that_others_may_read_is_refused(ring, folder, name, mode):
    (folder / name).chmod(mode)
    with pytest.raises(RingExposed):
        FileRing.read(folder)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 2}'])
def test_a_damaged_ring_is_refused_without_a_word_of_it(ring, folder, text):
    (folder / ringfile.NAME).write_text(text)
    with pytest.raises(RingDamaged) as raised:
        FileRing.read(folder)
    assert raised.value.__suppress_context__ or raised.value.__context__ is None


def test_a_key_is_of_one_province_and_year(ring):
    ids = {ring.sealing_key(province, year).id for province in ("36", "11") for year in (2026, 2027)}
    assert len(ids) == 4
    assert ring.sealing_key("36", 2026).id == KeyId(36, 2026, 1)


def test_processes_that_need_a_new_key_at_once_agree_on_one(ring, folder):
    rings = [FileRing.read(folder) for _ in range(8)]
    keys = []
    threads = [threading.Thread(target=lambda r=r: keys.append(r.sealing_key("36", 2026).key)) for r in rings]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 8
    assert len(set(keys)) == 1


def test_a_rotation_seals_anew_and_still_opens_the_old(ring):
    old = ring.sealing_key("36", 2026)
    new = ring.rotate("36", 2026)
    assert new.id == KeyId(36, 2026, 2)
    assert ring.sealing_key("36", 2026) == new
    assert ring.opening_key(old.id) == old.key


def test_another_process_sees_a_rotation_and_a_destruction_at_once(ring, folder):
    other = FileRing.read(folder)
    first = other.sealing_key("36", 2026)
    version = ring.rotate_index(Purpose.IDENTITY).version
    assert [key.version for key in other.index_keys(Purpose.IDENTITY)] == [version, version - 1]
    ring.destroy(first.id)
    with pytest.raises(KeyGone, match="36-2026-1"):
        other.opening_key(first.id)
    assert other.sealing_key("36", 2026).id == KeyId(36, 2026, 2)


def test_retiring_an_index_leaves_the_newest(ring):
    ring.rotate_index(Purpose.PHONE)
    ring.retire_index(Purpose.PHONE)
    assert [key.version for key in ring.index_keys(Purpose.PHONE)] == [2]


def test_a_purpose_that_came_with_a_later_release_gets_a_key(ring, folder):
    text = ringfile.read(folder)
    del text["index"]["erasure"]
    ringfile.write(folder, text)
    later = FileRing.read(folder)
    assert later.index_keys(Purpose.ERASURE)[0].version == 1


def test_a_wrapped_key_opens_only_for_what_it_is_bound_to(ring):
    wrapped = ring.wrap(b"k" * 16, b"file one")
    assert ring.unwrap(wrapped, b"file one") == b"k" * 16
    with pytest.raises(SealBroken):
        ring.unwrap(wrapped, b"file two")
    with pytest.raises(KeyGone):
        ring.unwrap(bytes([9]) + wrapped[1:], b"file one")


def test_a_signature_serves_one_purpose_one_message_and_one_key(ring, tmp_path):
    signed = ring.sign(Signer.AUDIT, b"head")
    assert ring.verifies(Signer.AUDIT, b"head", signed)
    assert not ring.verifies(Signer.AUDIT, b"other", signed)
    assert not ring.verifies(Signer.CARD, b"head", signed)
    assert not ring.verifies(Signer.CARD, b"head", Signature("card-1", signed.value))
    assert not ring.verifies(Signer.AUDIT, b"head", Signature("audit-9", signed.value))
    stranger = FileRing.start(tmp_path / "other", has_data=lambda: False)
    assert not stranger.verifies(Signer.AUDIT, b"head", signed)


def test_nothing_shows_a_key(ring, folder):
    key = ring.sealing_key("36", 2026)
    shown = f"{ring!r} {key!r} {ring.index_keys(Purpose.FILE)!r}"
    assert key.key.hex() not in shown
    assert repr(key.key) not in shown
    assert os.fspath(folder) not in shown
