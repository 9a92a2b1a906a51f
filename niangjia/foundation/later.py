"""Names of a package that are only looked up when asked for: its models cannot load before Django's applications do."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any


def names_from(package: str, **modules: tuple[str, ...]) -> Callable[[str], Any]:
    """Return a module's ``__getattr__`` that finds each name in the submodule that has it.

    Args:
        package: the package's ``__name__``.
        modules: submodule → the names that it gives.
    """
    where = {name: module for module, names in modules.items() for name in names}

    def find(name: str) -> Any:
        if name not in where:
            raise AttributeError(f"{package} has no {name}")
        return getattr(import_module(f"{package}.{where[name]}"), name)

    return find
