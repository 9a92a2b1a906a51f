"""The parts of an employer's name: place, brand, trade, legal form, branch. Whole columns.

Source:
    《企业名称登记管理规定》（国务院令第734号，2020）第六条: a name is place, brand (字号), trade or manner of business, and form.
    Places: the shipped divisions. Trades and forms: the lists below, by hand.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

import polars as pl

from niangjia.core.codes import divisions
from niangjia.core.text import EVEN, match_key
from niangjia.core.variants import FOLDED

LIMITED, SHARES = "有限公司", "股份有限公司"
# Written in several ways: the form that the finder compares.
FORMS = {
    "股份有限责任公司": SHARES,
    "股份有限公司": SHARES,
    "股份公司": SHARES,
    "集团有限责任公司": LIMITED,
    "集团有限公司": LIMITED,
    "有限责任公司": LIMITED,
    "有限公司": LIMITED,
    "公司": LIMITED,
    "集团": LIMITED,
    "农民专业合作社": "专业合作社",
    "专业合作社": "专业合作社",
    "合作社": "专业合作社",
    "合伙企业有限合伙": "合伙企业",
    "合伙企业普通合伙": "合伙企业",
    "合伙企业": "合伙企业",
    "事务所": "事务所",
    "个体工商户": "店",
    "经营部": "经营部",
    "服务部": "经营部",
    "门市部": "经营部",
    "批发部": "经营部",
    "商行": "商行",
    "商店": "店",
    "超市": "店",
    "工作室": "工作室",
    "中心": "中心",
    "店": "店",
    "厂": "厂",
    "行": "商行",
    "馆": "店",
    "坊": "店",
}
COMPANIES = (LIMITED, SHARES)
_KEPT = ("有限合伙", "普通合伙", "特殊普通合伙", "集团")
OFFICES = "分公司|子公司|支公司|分店|分厂|分社|分部|分行|支行|营业部|营业厅|营业所|办事处|项目部|门店|联络处|分拣中心"
TRADES = (
    "信息技术|信息科技|信息|网络技术|网络科技|网络|电子商务|电商|电子科技|电子|智能科技|智能|软件|数据|生物科技|生物|科技发展|科技|技术服务|技术|"
    "国际贸易|进出口|商贸|贸易|工贸|实业|物流|货运|运输|快递|速运|速递|配送|仓储|供应链管理|供应链|汽车服务|汽车销售|汽车|出行|网约车|"
    "餐饮管理|餐饮服务|餐饮|饮食|食品|粮油|饭店|餐馆|酒店管理|酒店|宾馆|旅游|旅行社|建筑工程|建筑安装|建筑装饰|建筑|建设工程|建设|市政工程|"
    "装饰工程|装饰|装修|园林|劳务派遣|劳务|人力资源|人力|物业管理|物业服务|物业|房地产开发|房地产|置业|地产|投资管理|投资|企业管理|管理咨询|"
    "教育咨询|教育科技|教育|培训|咨询服务|咨询|文化传媒|文化传播|文化|传媒|广告|服饰|服装|制衣|纺织|鞋业|家具|家居|五金|建材|钢材|机械制造|"
    "机械|设备|环保科技|环保|新能源|能源|光伏|电力|水电安装|水电|农业发展|农业科技|生态农业|农业|养殖|种植|林业|花卉|茶叶|茶业|医药|医械|医疗器械|"
    "医疗|药业|健康管理|健康|家政服务|家政|保洁服务|保洁|安保服务|保安服务|保安|安保|印刷|包装|塑胶|塑料|化工|材料|美容|美发|摄影|健身|理发|管理|服务|工程|发展|销售|制造|开发"
)

_BRACKET = r"\(([^()]*)\)"
_FORMER = r"^(?:原名|原|曾用名)[::]?(.{4,})$"
_FORM = "(" + "|".join(sorted(FORMS, key=len, reverse=True)) + ")$"
_HEAD_AND_OFFICE = rf"^(.*(?:公司|集团|厂|社|店|中心))(.{{0,12}}?(?:{OFFICES}))$"
_OFFICE = f"(?:{OFFICES})$"
_TRADE = "^(.+?)((?:" + "|".join(sorted(TRADES.split("|"), key=len, reverse=True)) + ")+)$"
_ENDINGS = ("壮族自治区", "回族自治区", "维吾尔自治区", "自治区", "特别行政区", "省", "市", "地区", "盟")
COUNTY_WIDTH = 6
# How many characters a place has: few have more than four.
SHORT = 4
_SHORT_PLACES, _ALL_PLACES = range(SHORT, 1, -1), range(15, 1, -1)
_ODD = (
    "[" + re.escape("".join(sorted(FOLDED.keys() | EVEN.keys()))) + r"A-Z\p{Z}\p{C}·.。\-'’\x{FE00}-\x{FE0F}]"
)


def parsed(names: pl.Series) -> pl.DataFrame:
    """Return the parts of each name.

    Returns:
        One row per name: ``full`` (the whole without spaces and variants, a remark in brackets left out), ``place`` (the finest
        code, or the text where several places have it; null without one), ``brand``, ``trade`` ("" without one), ``form``
        (a value of ``FORMS``), ``office`` (what stands behind the form of a branch, null for a whole employer) and ``former`` (an
        older name that stands in brackets).
    """
    inner = pl.col("text").str.extract(_BRACKET)
    frame = _evened(names).to_frame("text").with_columns(inner=inner)
    frame = frame.with_columns(
        outer=pl.when(inner.is_null()).then("text").otherwise(pl.col("text").str.replace_all(_BRACKET, "")),
        former=pl.col("inner").str.extract(_FORMER),
        before=pl.when(pl.col("inner").is_in(list(_places()))).then("inner"),
        behind=pl.when(pl.col("inner").is_in(_KEPT) | pl.col("inner").str.contains(_OFFICE)).then("inner"),
    )
    whole = pl.concat_str(pl.col("before").fill_null(""), "outer", pl.col("behind").fill_null(""))
    frame = frame.with_columns(full=whole)
    frame = _without_place(_without_office(frame))
    form = pl.col("rest").str.extract(_FORM)
    frame = frame.with_columns(form=form)
    frame = frame.with_columns(body=pl.col("rest").str.strip_suffix(pl.col("form").fill_null("")))
    trade = pl.col("body").str.extract(_TRADE, 2).fill_null("")
    return frame.with_columns(trade=trade).select(
        "full",
        "place",
        brand=pl.col("body").str.strip_suffix(pl.col("trade")),
        trade="trade",
        form=pl.col("form").replace_strict(FORMS, default=None),
        office="office",
        former="former",
    )


def _evened(names: pl.Series) -> pl.Series:
    """Return the match keys of the names; the dear way is taken only where something is to be changed."""
    odd = names.str.contains(_ODD).fill_null(value=False).arg_true()
    if odd.is_empty():
        return names
    keys = names.gather(odd).to_frame("name").select(match_key(pl.col("name"))).to_series()
    return names.clone().scatter(odd, keys)


@cache
def _places() -> dict[str, str]:
    """Return each text that means a place, with its code; where it means several of one level, with itself.

    Provinces, cities and county towns count with and without their word (江西, 进贤), quarters only with it: 和平 is a
    brand, 和平区 a place. A city comes before a county of the same text.
    """
    texts: dict[str, str] = {}
    for level in ("province", "city", "county"):
        found: dict[str, set[str]] = {}
        for code, name in _divisions(level):
            for text in _writings(name):
                found.setdefault(text, set()).add(code)
        for text, codes in found.items():
            texts.setdefault(text, codes.pop() if len(codes) == 1 else text)
    return texts


@cache
def _places_below() -> dict[str, str]:
    """Return the same for a place behind another: the code of the one above and the text, with the code."""
    return {
        above + text: code
        for level in ("county", "city")
        for code, name in _divisions(level)
        for text in _writings(name)
        for above in {code[:2], code[:4]} - {code}
    }


def _divisions(level: str) -> list[tuple[str, str]]:
    table = divisions.load().filter(~pl.col("on_paper") & (pl.col("level") == level))
    return list(table.select("code", "name").iter_rows())


def _writings(name: str) -> set[str]:
    if name[-1] == "县":
        bare = name[:-1]
    else:
        bare = next((name.removesuffix(ending) for ending in _ENDINGS if name.endswith(ending)), name)
    return {name, bare} if len(bare) >= 2 else {name}


def _without_office(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with ``office``, and ``head`` and ``rest``: the full name without it. Few have one."""
    rows = _where(frame, pl.col("full").str.contains(_OFFICE))
    head, office = (pl.col("full").str.extract(_HEAD_AND_OFFICE, group) for group in (1, 2))
    found = frame[rows].select(head=pl.coalesce(head, "full"), office=office)
    split = _put(
        frame.with_columns(head="full", office=_blank(frame)),
        rows,
        head=found["head"],
        office=found["office"],
    )
    return split.with_columns(rest="head")


def _without_place(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with ``place``, and ``rest`` without it: up to three places, each below the one before."""
    known = _table(_places)
    frame = _next_place(frame, pl.lit(""), known, _SHORT_PLACES).with_columns(place="found")
    # Long places are few, and so are the names that begin as one of them does.
    beginnings = known.filter(pl.col("text").str.len_chars() > SHORT).select(
        pl.col("text").str.slice(0, SHORT).unique()
    )
    rows = _where(frame, pl.col("full").str.slice(0, SHORT).is_in(beginnings.to_series().implode()))
    long = _next_place(frame[rows].with_columns(rest="head"), pl.lit(""), known, _ALL_PLACES)
    frame = _put(frame, rows, place=long["found"], found=long["found"], rest=long["rest"])
    for _ in range(2):
        # Below a county is nothing that the divisions know.
        rows = _where(frame, pl.col("found").str.len_bytes() < COUNTY_WIDTH)
        below = _next_place(frame[rows], pl.col("place"), _table(_places_below), _ALL_PLACES)
        place = below.select(pl.coalesce("found", "place")).to_series()
        frame = _put(
            frame.with_columns(found=_blank(frame)),
            rows,
            place=place,
            found=below["found"],
            rest=below["rest"],
        )
    return frame


def _next_place(frame: pl.DataFrame, above: pl.Expr, known: pl.DataFrame, lengths: range) -> pl.DataFrame:
    """Return the frame with ``found``, the place that ``rest`` begins with, and ``rest`` behind it."""
    lookups = {
        str(n): (above + pl.col("rest").str.slice(0, n)).replace_strict(
            known["text"], known["code"], default=None
        )
        for n in lengths
    }
    looked = frame.with_columns(**lookups)
    length = pl.coalesce(pl.when(pl.col(n).is_not_null()).then(int(n)) for n in lookups).fill_null(0)
    found = pl.coalesce(*lookups)
    return looked.with_columns(found=found, rest=pl.col("rest").str.slice(length)).drop(*lookups)


def _where(frame: pl.DataFrame, holds: pl.Expr) -> pl.Series:
    return frame.select(holds.fill_null(value=False).arg_true()).to_series()


def _put(frame: pl.DataFrame, rows: pl.Series, **columns: pl.Series) -> pl.DataFrame:
    """Return the frame with other values in some rows."""
    return frame.with_columns(
        frame[name].clone().scatter(rows, column).alias(name) for name, column in columns.items()
    )


def _blank(frame: pl.DataFrame) -> pl.Series:
    return pl.Series([None], dtype=pl.String).new_from_index(0, frame.height)


@cache
def _table(places: Callable[[], dict[str, str]]) -> pl.DataFrame:
    return pl.DataFrame({"text": list(places()), "code": list(places().values())})
