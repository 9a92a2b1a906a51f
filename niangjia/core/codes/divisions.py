"""Administrative divisions by edition: nation, province, city, county, town.

A code is a string of 2, 4, 6 or 9 digits: province (36), city (3601), county (360102), town (360102001), and its parent
is its own beginning. The nation has the code "00".

Some cities exist only on paper (市辖区 and 县 of the municipalities, 直辖县级行政区划 of four provinces): they keep
their row, so that every parent exists, with ``on_paper`` true, and they are left out of ``full_name``: 北京市东城区.
"""

import io
import lzma
import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

import polars as pl

NATION = "00"
CURRENT = "2023-06"
DEMO = "demo"
LEVELS = ("nation", "province", "city", "county", "town")

SCHEMA = {
    "code": pl.String,
    "parent": pl.String,
    "level": pl.String,
    "name": pl.String,
    "full_name": pl.String,
    "on_paper": pl.Boolean,
    "valid_from": pl.Date,
    "valid_to": pl.Date,
    "edition": pl.String,
}

_DATA = files("niangjia.core.codes").joinpath("data")
_ON_PAPER = ("市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划")
_LEVEL_OF_LENGTH = {2: "province", 4: "city", 6: "county", 9: "town"}
_CODE = pl.col("code")
_LENGTH = _CODE.str.len_chars()


@dataclass(frozen=True)
class Edition:
    """One frozen list of divisions.

    Attributes:
        made_up: true for an edition that only the demo and the tests may load.
    """

    name: str
    file: str
    valid_from: date
    made_up: bool
    standard: str
    source: str


@cache
def editions() -> dict[str, Edition]:
    """Return the shipped editions by name."""
    text = _DATA.joinpath("editions.toml").read_text(encoding="utf-8")
    return {name: Edition(name=name, **facts) for name, facts in tomllib.loads(text).items()}


@cache
def load(*names: str) -> pl.DataFrame:
    """Return the divisions of the named editions, or of the current one if none is named.

    The made-up edition hangs under a province of the real one: ``load("2023-06", "demo")``.

    Returns:
        One row per division, columns as in ``SCHEMA``, sorted by level and code; ``valid_to`` is null while it stands.

    Raises:
        KeyError: no such edition is shipped.
    """
    wanted = [editions()[name] for name in names or (CURRENT,)]
    frame = pl.concat([_read(edition) for edition in wanted])
    return frame.join(_full_names(frame), on="code").select(*SCHEMA).sort(_LENGTH, _CODE, maintain_order=True)


def _read(edition: Edition) -> pl.DataFrame:
    packed = _DATA.joinpath(edition.file).read_bytes()
    plain = lzma.decompress(packed) if edition.file.endswith(".xz") else packed
    listed = pl.read_csv(io.BytesIO(plain), schema={"code": pl.String, "name": pl.String})
    return (listed if edition.made_up else pl.concat([_nation(), listed])).with_columns(
        level=_level(),
        parent=_parent(),
        on_paper=(_LENGTH == 4) & pl.col("name").is_in(_ON_PAPER),
        valid_from=pl.lit(edition.valid_from),
        valid_to=pl.lit(None, dtype=pl.Date),
        edition=pl.lit(edition.name),
    )


def _nation() -> pl.DataFrame:
    return pl.DataFrame({"code": [NATION], "name": ["中华人民共和国"]})


def _level() -> pl.Expr:
    by_length = _LENGTH.replace_strict(_LEVEL_OF_LENGTH, return_dtype=pl.String)
    return pl.when(_CODE == NATION).then(pl.lit("nation")).otherwise(by_length)


def _parent() -> pl.Expr:
    return (
        pl.when(_CODE == NATION)
        .then(pl.lit(None, dtype=pl.String))
        .when(_LENGTH == 2)
        .then(pl.lit(NATION))
        .otherwise(_CODE.str.slice(0, pl.when(_LENGTH == 9).then(6).otherwise(_LENGTH - 2)))
    )


def _full_names(frame: pl.DataFrame) -> pl.DataFrame:
    """Return (code, full_name): the names from province to the division itself, those on paper left out.

    A province that is in another edition, which is not loaded, is left out of the name too.
    """
    spoken = pl.when("on_paper").then(pl.lit("")).otherwise("name").alias("spoken")
    names = frame.select("code", spoken)
    whole = frame.select("code")
    for length in (2, 4, 6, 9):
        part = pl.when(length <= _LENGTH).then(_CODE.str.slice(0, length)).alias("part")
        whole = whole.with_columns(part).join(
            names.rename({"code": "part", "spoken": f"part_{length}"}), on="part", how="left"
        )
    parts = [f"part_{length}" for length in (2, 4, 6, 9)]
    return whole.select("code", full_name=pl.concat_str(parts, ignore_nulls=True))
