import itertools
from datetime import UTC, datetime
from uuid import RFC_4122

import numpy as np

from niangjia.core.ids import DRAW, as_uuids, uuid7, uuid7s

AT = datetime(2026, 11, 24, 2, 26, 0, 123000, tzinfo=UTC)


def test_one_key_is_a_version_7_of_now():
    before = datetime.now(UTC).timestamp()
    key = uuid7()
    after = datetime.now(UTC).timestamp()
    assert (key.version, key.variant) == (7, RFC_4122)
    assert int(before * 1000) <= key.int >> 80 <= int(after * 1000) + 1


def test_keys_of_one_kind_do_not_repeat():
    assert len({uuid7() for _ in range(10_000)}) == 10_000


def test_a_column_of_keys_is_sorted_distinct_and_of_the_given_moment():
    keys = uuid7s(20_000, AT)
    assert (keys.shape, keys.dtype) == ((20_000, 16), np.uint8)
    uuids = as_uuids(keys)
    assert all(a < b for a, b in itertools.pairwise(uuids))
    assert {key.version for key in uuids} == {7}
    assert {key.variant for key in uuids} == {RFC_4122}
    assert {key.int >> 80 for key in uuids} == {1795487160123}


def test_what_the_keys_of_one_draw_have_in_common_no_others_have():
    draws = [{str(key)[:DRAW] for key in as_uuids(uuid7s(n, AT))} for n in (1, 2, 25_000, 5_000)]
    assert [len(each) for each in draws] == [1, 1, 1, 1]
    assert len(set.union(*draws)) == 4


def test_a_draw_of_any_size_repeats_no_key():
    for n in (1, 2, 3, 1_000_000):
        assert len(np.unique(uuid7s(n, AT), axis=0)) == n


def test_chance_reaches_every_free_bit_of_a_column():
    keys = np.concatenate([uuid7s(10, AT) for _ in range(500)])
    ones, zeros = np.bitwise_or.reduce(keys), np.bitwise_and.reduce(keys)
    assert bytes(ones[6:9]).hex() == "7fffbf"
    assert bytes(zeros[6:9]).hex() == "700080"
    assert bytes(ones[9:]) == b"\xff" * 7
    assert bytes(zeros[9:]) == b"\x00" * 7


def test_no_keys_are_an_empty_column():
    assert uuid7s(0, AT).shape == (0, 16)
