"""What is shown of a person to those who need no more: a name, a number, a phone."""

from __future__ import annotations

STAR = "*"


def masked_name(name: str) -> str:
    """Return 张*三 for three characters and more, 张* for two, * for one.

    One star stands for everything between, so that a mask does not tell how long a name is.
    """
    if len(name) < 2:
        return STAR if name else ""
    return name[0] + STAR if len(name) == 2 else name[0] + STAR + name[-1]


def masked_number(number: str) -> str:
    """Return 3601**********0018: the first four and the last four characters; no character if there are under 12."""
    return _ends(number, 4, 4)


def masked_phone(phone: str) -> str:
    """Return 138****5678: the first three and the last four digits; no character if there are under 10."""
    return _ends(phone, 3, 4)


def _ends(text: str, first: int, last: int) -> str:
    hidden = len(text) - first - last
    if hidden < min(first, last):
        return STAR * len(text)
    return text[:first] + STAR * hidden + text[-last:]
