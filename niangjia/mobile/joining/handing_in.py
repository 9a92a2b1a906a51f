"""Handing in, and proving the phone afterwards. What comes back is the same whoever the ID number belongs to."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from niangjia.core.masks import masked_phone
from niangjia.foundation.accounts import phones, secrets
from niangjia.foundation.notices.sms import NoGateway
from niangjia.joining import jobs, queries
from niangjia.joining.models import JoinCode
from niangjia.joining.submitting import Facts, submit
from niangjia.mobile import limits
from niangjia.mobile.forms import AskCode, checked_number
from niangjia.mobile.joining import drafts
from niangjia.mobile.joining.asking import first_missing, gone
from niangjia.mobile.signing import confirmed, sign_in
from niangjia.ui.requests import actor_of

HANDED_IN = "join_handed_in"


@never_cache
def hand_in(request: HttpRequest, token: str) -> HttpResponse:
    """Write what was filled in, once for each key, and ask for the code that proves the phone."""
    at, key = timezone.now(), request.POST.get("key", "")
    code = queries.live_code(token, at=at)
    if code is None:
        return gone(request)
    draft = drafts.of(request, at=at)
    if key and handed_in(request).get("key") == key:
        return redirect("mobile:join-code")
    if first_missing(draft) or key != draft.key:
        return redirect("mobile:join-step", token, first_missing(draft) or "overview")
    if actor_of(request).posting_id is not None:
        messages.error(request, gettext("You are at your desk. Sign out there first: a request is handed in by a worker."))
        return redirect("mobile:join-step", token, "overview")
    facts = _facts(draft)
    if not limits.allows(request, "hand_in", phones.index(facts.phone)):
        return limits.refused(request)
    kept = submit(facts, code=code, key=UUID(key), by=actor_of(request), at=at)
    return _go_on(request, facts.phone, kept, key)


def _facts(draft: drafts.Draft) -> Facts:
    who, consents = draft.values("who"), draft.values("consents")
    checked = checked_number(who["id_number"])
    return Facts(
        name=who["name"],
        id_kind=str(checked.id_kind),
        id_number=str(checked.id_number),
        sex=str(checked.sex),
        birth_on=checked.born_on,
        phone=draft.values("phone")["phone"],
        group=draft.values("group")["group"],
        workplace=draft.values("work")["workplace"],
        consents=consents["versions"],
    )


def _go_on(request: HttpRequest, phone: str, kept: UUID, key: str) -> HttpResponse:
    """Ask for the code, unless this session has proven the same phone; another phone's session ends here."""
    account = request.user if request.user.is_authenticated else None
    if account is not None and account.phone_token == phones.index(phone):
        jobs.prove.defer(submission=kept, account=account.pk, phone=account.phone_token)
        drafts.drop(request)
        remember(request, phone, kept, key)
        return redirect("mobile:request")
    if account is not None:
        logout(request)
    drafts.drop(request)
    remember(request, phone, kept, key)
    _send(request, phone)
    return redirect("mobile:join-code")


def remember(request: HttpRequest, phone: str, kept: UUID, key: str) -> None:
    """Note in the session what was handed in; the phone is wrapped, for sessions lie in the database as readable text."""
    wrapped = secrets.wrap(phone, bound_to=secrets.SESSION)
    request.session[HANDED_IN] = {
        "submission": str(kept),
        "key": key,
        "phone": wrapped,
        "at": timezone.now().isoformat(),
    }


def handed_in(request: HttpRequest) -> dict[str, Any]:
    """Return what this session handed in last."""
    return dict(request.session.get(HANDED_IN, {}))


def _send(request: HttpRequest, phone: str) -> None:
    """Send a code if the limits allow; what was handed in stands either way."""
    sent = False
    if limits.allows(request, "send_code", phones.index(phone)):
        try:
            phones.start_code(phone, at=timezone.now())
            sent = True
        except NoGateway:
            pass
    request.session[HANDED_IN] = handed_in(request) | {"sent": sent}


@never_cache
def code(request: HttpRequest) -> HttpResponse:
    """Take the code back: from then on this phone sees the request."""
    noted = handed_in(request)
    if not noted:
        return redirect("mobile:home")
    if request.user.is_authenticated:
        return redirect("mobile:request")
    phone = secrets.unwrap(noted["phone"], bound_to=secrets.SESSION)
    form = AskCode(request.POST or None)
    if request.method == "POST":
        if not limits.allows(request, "try_code", phones.index(phone)):
            return limits.refused(request)
        if form.is_valid() and (account := confirmed(form, phone)):
            sign_in(request, account)
            jobs.prove.defer(
                submission=UUID(noted["submission"]), account=account.pk, phone=account.phone_token
            )
            return redirect("mobile:request")
    context = {"form": form, "phone": masked_phone(phone), "sent": noted.get("sent")}
    return render(request, "mobile/joining/code.html", context)


def send_again(request: HttpRequest) -> HttpResponse:
    """Send another code."""
    noted = handed_in(request)
    if not noted:
        return redirect("mobile:home")
    phone = secrets.unwrap(noted["phone"], bound_to=secrets.SESSION)
    if not limits.allows(request, "send_code", phones.index(phone)):
        return limits.refused(request)
    phones.start_code(phone, at=timezone.now())
    request.session[HANDED_IN] = noted | {"sent": True}
    return redirect("mobile:join-code")
