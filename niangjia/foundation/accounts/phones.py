"""Accounts by phone. The phone stands in the vault; it is found by its blind index."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from niangjia.core.days import day_of
from niangjia.core.errors import Invalid
from niangjia.core.ids import uuid7
from niangjia.core.words import gettext_noop
from niangjia.foundation import parameters, vault
from niangjia.foundation.accounts.models import Account
from niangjia.foundation.codes import actions as codes
from niangjia.foundation.notices import sms

TABLE = "accounts_account"
KIND = "mobile"


class WrongCode(Invalid):
    """The code is not the one that was sent, or no longer."""

    code = "wrong_code"
    message = gettext_noop("The code is not right, or it has run out. Check it, or ask for a new one.")


def indexes(phone: str) -> dict[int, UUID]:
    """Return the blind indexes of ``phone`` (11 digits) by key version, newest first."""
    return vault.blind_indexes(vault.Purpose.PHONE, KIND, phone)


def index(phone: str) -> UUID:
    """Return the blind index of ``phone`` under the newest key."""
    return vault.blind_index(vault.Purpose.PHONE, KIND, phone)


def account_of(phone: str) -> Account | None:
    """Return the account that signs in with ``phone``."""
    return Account.objects.filter(phone_token__in=list(indexes(phone).values())).first()


def phone_of(account: Account) -> str:
    """Return the phone of a worker's account, opened; never shown as it is."""
    opened = vault.open_sealed(
        bytes(account.phone_sealed or b""), table=TABLE, row_id=account.pk, fields=["phone"]
    )
    return opened["phone"]


def start_code(phone: str, *, at: datetime) -> None:
    """Send a code to ``phone``. Whether anybody has signed in with it before is not even looked up.

    Raises:
        NoGateway: text messages are not set up.
    """
    code = codes.issue(index(phone), at=at)
    minutes = parameters.at(day_of(at)).phone_code_minutes
    text = _(
        "[Niangjia] %(code)s is your code, good for %(minutes)s minutes. Nobody from the union asks you for it."
    )
    sms.gateway().send(phone, text % {"code": code, "minutes": minutes})


def confirm_code(phone: str, code: str, *, at: datetime) -> Account:
    """Take the code back, and return the account of ``phone``: see ``prove_phone``.

    Raises:
        WrongCode: wrong, run out, used, or tried too often; the answer does not say which.
    """
    if not codes.accept(index(phone), code, at=at):
        raise WrongCode
    return prove_phone(phone, at=at)


def prove_phone(phone: str, *, at: datetime) -> Account:
    """Return the account of a phone that was proven just now, newly made for a new phone."""
    return account_of(phone) or _made(phone, at=at)


def _made(phone: str, *, at: datetime) -> Account:
    pk = uuid7()
    sealed = vault.seal({"phone": phone}, table=TABLE, row_id=pk, at=at, layout=vault.PHONE)
    account = Account(id=pk, phone_token=index(phone), phone_sealed=sealed)
    account.set_unusable_password()
    try:
        with transaction.atomic():
            account.save(force_insert=True)
    except IntegrityError:  # two first sign-ins at once: the other one made it
        return Account.objects.get(phone_token=account.phone_token)
    return account
