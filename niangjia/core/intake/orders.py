"""The columns of a reorganisation order's file: how they are headed, and what the words in them mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from niangjia.core.intake.fields import Field
from niangjia.core.words import gettext_noop


@dataclass(frozen=True)
class Column:
    """One column: headings by which it is known, the first two as the template writes them (Chinese, English)."""

    name: str
    headers: tuple[str, ...]
    hint: str
    example: str
    is_needed: bool = False


COLUMNS = (
    Column(
        "kind",
        ("调整方式", "What to do", "方式", "调整类型", "kind of line"),
        gettext_noop("Move, merge, split or dissolve."),
        "划转",
        is_needed=True,
    ),
    Column(
        "unit",
        ("工会名称或代码", "Unit", "工会", "工会名称", "工会代码", "单位", "unit code or name"),
        gettext_noop("The code is sure; a name that occurs twice is refused."),
        "青岚物流园联合工会",
        is_needed=True,
    ),
    Column(
        "target",
        (
            "新上级或接收工会",
            "New superior or receiver",
            "新上级工会",
            "上级工会",
            "接收工会",
            "新上级",
            "target",
        ),
        gettext_noop("Under whom it stands afterwards, or who takes over. A split may leave it blank."),
        "青岚市东城区总工会",
    ),
    Column("new_name", ("新工会名称", "Name of the new unit"), gettext_noop("Of a split only."), ""),
    Column("new_code", ("新工会代码", "Code of the new unit"), gettext_noop("Of a split only."), ""),
    Column(
        "parts",
        ("划入下级工会", "Child units that go along"),
        gettext_noop("Of a split only: codes or names, parted by ; or new lines."),
        "",
    ),
    Column(
        "employers",
        ("划入用人单位", "Employers whose members go along"),
        gettext_noop("Of a split only: codes or full names, parted by ; or new lines."),
        "",
    ),
)
FIELDS = tuple(Field(column.name, "", column.headers, column.is_needed) for column in COLUMNS)
KINDS: Mapping[str, tuple[str, ...]] = {
    "move": ("划转", "move", "改隶", "变更上级", "调整隶属"),
    "merge": ("合并", "merge", "并入"),
    "split": ("分立", "split", "分设", "拆分"),
    "dissolve": ("撤销", "dissolve", "撤并", "注销"),
}


def kind_of(said: str) -> str | None:
    """Return what a word of the first column means."""
    text = said.strip().lower()
    return next((kind for kind, words in KINDS.items() if text in words), None)
