import pytest

from niangjia.core.masks import masked_name, masked_number, masked_phone


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("张小三", "张*三"),
        ("欧阳小三", "欧*三"),
        ("张三", "张*"),
        ("张", "*"),
        ("", ""),
        ("阿依·古丽", "阿*丽"),
    ],
)
def test_names(name, shown):
    assert masked_name(name) == shown


@pytest.mark.parametrize(
    ("number", "shown"),
    [("369901199001010018", "3699**********0018"), ("E12345678", "*********"), ("", "")],
)
def test_numbers(number, shown):
    assert masked_number(number) == shown


@pytest.mark.parametrize(
    ("phone", "shown"), [("14091234567", "140****4567"), ("1234567", "*******"), ("", "")]
)
def test_phones(phone, shown):
    assert masked_phone(phone) == shown


def test_a_mask_never_shows_more_than_it_hides_of_a_short_number():
    for length in range(25):
        assert masked_number("1" * length).count("1") <= 8
        assert "*" in masked_number("1" * length) or length == 0
