"""What a list of any kind looks like: its columns, the codes and examples of its template, and what is said of its rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from niangjia.core.findings import Severity
from niangjia.core.intake.fields import Field


@dataclass(frozen=True)
class Asked:
    """One thing that is asked when a list is handed in, and holds for the whole of it.

    Attributes:
        label, help: English msgids.
        table: the code table that it is chosen from; "" for a day or a tick.
        is_day: whether it is a day; neither table nor day is a tick.
    """

    name: str
    label: str
    help: str = ""
    table: str = ""
    is_day: bool = False


@dataclass(frozen=True)
class Form:
    """A kind of list, as pages, templates and repair workbooks show it.

    Attributes:
        name: stable, in the address and in the command.
        label: an English msgid.
        about: one sentence about what such a list does; an English msgid.
        fields: its columns, in the order of the template.
        tables: field → code table that the template lets one choose from.
        hints: field → what to write there; an English msgid.
        examples: field → made-up text. As it stands, a row of examples is refused.
        messages: code of a finding → English msgid.
        severities: code of a finding → what becomes of the row.
        kept: why an undo leaves a row → English msgid.
        undoing: what taking such a list back means; an English msgid.
        aliases: column of the register → field, where they are not called the same.
        asked: what is asked when a list is handed in.
        also: what else the terminal knows it by.
        alarm: the code whose rows tell that somebody may be trying numbers out, "" for none.
    """

    name: str
    label: str
    about: str
    fields: tuple[Field, ...]
    tables: Mapping[str, str]
    hints: Mapping[str, str]
    examples: Mapping[str, str]
    messages: Mapping[str, str]
    severities: Mapping[str, Severity]
    kept: Mapping[str, str]
    undoing: str
    aliases: Mapping[str, str] = field(default_factory=dict)
    asked: tuple[Asked, ...] = ()
    alarm: str = ""
    also: tuple[str, ...] = ()

    def label_of(self, column: str) -> str:
        """Return the msgid by which a page calls a column of the list or of the register."""
        name = self.aliases.get(column, column)
        return next((each.label for each in self.fields if each.name == name), column)
