"""What the tags draw."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.template import Context, Template
from django.utils.translation import override

from niangjia.core.errors import Refusal
from niangjia.ui.clocks import chip, duration
from niangjia.ui.dates import day_text, local, moment_text
from niangjia.ui.words import sentence

NOW = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
NIGHT = datetime(2026, 11, 24, 16, 30, tzinfo=UTC)


class Refused(Refusal):
    """A refusal with a name and a day in it."""

    message = "%(label)s, until %(day)s"


def drawn(source: str, **context: object) -> str:
    """Return what a line of template becomes in Chinese."""
    with override("zh-hans"):
        return Template("{% load niangjia_ui %}" + source).render(Context(context))


def test_a_day_is_shanghais_day():
    assert (day_text(NIGHT), moment_text(NIGHT)) == ("2026-11-25", "2026-11-25 00:30")
    assert day_text(date(2026, 11, 24)) == "2026-11-24"
    assert day_text(None) == moment_text(None) == "—"


def test_a_moment_without_a_zone_is_an_error():
    with pytest.raises(ValueError, match="time zone"):
        local(datetime(2026, 11, 24))


@pytest.mark.parametrize(
    ("wait", "look", "words"),
    [
        (timedelta(hours=-28), "over", "超 1 天 4 小时"),
        (timedelta(0), "over", "超 1 分钟"),
        (timedelta(hours=4), "soon", "今天 18:00 前"),
        (timedelta(hours=11), "soon", "明天 01:00 前"),
        (timedelta(days=2), "plain", "还有 2 天"),
        (timedelta(days=157), "plain", "2027-04-30 前"),
    ],
)
def test_a_clock_says_the_moment(wait: timedelta, look: str, words: str):
    with override("zh-hans"):
        shown = chip(NOW + wait, now=NOW)

    assert (shown.look, shown.words) == (look, words)


def test_the_pie_is_the_share_of_time_gone():
    half = chip(NOW + timedelta(days=2), now=NOW, since=NOW - timedelta(days=2))

    assert half.gone == 0.5
    assert half.dash == "9.42 18.85"


def test_a_length_of_time_has_two_parts_at_most():
    with override("en"):
        assert duration(timedelta(days=1, hours=4, minutes=59)) == "1 day 4 hours"
        assert duration(timedelta(minutes=5)) == "5 minutes"


def test_a_number_is_a_link_a_zero_is_plain_and_nothing_is_a_dash():
    line = drawn("{% number 39214 '/m' %}|{% number 0 '/m' %}|{% number None '/m' %}")

    assert (
        line
        == '<a class="num" href="/m">39,214</a>|<span class="num-plain">0</span>|<span class="num-plain">—</span>'
    )


def test_a_masked_value_is_escaped_and_its_lock_has_a_word():
    line = drawn("{% masked value '#asked' '身份证号' %}", value="<b>3699**0018")

    assert "&lt;b&gt;3699<i>**</i>0018" in line
    assert "解开<span" in line and "身份证号" in line


def test_blocks_escape_what_they_are_told():
    line = drawn(
        "{% panel title=bad %}{{ bad }}{% endpanel %}{% state kind='error' title=bad why=bad %}x{% endstate %}",
        bad="<i>",
    )

    assert "<i>" not in line and line.count("&lt;i&gt;") == 4


def test_a_date_in_a_sentence_is_not_broken_and_the_rest_is_escaped():
    assert drawn("{{ s|unbroken }}", s="<2026-11-24 18:00") == '&lt;<span class="nb">2026-11-24 18:00</span>'


def test_a_refusal_is_translated_first_and_filled_in_after():
    with override("zh-hans"):
        assert sentence(Refused(label="Back", day=date(2028, 6, 30))) == "Back，任期至 2028-06-30"
