"""Made-up officials, and how they come in: through the real pages, with codes computed from the secret."""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
import time
from datetime import date
from typing import Any

from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client
from django.urls import reverse

from niangjia.core.roles import Role
from niangjia.foundation.accounts.models import Account
from niangjia.foundation.acting import acting
from niangjia.foundation.actors import system_actor
from niangjia.registry.models import Organisation, Posting
from tests.factories import ON

PASSWORD = "a long and made-up pass phrase"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def official(name: str = "lan", *, app: bool = True) -> Account:
    """Return an account with a password, and with the code app set up unless ``app`` is false."""
    account = Account.objects.create_official(name, PASSWORD)
    if app:
        TOTP.activate(account, SECRET)
    return account


def posting(account: Account, office: Organisation, role: Role = Role.CLERK, **facts: object) -> Posting:
    """Return a new posting; call it outside ``acting``."""
    with acting(system_actor("test")):
        values = {"from_on": date(2020, 1, 1), **facts}
        return Posting.objects.create(account=account, organisation=office, role=role, **values)


def end(held: Posting, *, on: date = ON) -> None:
    """End a posting with the day before ``on``."""
    with acting(system_actor("test")):
        Posting.objects.filter(pk=held.pk).update(to_on=on)


def code_now(secret: str = SECRET, *, at: float | None = None) -> str:
    """Return the code that an app would show (RFC 6238, SHA-1, 6 digits, 30 s)."""
    counter = struct.pack(">Q", int(time.time() if at is None else at) // 30)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


def wrong_code() -> str:
    """Return a code that is not the one of now."""
    return f"{(int(code_now()) + 1) % 1_000_000:06}"


def give_password(client: Client, name: str = "lan", password: str = PASSWORD, **extra: Any):
    """Send the first page of sign-in."""
    return client.post(reverse("account_login"), {"login": name, "password": password}, **extra)


def give_code(client: Client, code: str | None = None):
    """Send the second page of sign-in."""
    return client.post(reverse("mfa_authenticate"), {"code": code or code_now()})


def sign_in(client: Client, name: str = "lan"):
    """Come in with both factors; return the answer."""
    give_password(client, name)
    return give_code(client)
