"""A sealed file gives back what was written, in whatever pieces, and nothing of one that was cut, changed or moved about."""

from __future__ import annotations

import io
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from niangjia.foundation.files import chunks
from niangjia.foundation.files.chunks import CHUNK, HEADER, SEALED_CHUNK, SealedReader, SealedWriter, reader
from niangjia.foundation.files.uploads import Spool
from niangjia.foundation.keys.sm4 import SealBroken

BOUND = b"test"
SIZES = st.one_of(
    st.integers(0, 300), st.builds(lambda n, d: max(0, n * CHUNK + d), st.integers(1, 40), st.integers(-2, 2))
)


def sealed(content, pieces=()):
    raw = io.BytesIO()
    writer = SealedWriter(raw, bound_to=BOUND)
    at = 0
    for size in pieces:
        writer.write(content[at : at + size])
        at += size
    writer.write(content[at:])
    writer.finish()
    assert writer.size == len(content)
    return raw.getvalue()


def opened(data, **said):
    with reader(io.BytesIO(data), bound_to=BOUND, **said) as content:
        return content.read()


@settings(max_examples=60, deadline=None)
@given(SIZES, st.lists(SIZES, max_size=4), st.lists(SIZES.filter(bool), min_size=1, max_size=4))
def test_what_is_written_in_any_pieces_is_read_in_any_pieces(size, pieces, reads):
    content = os.urandom(size)
    data = sealed(content, pieces)
    assert len(data) == HEADER + size + 16 * max(1, -(-size // CHUNK))
    assert opened(data) == content
    with reader(io.BytesIO(data), bound_to=BOUND) as back:
        told = [back.read(n) for n in reads]
        assert b"".join(told) == content[: sum(reads)]
        back.seek(size // 2)
        assert back.read() == content[size // 2 :]


@pytest.mark.parametrize("at", [0, 1, 15, 16, 30])
@pytest.mark.parametrize("whole", [True, False])
def test_a_changed_chunk_is_not_given_out_whoever_opens_its_neighbours(at, whole):
    data = bytearray(sealed(os.urandom(31 * CHUNK)))
    data[HEADER + at * SEALED_CHUNK + 7] ^= 1
    with pytest.raises(SealBroken), reader(io.BytesIO(bytes(data)), bound_to=BOUND) as content:
        if whole:
            content.read()
        else:
            content.seek(at * CHUNK)
            content.read(1)


def test_two_chunks_in_each_others_place_are_refused():
    data = sealed(os.urandom(20 * CHUNK))
    parts = [data[HEADER + n * SEALED_CHUNK :][:SEALED_CHUNK] for n in range(20)]
    parts[3], parts[4] = parts[4], parts[3]
    with pytest.raises(SealBroken):
        opened(data[:HEADER] + b"".join(parts))


@pytest.mark.parametrize("left", [0, 1, 19])
def test_a_file_cut_between_two_chunks_is_refused_before_its_first_byte(left):
    data = sealed(os.urandom(20 * CHUNK + 5))
    cut = data[: HEADER + left * SEALED_CHUNK]
    with pytest.raises(SealBroken):
        SealedReader(io.BytesIO(cut), bound_to=BOUND)


def test_a_cut_that_may_be_is_given_out_up_to_it_and_then_refused():
    content = os.urandom(20 * CHUNK)
    data = sealed(content)[: HEADER + 10 * SEALED_CHUNK]
    with reader(io.BytesIO(data), bound_to=BOUND, refuse_cut=False) as back:
        assert back.read(9 * CHUNK) == content[: 9 * CHUNK]
        with pytest.raises(SealBroken):
            back.read()


def test_control_chunks_that_forget_their_number_could_change_places(monkeypatch):
    monkeypatch.setattr(chunks, "_nonce", lambda prefix, number, last: prefix + bytes(5))
    data = sealed(b"a" * CHUNK + b"b" * CHUNK)
    one, other = data[HEADER : HEADER + SEALED_CHUNK], data[HEADER + SEALED_CHUNK :]
    assert opened(data[:HEADER] + other + one) == b"b" * CHUNK + b"a" * CHUNK


def test_an_upload_is_the_same_in_memory_and_beyond():
    content = os.urandom(3 * CHUNK + 1)
    for cap in (0, CHUNK, len(content)):
        spool = Spool(cap)
        for at in range(0, len(content), 50_000):
            spool.write(content[at : at + 50_000])
        assert spool.is_on_disk is (cap < len(content))
        assert spool.read_back().read() == content
        spool.close()
