"""Pages for what did not work. "No such thing" and "not yours to see" are one page, byte for byte."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer for both handler404 and handler403: the difference would tell who exists."""
    return render(request, "404.html", status=404)


def too_many(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer for every limit in one wording, whichever limit it was."""
    return render(request, "429.html", status=429)
