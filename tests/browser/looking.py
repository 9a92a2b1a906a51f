"""Looks at a page as a picky reader does: what axe finds, what is too wide, what the browser complains of."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

from django.urls import Resolver404, resolve
from playwright.sync_api import Page

from tests.browser.test_pieces import NARROW, WIDE, violations
from tests.browser.visited import pages

HEIGHTS = {NARROW: 812, WIDE: 900}
STATUS = "performance.getEntriesByType('navigation')[0].responseStatus"

looked: set[str] = (
    set()
)  # the routes that the running test has looked at; ``conftest`` empties it before each test


def look(page: Page, name: str) -> None:
    """Fail on anything that is wrong with the page at either width; keep pictures where NIANGJIA_SHOTS names a folder."""
    if page.evaluate(STATUS) < 400:
        note(page)
    found = []
    for width, height in HEIGHTS.items():
        page.set_viewport_size({"width": width, "height": height})
        too_wide = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        found += [(width, rule, where) for rule, where in violations(page)]
        found += [(width, "too wide", too_wide)] if too_wide else []
        keep(page, f"{name}.{width}")
    page.set_viewport_size({"width": NARROW, "height": HEIGHTS[NARROW]})
    assert (name, found) == (name, [])


def note(page: Page) -> None:
    """Note that the test has seen the page of this route; an answer to a POST is no page of its own."""
    try:
        route = resolve(urlsplit(page.url).path).view_name
    except Resolver404:
        return
    looked.update({route} & pages())


def keep(page: Page, name: str) -> None:
    """Keep a picture, if somebody wants to look."""
    if folder := os.environ.get("NIANGJIA_SHOTS"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)
