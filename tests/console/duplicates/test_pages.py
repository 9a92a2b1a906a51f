"""The clerk's pages for people with two records: masked, counted right, and honest about each pair."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from niangjia.core.days import day_of
from niangjia.core.roles import Role
from niangjia.foundation.acting import acting
from niangjia.foundation.audit.models import Event, EventSubject
from niangjia.registry.duplicates.queries import MOST
from niangjia.registry.duplicates.states import Status
from niangjia.registry.models import Merge, Pair, Person
from tests.console.joining.test_pages import at_desk
from tests.jobs import run_jobs
from tests.joiners import NUMBERS, SYSTEM
from tests.registry.duplicates import made
from tests.registry.duplicates.test_queue import waiting

pytestmark = [pytest.mark.database, pytest.mark.django_db]
OTHERS = NUMBERS[40], NUMBERS[40][:16] + NUMBERS[40][17] + NUMBERS[40][16]


def url(name, *args):
    return reverse(f"console:{name}", args=args)


@pytest.fixture
def county():
    """A county in which one pair needs no choice and another one does."""
    _, county, near, _ = made.unions()
    now = timezone.now() - timedelta(days=1)
    made.member(near[0], at=now)
    made.member(near[1], made.SLIP, at=now)
    made.member(near[0], OTHERS[0], name="李小明", phone="13800138009", at=now)
    made.member(near[0], OTHERS[1], name="李小明", phone="13800138009", at=now, on_roll=False)
    made.search(county, at=now)
    return county


def pairs(county):
    """Return the pair that needs a choice of roll and number, and the other."""
    found = made.seen(county)
    return sorted(found, key=lambda pair: "roll" not in pair.differs)


def text(answer):
    return answer.content.decode()


def test_the_queue_is_masked_and_one_event(county):
    page = text(at_desk(county).get(url("duplicates")))
    assert "张*丽" in page
    assert not [each for each in (made.NUMBER, made.SLIP, made.PHONE, "张伟丽", "李小明") if each in page]
    with acting(SYSTEM):
        assert Event.objects.filter(name="duplicates.listed").count() == 1


@pytest.mark.parametrize(
    "query",
    ["", "?sure=same", "?sure=likely", "?why=ID_SLIP", "?why=TWINS", "?days=7", "?ready=1", "?show=merged", "?show=different",
     "?show=nonsense", "?union={union}", "?union={union}&sure=same&days=0"],
)  # fmt: skip
def test_each_count_is_the_length_of_its_list(county, query):
    client = at_desk(county)
    union = Person._meta.apps.get_model("registry", "Organisation")
    with acting(SYSTEM):
        code = union.objects.filter(path__gt=county.path, path__lt=county.scope.hi).first().code
    context = client.get(url("duplicates") + query.format(union=code)).context
    for cut in context["cuts"]:
        shown = client.get(url("duplicates") + cut.url).context
        assert (cut.label, shown["page"].paginator.count) == (cut.label, cut.n)
        assert len(shown["rows"]) == cut.n
    for tab in context["tabs"]:
        assert client.get(url("duplicates") + tab.url).context["page"].paginator.count == tab.n


def test_the_oldest_come_first_and_among_them_the_surest(county):
    with acting(SYSTEM):
        first, second = Pair.objects.order_by("pk")
        Pair.objects.filter(pk=first.pk).update(weight=30)
        Pair.objects.filter(pk=second.pk).update(weight=40)
    rows = at_desk(county).get(url("duplicates")).context["rows"]
    assert [row.pair.pk for row in rows] == [second.pk, first.pk]
    with acting(SYSTEM):
        Pair.objects.filter(pk=first.pk).update(found_at=first.found_at - timedelta(days=1))
    rows = at_desk(county, name="mei").get(url("duplicates")).context["rows"]
    assert [row.pair.pk for row in rows] == [first.pk, second.pk]


def test_many_at_once_and_what_came_of_each(county):
    hard, easy = pairs(county)
    client = at_desk(county)
    gone = "01900000-0000-7000-8000-000000000000"
    answer = client.post(
        url("duplicates-decide"),
        {"what": "tell_apart", "pair": [str(easy.pk), gone, "no uuid", str(easy.pk)]},
    )
    assert [result.done for result in answer.context["results"]] == [True, False]
    assert made.again(easy).status == Status.DIFFERENT

    answer = client.post(url("duplicates-decide"), {"what": "merge", "pair": [str(hard.pk), str(easy.pk)]})

    said = {result.pair: (result.done, result.said) for result in answer.context["results"]}
    assert said[hard.pk] == (False, "两份档案有几项信息不一致，尚未选定。请打开这一对，逐项选择。")
    assert said[easy.pk] == (False, "这一步现在不能办理，请刷新页面查看当前可办事项。")
    assert made.again(hard).status == Status.OPEN


def test_a_clerk_elsewhere_finds_none_of_it(county):
    hard, _ = pairs(county)
    with acting(SYSTEM):
        from niangjia.registry.models import Organisation

        far = Organisation.objects.exclude(path__startswith=county.path).filter(depth=3).first()
    client = at_desk(far)
    assert client.get(url("duplicate", hard.pk)).status_code == 404
    answer = client.post(url("duplicates-decide"), {"what": "tell_apart", "pair": [str(hard.pk)]})
    assert [(result.done, result.names) for result in answer.context["results"]] == [(False, "")]
    assert made.again(hard).status == Status.OPEN


def test_a_pair_without_any_difference_is_merged_from_the_queue():
    _, county, near, _ = made.unions()
    made.member(near[0])
    made.member(near[0], "", on_roll=False)
    (pair,) = made.search(county)
    assert pair.differs == []
    client = at_desk(county)
    answer = client.post(url("duplicates-decide"), {"what": "merge", "pair": [str(pair.pk)]})
    assert answer.context["done"] == 1
    run_jobs()
    assert made.again(pair).status == Status.MERGED
    assert "张*丽" in text(client.get(url("duplicates") + "?show=merged"))


def test_a_missing_choice_is_said_at_its_field_and_nothing_is_done(county):
    hard, _ = pairs(county)
    answer = at_desk(county).post(url("duplicate-merge", hard.pk), {"id_number": "first"})
    assert answer.status_code == 200
    assert "请选择以哪一份为准" in text(answer)
    assert made.again(hard).status == Status.OPEN


def test_from_the_pair_to_one_record_and_back(county):
    hard, _ = pairs(county)
    client = at_desk(county)
    client.post(url("duplicate-merge", hard.pk), {"id_number": "first", "roll": "second"})
    page = text(client.get(url("duplicate", hard.pk)))
    assert "正在合并" in page and 'http-equiv="refresh"' in page
    run_jobs()
    page = text(client.get(url("duplicate", hard.pk)))
    assert "已合并" in page and "撤销合并" in page
    client.post(url("duplicate-unmerge", hard.pk))
    run_jobs()
    page = text(client.get(url("duplicate", hard.pk)))
    assert "两份档案均已恢复原样" in page
    with acting(SYSTEM):
        assert Person.objects.count() == 4


def test_after_the_last_day_there_is_no_button(county):
    hard, _ = pairs(county)
    client = at_desk(county)
    client.post(url("duplicate-merge", hard.pk), {"id_number": "first", "roll": "second"})
    run_jobs()
    with acting(SYSTEM):
        Merge.objects.filter(pair=hard).update(until=day_of(timezone.now()))
    page = text(client.get(url("duplicate", hard.pk)))
    assert url("duplicate-unmerge", hard.pk) not in page
    client.post(url("duplicate-unmerge", hard.pk))
    assert made.again(hard).status == Status.MERGED


def test_numbers_are_uncovered_for_a_reason_that_both_can_read(county):
    hard, _ = pairs(county)
    client = at_desk(county)
    assert made.NUMBER not in text(client.post(url("duplicate-unmask", hard.pk), {"reason": ""}))
    answer = client.post(url("duplicate-unmask", hard.pk), {"reason": "核对证件照片"})
    assert made.NUMBER in text(answer) and made.SLIP in text(answer)
    assert re.match(r"300; url=", answer["Refresh"])
    with acting(SYSTEM):
        events = Event.objects.filter(name="secrets.read", facts__purpose="核对证件照片")
        about = EventSubject.objects.filter(event_id__in=events.values("id")).values_list(
            "person_id", flat=True
        )
        assert set(about) == {hard.first, hard.second}


def test_what_moves_is_counted_as_far_as_one_may_see(county):
    hard, _ = pairs(county)
    context = at_desk(county).get(url("duplicate", hard.pk)).context
    assert [(each.what, each.n) for each in context["moving"]] == [("会籍", "1")]


def test_the_page_says_why_the_last_attempt_was_given_up(county):
    hard, _ = pairs(county)
    client = at_desk(county)
    client.post(url("duplicate-merge", hard.pk), {"id_number": "first", "roll": "second"})
    with acting(SYSTEM):
        Person.objects.filter(pk=hard.second).update(group="driver")
    run_jobs()
    page = client.get(url("duplicate", hard.pk))
    assert "请打开这一对，逐项选择" in text(page)
    assert "group" in page.context["form"].fields  # and now it can be chosen


def test_a_leader_reads_and_is_offered_nothing(county):
    hard, _ = pairs(county)
    client = at_desk(county, Role.LEADER)
    page = text(client.get(url("duplicate", hard.pk)))
    assert "张*丽" in page
    assert not [
        name for name in ("merge", "different", "unmask") if url(f"duplicate-{name}", hard.pk) in page
    ]
    for name in ("merge", "different", "unmask", "unmerge", "again"):
        assert client.post(url(f"duplicate-{name}", hard.pk)).status_code == 404
    assert 'name="pair"' not in text(client.get(url("duplicates")))


def test_whoever_is_second_is_told(county):
    hard, _ = pairs(county)
    one, other = at_desk(county), at_desk(county, name="mei")
    one.post(url("duplicate-different", hard.pk))
    answer = other.post(url("duplicate-merge", hard.pk), {"id_number": "first", "roll": "first"}, follow=True)
    assert "刷新页面" in text(answer)
    assert made.again(hard).status == Status.DIFFERENT
    one.post(url("duplicate-again", hard.pk))
    assert made.again(hard).status == Status.OPEN


def test_searching_now_shows_how_far_it_is(county):
    client = at_desk(county)
    assert client.post(url("duplicates-search")).status_code == 302
    page = client.get(url("duplicates"))
    assert page.context["running"] and "正在查找" in text(page)
    run_jobs()
    assert "上次查找" in text(client.get(url("duplicates")))


def test_no_name_or_number_stands_in_an_address(county):
    hard, _ = pairs(county)
    client = at_desk(county)
    client.post(url("duplicates-search"))
    for address in (url("duplicates"), url("duplicate", hard.pk)):
        assert not [each for each in ("张", made.NUMBER, made.PHONE) if each in address]


def test_every_table_that_hangs_on_a_person_and_every_field_has_its_word():
    from niangjia.console.duplicates import words
    from niangjia.registry import hanging
    from niangjia.registry.duplicates import fields, records

    assert {where.model._meta.label_lower for where in hanging.columns()} <= words.TABLES.keys()
    names = {words.SPOKEN.get(name, name) for name in (*fields.FIELDS, *records.SECRET, *records.PLAIN)}
    assert names - words.FIELDS.keys() == {"first_joined_on"}


def test_of_very_many_pairs_the_first_are_listed_and_the_counts_say_about():
    _, county, near, _ = made.unions()
    people = [
        made.member(near[0], "", name=f"王{chr(0x4E10 + k)}", phone="", on_roll=False) for k in range(33)
    ]
    keys = waiting(county, people)
    desk = at_desk(county)
    page = text(desk.get(url("duplicates")))
    assert f"约 {len(keys)}" in page
    assert f"此处列出前 {MOST} 对" in page
    last = text(desk.get(url("duplicates") + f"?page={MOST // 50}"))
    assert str(keys[MOST - 1]) in last and str(keys[MOST]) not in last
