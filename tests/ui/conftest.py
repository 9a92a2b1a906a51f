"""The pages of these tests stand on their own: no session, no database, no actor."""

import pytest


@pytest.fixture(autouse=True)
def _only_pages(settings):
    """Serve the addresses of ``tests.ui.urls`` through the middleware that a page needs."""
    settings.ROOT_URLCONF = "tests.ui.urls"
    settings.MIDDLEWARE = [
        "django.middleware.locale.LocaleMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
    ]
