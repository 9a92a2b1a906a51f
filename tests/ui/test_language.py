"""The two switches go back to where one was, and never to another host."""

from urllib.parse import urljoin, urlsplit

import pytest
from django.conf import settings
from django.test import Client, RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from niangjia.ui.language import TYPE_COOKIE, back, language

HOSTS = [
    "evil.example",
    "//evil.example",
    "user@evil.example",
    "evil.example:443",
    "[::1]",
    "evil。example",
    "1.1.1.1",
]
LEADS = [
    "//",
    "///",
    "////",
    "/\\",
    "\\\\",
    "\\/",
    "/\t/",
    "/\n/",
    "/\r\n/",
    "\t//",
    " //",
    "\x00//",
    "/\x00/",
    "/ /",
]
SCHEMES = [
    "http://",
    "https://",
    "HTTPS://",
    "ftp://",
    "javascript://",
    "data:text/html,",
    "http:",
    "https:/",
    "http:\\\\",
]
SPOKEN = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "vbscript:x",
    "mailto:a@evil.example",
    "evil.example",
    "",
    "?a",
    "#a",
]
ELSEWHERE = [
    *(lead + host for lead in LEADS for host in HOSTS),
    *(lead + host for lead in SCHEMES for host in HOSTS),
    *SPOKEN,
]
ELSEWHERE += [f"{lead}/{host}/x" for lead in SCHEMES[:4] for host in HOSTS]
HERE = [
    "/",
    "/join/",
    "/join/?q=%E5%BC%A0&page=2",
    "/a//b",
    "/a/%2F%2Fb",
    "/join/#x",
    "/@evil.example",
    "/a?next=//evil.example",
]


def test_there_are_two_hundred_hostile_addresses():
    assert len(set(ELSEWHERE)) >= 190 and len(set(ELSEWHERE) | set(HERE)) >= 200


@pytest.mark.parametrize("address", ELSEWHERE)
def test_an_address_elsewhere_leads_home(address: str):
    assert back(RequestFactory().get("/ui/language/", {"next": address})) == "/"


@pytest.mark.parametrize("address", HERE)
def test_a_path_of_this_host_is_gone_back_to(address: str):
    assert back(RequestFactory().get("/ui/language/", {"next": address})) == address


@given(st.text(max_size=40))
def test_whatever_is_asked_for_a_browser_stays_on_this_host(address: str):
    answer = language(RequestFactory().get("/ui/language/", {"next": address}))
    reached = urlsplit(urljoin("https://here.example/join/", answer["Location"]))

    assert (reached.scheme, reached.netloc) == ("https", "here.example")


def test_the_language_is_remembered_and_an_unknown_one_is_not():
    english = Client().get("/ui/language/", {"to": "en", "next": "/join/"})
    unknown = Client().get("/ui/language/", {"to": "../x", "next": "/join/"})

    assert (english.status_code, english["Location"]) == (302, "/join/")
    assert english.cookies[settings.LANGUAGE_COOKIE_NAME].value == "en"
    assert not unknown.cookies


def test_large_type_is_remembered_until_it_is_turned_off():
    client = Client()
    client.get("/ui/type/", {"to": "large"})
    assert b'class="large"' in client.get("/missing/1/").content

    client.get("/ui/type/", {"to": "normal"})
    assert b'class="large"' not in client.get("/missing/1/").content
    assert TYPE_COOKIE in client.cookies
