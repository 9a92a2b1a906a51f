"""Code tables: whole in both languages, and no text that means two codes."""

from collections import Counter
from datetime import date

import pytest

from niangjia.core.codes import by_code, consents, flagged, names, table, table_names, tables, unions
from niangjia.core.codes.unions import Place
from niangjia.core.roles import Role

TABLES = [
    "change_kind",
    "change_reason",
    "confirmation_method",
    "consent_purpose",
    "economic_type",
    "education",
    "employer_nature",
    "employer_status",
    "ethnic",
    "hukou",
    "id_kind",
    "identity_check",
    "industry",
    "joining_channel",
    "membership_state",
    "need_more_reason",
    "post_basis",
    "reject_reason",
    "role",
    "sex",
    "survey_source",
    "union_kind",
    "union_level",
    "union_post",
    "work_status",
    "worker_group",
]


def test_these_tables_are_shipped():
    assert list(table_names()) == TABLES


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_whole_in_both_languages_and_names_its_source(name):
    for code in table(name):
        assert code.name_zh and code.name_en.isascii() and code.name_en
        assert code.standard and code.source
        assert code.stands(date(2026, 11, 24))
    assert len(by_code(name)) == len(table(name))


@pytest.mark.parametrize("name", TABLES)
def test_no_text_means_two_codes(name):
    meanings = Counter(text for code in table(name) for text in tables.texts(code))

    assert [text for text, times in meanings.items() if times > 1] == []


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("ethnic", "汉", "01"),
        ("ethnic", "汉族", "01"),
        ("ethnic", "han", "01"),
        ("ethnic", "56", "56"),
        ("sex", "男", "1"),
        ("sex", "2", "2"),
        ("education", "大专", "30"),
        ("education", "小学及以下", "80"),
        ("worker_group", "外卖骑手", "meal_rider"),
        ("worker_group", "外卖配送员", "meal_rider"),
        ("worker_group", "快递小哥", "courier"),
        ("worker_group", "物流货运司机", "truck_driver"),
        ("employer_nature", "110", "01"),
    ],
)
def test_a_roster_text_finds_its_code(name, text, code):
    assert names(name)[text] == code


def test_the_groups_of_workers_carry_the_three_lists():
    assert len(flagged("worker_group", "seed9")) == 9
    assert len(flagged("worker_group", "acftu8")) == 8
    key4 = {code.name_zh for code in flagged("worker_group", "key4")}
    assert key4 == {"货车司机", "网约车司机", "快递员", "网约送餐员"}


def test_there_are_56_ethnic_groups_and_20_natures():
    assert [code.code for code in table("ethnic")] == [f"{n:02}" for n in range(1, 57)]
    assert len(table("employer_nature")) == 20


def test_the_roles_of_the_table_are_the_roles_of_the_code():
    assert set(by_code("role")) == set(Role)


def test_a_table_that_does_not_exist_is_an_error():
    with pytest.raises(KeyError):
        table("../phones")


@pytest.mark.parametrize(
    ("child", "parent", "may"),
    [
        (("general_federation", "county"), ("general_federation", "city"), True),
        (("general_federation", "city"), ("general_federation", "county"), False),
        (("single", "grassroots"), ("general_federation", "town"), True),
        (("single", "grassroots"), ("single", "grassroots"), False),
        (("single", "grassroots"), None, False),
        (("general_federation", "city"), None, True),
        (("joint", "grassroots"), ("union_federation", "city"), True),
    ],
)
def test_what_may_stand_under_what(child, parent, may):
    above = None if parent is None else Place(*parent)

    assert unions.may_stand_under(Place(*child), above) is may


def test_places_name_only_known_kinds_and_levels():
    known = {place for places in unions.places().values() for place in places if place} | set(unions.places())

    assert {place.kind for place in known} == set(by_code("union_kind"))
    assert {place.level for place in known} == set(by_code("union_level"))


def test_each_purpose_has_words_in_force():
    for purpose in by_code("consent_purpose"):
        text = consents.consent_text(purpose, date(2026, 11, 24))
        assert text.version == "1" and text.zh and text.en.isascii()
    with pytest.raises(LookupError):
        consents.consent_text("membership", date(2020, 1, 1))
