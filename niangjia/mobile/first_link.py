"""The first link to one's own record: the proven phone and the ID number together, one answer whatever comes of it."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from niangjia.core.codes import by_code
from niangjia.foundation import vault
from niangjia.foundation.accounts import phones
from niangjia.foundation.accounts.models import Account
from niangjia.foundation.acting import acting
from niangjia.foundation.actors import system_actor
from niangjia.mobile import limits
from niangjia.mobile.forms import AskNumber
from niangjia.registry import logins
from niangjia.ui.requests import account_of, actor_of


def first_link(request: HttpRequest) -> HttpResponse:
    """Ask for the ID number; the answer to a number that can exist is always the same."""
    if actor_of(request).person_id is not None:
        return redirect("mobile:home")
    form = AskNumber(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if not limits.allows(request, "first_link", account_of(request).pk):
            return limits.refused(request)
        look = partial(_look, account_of(request), _indexes(form.cleaned_data["id_number"]), timezone.now())
        # After the commit and as the system: the page that answers was written before anybody looked.
        transaction.on_commit(look)
        return render(request, "mobile/first_link_asked.html")
    return render(request, "mobile/first_link.html", {"form": form})


def _indexes(id_number: str) -> list[UUID]:
    kinds = [code for code, entry in by_code("id_kind").items() if "number18" in entry.flags]
    return [index for kind in kinds for index in _under(kind, id_number)]


def _under(kind: str, id_number: str) -> list[UUID]:
    return list(vault.blind_indexes(vault.Purpose.IDENTITY, kind, id_number).values())


def _look(account: Account, numbers: list[UUID], at: datetime) -> None:
    proven = list(phones.indexes(phones.phone_of(account)).values())
    with acting(system_actor("first link")) as system:
        logins.claim(account.pk, numbers=numbers, phones=proven, by=system, at=at)
