"""The layers hold, and an import that points upwards is caught."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the house that may be spoilt."""
    shutil.copytree(
        ROOT / "niangjia", tmp_path / "niangjia", ignore=shutil.ignore_patterns("__pycache__", "static")
    )
    shutil.copy(ROOT / ".importlinter", tmp_path)
    return tmp_path


def lint(copy: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    environment = os.environ | {"PYTHONPATH": str(copy)}
    return subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)


def test_the_layers_hold(copy):
    assert lint(copy).returncode == 0


@pytest.mark.parametrize(
    ("room", "line"),
    [
        ("foundation/events.py", "import niangjia.registry.persons"),
        ("joining/codes.py", "import niangjia.intake.actions"),
        ("core/days.py", "import django.utils.timezone"),
        ("registry/cards.py", "import niangjia.console.home"),
    ],
    ids=["upwards", "a neighbour", "Django in the core", "an audience"],
)
def test_a_planted_import_that_strays_is_caught(copy, room, line):
    page = copy / "niangjia" / room
    page.write_text(f"{page.read_text('utf-8')}\n{line}\n", "utf-8")
    checked = lint(copy)
    assert checked.returncode == 1
    assert "BROKEN" in checked.stdout


def test_a_new_package_must_be_given_its_place(copy):
    (copy / "niangjia" / "attic").mkdir()
    (copy / "niangjia" / "attic" / "__init__.py").write_text('"""Nobody knows."""\n')
    assert lint(copy).returncode != 0
