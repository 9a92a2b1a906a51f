"""``niangjia demo code``: the code of this moment, as an app or a text message would show it."""

from __future__ import annotations

from pathlib import Path

from niangjia.cli.clock import now
from niangjia.core.errors import NotFound
from niangjia.core.words import gettext_noop

PERIOD = 30  # seconds that a code counts


class NoCode(NotFound):
    """Nobody has this sign-in, or no message went there."""

    code = "no_code"
    message = gettext_noop(
        "There is no code: no official signs in with this name, and no message went to this phone."
    )


def code_of(who: str) -> str:
    """Return the present code of an official's app, or the last message to a worker's phone.

    Args:
        who: a sign-in name; the name of one of the demo's workers; or a phone.

    Raises:
        NoCode: there is none.
        NoGateway: this installation is no demo.
    """
    from niangjia.foundation.accounts.models import Account
    from niangjia.foundation.acting import acting
    from niangjia.foundation.actors import NOBODY

    with acting(NOBODY):
        account = Account.objects.filter(sign_in_name=who).first()
        return _of_app(account) if account else _of_phone(_phone(who))


def _of_app(account: object) -> str:
    from allauth.mfa.adapter import get_adapter
    from allauth.mfa.models import Authenticator
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

    app = Authenticator.objects.filter(user=account, type=Authenticator.Type.TOTP).first()
    if app is None:
        raise NoCode
    secret = get_adapter().decrypt(app.data["secret"])
    return format_hotp_value(hotp_value(secret, int(now().timestamp()) // PERIOD))


def _of_phone(phone: str) -> str:
    from django.conf import settings

    from niangjia.foundation.notices.sms import ConsoleGateway

    message = ConsoleGateway(Path(settings.NIANGJIA_HOME.tmp) / "sms").last(phone)
    if message is None:
        raise NoCode
    return message


def _phone(who: str) -> str:
    from niangjia.cli.demo.world import world

    return next((worker.phone for worker in world().workers if worker.name == who), who)
