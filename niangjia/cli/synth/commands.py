"""The command that writes rosters; ``niangjia synth roster`` and ``python -m niangjia.cli.synth`` both come here."""

from datetime import date
from pathlib import Path

from niangjia.cli.synth.rosters import DAY, roster
from niangjia.cli.synth.writers import Encoding, write_csv, write_truth, write_xlsx

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
    made = roster(rows, seed, on=on, share=share)
    if out.suffix == ".xlsx":
        write_xlsx(made, out)
    elif out.suffix == ".csv":
        write_csv(made, out, FORMATS[encoding])
    else:
        raise ValueError("the file must end in .xlsx or .csv")
    truth = out.with_suffix(".truth.csv")
    write_truth(made, truth)
    return truth
