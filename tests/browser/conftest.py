"""Holds every browser test to the routes that ``visited`` says it looks at."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from tests.browser import looking
from tests.browser.visited import VISITED


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Compare, when a test has passed, what it looked at with its line in ``visited``."""
    looking.looked.clear()
    answer = yield
    name = getattr(item, "originalname", item.name)
    if name in VISITED or looking.looked:
        assert (name, looking.looked) == (name, VISITED.get(name))
    return answer
