"""Giving a code out, and taking it back."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F

from niangjia.core.days import day_of
from niangjia.foundation import parameters, vault
from niangjia.foundation.codes.models import Code

DIGITS = 6


def issue(token: UUID, *, at: datetime) -> str:
    """Return a new code for the phone behind ``token``; the one before it is void.

    Chance comes from the operating system and not from the caller: a code that can be foretold would be none.
    """
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    until = at + timedelta(minutes=parameters.at(day_of(at)).phone_code_minutes)
    row = Code(token=token, digest=_digest(token, code), expires_at=until)
    Code.objects.filter(
        expires_at__lte=at
    ).delete()  # so the table holds a few minutes, and needs no job to tidy up
    replaced = ["digest", "expires_at", "tries"]
    Code.objects.bulk_create([row], update_conflicts=True, unique_fields=["token"], update_fields=replaced)
    return code


def accept(token: UUID, code: str, *, at: datetime) -> bool:
    """Count one try, and tell whether ``code`` is the live one; a right one is used up.

    Both steps are comparisons in the database: of two who send the same code at once, one comes in.
    """
    live = Code.objects.filter(token=token, expires_at__gt=at)
    tries = parameters.at(day_of(at)).phone_code_tries
    if not live.filter(tries__lt=tries).update(tries=F("tries") + 1):
        return False
    used, _ = live.filter(digest=_digest(token, code)).delete()
    return used == 1


def _digest(token: UUID, code: str) -> UUID:
    return vault.blind_index(vault.Purpose.PHONE, "code", f"{token}|{code}")
