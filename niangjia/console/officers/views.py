"""The officers of the unions in scope: who holds a post, whose term is over, who has left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from niangjia.console.requests import page_of
from niangjia.core.codes import by_code, table
from niangjia.core.days import day_of
from niangjia.core.roles import ROLL_WRITERS
from niangjia.foundation import audit
from niangjia.foundation.actors import Actor
from niangjia.registry import officers, organisations
from niangjia.registry.models import Officer
from niangjia.ui.requests import actor_of
from niangjia.ui.words import code_name

TABLE = "union_post"


@dataclass(frozen=True)
class Cut:
    """One way to cut the list, and how many lie there."""

    url: str
    label: str
    n: int
    is_current: bool
    warns: bool = False


def listed(request: HttpRequest) -> HttpResponse:
    """Show the officers, union by union."""
    actor, now = actor_of(request), timezone.now()
    show, post = request.GET.get("show", ""), request.GET.get("post", "")
    post = post if post in by_code(TABLE) else ""
    cuts = _cuts(actor, on=day_of(now), post=post)
    show = show if show in cuts else ""
    page = page_of(request, cuts[show][1])
    audit.record("officers.listed", by=actor, at=now, facts={"rows": len(page.object_list), "show": show})
    context = {
        "page": page,
        "today": day_of(now),
        "show": show,
        "post": post,
        "posts": [(code.code, code_name(code.code, TABLE)) for code in table(TABLE)],
        "cuts": [
            Cut(_url(key, post), label, rows.count(), key == show, warns=key == "over")
            for key, (label, rows) in cuts.items()
        ],
        "office": organisations.visible_to(actor).get(pk=actor.organisation_id),
        "may_hand_in": actor.role in ROLL_WRITERS,
    }
    return render(request, "console/officers/listed.html", context)


def _cuts(by: Actor, *, on: date, post: str) -> dict[str, tuple[str, QuerySet[Officer]]]:
    cuts = {
        "": (_("In post"), officers.in_post(by=by, on=on)),
        "over": (_("Term over"), officers.overdue(by=by, on=on)),
        "left": (_("Have left"), officers.left(by=by, on=on)),
    }
    if not post:
        return cuts
    return {key: (label, rows.filter(post=post)) for key, (label, rows) in cuts.items()}


def _url(show: str, post: str) -> str:
    return "?" + urlencode({name: value for name, value in (("show", show), ("post", post)) if value})
