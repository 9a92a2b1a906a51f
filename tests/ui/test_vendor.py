"""What others built lies here as they built it."""

import hashlib
import json
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDERS = ["niangjia/ui/static/vendor", "tests/browser/vendor"]
ROWS = [
    (folder, row)
    for folder in FOLDERS
    for row in json.loads((ROOT / folder / "manifest.json").read_text("utf-8"))
]


@pytest.mark.parametrize(("folder", "row"), ROWS, ids=[row["name"] for _, row in ROWS])
def test_a_vendored_file_is_what_its_manifest_says(folder: str, row: dict):
    content = (ROOT / folder / row["file"]).read_bytes()

    assert hashlib.sha256(content).hexdigest() == row["sha256"]
    assert (ROOT / folder / row["licence_file"]).read_text("utf-8").strip()


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_file_lies_there_without_a_row(folder: str):
    files = {path.name for path in (ROOT / folder).iterdir() if path.is_file()}

    assert files - {"manifest.json"} == {row["file"] for where, row in ROWS if where == folder}


def test_the_manifests_hold_the_versions_of_the_list():
    wanted = tomllib.loads((ROOT / "tools/vendor.toml").read_text("utf-8"))["pack"]

    assert {(pack["name"], pack["version"]) for pack in wanted} == {
        (row["name"], row["version"]) for _, row in ROWS
    }
