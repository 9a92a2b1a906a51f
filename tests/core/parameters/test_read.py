"""No figure is there that nothing reads: a deployer who changes one must see an effect."""

from __future__ import annotations

from pathlib import Path

import niangjia
from niangjia.core.parameters.shipped import names

ROOT = Path(niangjia.__file__).parent


def test_every_figure_is_read_somewhere():
    code = "\n".join(page.read_text("utf-8") for page in [*ROOT.rglob("*.py"), *ROOT.rglob("*.html")])
    assert [name for name in names() if name not in code] == []
