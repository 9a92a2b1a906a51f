"""The words that a person agrees to, by purpose and version."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class ConsentText:
    """One version of what is said for one purpose (table ``consent_purpose``)."""

    purpose: str
    version: str
    valid_from: date
    zh: str
    en: str


@cache
def consent_texts() -> tuple[ConsentText, ...]:
    """Return all texts that were ever shown, oldest first."""
    text = files("niangjia.core.codes").joinpath("data/consent_texts.toml").read_text(encoding="utf-8")
    found = (ConsentText(**row) for row in tomllib.loads(text)["texts"])
    return tuple(sorted(found, key=lambda text: text.valid_from))


def consent_text(purpose: str, on: date) -> ConsentText:
    """Return the text in force for a purpose on a day.

    Raises:
        LookupError: no text was in force yet, or there is no such purpose.
    """
    in_force = [text for text in consent_texts() if text.purpose == purpose and text.valid_from <= on]
    if not in_force:
        raise LookupError(f"no consent text for {purpose} on {on}")
    return in_force[-1]
