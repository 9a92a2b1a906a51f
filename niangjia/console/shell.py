"""The frame of every page of the desk: the office one holds, the others one may switch to, where one can go."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from niangjia.core.days import day_of
from niangjia.core.roles import ROLL_READERS, ROLL_WRITERS, Role
from niangjia.foundation import notices
from niangjia.foundation.actors import Actor
from niangjia.registry.models import Posting
from niangjia.registry.postings import open_postings
from niangjia.registry.reorganisation.states import SIGNERS
from niangjia.ui.requests import account_of, actor_of
from niangjia.ui.shell import ConsoleShell, Office, Place, places_that_exist
from niangjia.ui.words import code_name


def shell(request: HttpRequest) -> dict[str, Any]:
    """Give the templates of the desk their frame; read only where a page draws it."""
    actor = getattr(request, "actor", None)
    if actor is None or actor.posting_id is None:
        return {}
    return {"shell": SimpleLazyObject(lambda: _console(request))}


def office_of(posting: Posting, actor: Actor) -> Office:
    """Return the posting as the frame shows it."""
    return Office(
        label=posting.title or code_name(posting.role, "role"),
        organisation=posting.organisation.name,
        until=posting.to_on,
        url=reverse("account_choose_office", args=[posting.pk]),
        current=posting.pk == actor.posting_id,
    )


def _console(request: HttpRequest) -> ConsoleShell:
    postings = list(open_postings(account_of(request).pk, on=day_of(timezone.now())))
    current = next(posting for posting in postings if posting.pk == actor_of(request).posting_id)
    return ConsoleShell(
        name=current.shown_name or account_of(request).sign_in_name or "",
        offices=tuple(office_of(posting, actor_of(request)) for posting in postings),
        places=places_that_exist(_menu(actor_of(request)), request.path),
        tasks=_inbox(request),
        account_url=reverse("mfa_index"),
        sign_out_url=reverse("account_logout"),
    )


def _inbox(request: HttpRequest) -> Place:
    count = notices.unread(by=actor_of(request)).count()
    return Place(reverse("console:notices"), _("Notices"), "bell", count=count)


def _menu(actor: Actor) -> tuple[tuple[str, str, str], ...]:
    if actor.role in ROLL_READERS:
        return (
            ("console:board", _("Board"), "chart-bar"),
            ("console:joining-queue", _("Joining"), "door-enter"),
            ("console:members", _("Members"), "id"),
            ("console:officers", _("Officers"), "user"),
            ("console:duplicates", _("Duplicates"), "users"),
            *([("console:intake", _("Intake"), "upload")] if actor.role in ROLL_WRITERS else []),
            ("console:exports", _("Exports"), "file-export"),
            *([("console:orders", _("Orders"), "building-community")] if actor.role in SIGNERS else []),
        )
    if actor.role is Role.ORGANISER:
        return (("console:join-codes", _("Join codes"), "qrcode"),)
    return (("console:home", _("My desk"), "id"),)
