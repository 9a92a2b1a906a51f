"""Mobile prefixes: made-up phones are right only where the made-up city is."""

from niangjia.core.codes import phones


def test_the_made_up_prefix_is_right_only_with_the_demo_edition():
    assert phones.demo_prefix() == "1409"
    assert "1409" in phones.mobile_prefixes(demo=True)
    assert "1409" not in phones.mobile_prefixes()


def test_no_allotted_prefix_covers_the_made_up_one():
    assert not any("1409".startswith(prefix) for prefix in phones.mobile_prefixes())


def test_prefixes_are_three_or_four_digits_that_start_with_one_and_none_begins_another():
    prefixes = phones.mobile_prefixes(demo=True)

    assert all(prefix.isdecimal() and prefix[0] == "1" and len(prefix) in (3, 4) for prefix in prefixes)
    assert not any(a != b and b.startswith(a) for a in prefixes for b in prefixes)
