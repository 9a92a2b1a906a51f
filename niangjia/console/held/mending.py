"""Rows that their workers can mend: chosen, many at once, and asked for by a link to the phone in the row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache

from niangjia.console.held.rows import batch_asked
from niangjia.console.intake.shown import said as said_of
from niangjia.console.requests import page_of
from niangjia.core.masks import masked_name
from niangjia.foundation import audit
from niangjia.foundation.actors import Actor
from niangjia.foundation.vault.reading import masked
from niangjia.intake import queries as intake
from niangjia.intake.mending import asking
from niangjia.intake.mending.needs import FIELD_OF
from niangjia.intake.mending.sending import REFUSALS
from niangjia.intake.mending.states import LIVE, Status
from niangjia.intake.models import RepairTask
from niangjia.intake.words import form_of
from niangjia.registry.models import HeldRow
from niangjia.ui.dates import moment_text
from niangjia.ui.requests import actor_of
from niangjia.ui.words import counted, sentence

CHOSEN, BACK = "row", "withdraw"
LOOKS = {
    Status.ASKED: "waiting",
    Status.SENT: "waiting",
    Status.UNSENT: "refused",
    Status.EXPIRED: "off",
    Status.WITHDRAWN: "off",
}


@dataclass(frozen=True)
class Line:
    """One row that its worker can mend."""

    row: HeldRow
    name: str
    phone: str
    file_name: str
    whys: list[str]
    look: str
    state: str
    note: str
    may_ask: bool
    may_withdraw: bool


@never_cache
def listed(request: HttpRequest) -> HttpResponse:
    """Show the rows that their workers can mend, of one list where the address names it; a POST asks those chosen, or no longer asks one."""
    actor = actor_of(request)
    if request.method == "POST":
        return _withdraw(request) if BACK in request.POST else _ask(request)
    batch = batch_asked(request)
    rows = asking.askable(by=actor)
    page = page_of(request, rows.filter(batch_id=batch.pk) if batch is not None else rows)
    lines = list(_lines(list(page.object_list), by=actor))
    audit.record("held_rows.listed", by=actor, at=timezone.now(), facts={"rows": len(lines)})
    return render(request, "console/held/mending.html", {"page": page, "lines": lines, "batch": batch})


def _lines(rows: list[HeldRow], *, by: Actor) -> Iterator[Line]:
    batches = {each.pk: each for each in intake.visible_to(by).filter(pk__in={row.batch_id for row in rows})}
    tasks = asking.latest_of(rows, by=by)
    for row in rows:
        if row.batch_id in batches:
            batch, phone = batches[row.batch_id], masked(row, fields=("phone",))["phone"]
            form, task = form_of(batch), tasks.get(row.pk)
            whys = [
                said_of(form, each["code"], each["params"])
                for each in row.findings
                if each["code"] in FIELD_OF
            ]
            is_asked = task is not None and task.status in LIVE
            told = _told(task) if phone else ("off", _("No phone in the row"), "")
            name = masked_name(row.said.get("name", ""))
            yield Line(row, name, phone, batch.file_name, whys, *told, bool(phone) and not is_asked, is_asked)


def _told(task: RepairTask | None) -> tuple[str, str, str]:
    """Return how a task is drawn, where it stands, and what more there is to say."""
    if task is None:
        return "off", _("Not asked yet"), ""
    state = str(task.get_status_display())
    if task.status == Status.UNSENT:
        refusal = REFUSALS.get(task.refused)
        return LOOKS[Status.UNSENT], state, sentence(refusal()) if refusal else ""
    if task.status == Status.SENT:
        return LOOKS[Status.SENT], state, _("Good until %(when)s.") % {"when": moment_text(task.expires_at)}
    return LOOKS.get(Status(task.status), "done"), state, ""


def _ask(request: HttpRequest) -> HttpResponse:
    chosen = [UUID(each) for each in request.POST.getlist(CHOSEN) if _is_id(each)]
    n = asking.ask(chosen, by=actor_of(request), at=timezone.now())
    if n:
        told = ngettext(
            "%(n)s worker is asked to correct the row.", "%(n)s workers are asked to correct their rows.", n
        )
        messages.success(request, told % {"n": counted(n)})
    else:
        messages.info(request, _("Nobody was chosen who can be asked now."))
    return _back(request)


def _withdraw(request: HttpRequest) -> HttpResponse:
    said = request.POST[BACK]
    if _is_id(said) and asking.withdraw(UUID(said), by=actor_of(request), at=timezone.now()):
        messages.success(request, _("The link is withdrawn. Whoever opens it is told nothing."))
    else:
        messages.info(request, _("This link is no longer open, so there was nothing to withdraw."))
    return _back(request)


def _back(request: HttpRequest) -> HttpResponse:
    batch = batch_asked(request)
    address = reverse("console:held-mending")
    return redirect(f"{address}?batch={batch.pk}" if batch is not None else address)


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
