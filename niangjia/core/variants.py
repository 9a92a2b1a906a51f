"""Which characters are writings of one another, for match keys only.

Source:
    OpenCC's tables as shipped with opencc-python-reimplemented (TSCharacters, JPVariants, TWVariants, HKVariants);
    Unicode compatibility mappings of CJK ideographs and radicals.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from importlib.resources import files

# Kangxi radicals and the two blocks of compatibility ideographs: typed by some scanners instead of the character itself.
COMPATIBILITY = ((0x2F00, 0x2FD6), (0xF900, 0xFB00), (0x2F800, 0x2FA20))
# Writings in names and old registers that the tables above lack.
OURS = {"戸": "户", "呉": "吴", "珎": "珍", "菓": "果", "峯": "峰", "羣": "群"}
REGIONAL = ("JPVariants", "TWVariants", "HKVariants")


def _rows(name: str) -> Iterator[tuple[str, str]]:
    """Yield (character, first reading) of one table."""
    for line in files("opencc").joinpath("dictionary", f"{name}.txt").read_text("utf-8").splitlines():
        written, _, readings = line.partition("\t")
        if readings:
            yield written, readings.split()[0]


def _compatible() -> Iterator[tuple[str, str]]:
    for first, end in COMPATIBILITY:
        for code in range(first, end):
            character = unicodedata.normalize("NFKC", chr(code))
            if character != chr(code):
                yield chr(code), character


def _folded() -> dict[str, str]:
    """Return each writing with the character that stands for it: the simplified one where there is one."""
    simplified = dict(_rows("TSCharacters"))
    standard = set(simplified.values())
    regional = {
        variant: base for name in REGIONAL for base, variant in _rows(name) if variant not in standard
    }
    steps = regional | dict(_compatible()) | simplified | OURS
    return {written: _end_of(written, steps) for written in steps if _end_of(written, steps) != written}


def _end_of(written: str, steps: dict[str, str]) -> str:
    """Follow the steps to their end; on a ring, stop where it was entered."""
    seen = {written}
    while (following := steps.get(written, written)) not in seen:
        written = following
        seen.add(written)
    return written


FOLDED = _folded()
