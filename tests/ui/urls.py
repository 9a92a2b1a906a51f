"""Addresses for tests of the pages: the two switches, and a page that refuses in every way."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import include, path

from niangjia.ui import errors


def missing(request: HttpRequest, pk: int) -> HttpResponse:
    """Refuse because there is no such thing."""
    raise Http404(f"no row {pk}")


def forbidden(request: HttpRequest, pk: int) -> HttpResponse:
    """Refuse because it is not the reader's to see."""
    raise PermissionDenied(f"row {pk} is out of scope")


handler403 = handler404 = errors.not_found
urlpatterns = [
    path("ui/", include("niangjia.ui.urls")),
    path("missing/<int:pk>/", missing),
    path("forbidden/<int:pk>/", forbidden),
    path("limited/", errors.too_many),
]
