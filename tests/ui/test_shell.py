"""The shells: menus have no dead ends, forms speak, and the strict policy has nothing to forbid."""

import gzip
import re
from datetime import date
from pathlib import Path

import pytest
from django import forms
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils.translation import override

import niangjia
from niangjia.ui.shell import ConsoleShell, Office, places_that_exist

HOUSE = Path(niangjia.__file__).parent
STATIC = HOUSE / "ui/static"
TEMPLATES = sorted(HOUSE.glob("*/templates/**/*.html"))
FIRST_LOAD = 100_000


class Question(forms.Form):
    """One required field that says why it is asked."""

    number = forms.CharField(label="Number", help_text="Why we ask")


def test_a_menu_holds_what_is_built_and_marks_the_nearest_place():
    menu = [
        ("ui:language", "Language", "language"),
        ("nobody:built-this", "Absent", "x"),
        ("ui:large-type", "Type", "sun"),
    ]

    places = places_that_exist(menu, "/ui/type/more/")

    assert [(place.label, place.current) for place in places] == [("Language", False), ("Type", True)]


def test_an_official_always_sees_the_office_and_until_when():
    office = Office("Organising dept", "Qinglan Federation", date(2028, 6, 30), current=True)
    request = RequestFactory().get("/")
    with override("en"):
        page = render_to_string("ui/console.html", {"shell": ConsoleShell("Li *min", (office,))}, request)

    assert "Qinglan Federation" in page
    assert 'Organising dept, until <span class="nb">2028-06-30</span>' in page


def test_a_field_ties_its_help_and_its_error_to_itself():
    drawn = Question({}).as_div()

    assert 'aria-describedby="id_number_helptext id_number_error"' in drawn
    assert 'id="id_number_helptext"' in drawn and 'id="id_number_error"' in drawn
    assert 'aria-invalid="true"' in drawn and '<label for="id_number">' in drawn


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_a_template_has_nothing_that_the_policy_forbids(template: Path):
    text = template.read_text("utf-8")

    assert not re.search(r"\sstyle=|\son[a-z]+=|hx-on|<style|javascript:|<script(?![^>]*\ssrc=)", text)


def test_every_icon_named_in_a_template_is_in_the_sprite():
    sprite = (STATIC / "vendor/icons.svg").read_text("utf-8")
    named = {
        name for path in TEMPLATES for name in re.findall(r'{% icon "([a-z0-9-]+)"', path.read_text("utf-8"))
    }

    assert named
    assert not {name for name in named if f'id="i-{name}"' not in sprite}


def test_the_two_dark_blocks_of_the_tokens_are_equal():
    text = (STATIC / "ui/tokens.css").read_text("utf-8")
    by_device, by_choice = (
        re.findall(r"--nj-[\w-]+: [^;]+", part) for part in text.split(":root:not(")[1].split(":root[data")
    )

    assert by_device == by_choice and len(by_choice) > 40


def test_the_first_load_of_the_phone_stays_small():
    page = render_to_string("ui/phone.html", request=RequestFactory().get("/"))
    loaded = re.findall(r'(?:href|src)="/static/([^"#]+)', page)
    weight = len(gzip.compress(page.encode())) + sum(
        len(gzip.compress((STATIC / name).read_bytes())) for name in set(loaded)
    )

    assert "vendor/tabler.min.css" not in loaded
    assert weight < FIRST_LOAD
