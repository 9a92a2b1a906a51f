"""Text messages: one gateway for each installation; a demo has the console one, which reaches nobody."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from django.conf import settings

from niangjia.core.errors import Conflict
from niangjia.core.masks import masked_phone
from niangjia.core.words import gettext_noop
from niangjia.foundation.keys.service import service
from niangjia.foundation.vault import Purpose, blind_index

log = logging.getLogger(__name__)
BOUND_TO = b"sms of a demo"


class NoGateway(Conflict):
    """No gateway is set up, or one that only a demo may have."""

    code = "no_sms_gateway"
    message = gettext_noop("Text messages are not set up here yet. Ask your union to let you in another way.")


class SmsGateway(Protocol):
    """Sends text messages."""

    def send(self, phone: str, text: str) -> None:
        """Send ``text`` to ``phone`` (11 digits)."""


class ConsoleGateway:
    """Keeps the last message to each phone for ``niangjia demo code``, wrapped, and sends nothing."""

    def __init__(self, folder: Path) -> None:
        if not settings.NIANGJIA_DEMO:
            raise NoGateway
        self.folder = folder

    def send(self, phone: str, text: str) -> None:
        """Keep the message; the log has the phone masked and no text."""
        path = self._path(phone)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_bytes(service().wrap(text.encode(), BOUND_TO))
        log.info("sms_kept_for_the_demo", extra={"phone_masked": masked_phone(phone)})

    def last(self, phone: str) -> str | None:
        """Return the last message to ``phone``."""
        path = self._path(phone)
        return service().unwrap(path.read_bytes(), BOUND_TO).decode() if path.exists() else None

    def _path(self, phone: str) -> Path:
        return self.folder / str(blind_index(Purpose.PHONE, "sms", phone))


_serving: list[SmsGateway] = []


def gateway() -> SmsGateway:
    """Return the gateway of this installation.

    Raises:
        NoGateway: there is none, and this is no demo.
    """
    return _serving[-1] if _serving else ConsoleGateway(Path(settings.NIANGJIA_HOME.tmp) / "sms")


@contextmanager
def serving(other: SmsGateway) -> Iterator[SmsGateway]:
    """Use ``other`` within the block, for a test."""
    _serving.append(other)
    try:
        yield other
    finally:
        _serving.remove(other)
