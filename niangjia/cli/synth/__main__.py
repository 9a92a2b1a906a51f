"""Write a made-up list: ``python -m niangjia.cli.synth roster --rows 1000 --seed 1 --out roster.xlsx``."""

import argparse
import sys
from datetime import date
from pathlib import Path

from niangjia.cli.synth.commands import FORMATS, write_list, write_roster
from niangjia.cli.synth.kinds import ABOUT


def main(arguments: list[str] | None = None) -> None:
    """Read the arguments, write the files, and say where they are."""
    parser = argparse.ArgumentParser(prog="synth", description=__doc__)
    parser.add_argument("what", choices=["roster", *ABOUT])
    parser.add_argument("--rows", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True, help="*.xlsx or *.csv")
    parser.add_argument("--encoding", choices=list(FORMATS), default="utf-8", help="of a *.csv")
    parser.add_argument("--on", type=date.fromisoformat, help="of a roster: the day it is handed in")
    parser.add_argument("--share", type=float, help="of a roster: of rows with an error")
    chosen = {name: value for name, value in vars(parser.parse_args(arguments)).items() if value is not None}
    what, out = chosen.pop("what"), chosen.pop("out")
    if what == "roster":
        written = [write_roster(out, **chosen)]
    elif {"on", "share"} & chosen.keys():
        parser.error("--on and --share are for a roster alone")
    else:
        written = write_list(what, out, **chosen)
    sys.stdout.write("".join(f"{path}\n" for path in written))


if __name__ == "__main__":
    main()
