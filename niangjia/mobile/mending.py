"""A worker mends the own row of a roster: by the link that came to this phone, and after proving the phone."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from niangjia.intake.mending import answering
from niangjia.intake.mending.answering import Asked, Corrected
from niangjia.intake.mending.needs import ID_NUMBER, NAME
from niangjia.mobile import limits
from niangjia.mobile.joining.forms import Consents, Who
from niangjia.ui.requests import account_of, actor_of


class Mend(Consents, Who):
    """The cells that are asked for, checked as in joining, and the consents. What stands in the row is not shown."""

    def __init__(self, data: Any = None, *, needs: tuple[str, ...]) -> None:
        super().__init__(data, draft_values={})
        for field in {NAME, ID_NUMBER} - set(needs):
            del self.fields[field]

    def corrected(self) -> Corrected:
        """Return what was typed."""
        said = self.cleaned_data
        return Corrected(said.get(NAME, ""), said.get(ID_NUMBER, ""), self.versions())

    @property
    def cells(self) -> list[forms.BoundField]:
        """The fields to be corrected."""
        return [self[field] for field in (NAME, ID_NUMBER) if field in self.fields]

    @property
    def boxes(self) -> list[forms.BoundField]:
        """The consents."""
        return [self[field] for field in self.fields if field not in (NAME, ID_NUMBER)]


@never_cache
def mend(request: HttpRequest, text: str) -> HttpResponse:
    """Ask for what is to be corrected, once. A link for another phone, used, run out or made up has one answer."""
    at = timezone.now()
    if not limits.allows(request, "mend", account_of(request).pk):
        return limits.refused(request)
    asked = answering.asked(text, at=at)
    if asked is None:
        return render(request, "mobile/mending/gone.html", status=404)
    form = Mend(request.POST or None, needs=asked.needs)
    if request.method == "POST" and form.is_valid():
        return _keep(request, asked, form)
    return render(request, "mobile/mending/mend.html", {"form": form, "asked": asked})


def _keep(request: HttpRequest, asked: Asked, form: Mend) -> HttpResponse:
    answering.answer(asked, form.corrected(), by=actor_of(request), at=timezone.now())
    return render(request, "mobile/mending/done.html", {"asked": asked})
