"""The commands that write made-up lists; ``niangjia synth KIND`` and ``python -m niangjia.cli.synth KIND`` both come here."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from niangjia.cli.synth.generators import MAKE
from niangjia.cli.synth.rosters import DAY, roster
from niangjia.cli.synth.writers import (
    Encoding,
    write_csv,
    write_sheet,
    write_told,
    write_truth,
    write_xlsx,
)

FORMATS: dict[str, Encoding] = {"utf-8": "utf-8", "utf-8-bom": "utf-8-sig", "gb18030": "gb18030"}


def write_roster(
    out: Path, *, rows: int = 1000, seed: int = 1, encoding: str = "utf-8", on: date = DAY, share: float = 0.1
) -> Path:
    """Write a made-up roster, .xlsx or .csv by the name of the file, and its truth beside it.

    Returns:
        Where the truth is: ``roster.xlsx`` gets ``roster.truth.csv``.

    Raises:
        ValueError: another kind of file, or too few rows.
    """
    _refuse_others(out)
    made = roster(rows, seed, on=on, share=share)
    if out.suffix == ".xlsx":
        write_xlsx(made, out)
    else:
        write_csv(made, out, FORMATS[encoding])
    truth = out.with_suffix(".truth.csv")
    write_truth(made, truth)
    return truth


def write_list(
    kind: str, out: Path, *, rows: int = 200, seed: int = 1, encoding: str = "utf-8"
) -> list[Path]:
    """Write a made-up list of any other kind, what goes before or comes after it, and the truth beside each.

    Returns:
        All that was written: ``a.csv`` of officers gets ``a.roster.csv``, ``a.later.csv`` and the truths ``a.truth.csv``
        and ``a.later.truth.csv``.

    Raises:
        KeyError: no such kind.
        ValueError: another kind of file, or too few rows.
    """
    return list(_written(kind, out, rows, seed, FORMATS[encoding]))


def _written(kind: str, out: Path, rows: int, seed: int, encoding: Encoding) -> Iterator[Path]:
    make = MAKE[kind]
    _refuse_others(out)
    for part, sheet in make(rows, seed).items():
        path = out.with_name(f"{out.stem}.{part}{out.suffix}") if part else out
        write_sheet(sheet.headings, sheet.rows, path, encoding)
        yield path
        if sheet.truth is not None:
            truth = path.with_suffix(".truth.csv")
            write_told(sheet.truth, truth)
            yield truth


def _refuse_others(out: Path) -> None:
    if out.suffix not in (".xlsx", ".csv"):
        raise ValueError("the file must end in .xlsx or .csv")
