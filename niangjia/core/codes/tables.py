"""Code tables: what a code means, by which standard, and from when to when."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

_DATA = files("niangjia.core.codes").joinpath("data")


@dataclass(frozen=True)
class Code:
    """One value of a code table.

    Attributes:
        valid_from, valid_to: days, half-open; no ``valid_to`` means that the code still stands.
        replaced_by: the code that took its place, if any.
        source: where the value was found: a standard, a law, a form.
        flags: what programs may ask, for example ``key4`` among groups of workers.
        aliases: older texts and synonyms, as rosters hold them.
    """

    code: str
    name_zh: str
    name_en: str
    standard: str
    valid_from: date
    valid_to: date | None
    replaced_by: str | None
    source: str
    flags: frozenset[str]
    aliases: tuple[str, ...]

    def name_in(self, language: str) -> str:
        """Return the name in a language: Chinese for ``zh-hans``, English otherwise."""
        return self.name_zh if language.startswith("zh") else self.name_en

    def stands(self, on: date) -> bool:
        """Return whether the code is in force on a day."""
        return self.valid_from <= on and (self.valid_to is None or on < self.valid_to)


@cache
def table(name: str) -> tuple[Code, ...]:
    """Return one table in the order of its file, for example ``table("ethnic")``.

    Raises:
        KeyError: there is no such table.
    """
    if name not in table_names():
        raise KeyError(name)
    facts = tomllib.loads(_DATA.joinpath(f"{name}.toml").read_text(encoding="utf-8"))
    return tuple(_code(row, facts) for row in facts["codes"])


def _code(row: dict[str, Any], facts: dict[str, Any]) -> Code:
    """Return a code; what the row does not say, it takes from the head of its file."""
    return Code(
        code=row["code"],
        name_zh=row["zh"],
        name_en=row["en"],
        standard=facts["standard"],
        valid_from=row.get("valid_from", facts["valid_from"]),
        valid_to=row.get("valid_to"),
        replaced_by=row.get("replaced_by"),
        source=row.get("source", facts["source"]),
        flags=frozenset(row.get("flags", ())),
        aliases=tuple(row.get("aliases", ())),
    )


@cache
def by_code(name: str) -> MappingProxyType[str, Code]:
    """Return one table by code."""
    return MappingProxyType({code.code: code for code in table(name)})


def code_name(code: str, name: str, language: str) -> str:
    """Return the name of a code of the table ``name``, the code itself where there is none."""
    found = by_code(name).get(code)
    return found.name_in(language) if found else code


@cache
def names(name: str) -> MappingProxyType[str, str]:
    """Return the code for each text that means it: the code itself, both names and the aliases.

    Latin texts are looked up in lower case: ``names("sex")["m"]``. No text means two codes of a table.
    """
    return MappingProxyType({text: code.code for code in table(name) for text in texts(code)})


def texts(code: Code) -> tuple[str, ...]:
    """Return the texts that mean a code, in lower case."""
    written = (code.code, code.name_zh, code.name_en, *code.aliases)
    return tuple(dict.fromkeys(text.lower() for text in written))


def flagged(name: str, flag: str) -> tuple[Code, ...]:
    """Return the codes of a table that carry a flag, for example ``flagged("worker_group", "seed9")``."""
    return tuple(code for code in table(name) if flag in code.flags)


@cache
def table_names() -> tuple[str, ...]:
    """Return the names of all shipped code tables."""
    return tuple(
        sorted(
            entry.name.removesuffix(".toml")
            for entry in _DATA.iterdir()
            if entry.name.endswith(".toml") and "\ncodes = [" in entry.read_text(encoding="utf-8")
        )
    )
