"""The first page of the worker's site."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def home(request: HttpRequest) -> HttpResponse:
    """Say what the union is for, and where to join."""
    return render(request, "mobile/home.html")
