"""The pages for what did not work: they say what to do next, and nothing about what there is."""

import re
from pathlib import Path

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.utils.translation import override

import niangjia.ui

PACKAGE = Path(niangjia.ui.__file__).parent


def test_no_such_thing_and_no_right_look_the_same_byte_for_byte():
    answers = [
        Client().get(url)
        for url in ("/missing/1/", "/missing/2/?q=a", "/forbidden/1/", "/nowhere", "/forbidden/77/")
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert len({str(sorted(answer.headers.items())) for answer in answers}) == 1


def test_a_limit_is_told_in_one_wording():
    answer = Client(HTTP_ACCEPT_LANGUAGE="en").get("/limited/")

    assert answer.status_code == 429
    assert "Wait fifteen minutes" in answer.content.decode()


@pytest.mark.parametrize("page", ["400.html", "403_csrf.html", "429.html", "404.html"])
def test_each_page_names_a_next_step(page: str):
    with override("zh-hans"):
        assert "回首页" in render_to_string(page)


def test_the_page_for_our_own_failure_needs_nothing_of_django():
    page = (PACKAGE / "templates/500.html").read_text("utf-8")

    assert not re.search(r"{[%{#]", page)
    assert all((PACKAGE / path.lstrip("/")).exists() for path in re.findall(r'href="(/static/[^"]+)"', page))
