"""Two lists of employers from different offices, with the truth which entries are the same one.

The names have the order of the law: place, brand, trade, legal form. Brands are drawn character by character and belong to
nobody; places are those of the divisions, for that is what names are read by. Written apart from ``niangjia.core.linkage``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import polars as pl

from niangjia.cli.synth import numbers, slips
from niangjia.core.codes import divisions

Rng = np.random.Generator

HOME_PROVINCE, HOME_SHARE = "36", 0.7
CODE_ON_LEFT, CODE_ON_RIGHT = 0.7, 0.4
SAME_SHARE, ALIKE_SHARE = 0.5, 0.15

BRAND_CHARACTERS = (
    "鑫华盛泰恒瑞丰宏达兴隆源润通顺昌佳安康和美嘉诚信诺正德汇聚金银玉龙凤鹏翔天海洋江河山川林森松柏青绿蓝红东西南北中新时代"
    "未来星辰宇宙云雨风雷电光明亮远航飞腾跃进步创智慧博学文雅仁义礼益民众合同心力强壮大小方圆平均衡永久长春夏秋冬晨曦百千万亿"
)
TRADES = (
    "科技18 信息技术6 网络科技5 贸易10 商贸8 物流7 货运3 运输4 快递2 供应链管理2 餐饮管理5 餐饮8 食品5 建筑工程6 建设工程3 装饰工程3 "
    "装饰2 劳务4 人力资源3 物业管理4 房地产开发2 置业1 电子商务3 电子4 机械3 汽车服务3 汽车销售2 医药2 医疗器械2 教育咨询3 "
    "文化传媒4 广告3 服饰3 纺织1 家具2 五金2 环保2 农业发展2 生态农业1 养殖1 种植1 旅游2 酒店管理2 投资1 企业管理3 咨询1 "
    "家政服务2 保洁1 安保服务1 水电安装1 印刷1 包装1 塑胶1 光伏1 茶叶1 花卉1 美容3 美发2 摄影1 健身1"
)
FORMS = "有限公司62 有限责任公司8 股份有限公司3 店9 经营部5 商行3 厂4 中心2 专业合作社3 合伙企业（有限合伙）1"
LIMITED = ("有限公司", "有限责任公司", "股份有限公司")
SHORT_TRADES = {
    "信息技术": "信息",
    "网络科技": "网络",
    "供应链管理": "供应链",
    "餐饮管理": "餐饮",
    "建筑工程": "建筑",
    "建设工程": "建设",
    "装饰工程": "装饰",
    "物业管理": "物业",
    "房地产开发": "房地产",
    "电子商务": "电商",
    "文化传媒": "传媒",
    "企业管理": "管理",
    "酒店管理": "酒店",
    "农业发展": "农业",
    "家政服务": "家政",
    "汽车服务": "汽车",
    "医疗器械": "医械",
    "教育咨询": "教育",
}


@dataclass(frozen=True)
class Name:
    """The parts of a name; ``place`` as the divisions write it (南昌市), ``above`` what stands over it (江西省)."""

    above: str
    place: str
    brand: str
    trade: str
    form: str
    short_place: bool = True
    tail: str = ""

    def __str__(self) -> str:
        place = _short(self.place) if self.short_place else self.place
        return f"{place}{self.brand}{self.trade}{self.form}{self.tail}"


Write = Callable[[Rng, Name], str | None]


@dataclass(frozen=True)
class Kind:
    """How an entry of the second list comes from one of the first; ``codes``: whether the two codes are 1 as they come,
    2 both there, 0 not on the second list."""

    name: str
    is_same: bool
    write: Write
    codes: int = 1


@dataclass(frozen=True)
class Lists:
    """Two lists, and which entries are the same employer.

    Attributes:
        left, right: ``name``, ``credit_code`` (null where the office has none).
        truth: (row, other, kind): rows of ``left`` and ``right``.
        kinds: (n,) how each entry of ``right`` came about; "" for one that stands on it alone.
    """

    left: pl.DataFrame
    right: pl.DataFrame
    truth: pl.DataFrame
    kinds: pl.Series


def lists(n: int, seed: int, *, kinds: Sequence[str] | None = None) -> Lists:
    """Return two lists of n employers, the same for the same arguments: half of the second are on the first too.

    Another part (``ALIKE_SHARE``) only look like one on the first, the rest stand on the second alone.
    """
    rng = np.random.default_rng(seed)
    wanted = [kind for kind in KINDS if kinds is None or kind.name in kinds]
    names = _names(rng, 2 * n)
    codes = [_code(serial) for serial in range(2 * n)]
    left_codes = [
        c if known else None for c, known in zip(codes[:n], rng.random(n) < CODE_ON_LEFT, strict=True)
    ]
    order = rng.permutation(n).tolist()
    right_names = [str(name) for name in names[n:]]
    right_codes: list[str | None] = list(codes[n:])
    came = [""] * n
    taken = {str(name) for name in names}
    truth = []
    place = 0
    for kind, size in _sizes(n, wanted):
        for source in (order.pop() for _ in range(min(size, len(order)))):
            written = kind.write(rng, names[source])
            if written is None or (written == str(names[source]) and kind.name != "exact"):
                continue
            if not kind.is_same and written in taken:
                continue
            right_names[place], came[place] = written, kind.name
            if kind.is_same:
                right_codes[place] = codes[source]
                truth.append((source, place, kind.name))
                left_codes[source] = codes[source] if kind.codes == 2 else left_codes[source]
            place += 1
    known = rng.random(n) < CODE_ON_RIGHT
    fixed = {kind.name: kind.codes for kind in wanted}
    for row, kind_name in enumerate(came):
        keep = known[row] if fixed.get(kind_name, 1) == 1 else fixed[kind_name] == 2
        right_codes[row] = right_codes[row] if keep else None
    shuffled = rng.permutation(n)
    back = np.argsort(shuffled)
    right = pl.DataFrame({"name": right_names, "credit_code": pl.Series(right_codes, dtype=pl.String)})[
        shuffled
    ]
    schema = {"row": pl.UInt32, "other": pl.UInt32, "kind": pl.String}
    pairs = pl.DataFrame([(a, int(back[b]), kind) for a, b, kind in truth], schema=schema, orient="row")
    left = pl.DataFrame(
        {"name": [str(name) for name in names[:n]], "credit_code": pl.Series(left_codes, dtype=pl.String)}
    )
    return Lists(left, right, pairs, pl.Series(came)[shuffled])


def _sizes(n: int, kinds: Sequence[Kind]) -> list[tuple[Kind, int]]:
    same = sum(kind.is_same for kind in kinds)
    others = len(kinds) - same
    return [
        (kind, round(n * (SAME_SHARE / same if kind.is_same else ALIKE_SHARE / others))) for kind in kinds
    ]


def _names(rng: Rng, n: int) -> list[Name]:
    """Return n unlike names."""
    places = _places()
    home = [k for k, (code, _, _) in enumerate(places) if code.startswith(HOME_PROVINCE)]
    which = np.where(
        rng.random(2 * n) < HOME_SHARE, rng.choice(home, 2 * n), rng.integers(len(places), size=2 * n)
    )
    trades, trade_weights = _weighted(TRADES)
    forms, form_weights = _weighted(FORMS)
    drawn_trades = rng.choice(trades, 2 * n, p=trade_weights).tolist()
    drawn_forms = rng.choice(forms, 2 * n, p=form_weights).tolist()
    # Some characters are liked far more than others, as on the street.
    liking = 1 / (np.arange(len(BRAND_CHARACTERS)) + 12)
    characters = rng.choice(list(BRAND_CHARACTERS), (2 * n, 4), p=liking / liking.sum())
    sizes = rng.choice([2, 3, 4], 2 * n, p=[0.55, 0.3, 0.15]).tolist()
    shorts = (rng.random(2 * n) < 0.6).tolist()
    found: dict[str, Name] = {}
    for k, where in enumerate(which.tolist()):
        _, above, place = places[where]
        name = Name(
            above, place, "".join(characters[k, : sizes[k]]), drawn_trades[k], drawn_forms[k], shorts[k]
        )
        # An office registers no second company of one place, brand and trade, however its place or form are written.
        form = "" if name.form in LIMITED else name.form
        found.setdefault(f"{name.place}{name.brand}{name.trade}{form}", name)
        if len(found) == n:
            break
    return list(found.values())


@cache
def _places() -> list[tuple[str, str, str]]:
    """Return (code, name of what is above, name) of the cities and counties that are no city's quarter on paper."""
    table = divisions.load().filter(~pl.col("on_paper"))
    names = dict(table.select("code", "name").iter_rows())
    wanted = table.filter(pl.col("level").is_in(["city", "county"]))
    return [
        (code, names.get(code[:2], ""), name)
        for code, name in wanted.select("code", "name").iter_rows()
        if name[-1] in "市县区" and len(name) <= 5
    ]


def _short(place: str) -> str:
    """Return a place as names mostly have it: 南昌 for 南昌市; quarters and names of one character keep their word."""
    return place[:-1] if place[-1] in "市县" and len(place) > 2 else place


def _weighted(words: str) -> tuple[list[str], np.ndarray]:
    parts = [(part.rstrip("0123456789"), part) for part in words.split()]
    weights = np.array([int(part[len(word) :]) for word, part in parts], dtype=float)
    return [word for word, _ in parts], weights / weights.sum()


def _code(serial: int) -> str:
    return numbers.credit_code(numbers.CREDIT_FIRM, "369901", serial)


def _typo(rng: Rng, text: str, *, sounds: bool) -> str | None:
    if sounds:
        return slips.homophone(rng, text)
    place = int(rng.integers(len(text)))
    return text[:place] + str(rng.choice(list(BRAND_CHARACTERS))) + text[place + 1 :]


def _brand_slip(rng: Rng, name: Name, *, sounds: bool) -> str | None:
    brand = _typo(rng, "某" + name.brand, sounds=True) if sounds else _typo(rng, name.brand, sounds=False)
    return brand and str(replace(name, brand=brand.removeprefix("某")))


def _lost(rng: Rng, name: Name) -> str | None:
    if len(name.brand) < 3:
        return None
    place = int(rng.integers(len(name.brand)))
    return str(replace(name, brand=name.brand[:place] + name.brand[place + 1 :]))


def _doubled(rng: Rng, name: Name) -> str:
    place = int(rng.integers(len(name.brand)))
    return str(replace(name, brand=name.brand[: place + 1] + name.brand[place:]))


def _without_place(rng: Rng, name: Name) -> str:
    return f"{name.brand}{name.trade}{name.form}"


def _without_form(rng: Rng, name: Name) -> str:
    return str(replace(name, form=""))


def _short_form(rng: Rng, name: Name) -> str:
    other = {"有限公司": "有限责任公司", "有限责任公司": "有限公司", "股份有限公司": "股份公司"}
    return str(replace(name, form=other.get(name.form, "")))


def _short_trade(rng: Rng, name: Name) -> str | None:
    return str(replace(name, trade=SHORT_TRADES[name.trade])) if name.trade in SHORT_TRADES else None


def _abbreviated(rng: Rng, name: Name) -> str:
    return name.brand + name.trade


def _above_added(rng: Rng, name: Name) -> str | None:
    return f"{name.above}{replace(name, short_place=False)}" if name.above else None


def _other_place_word(rng: Rng, name: Name) -> str:
    return str(replace(name, short_place=not name.short_place))


def _bracketed(rng: Rng, name: Name) -> str:
    opening, closing = ("（", "）") if rng.random() < 0.5 else ("(", ")")
    return f"{name.brand}{opening}{_short(name.place)}{closing}{name.trade}{name.form}"


def _spaced(rng: Rng, name: Name) -> str:
    text = str(name).translate(str.maketrans("（）", "()"))
    place = int(rng.integers(1, len(text)))
    return f" {text[:place]}\u3000{text[place:]} "


def _remarked(rng: Rng, name: Name) -> str:
    return f"{name}（{rng.choice(['已核实', '总部', '园区', '规上', '2026年新增'])}）"


def _old(rng: Rng, name: Name) -> str | None:
    return slips.old_writing(rng, str(name))


def _other_brand(rng: Rng, name: Name) -> str:
    return str(replace(name, brand="".join(rng.choice(list(BRAND_CHARACTERS), 3))))


def _formerly(rng: Rng, name: Name) -> str:
    return f"{_other_brand(rng, name)}（原{name}）"


def _other_place(rng: Rng, name: Name) -> str:
    places = _places()
    _, above, place = places[int(rng.integers(len(places)))]
    return str(replace(name, above=above, place=place)) if place != name.place else str(name)


def _branch(rng: Rng, name: Name) -> str | None:
    if name.form not in LIMITED:
        return None
    places = _places()
    where = _short(places[int(rng.integers(len(places)))][2])
    office = str(rng.choice(["分公司", "第一分公司", "营业部", "办事处", "分店"]))
    return f"{name}{where if rng.random() < 0.7 else ''}{office}"


def _other_form(rng: Rng, name: Name) -> str:
    company = ("有限公司",) if name.form not in LIMITED else ()
    others = [form for form in (*company, "经营部", "厂", "店") if form != name.form]
    return str(replace(name, form=str(rng.choice(others))))


def _other_trade(rng: Rng, name: Name) -> str:
    trades, _ = _weighted(TRADES)
    return str(replace(name, trade=str(rng.choice(trades))))


def _one_aside(rng: Rng, name: Name) -> str | None:
    return _brand_slip(rng, name, sounds=False)


KINDS = (
    Kind("exact", True, lambda rng, name: str(name)),
    Kind("spaces", True, _spaced),
    Kind("brackets", True, _bracketed),
    Kind("old_writing", True, _old),
    Kind("place_word", True, _other_place_word),
    Kind("place_above", True, _above_added),
    Kind("place_dropped", True, _without_place),
    Kind("form_dropped", True, _without_form),
    Kind("form_other_word", True, _short_form),
    Kind("trade_short", True, _short_trade),
    Kind("abbreviation", True, _abbreviated),
    Kind("typo_sound", True, lambda rng, name: _brand_slip(rng, name, sounds=True)),
    Kind("typo_sound_coded", True, lambda rng, name: _brand_slip(rng, name, sounds=True), 2),
    Kind("typo", True, lambda rng, name: _brand_slip(rng, name, sounds=False)),
    Kind("letter_lost", True, _lost),
    Kind("letter_doubled", True, _doubled),
    Kind("renamed", True, _other_brand, 2),
    Kind("formerly", True, _formerly),
    Kind("remark", True, _remarked),
    Kind("other_place", False, _other_place),
    Kind("branch", False, _branch),
    Kind("other_form", False, _other_form),
    Kind("other_trade", False, _other_trade),
    Kind("one_character_aside", False, _one_aside),
)
HELD_OUT_KINDS = ("letter_doubled", "remark", "other_trade")
HELD_OUT_SEEDS = (101, 102, 103)
