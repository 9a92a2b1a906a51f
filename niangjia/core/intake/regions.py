"""Administrative divisions as rosters name them: by code, or by a name that only one division bears."""

from __future__ import annotations

from functools import cache

import polars as pl

from niangjia.core.codes.divisions import CURRENT, DEMO, load

_PADDING = r"[\s\p{Cc}\p{Cf}]|000$|0000$"


def region_codes(text: pl.Series, *, allow_demo: bool) -> pl.Series:
    """Return the code of each division, null for a blank, unknown or ambiguous one."""
    if text.null_count() == len(text):  # most rosters have no such column, and the list of divisions is long
        return text.alias("region")
    key = pl.col("text").str.replace_all(_PADDING, "")
    code = key.replace_strict(_meanings(allow_demo), default=None, return_dtype=pl.String)
    return pl.DataFrame({"text": text}).select(code.alias("region")).to_series()


@cache
def _meanings(allow_demo: bool) -> dict[str, str]:
    """Return the code for each code, full name, and name that is unlike all others."""
    listed = load(CURRENT, DEMO) if allow_demo else load(CURRENT)
    spoken = listed.filter(~pl.col("on_paper"))
    single = spoken.filter(pl.col("name").is_unique())
    meant: dict[str, str] = {}
    for frame, column in ((single, "name"), (spoken, "full_name"), (listed, "code")):
        meant.update(zip(frame[column], frame["code"], strict=True))
    return meant
