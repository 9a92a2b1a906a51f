"""The examiner of the catalogues finds what is planted, with file and line, and passes what is whole."""

from pathlib import Path

import polib
import pytest

from tools import catalogues
from tools.catalogues import CATALOGUE, findings, packages, update, words_of

PYTHON = """from django.utils.translation import gettext as _, ngettext, pgettext

SAID = _("Saved")
COUNTED = ngettext("%(n)d row", "%(n)d rows", 2)
MEANT = pgettext("a month", "May")
"""
TEMPLATE = """{% load i18n %}
<p title="It's">{% translate "Back" %}</p>
    {% blocktranslate with name=who %}Hello {{ name }}{% endblocktranslate %}
  {% if x %}<b>{{ y }}</b>{% endif %}
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A small package with words in Python and in a template, its catalogue complete."""
    folder = tmp_path / "niangjia/toy"
    (folder / "templates").mkdir(parents=True)
    (folder / "__init__.py").write_text(PYTHON)
    (folder / "templates/page.html").write_text(TEMPLATE)
    update(folder)
    translate(
        folder,
        {
            "Saved": "存好了",
            "%(n)d row": "%(n)d 行",
            "May": "五月",
            "Back": "返回",
            "Hello %(name)s": "%(name)s，你好",
        },
    )
    update(folder)
    return folder


def translate(folder: Path, texts: dict[str, str]) -> None:
    """Write these texts into the catalogue."""
    catalogue = polib.pofile(str(folder / CATALOGUE))
    for entry in catalogue:
        if entry.msgid in texts and entry.msgid_plural:
            entry.msgstr_plural = {0: texts[entry.msgid]}
        elif entry.msgid in texts:
            entry.msgstr = texts[entry.msgid]
    catalogue.save()


def test_words_are_found_in_python_and_in_templates_with_their_lines(package: Path):
    found = {word.msgid: (word.path.name, word.line) for word in words_of(package).values()}

    assert found == {
        "Saved": ("__init__.py", 3),
        "%(n)d row": ("__init__.py", 4),
        "May": ("__init__.py", 5),
        "Back": ("page.html", 2),
        "Hello %(name)s": ("page.html", 3),
    }


def test_a_whole_catalogue_passes(package: Path):
    assert findings(package) == []


def test_a_planted_msgid_is_found_where_it_stands(package: Path):
    with (package / "templates/page.html").open("a") as page:
        page.write('{% translate "Planted" %}\n')

    assert findings(package) == [f"{package}/templates/page.html:5: 'Planted' has no catalogue entry"]


@pytest.mark.parametrize(
    ("texts", "what"),
    [({"Saved": ""}, "is not translated"), ({"Hello %(name)s": "%(nmae)s，你好"}, "has other placeholders")],
)
def test_an_empty_or_a_wrongly_filled_text_is_found(package: Path, texts: dict[str, str], what: str):
    translate(package, texts)

    assert any(what in finding for finding in findings(package))


def test_a_fuzzy_text_is_found(package: Path):
    catalogue = polib.pofile(str(package / CATALOGUE))
    catalogue.find("Saved").flags.append("fuzzy")
    catalogue.save()

    assert any("'Saved' is marked fuzzy" in finding for finding in findings(package))


def test_a_word_used_nowhere_is_found(package: Path):
    (package / "__init__.py").write_text(PYTHON.replace('SAID = _("Saved")', ""))

    assert any("'Saved' is used nowhere" in finding for finding in findings(package))


def test_a_stale_mo_is_found(package: Path):
    translate(package, {"Saved": "已保存"})

    assert [finding for finding in findings(package) if "django.mo:1" in finding]


def test_updating_twice_changes_nothing(package: Path):
    before = (package / CATALOGUE).read_bytes()
    update(package)

    assert (package / CATALOGUE).read_bytes() == before


def test_two_packages_that_translate_one_word_differently_are_found(package: Path):
    other = package.parent / "other"
    other.mkdir()
    (other / "__init__.py").write_text('_("Saved")')
    update(other)
    translate(other, {"Saved": "已保存"})
    catalogues._known_texts.cache_clear()

    assert ["'Saved' is '存好了' here" in clash for clash in catalogues.clashes([other, package])] == [True]


def test_the_catalogue_of_the_shared_pages_is_whole():
    (shared,) = (package for package in packages(catalogues.ROOT) if package.name == "ui")

    assert findings(shared) == []
