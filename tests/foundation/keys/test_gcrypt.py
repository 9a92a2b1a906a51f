"""SM4 by the quick library beside SM4 by OpenSSL: the same bytes, and either opens what the other sealed."""

from __future__ import annotations

import ctypes
import os
from unittest import mock

import numpy as np
import pytest

from niangjia.foundation.keys import gcrypt, sm4

needs_library = pytest.mark.skipif(gcrypt.found() is None, reason=f"{gcrypt.LIBRARY} is not on this machine")
LENGTHS = [0, 1, 15, 16, 17, 4095, 4096, 4097, 65_536, 100_003]
KEY, NONCE = os.urandom(16), os.urandom(12)


def by_openssl():
    return mock.patch.object(gcrypt, "found", lambda: None)


@needs_library
@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("bound", [b"", b"bound to this"])
def test_both_seal_alike_and_open_what_the_other_sealed(length, bound):
    plain, quick = os.urandom(length), gcrypt.found()
    sealed = quick.seal(KEY, NONCE, plain, bound)
    with by_openssl():
        assert sm4.encrypt(KEY, NONCE, plain, bound) == sealed
        assert sm4.decrypt(KEY, NONCE, sealed, bound) == plain
    assert quick.open(KEY, NONCE, sealed, bound) == plain


@needs_library
@pytest.mark.parametrize("blocks", [1, 2, 7, 1000])
def test_both_encipher_blocks_alike(blocks):
    data = os.urandom(16 * blocks)
    alike = sm4._blocks(KEY, 0)(data)
    assert bytes(gcrypt.found().enciphered(KEY, data)) == alike


@needs_library
@pytest.mark.parametrize("place", [0, 5_000, 9_999, 10_000, 10_015])
def test_what_was_changed_is_not_opened_by_either(place):
    sealed = bytearray(sm4.encrypt(KEY, NONCE, os.urandom(10_000), b"bound"))
    sealed[place] ^= 1
    with pytest.raises(sm4.SealBroken):
        sm4.decrypt(KEY, NONCE, bytes(sealed), b"bound")
    with by_openssl(), pytest.raises(sm4.SealBroken):
        sm4.decrypt(KEY, NONCE, bytes(sealed), b"bound")


@needs_library
@pytest.mark.parametrize("other", [{"key": bytes(16)}, {"nonce": bytes(12)}, {"bound_to": b"elsewhere"}])
def test_what_is_bound_to_something_else_is_not_opened(other):
    said = {"key": KEY, "nonce": NONCE, "bound_to": b"here"}
    sealed = sm4.encrypt(plaintext=bytes(sm4.LONG), **said)
    with pytest.raises(sm4.SealBroken):
        sm4.decrypt(sealed=sealed, **said | other)


@needs_library
def test_long_messages_and_columns_go_the_quick_way_and_short_ones_do_not():
    quick = mock.Mock(wraps=gcrypt.found())
    with mock.patch.object(gcrypt, "found", lambda: quick):
        sm4.encrypt(KEY, NONCE, bytes(sm4.LONG - 1), b"")
        assert not quick.mock_calls
        sealed = sm4.encrypt(KEY, NONCE, bytes(sm4.LONG), b"")
        sm4.decrypt(KEY, NONCE, sealed, b"")
        column = np.zeros((100, 88), dtype=np.uint8)
        sm4.encrypt_many(KEY, np.zeros((100, 12), dtype=np.uint8), column, column)
    assert {each[0] for each in quick.mock_calls} == {"seal", "open", "enciphered"}


@pytest.mark.parametrize("lacks", ["library", "version", "cipher"])
def test_without_it_everything_goes_by_openssl(lacks):
    library = mock.MagicMock()
    library.gcry_check_version.return_value = None if lacks == "version" else b"1.10.1"
    library.gcry_cipher_open.return_value = 12  # GPG_ERR_CIPHER_ALGO: a library in FIPS mode
    gone = {"side_effect": OSError("not there")} if lacks == "library" else {"return_value": library}
    with mock.patch.object(ctypes, "CDLL", **gone):
        assert gcrypt.found.__wrapped__() is None
    with by_openssl():
        sealed = sm4.encrypt(KEY, NONCE, bytes(10_000), b"")
        assert sm4.decrypt(KEY, NONCE, sealed, b"") == bytes(10_000)


@needs_library
def test_a_call_that_fails_says_which():
    with pytest.raises(gcrypt.CipherFailed, match="setkey ended with"):
        gcrypt.found().seal(b"short", NONCE, b"", b"")
