"""Made-up rosters as files, and what our reading of one says in the words of the truth beside it."""

from datetime import date
from io import BytesIO

import polars as pl

from niangjia.cli.synth.organisations import CITY, city, in_scope
from niangjia.cli.synth.rosters import DAY, Roster
from niangjia.cli.synth.writers import write_csv, write_xlsx
from niangjia.core import plan
from niangjia.core.findings import worst
from niangjia.core.intake import headers, members, unions
from niangjia.intake.reading import Sheet, read


def as_file(roster: Roster, folder, kind: str):
    """Write a roster and return its content."""
    if kind == "xlsx":
        path = folder / "roster.xlsx"
        write_xlsx(roster, path)
    else:
        path = folder / "roster.csv"
        write_csv(roster, path, kind)
    return BytesIO(path.read_bytes())


def organisations() -> pl.DataFrame:
    """Return the made-up city's unions as the matcher wants them."""
    below, paths = in_scope(city(), CITY), {}
    for one in city():
        paths[one.key] = "/".join(filter(None, (paths.get(one.above), one.name)))
    rolls = [one for one in city() if one.keeps_roll]
    return pl.DataFrame(
        {
            "id": [one.key for one in rolls],
            "code": [one.credit_code for one in rolls],
            "name": [one.name for one in rolls],
            "path_text": [paths[one.key] for one in rolls],
            "in_scope": [one.key in below for one in rolls],
        }
    )


def judged(sheet: Sheet, *, mapping=None, on: date = DAY) -> pl.DataFrame:
    """Return (row, verdict, codes, union, id_number): codes sorted, without the note on old numbers."""
    known = headers.guess(sheet.headers) if mapping is None else mapping
    checked = members.check(sheet.rows, known, on=on, allow_demo=True)
    organisation, lost = unions.match(checked.columns, organisations())
    found = pl.concat([checked.findings, lost])
    codes = (
        found.filter(pl.col("code") != "ID_15_DIGITS")
        .group_by("row")
        .agg(pl.col("code").unique().sort().alias("codes"))
        .rename({"row": "place"})
    )
    verdicts = plan.verdicts(checked.known, worst(found, checked.columns.height))
    told = checked.columns.select(
        "row", "id_number", verdict=verdicts.cast(pl.String), union=organisation
    ).with_row_index("place")
    return (
        told.join(codes, on="place", how="left", maintain_order="left")
        .with_columns(pl.col("codes").fill_null([]))
        .select("row", "verdict", "codes", "union", "id_number")
    )


def judged_file(content, *, on: date = DAY) -> pl.DataFrame:
    """Read a file and judge it."""
    return judged(read(content, name="roster"), on=on)
