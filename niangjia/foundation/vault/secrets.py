"""What came out of the vault: a mapping that does not show itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping


class Secrets(Mapping[str, str]):
    """Opened fields. Its ``repr`` and ``str`` name the fields, never a value, so a log line gives nothing away."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = dict(values)

    def __getitem__(self, field: str) -> str:
        return self._values[field]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"<Secrets: {', '.join(self._values)}>"

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("secrets are not pickled: a cache or a queue would keep them in the clear")
