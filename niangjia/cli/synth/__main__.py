"""Write a made-up roster: ``python -m niangjia.cli.synth roster --rows 1000 --seed 1 --out roster.xlsx``."""

import argparse
import sys
from datetime import date
from pathlib import Path

from niangjia.cli.synth.commands import FORMATS, write_roster
from niangjia.cli.synth.rosters import DAY


def main(arguments: list[str] | None = None) -> None:
    """Read the arguments, write the files, and say where they are."""
    parser = argparse.ArgumentParser(prog="synth", description=__doc__)
    parser.add_argument("what", choices=["roster"])
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True, help="*.xlsx or *.csv")
    parser.add_argument("--encoding", choices=list(FORMATS), default="utf-8", help="of a *.csv")
    parser.add_argument("--on", type=date.fromisoformat, default=DAY, help="the day it is handed in")
    parser.add_argument("--share", type=float, default=0.1, help="of rows with an error")
    chosen = vars(parser.parse_args(arguments))
    del chosen["what"]
    truth = write_roster(chosen.pop("out"), **chosen)
    sys.stdout.write(f"{truth}\n")


if __name__ == "__main__":
    main()
