"""The two switches of every page: the language, and large type. Plain links; each sets a cookie and goes back."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache

TYPE_COOKIE = "niangjia_type"
YEAR = 365 * 24 * 60 * 60


def back(request: HttpRequest) -> str:
    """Return the address to go back to: only ever a path of this very host.

    A browser drops control characters and takes a backslash for a slash, so an address that holds either is refused
    before it is looked at.
    """
    wanted = request.GET.get("next", "")
    if (
        not wanted.startswith("/")
        or "\\" in wanted
        or any(ord(sign) < 33 or ord(sign) == 127 for sign in wanted)
    ):
        return "/"
    same_host = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None, require_https=request.is_secure())
    return wanted if same_host else "/"


@never_cache
def language(request: HttpRequest) -> HttpResponse:
    """Show the pages in another language; one that we do not have changes nothing."""
    response = HttpResponseRedirect(back(request))
    wanted = request.GET.get("to")
    if wanted in dict(settings.LANGUAGES):
        _remember(response, settings.LANGUAGE_COOKIE_NAME, wanted)
    return response


@never_cache
def large_type(request: HttpRequest) -> HttpResponse:
    """Show the pages in large type, or in normal type again."""
    response = HttpResponseRedirect(back(request))
    if request.GET.get("to") == "large":
        _remember(response, TYPE_COOKIE, "large")
    else:
        response.delete_cookie(TYPE_COOKIE)
    return response


def _remember(response: HttpResponse, name: str, value: str) -> None:
    secure = settings.SESSION_COOKIE_SECURE
    response.set_cookie(name, value, max_age=YEAR, secure=secure, httponly=True, samesite="Lax")
