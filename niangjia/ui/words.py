"""Sentences for people, in the reader's language."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import get_language, gettext

from niangjia.core.codes import code_name as name_of_code
from niangjia.core.errors import Refusal
from niangjia.ui.dates import day_text, moment_text


def sentence(refusal: Refusal) -> str:
    """Return why a thing may not be done, and what to do next.

    The message is translated first and filled in after, so that a name in it is never taken for a msgid; of what fills it,
    only the refusal's own words are translated.
    """
    told = {
        key: gettext(str(value)) if value in refusal.words else written(value)
        for key, value in refusal.params.items()
    }
    return gettext(refusal.message) % told


def written(value: object) -> object:
    """Return a value as it stands in a sentence: days and moments as everywhere, counts with thousands set off."""
    if isinstance(value, datetime):
        return moment_text(value)
    if isinstance(value, date):
        return day_text(value)
    return value


def code_name(code: str, table: str) -> str:
    """Return the name of a code of ``core.codes`` in the reader's language, the code itself where there is none."""
    return name_of_code(code, table, get_language() or "")


def counted(count: int) -> str:
    """Return 39,214, the same in both languages (Django's own grouping for Chinese is by four)."""
    return f"{count:,}"
