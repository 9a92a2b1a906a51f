"""Numbers that are right by their standards and belong to nobody.

Written apart from ``niangjia.core.identifiers``, so that each can be tested with the other.
"""

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Days = npt.NDArray[np.datetime64]
Texts = npt.NDArray[np.object_]

CREDIT_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CREDIT_UNION, CREDIT_FIRM, CREDIT_PUBLIC, CREDIT_CIVIL = "81", "91", "12", "52"
# Sequences 996 to 999 marked people over a hundred in the numbers of 15 digits.
SEQUENCES = 995


def citizen_numbers(counties: Ints, births: Days, sequences: Ints) -> Texts:
    """Return citizen numbers with their check characters.

    Args:
        counties: (n,) six digits.
        births: (n,) days.
        sequences: (n,) 1 to 995; odd for men, even for women.

    Source:
        GB 11643-1999; check character by ISO 7064, MOD 11-2.
    """
    stems = counties * 10**11 + _digits_of(births) * 1000 + sequences
    totals = np.zeros(len(stems), dtype=np.int64)
    for place in range(17):
        totals += stems // 10**place % 10 * pow(2, place + 1, 11)
    checks = np.array(list("10X98765432"), dtype=object)[totals % 11]
    return np.asarray(stems.astype(str).astype(object) + checks, dtype=object)


def citizen_number(stem: str) -> str:
    """Return one citizen number from its first 17 digits, whatever they say."""
    total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(stem))
    return stem + "10X98765432"[total % 11]


def _digits_of(births: Days) -> Ints:
    """Return days as numbers of eight digits: 19900102."""
    months = births.astype("datetime64[M]").astype(np.int64)
    days = (births.astype("datetime64[D]") - births.astype("datetime64[M]")).astype(np.int64) + 1
    return np.asarray((1970 + months // 12) * 10_000 + (months % 12 + 1) * 100 + days)


def credit_code(kind: str, region: str, serial: int) -> str:
    """Return one social credit code.

    Args:
        kind: two characters, registering department and category: "81" a union, "91" a firm.
        region: up to six digits; shorter ones are filled up with zeros.
        serial: 0 to 99 999 999, unlike for each organisation of a kind.

    Source:
        GB 32100-2015 (the whole), GB 11714-1997 (characters 9 to 17).
    """
    body = kind + region[:6].ljust(6, "0") + organisation_code(serial)
    total = sum(CREDIT_CHARACTERS.index(c) * pow(3, place, 31) for place, c in enumerate(body))
    return body + CREDIT_CHARACTERS[-total % 31]


def organisation_code(serial: int) -> str:
    """Return the nine characters of an organisation code with its own check character (GB 11714-1997)."""
    digits = f"{serial:08d}"
    total = sum(int(digit) * weight for digit, weight in zip(digits, (3, 7, 9, 10, 5, 8, 4, 2), strict=True))
    return digits + "0123456789X"[-total % 11]


def phones(rng: np.random.Generator, n: int, prefix: str) -> Texts:
    """Return n unlike phone numbers of 11 digits that start with a prefix."""
    room = 10 ** (11 - len(prefix))
    lasts = rng.choice(room, size=n, replace=False)
    return np.asarray((int(prefix) * room + lasts).astype(str), dtype=object)
