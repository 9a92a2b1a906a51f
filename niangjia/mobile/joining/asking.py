"""From the QR code through the questions to the overview; nothing is written before it is handed in."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from niangjia.core.days import day_of
from niangjia.core.masks import masked_number
from niangjia.foundation import parameters
from niangjia.joining import queries
from niangjia.joining.models import JoinCode
from niangjia.mobile.joining import drafts
from niangjia.mobile.joining.forms import QUESTIONS, STEPS, Consents, Question
from niangjia.registry import organisations

OVERVIEW = "overview"
SCREENS = (*STEPS, OVERVIEW)


def landing(request: HttpRequest, token: str) -> HttpResponse:
    """Say which union invites, and what one gets."""
    now = timezone.now()
    code = queries.live_code(token, at=now)
    if code is None:
        return gone(request)
    context = {
        "code": code,
        "above": organisations.parent_of(code.organisation),
        "group": drafts.of(request, at=now).values("group").get("group"),
        "days": parameters.at(day_of(now), code.organisation.region_id).joining_decide,
    }
    return render(request, "mobile/joining/landing.html", context)


def gone(request: HttpRequest) -> HttpResponse:
    """Answer for a code that never was and for one that was revoked: one page."""
    return render(request, "mobile/joining/gone.html", status=404)


@never_cache
def question(request: HttpRequest, token: str, step: str) -> HttpResponse:
    """Ask one question, keep the answer, and go on to the next; the last screen shows everything once more."""
    at = timezone.now()
    code = queries.live_code(token, at=at)
    if code is None:
        return gone(request)
    if step not in SCREENS:
        raise Http404
    draft = drafts.of(request, at=at)
    if (missing := first_missing(draft)) and SCREENS.index(step) > SCREENS.index(missing):
        return redirect("mobile:join-step", token, missing)
    if step == OVERVIEW:
        return _overview(request, code, draft)
    form = QUESTIONS[step](request.POST or None, draft_values=draft.values(step))
    if request.method == "POST" and form.is_valid():
        drafts.keep(request, draft, step, _answers(form), at=at)
        return redirect("mobile:join-step", token, first_missing(draft) or OVERVIEW)
    return render(request, f"mobile/joining/{step}.html", _frame(code, step) | {"form": form})


def first_missing(draft: drafts.Draft) -> str | None:
    """Return the first step that has no answer yet."""
    return next((step for step in STEPS if step not in draft.kept), None)


def _answers(form: Question) -> dict[str, Any]:
    kept = dict(form.cleaned_data)
    return kept | {"versions": form.versions()} if isinstance(form, Consents) else kept


def _frame(code: JoinCode, step: str) -> dict[str, Any]:
    at = SCREENS.index(step)
    before = ["mobile:join-step", code.token, SCREENS[at - 1]] if at else ["mobile:join", code.token]
    return {
        "code": code,
        "back_url": reverse(before[0], args=before[1:]),
        "dots": ["done"] * at + ["now"] + ["next"] * (len(SCREENS) - at - 1),
        "step": at + 1,
        "total": len(SCREENS),
    }


def _overview(request: HttpRequest, code: JoinCode, draft: drafts.Draft) -> HttpResponse:
    covered = masked_number(draft.values("who")["id_number"])
    context = _frame(code, OVERVIEW) | {"draft": draft, "said": draft.kept, "id_masked": covered}
    return render(request, "mobile/joining/overview.html", context)
