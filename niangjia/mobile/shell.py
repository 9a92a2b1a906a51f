"""The frame of every page of the worker's site: the bar at the bottom."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from niangjia.ui.shell import PhoneShell, places_that_exist


def shell(request: HttpRequest) -> dict[str, Any]:
    """Give the templates of the worker's site their frame; an official has that of the desk."""
    actor = getattr(request, "actor", None)
    if actor is not None and actor.posting_id is not None:
        return {}
    return {"shell": SimpleLazyObject(lambda: PhoneShell(places_that_exist(_menu(), request.path)))}


def _menu() -> tuple[tuple[str, str, str], ...]:
    return (
        ("mobile:home", _("Home"), "home"),
        ("mobile:services", _("Services"), "gift"),
        ("mobile:rights", _("Rights"), "scale"),
        ("mobile:me", _("Me"), "user"),
    )
