import ast
import re
from pathlib import Path

import polib
import pytest

import niangjia.core

CORE = Path(niangjia.core.__file__).parent
CATALOGUE = CORE / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"


def marked():
    """Return every sentence that core marks for translation."""
    return {
        ast.literal_eval(node.args[0])
        for page in CORE.rglob("*.py")
        for node in ast.walk(ast.parse(page.read_text("utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "gettext_noop"
    }


def parameters(sentence):
    return sorted(re.findall(r"%\((\w+)\)s", sentence))


@pytest.mark.parametrize("msgid", sorted(marked()))
def test_every_marked_sentence_is_there_in_chinese_with_the_same_parameters(msgid):
    entry = polib.pofile(str(CATALOGUE)).find(msgid)
    assert entry is not None and entry.msgstr
    assert not entry.obsolete and "fuzzy" not in entry.flags
    assert parameters(entry.msgstr) == parameters(msgid)


def test_nothing_is_translated_that_core_does_not_say():
    assert {entry.msgid for entry in polib.pofile(str(CATALOGUE))} == marked()


def test_the_compiled_catalogue_is_fresh():
    compiled = {entry.msgid: entry.msgstr for entry in polib.mofile(str(CATALOGUE.with_suffix(".mo")))}
    assert compiled == {entry.msgid: entry.msgstr for entry in polib.pofile(str(CATALOGUE))}
