"""How workers sign in: a phone, a code, and for the own record once the ID number."""

from __future__ import annotations

from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from niangjia.core.errors import Invalid
from niangjia.core.masks import masked_phone
from niangjia.foundation.accounts import phones, secrets
from niangjia.foundation.accounts.models import Account
from niangjia.mobile import limits
from niangjia.mobile.forms import AskCode, AskPhone
from niangjia.ui import traces
from niangjia.ui.language import back
from niangjia.ui.words import sentence

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
PHONE, ONWARD = "sign_in_phone", "sign_in_next"


def ask_phone(request: HttpRequest) -> HttpResponse:
    """Ask for the phone, and send a code there, whether or not anybody ever came with it."""
    if request.user.is_authenticated:
        return redirect("mobile:home")
    form = AskPhone(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _send(request, form.cleaned_data["phone"])
    return render(request, "mobile/sign_in.html", {"form": form})


def _send(request: HttpRequest, phone: str) -> HttpResponse:
    if not limits.allows(request, "send_code", phones.index(phone)):
        return limits.refused(request)
    phones.start_code(phone, at=timezone.now())
    # Wrapped: sessions lie in the database as readable text.
    request.session[PHONE] = secrets.wrap(phone, bound_to=secrets.SESSION)
    request.session[ONWARD] = back(request)
    return redirect("mobile:sign-in-code")


def ask_code(request: HttpRequest) -> HttpResponse:
    """Ask for the code that was sent, and sign in."""
    if PHONE not in request.session:
        return redirect("mobile:sign-in")
    phone = secrets.unwrap(request.session[PHONE], bound_to=secrets.SESSION)
    form = AskCode(request.POST or None)
    if request.method == "POST":
        if not limits.allows(request, "try_code", phones.index(phone)):
            return limits.refused(request)
        if form.is_valid() and (account := confirmed(form, phone)):
            return _come_in(request, account)
    return render(request, "mobile/sign_in_code.html", {"form": form, "phone": masked_phone(phone)})


def confirmed(form: AskCode, phone: str) -> Account | None:
    """Return the account of the phone if the code is right; else the form says what is wrong."""
    try:
        return phones.confirm_code(phone, form.cleaned_data["code"].strip(), at=timezone.now())
    except Invalid as refusal:
        traces.phone_code_failed(at=timezone.now())
        form.add_error("code", sentence(refusal))
        return None


def _come_in(request: HttpRequest, account: Account) -> HttpResponse:
    onward = request.session.pop(ONWARD, "/")
    del request.session[PHONE]
    sign_in(request, account)
    return redirect("mobile:first-link" if onward == "/" else onward)


def sign_in(request: HttpRequest, account: Account) -> None:
    """Sign a worker in whose phone was proven just now, in a session with a new id."""
    login(request, account, backend=BACKEND)
    traces.signed_in(account, factors="phone", at=timezone.now())


def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    if request.user.is_authenticated:
        traces.signed_out(request.user, why="choice", at=timezone.now())
    logout(request)
    return redirect("mobile:home")
