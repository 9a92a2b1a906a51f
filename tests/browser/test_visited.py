"""No page is left that nobody looks at in a browser."""

from __future__ import annotations

from niangjia.config.policies import ROUTES
from tests.browser.visited import VISITED, WITHOUT_A_PAGE, pages


def test_every_page_of_every_route_is_looked_at_by_some_browser_test():
    assert pages() - set().union(*VISITED.values()) == set()


def test_what_is_looked_at_and_what_is_no_page_are_routes_of_the_policies():
    assert set().union(*VISITED.values()) <= pages()
    assert set(WITHOUT_A_PAGE) <= {name for name, route in ROUTES.items() if "GET" in route.methods}
