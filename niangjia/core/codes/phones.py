"""Mobile prefixes: the allotted ones, and the one for made-up people."""

import tomllib
from functools import cache
from importlib.resources import files


@cache
def _data() -> dict[str, dict[str, object]]:
    return tomllib.loads(
        files("niangjia.core.codes").joinpath("data/phones.toml").read_text(encoding="utf-8")
    )


@cache
def demo_prefix() -> str:
    """Return the prefix of made-up people's phones, which no operator was ever given."""
    return str(_data()["demo"]["prefix"])


@cache
def mobile_prefixes(*, demo: bool = False) -> tuple[str, ...]:
    """Return the prefixes, three or four digits, with which a mobile number may start.

    Args:
        demo: whether edition "demo" of the divisions is loaded; only then are made-up phones right.
    """
    allotted = _data()["allotted"]["prefixes"]
    assert isinstance(allotted, list)
    return (*allotted, demo_prefix()) if demo else tuple(allotted)
