"""Every notice that anybody sends has words, in both languages."""

from __future__ import annotations

import ast
from pathlib import Path

import niangjia
from niangjia.ui.notices import WORDS, words

ROOT = Path(niangjia.__file__).parent
TELLING = {"tell_office", "tell_account", "_tell"}


def sent() -> set[str]:
    """Return the codes that the code names where it tells somebody."""
    calls = (
        node
        for page in ROOT.rglob("*.py")
        for node in ast.walk(ast.parse(page.read_text("utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in TELLING
    )
    said = (argument.value for call in calls for argument in call.args if isinstance(argument, ast.Constant))
    return {code for code in said if isinstance(code, str)}


def test_every_notice_has_words_and_no_words_are_idle():
    assert sent() == set(WORDS)


def test_the_words_are_those_of_the_reader():
    from django.utils import translation

    with translation.override("en"):
        assert words("join_request_waits") == "A worker asks to join."
    with translation.override("zh-hans"):
        assert words("join_request_waits") == "有职工申请入会。"
