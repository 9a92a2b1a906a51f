"""Fetch the built files of others that we ship, and write down what they are.

    python tools/vendor.py            # fetch with `npm pack`, rewrite files and manifests

The list is ``tools/vendor.toml``. Each folder gets a ``manifest.json`` (name, version, file, sha256, licence) that a
test holds against the files, so that nobody edits a vendored file by hand unnoticed.
"""

import hashlib
import json
import re
import subprocess
import tarfile
import tempfile
import tomllib
from contextlib import suppress
from pathlib import Path
from typing import Any

Pack = dict[str, Any]
ROOT = Path(__file__).resolve().parent.parent
PACKS = Path(__file__).with_suffix(".toml")
# The map is not shipped, and a manifest storage refuses a file that points at one which is not there.
SOURCE_MAP = re.compile(rb"\s*/\*# sourceMappingURL=.*?\*/\s*$")


def packs() -> list[Pack]:
    """Return the rows of the list, in its order."""
    listed: list[Pack] = tomllib.loads(PACKS.read_text("utf-8"))["pack"]
    return listed


def fetched(pack: Pack, into: Path) -> tarfile.TarFile:
    """Return the pack as the registry has it.

    Raises:
        CalledProcessError: npm is missing, or the registry does not have this version.
    """
    wanted = f"{pack['name']}@{pack['version']}"
    command = ["npm", "pack", "--silent", "--pack-destination", str(into), wanted]
    name = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[-1]
    return tarfile.open(into / name)


def member(pack: tarfile.TarFile, name: str) -> bytes:
    """Return one file of the pack.

    Raises:
        KeyError: the pack has no such file.
    """
    found = pack.extractfile(f"package/{name}")
    if found is None:
        raise KeyError(name)
    return found.read()


def chosen_icons(sprite: bytes, names: list[str]) -> bytes:
    """Return a sprite of only these icons, each under ``i-<name>``, without stroke attributes: our CSS has them."""
    text = sprite.decode("utf-8")
    symbols = []
    for name in sorted(names):
        symbol = re.search(rf'<symbol id="tabler-{re.escape(name)}"[^>]*>(.*?)</symbol>', text)
        if symbol is None:
            raise SystemExit(f"tools/vendor.toml: the sprite has no icon {name!r}")
        drawing = re.sub(r'<path stroke="none" d="M0 0h24v24H0z" fill="none" ?/>', "", symbol[1])
        symbols.append(f'<symbol id="i-{name}" viewBox="0 0 24 24">{drawing.strip()}</symbol>')
    return ('<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n").encode()


def shipped(pack: Pack, raw: bytes) -> tuple[str, bytes]:
    """Return the name and the bytes under which a fetched file is shipped."""
    if "icons" in pack:
        return "icons.svg", chosen_icons(raw, pack["icons"])
    return Path(pack["source"]).name, SOURCE_MAP.sub(b"\n", raw)


def refresh(pack: Pack, scratch: Path) -> Pack:
    """Fetch one pack, write its file and its licence, and return its row of the manifest."""
    folder = ROOT / pack["folder"]
    licence = folder / "licences" / (pack["name"].lstrip("@").replace("/", "-") + ".txt")
    licence.parent.mkdir(parents=True, exist_ok=True)
    with fetched(pack, scratch) as tar:
        name, content = shipped(pack, member(tar, pack["source"]))
        # Tabler's pack carries no licence text; the one that lies here repeats the head of its CSS file.
        with suppress(KeyError):
            licence.write_bytes(member(tar, "LICENSE"))
    (folder / name).write_bytes(content)
    row = {key: pack[key] for key in ("name", "version", "licence", "source")}
    return row | {
        "file": name,
        "sha256": hashlib.sha256(content).hexdigest(),
        "licence_file": f"licences/{licence.name}",
    }


def main() -> None:
    """Refresh every pack, then write one manifest for each folder."""
    manifests: dict[str, list[Pack]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        for pack in packs():
            manifests.setdefault(pack["folder"], []).append(refresh(pack, Path(scratch)))
    for folder, rows in manifests.items():
        text = json.dumps(rows, indent=2, ensure_ascii=False) + "\n"
        (ROOT / folder / "manifest.json").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
