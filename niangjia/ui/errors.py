"""Pages for what did not work. "No such thing" and "not yours to see" are one page, byte for byte."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from niangjia.core.errors import Conflict, Invalid, Refusal


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer for both handler404 and handler403: the difference would tell who exists."""
    return render(request, "404.html", status=404)


def too_many(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer for every limit in one wording, whichever limit it was."""
    return render(request, "429.html", status=429)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer for handler400: the request itself was not readable."""
    return render(request, "400.html", status=400)


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Answer for a refusal that a view let rise: why, and what to do; for what is not theirs, no such thing."""
    if isinstance(refusal, Conflict):
        return render(request, "ui/refused.html", {"refusal": refusal}, status=409)
    if isinstance(refusal, Invalid):
        return render(request, "ui/refused.html", {"refusal": refusal}, status=422)
    return not_found(request)
