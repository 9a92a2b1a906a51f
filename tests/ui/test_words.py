"""Refusals in the reader's language: the sentence, and those of its words that are ours."""

from django.utils import translation

from niangjia.intake.reading.refusals import KINDS, WrongKind
from niangjia.ui.words import sentence


def test_words_of_ours_are_translated_and_what_a_file_is_called_is_not():
    with translation.override("zh-hans"):
        ours, named = sentence(WrongKind(kind=KINDS[1])), sentence(WrongKind(kind="Name"))

    assert "图片" in ours and KINDS[1] not in ours
    assert "Name" in named
