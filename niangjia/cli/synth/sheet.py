"""What a clerk's sheet is made of: cells, fields, and the many ways to head a column."""

from collections.abc import Iterable
from datetime import date

import numpy as np

# A text, a number that the program made of what was typed, a date cell, or nothing.
Cell = str | float | date | None

TITLES = ("工会会员花名册", "工会会员信息采集表", "新就业形态劳动者集中入会名册", "会员实名登记表（2026年）")

HEADERS: dict[str, tuple[str, ...]] = {
    "name": ("姓名", "会员姓名", "职工姓名"),
    "sex": ("性别",),
    "birth": ("出生日期", "出生年月日", "生日"),
    "ethnic": ("民族",),
    "number": ("身份证号码", "身份证号", "公民身份号码", "证件号码"),
    "education": ("学历", "文化程度"),
    "status": ("就业状况", "就业状态"),
    "hukou": ("户籍类型", "户口性质"),
    "phone": ("手机号码", "手机号", "联系电话", "移动电话"),
    "employer": ("工作单位", "单位名称", "用人单位"),
    "union": ("所属工会", "工会名称", "所在工会", "所属基层工会"),
    "credit": ("工会统一社会信用代码", "工会信用代码"),
    "group": ("职业群体", "所属群体", "群体类别", "新就业形态群体类别"),
    "joined": ("入会日期", "入会时间", "加入工会时间"),
}
FIELDS = tuple(HEADERS)
# Columns that clerks add and nobody asked for.
EXTRAS = ("备注", "班组", "政治面貌")
SERIAL = "序号"


def head(rng: np.random.Generator, *, plain: bool) -> dict[str, str]:
    """Return a header for each field; ``plain`` takes the first synonym of each."""
    return {field: synonyms[0] if plain else str(rng.choice(synonyms)) for field, synonyms in HEADERS.items()}


def text_of(cell: Cell) -> str:
    """Return what a text file holds in place of a cell, as the office program would save it."""
    if cell is None:
        return ""
    if isinstance(cell, date):
        return f"{cell.year}/{cell.month}/{cell.day}"
    if isinstance(cell, float):
        # Twelve digits and more are shown in short, and saved as shown: what follows is lost.
        return f"{cell:.5E}" if abs(cell) >= 1e11 else f"{cell:.0f}"
    return cell


def texts_of(cells: Iterable[Cell]) -> list[str]:
    """Return the texts of a column."""
    return [text_of(cell) for cell in cells]
