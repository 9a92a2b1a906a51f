"""Refusals: an act that may not be done, with a code for programs and a sentence for people.

Bad data is a finding (``core.findings``), a refused act is one of these, a bug is left to rise.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from niangjia.core.words import gettext_noop


class Refusal(Exception):
    """An act was refused; the sentence says what to do next.

    Attributes:
        code: stable, for programs and the audit log.
        message: an English msgid, which may hold ``%(name)s`` for a parameter.
        params: what fills the message; never a secret, for the text of an exception ends up in logs.
        words: msgids that stand as values among ``params``, and are translated with the message.
    """

    code: ClassVar[str] = "refused"
    message: ClassVar[str] = gettext_noop("This cannot be done.")
    words: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, **params: object) -> None:
        super().__init__()
        self.params = params
        str(
            self
        )  # a parameter that the sentence needs and nobody passed is a bug, and shows where it was made

    def __str__(self) -> str:
        return self.message % self.params

    def __reduce__(self) -> tuple[Callable[..., Refusal], tuple[type[Refusal], dict[str, object]]]:
        return _made_again, (type(self), self.params)


def _made_again(refusal: type[Refusal], params: dict[str, object]) -> Refusal:
    """Return a refusal that crossed over from another process."""
    return refusal(**params)


class Invalid(Refusal):
    """What was given cannot be right."""

    code = "invalid"
    message = gettext_noop("What was entered cannot be right. Check it and try again.")


class NotAllowed(Refusal):
    """This actor may not do it."""

    code = "not_allowed"
    message = gettext_noop("You may not do this. Ask your office who may.")


class NotFound(Refusal):
    """There is no such thing, or none that this actor may know of."""

    code = "not_found"
    message = gettext_noop("Nothing was found here that you may see.")


class Conflict(Refusal):
    """It could be done, but not as things stand now."""

    code = "conflict"
    message = gettext_noop("This has changed in the meantime. Load the page again.")
