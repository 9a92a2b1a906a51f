"""SM3, HMAC-SM3 and SM4-GCM against published answers and against a second implementation."""

from __future__ import annotations

import hmac
import os
from unittest import mock

import numpy as np
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from niangjia.foundation.keys import sm3, sm4

ABC = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
ABCD_16 = "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"
SM4_KEY = bytes.fromhex("0123456789abcdeffedcba9876543210")


@pytest.mark.parametrize("in_hashlib", [sm3.IN_HASHLIB, False])
@pytest.mark.parametrize(("message", "digest"), [(b"abc", ABC), (b"abcd" * 16, ABCD_16)])
def test_sm3_gives_the_answers_of_gb_t_32905_annex_a(message, digest, in_hashlib):
    with mock.patch.object(sm3, "IN_HASHLIB", in_hashlib):
        assert sm3.sm3(message).digest().hex() == digest


def test_sm4_gives_the_answer_of_gb_t_32907_annex_a():
    block = Cipher(algorithms.SM4(SM4_KEY), modes.ECB()).encryptor()
    assert block.update(SM4_KEY).hex() == "681edf34d206965e86b3e94f536e4246"


def test_sm4_gcm_gives_the_answer_of_rfc_8998_appendix_a():
    nonce = bytes.fromhex("00001234567800000000abcd")
    bound = bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
    plain = bytes.fromhex(
        "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccdddddddddddddddd"
        "eeeeeeeeeeeeeeeeffffffffffffffffeeeeeeeeeeeeeeeeaaaaaaaaaaaaaaaa"
    )
    sealed = sm4.encrypt(SM4_KEY, nonce, plain, bound)
    assert sealed.hex() == (
        "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735"
        "d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d"
        "83de3541e4c2b58177e065a9bf7b62ec"
    )
    assert sm4.decrypt(SM4_KEY, nonce, sealed, bound) == plain


def rows(n, width, data=None):
    return np.frombuffer(data or os.urandom(n * width), dtype=np.uint8).reshape(n, width)


def test_a_column_gives_the_answer_of_rfc_8998_too():
    nonce, bound = "00001234567800000000abcd", "feedfacedeadbeeffeedfacedeadbeefabaddad2"
    plain = "a" * 16 + "b" * 16 + "c" * 16 + "d" * 16 + "e" * 16 + "f" * 16 + "e" * 16 + "a" * 16
    said = (rows(1, len(each) // 2, bytes.fromhex(each)) for each in (nonce, plain, bound))
    sealed = sm4.encrypt_many(SM4_KEY, *said)
    assert sealed[0, -16:].tobytes().hex() == "83de3541e4c2b58177e065a9bf7b62ec"


@pytest.mark.parametrize("width", [0, 1, 15, 16, 17, 88, 304])
@pytest.mark.parametrize("bound", [0, 1, 16, 37])
def test_a_column_is_sealed_as_its_messages_are(width, bound):
    n = sm4.AT_ONCE + 3 if width == 88 else 5
    key, nonces = os.urandom(16), rows(n, 12)
    plain = np.zeros((n, 0), np.uint8) if width == 0 else rows(n, width)
    beside = np.zeros((n, 0), np.uint8) if bound == 0 else rows(n, bound)
    sealed = sm4.encrypt_many(key, nonces, plain, beside)
    one_by_one = [
        sm4.encrypt(key, *(each.tobytes() for each in said))
        for said in zip(nonces, plain, beside, strict=True)
    ]
    assert [each.tobytes() for each in sealed] == one_by_one
    changed = sealed[0].copy()
    changed[-1] ^= 1
    with pytest.raises(sm4.SealBroken):
        sm4.decrypt(key, nonces[0].tobytes(), changed.tobytes(), beside[0].tobytes())


@pytest.mark.parametrize("key_length", [0, 16, 32, 64, 65, 200])
def test_the_copied_keyed_state_is_hmac(key_length):
    key, messages = os.urandom(key_length), [b"", b"a", os.urandom(300)]
    keyed = sm3.KeyedHash(key)
    expected = [hmac.new(key, b"p" + message, "sm3").digest() for message in messages]
    assert [keyed.digest(b"p" + message) for message in messages] == expected
    assert keyed.joined(messages, prefix=b"p", length=16) == b"".join(each[:16] for each in expected)


def test_a_message_too_short_to_hold_a_tag_does_not_open():
    with pytest.raises(sm4.SealBroken):
        sm4.decrypt(SM4_KEY, b"0" * 12, b"short", b"")
