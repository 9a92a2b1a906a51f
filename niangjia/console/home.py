"""The first page of an office."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def home(request: HttpRequest) -> HttpResponse:
    """Show the office's own first page."""
    return render(request, "console/home.html")
