"""The parts of an employer's name: place, brand, trade, legal form, branch. Whole columns.

Source:
    《企业名称登记管理规定》（国务院令第734号，2020）第六条: a name is place, brand (字号), trade or manner of business, and form.
    Places: the shipped divisions. Trades and forms: the lists below, by hand.
"""

from __future__ import annotations

from functools import cache

import polars as pl

from niangjia.core.codes import divisions
from niangjia.core.text import match_key

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
OFFICES = "分公司|子公司|支公司|分店|分厂|分社|分部|分行|支行|营业部|营业厅|营业所|办事处|项目部|门店|联络处|分拣中心"
TRADES = (
    "信息技术|信息科技|信息|网络技术|网络科技|网络|电子商务|电商|电子科技|电子|智能科技|智能|软件|数据|生物科技|生物|科技发展|科技|技术服务|技术|"
    "国际贸易|进出口|商贸|贸易|工贸|实业|物流|货运|运输|快递|速运|速递|配送|仓储|供应链管理|供应链|汽车服务|汽车销售|汽车|出行|网约车|"
    "餐饮管理|餐饮服务|餐饮|饮食|食品|粮油|饭店|餐馆|酒店管理|酒店|宾馆|旅游|旅行社|建筑工程|建筑安装|建筑装饰|建筑|建设工程|建设|市政工程|"
    "装饰工程|装饰|装修|园林|劳务派遣|劳务|人力资源|人力|物业管理|物业服务|物业|房地产开发|房地产|置业|地产|投资管理|投资|企业管理|管理咨询|"
    "教育咨询|教育科技|教育|培训|咨询服务|咨询|文化传媒|文化传播|文化|传媒|广告|服饰|服装|制衣|纺织|鞋业|家具|家居|五金|建材|钢材|机械制造|"
    "机械|设备|环保科技|环保|新能源|能源|光伏|电力|水电安装|水电|农业发展|农业科技|生态农业|农业|养殖|种植|林业|花卉|茶叶|茶业|医药|医械|医疗器械|"
    "医疗|药业|健康管理|健康|家政服务|家政|保洁服务|保洁|安保服务|保安服务|保安|安保|印刷|包装|塑胶|塑料|化工|材料|美容|美发|摄影|健身|理发|管理|服务|工程|发展|销售|制造|开发"
).split("|")

_BRACKET = r"\(([^()]*)\)"
_FORMER = r"^(?:原名|原|曾用名)[::]?(.{4,})$"
_FORM = "(" + "|".join(sorted(FORMS, key=len, reverse=True)) + ")$"
_HEAD_AND_OFFICE = rf"^(.*(?:公司|集团|厂|社|店|中心))(.{{0,12}}?(?:{OFFICES}))$"
_TRADE = "^(.+?)((?:" + "|".join(sorted(TRADES, key=len, reverse=True)) + ")+)$"
# What is no part of a name: a remark that a clerk put behind it.
_SUFFIXES = {"province": "(?:省|市|自治区|特别行政区)?", "city": "(?:市|地区|州|盟)?", "county": ""}
_LONG_ENDINGS = r"(?:壮族自治区|回族自治区|维吾尔自治区|自治区|特别行政区|省|市|地区|盟)$"


@cache
def _stems() -> dict[str, dict[str, str]]:
    """Return for each level the texts that mean a place, with its code; what means two places of a level has none.

    Provinces and cities count with and without their word, counties and county towns too (进贤), quarters only with it: 和平
    is a brand, 和平区 a place.
    """
    table = divisions.load().filter(~pl.col("on_paper"))
    found: dict[str, dict[str, str]] = {}
    for level in _SUFFIXES:
        texts: dict[str, set[str]] = {}
        for code, name in table.filter(pl.col("level") == level).select("code", "name").iter_rows():
            for text in _writings(name, level):
                texts.setdefault(text, set()).add(code)
        found[level] = {text: codes.pop() if len(codes) == 1 else "" for text, codes in texts.items()}
    return found


def _writings(name: str, level: str) -> set[str]:
    bare = name
    if level == "county":
        bare = name[:-1] if name[-1] in "市县" else name
    else:
        for ending in ("壮族自治区", "回族自治区", "维吾尔自治区", "自治区", "特别行政区", "省", "市", "地区", "盟"):
            if name.endswith(ending):
                bare = name.removesuffix(ending)
                break
    return {name, bare} if len(bare) >= 2 else {name}


@cache
def _place_pattern() -> str:
    """Return the pattern of a place at the beginning: province, city and county, each once at most."""
    parts = [
        "(" + "|".join(sorted(_stems()[level], key=lambda text: (-len(text), text))) + ")?" for level in _SUFFIXES
    ]
    return "^" + "".join(parts) + "(.*)$"


def parsed(names: pl.Series) -> pl.DataFrame:
    """Return the parts of each name.

    Returns:
        One row per name: ``full`` (the whole without brackets, spaces and variants), ``province``, ``city``, ``county`` (codes, the
        higher ones filled in from the lower where that is plain), ``place`` (the finest code or text, null without one),
        ``brand``, ``trade``, ``form`` (a value of ``FORMS``), ``office`` (of a branch, null for a whole employer) and
        ``former`` (an older name that stands in brackets).
    """
    text = match_key(pl.col("name"))
    inner = pl.col("text").str.extract(_BRACKET)
    frame = pl.DataFrame({"name": names}).select(text.alias("text"))
    frame = frame.with_columns(inner=inner, outer=pl.col("text").str.replace_all(_BRACKET, ""))
    frame = frame.with_columns(
        former=pl.col("inner").str.extract(_FORMER),
        is_form=pl.col("inner").is_in(["有限合伙", "普通合伙", "集团"]),
        place_inside=pl.col("inner").str.extract(_whole_place()),
    )
    frame = frame.with_columns(whole=pl.concat_str(pl.col("place_inside").fill_null(""), "outer"))
    head = pl.col("whole").str.extract(_HEAD_AND_OFFICE, 1)
    frame = frame.with_columns(
        office=pl.col("whole").str.extract(_HEAD_AND_OFFICE, 2), head=pl.coalesce(head, pl.col("whole"))
    )
    frame = frame.with_columns(pl.col("head").str.extract_groups(_place_pattern()).alias("places")).unnest("places")
    rest = pl.col("4")
    frame = frame.with_columns(form=rest.str.extract(_FORM))
    frame = frame.with_columns(
        body=pl.when(pl.col("form").is_null()).then(rest).otherwise(rest.str.head(-pl.col("form").str.len_chars().cast(pl.Int64)))
    )
    frame = frame.with_columns(brand=pl.col("body").str.extract(_TRADE, 1), trade=pl.col("body").str.extract(_TRADE, 2))
    return _with_places(frame).select(
        full=pl.when(pl.col("text") != "").then(pl.concat_str("outer", pl.when("is_form").then("inner").otherwise(pl.col("place_inside")).fill_null(""))),
        province="province",
        city="city",
        county="county",
        place="place",
        brand=pl.coalesce("brand", "body"),
        trade=pl.col("trade").fill_null(""),
        form=pl.col("form").replace_strict(FORMS, default=None),
        office="office",
        former="former",
    )


@cache
def _whole_place() -> str:
    words = {text for level in _stems().values() for text in level}
    return "^(" + "|".join(sorted(words, key=lambda text: (-len(text), text))) + ")$"


def _with_places(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with codes for the texts of province, city and county, each filled in from the one below."""
    codes = {level: pl.col(str(k)).replace_strict(_stems()[level], default=None) for k, level in enumerate(_SUFFIXES, start=1)}
    known = frame.with_columns(**{level: pl.when(code != "").then(code) for level, code in codes.items()})
    known = known.with_columns(city=pl.coalesce("city", pl.col("county").str.slice(0, 4)))
    known = known.with_columns(province=pl.coalesce("province", pl.col("city").str.slice(0, 2)))
    text = pl.coalesce("3", "2", "1")
    return known.with_columns(place=pl.coalesce("county", pl.when(pl.col("3").is_null()).then(pl.coalesce("city", "province")), text))
