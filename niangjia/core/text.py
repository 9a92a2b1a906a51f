"""Text as people typed it, made even: whole columns, stored form and match key.

What is stored keeps every character that somebody chose: variants, rare characters and their selectors stay, and no
Unicode normalisation form is applied. Only width, spaces and middle dots are made one. What two writings have in common is
in a separate key (``match_key``), which is compared and never shown.

The algorithm: docs/algorithms/identifiers.md, "Text".
"""

from __future__ import annotations

import polars as pl

from niangjia.core.findings import Rule, finding_is
from niangjia.core.variants import FOLDED
from niangjia.core.words import gettext_noop

# U+FF01 to U+FF5E are the ASCII signs in full width.
HALF_WIDTH = {chr(0xFF01 + k): chr(0x21 + k) for k in range(94)}
# Bullet, katakana middle dot in two widths, hyphenation point, dot operator, bullet operator, runic dot.
MIDDLE_DOTS = dict.fromkeys("•・･‧⋅∙᛫", "·")
EVEN = HALF_WIDTH | MIDDLE_DOTS

_ANY_OF_EVEN = "[" + "".join(MIDDLE_DOTS) + "！-～]"
_SPACES = r"\p{Zs}+"
_SPACED_HAN = r"([\p{Han}·])\p{Zs}+([\p{Han}·])"
_NOT_COMPARED = r"[\p{Z}\p{Cc}\p{Cf}·.。\-'’\x{FE00}-\x{FE0F}\x{E0100}-\x{E01EF}]"

# In the order in which they are told: the first that holds is the finding.
_UNWANTED = {
    "TEXT_CONTROL": r"[\p{Cc}\p{Zl}\p{Zp}]",
    "TEXT_DIRECTION": r"[\x{061C}\x{200E}\x{200F}\x{202A}-\x{202E}\x{2066}-\x{2069}]",
    "TEXT_INVISIBLE": r"\p{Cf}",
    "TEXT_NONCHARACTER": r"[\x{FDD0}-\x{FDEF}"
    + "".join(rf"\x{{{p:X}FFFE}}\x{{{p:X}FFFF}}" for p in range(17))
    + "]",
    "TEXT_PRIVATE_USE": r"\p{Co}",
    "TEXT_LOST": r"\x{FFFD}",
}
_ANY_UNWANTED = "[" + "".join(_UNWANTED.values()) + "]"


def tidied(text: pl.Expr) -> pl.Expr:
    """Return text as it is stored: half width, one kind of middle dot, single spaces, nothing around it; null if empty.

    Control characters are trimmed at the ends as spaces are; inside they stay, and are a finding.
    """
    even = text.str.replace_many(EVEN)
    return _or_null(even.str.strip_chars().str.replace_all(_SPACES, " "))


def tidied_name(text: pl.Expr) -> pl.Expr:
    """Return a name as it is stored: tidied, and without the spaces that pad Chinese characters (张　三).

    Twice, for in 张 三 丰 the pair 三 丰 begins with the end of the pair before.
    """
    joined = tidied(text)
    for _ in range(2):
        joined = joined.str.replace_all(_SPACED_HAN, "$1$2")
    return joined


def unwanted(text: pl.Expr) -> pl.Expr:
    """Return the code of what may not stand in a tidied text, or null."""
    found = pl.lit(None, dtype=pl.String)
    for code, pattern in reversed(_UNWANTED.items()):
        found = pl.when(text.str.contains(pattern)).then(pl.lit(code)).otherwise(found)
    return pl.when(text.str.contains(_ANY_UNWANTED)).then(found)


def match_key(text: pl.Expr) -> pl.Expr:
    """Return what two writings of one name have in common: never stored, shown or searched by people.

    Traditional, Japanese and compatibility forms become the simplified character; case, spaces, dots, full stops, hyphens
    and variation selectors fall away; null if nothing is left.
    """
    plain = tidied(text).str.replace_all(_NOT_COMPARED, "").str.to_lowercase().str.replace_many(FOLDED)
    return _or_null(plain)  # an empty key would equal every other empty one


def _or_null(text: pl.Expr) -> pl.Expr:
    """Return text, null where it is empty; ``when(text != "")`` would work ``text`` out twice."""
    return text.replace("", None)


def rules(column: str) -> tuple[Rule, ...]:
    """Return the rules for a text column whose findings (``unwanted``) stand in ``<column>_finding``."""
    return tuple(
        Rule(code, column, message, "GB 18030", finding_is(f"{column}_finding", code))
        for code, message in MESSAGES.items()
    )


MESSAGES = {
    "TEXT_CONTROL": gettext_noop("There is a line break or control character inside. Type the text again."),
    "TEXT_DIRECTION": gettext_noop(
        "There is a hidden sign that turns the direction of writing. Type the text again."
    ),
    "TEXT_INVISIBLE": gettext_noop("There is an invisible character inside. Type the text again."),
    "TEXT_NONCHARACTER": gettext_noop("There is a code inside that is no character. Type the text again."),
    "TEXT_PRIVATE_USE": gettext_noop(
        "A rare character was typed with a font of its own, which others cannot read. Look it up in an input method for "
        "GB 18030 and type it again."
    ),
    "TEXT_LOST": gettext_noop(
        "A character was lost when the file was saved. Type it again from the original."
    ),
}
