"""Two writings of a name: equal, sounding alike, looking alike, one part of the other, or another name.

Whole columns. The characters of all rows stand one after another in one array, and each row knows where its own begin.
"""

from __future__ import annotations

import unicodedata
from functools import cache

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pypinyin.pinyin_dict import pinyin_dict
from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import cpdist

Hashes = NDArray[np.uint64]
Rows = NDArray[np.int64]
Levels = NDArray[np.uint8]
Flags = NDArray[np.bool_]

NAME_LEVELS = (
    "NAME_EQUAL",
    "NAME_SOUNDS",
    "NAME_LOOKS",
    "NAME_TURNED",
    "NAME_PART",
    "NAME_ONE",
    "NAME_DIFFERS",
)
EQUAL, SOUNDS, LOOKS, TURNED, PART, ONE, DIFFERS = range(7)

# Groups whose characters differ in a stroke or in one component, by that rule and by hand: what optical reading, five-stroke
# input and tired eyes take for one another in names. Characters that also sound alike need no place here.
ALIKE = (
    "已己巳 未末 土士 天夫 人入八 日曰目 千干于 王玉壬 大太犬 木本 田由甲申 刀力 元无 午牛 贝见 开井 云去 文父 今令 凡几 子孑 "
    "明朋 刚钢冈 平苹 辉晖 波坡披 浩洁 凯铠 健建键 俊峻骏浚 帆汛 宁宇字 海诲梅 峰蜂烽锋 永水冰 成戍戌 荣荥莹萤 贵责 庆厌 "
    "娟捐涓 霞震露 婷停亭 雪雷雯 玲冷铃伶 红江虹 琳淋彬 颖颍 凤风 英莫 秀季 桂佳挂 珍诊 莲连涟 怡恰治 瑶摇遥 伟韦炜玮 "
    "涛铸焘 飞乙 龙尤 敏敬 静净 香杳杏 慧彗 彩采 鑫金 超越赵 杰杏 强弦 林材 志忘忠 福幅副 祥详样 春舂 德得 晨震宸 昊吴 "
    "晓浇 旭旮 昌晶 昕听 晴睛 清请靖 彤丹 彦颜 思恩 恩因 欣掀 芳劳 艳绝 茂戊 萍薄 蓉容 薇微 蕾雷 丽雨 媛暖缓 嫣焉 妍研 "
    "娜哪 婧靖 侯候 汪江 沈沉 邓郑 陈阵 陆险 谭潭 郭敦 孟盂 祁祈 沐沭 柏伯 杨扬场 宋宗 季李 崔催 傅博 裘袭 肖尚 卢户 曲由"
)


@cache
def _alike() -> NDArray[np.uint64]:
    """Return the pairs that look alike, each both ways, as one number; sorted."""
    pairs = {(ord(a), ord(b)) for group in ALIKE.split() for a in group for b in group if a != b}
    return np.array(sorted(a << 32 | b for a, b in pairs), dtype=np.uint64)


@cache
def _sounds() -> NDArray[np.uint64]:
    """Return for each code point the number of its syllable without tone; a sign without a sound has its own.

    Source:
        pypinyin's table (Unihan and pinyin-data), the first reading of each.
    """
    table = np.arange(0x110000, dtype=np.uint64) + np.uint64(1 << 20)
    syllables: dict[str, int] = {}
    for code, readings in pinyin_dict.items():
        bare = unicodedata.normalize("NFD", readings.partition(",")[0])
        plain = "".join(c for c in bare if c.isascii() or c == "\N{COMBINING DIAERESIS}")
        table[code] = syllables.setdefault(plain, len(syllables) + 1)
    return table


def sound_hashes(names: pl.Series) -> Hashes:
    """Return (n,) one number for how each name sounds: equal for equal syllables in the same order, 0 for null."""
    codes, starts, lengths = _characters(names)
    sums = np.zeros(len(names), dtype=np.uint64)
    if not len(codes):
        return sums
    place = np.arange(len(codes)) - np.repeat(starts, lengths)
    powers = np.cumprod(np.full(int(lengths.max()), 0x9E3779B97F4A7C15, dtype=np.uint64))
    terms = _sounds()[codes] * powers[place]
    filled = np.flatnonzero(lengths)
    sums[filled] = np.add.reduceat(terms, starts[filled])
    return sums


def name_levels(names: pl.Series, sounds: Hashes, left: Rows, right: Rows) -> Levels:
    """Return (m,) places in ``NAME_LEVELS`` for m pairs of rows; the same whichever comes first.

    Args:
        names: (n,) match keys.
        sounds: (n,) ``sound_hashes`` of them.
    """
    mine, theirs = names.gather(left), names.gather(right)
    levels = np.full(len(left), DIFFERS, dtype=np.uint8)
    equal = (mine == theirs).fill_null(value=False).to_numpy()
    levels[equal] = EQUAL
    alike = ~equal & (sounds[left] == sounds[right]) & (sounds[left] != 0)
    levels[alike] = SOUNDS
    rest = np.flatnonzero(~equal & ~alike)
    levels[rest] = _of_unlike(mine.gather(rest), theirs.gather(rest))
    return levels


def _of_unlike(mine: pl.Series, theirs: pl.Series) -> Levels:
    """Return the levels of pairs that neither are nor sound equal."""
    levels = np.full(len(mine), DIFFERS, dtype=np.uint8)
    a, a_length = _matrix(mine)
    b, b_length = _matrix(theirs)
    width = max(a.shape[1], b.shape[1])
    a, b = _widened(a, width), _widened(b, width)
    differs = a != b
    same_length = (a_length == b_length) & (a_length >= 2)
    first = differs.argmax(axis=1)
    shortest = np.minimum(a_length, b_length)
    one = same_length & (differs.sum(axis=1) == 1)
    every = np.arange(len(a))
    pair = a[every, first].astype(np.uint64) << np.uint64(32) | b[every, first]
    long = np.flatnonzero(~one & (shortest >= 4) & (np.abs(a_length - b_length) <= 1))
    one[long] = one_edit(mine.gather(long), theirs.gather(long))
    turned = same_length & (a_length >= 4) & (np.sort(a, axis=1) == np.sort(b, axis=1)).all(axis=1)
    # 张伟 is no part of 张伟强: a name of two or three characters is whole, and what is missing of others is a name.
    part = (shortest >= 2) & (np.abs(a_length - b_length) >= 2) & (first == shortest)
    levels[one] = ONE
    levels[part] = PART
    levels[turned] = TURNED
    levels[one & same_length & np.isin(pair, _alike())] = LOOKS
    return levels


def one_edit(mine: pl.Series, theirs: pl.Series) -> Flags:
    """Return whether one character more, less or other makes one long name of the other."""
    distances = cpdist(mine.to_list(), theirs.to_list(), scorer=Levenshtein.distance, score_cutoff=1)
    return np.asarray(distances <= 1, dtype=bool)


def _characters(names: pl.Series) -> tuple[NDArray[np.uint32], Rows, Rows]:
    """Return the code points of all names in one array, where each row's begin, and how many it has."""
    text = names.fill_null("")
    lengths = text.str.len_chars().to_numpy().astype(np.int64)
    joined = text.str.join("").item() if len(text) else ""
    codes = np.frombuffer(joined.encode("utf-32-le"), dtype=np.uint32)
    starts = np.cumsum(lengths) - lengths
    return codes, starts, lengths


def _matrix(names: pl.Series) -> tuple[NDArray[np.uint32], Rows]:
    """Return (n, longest) code points, zeros after the end, and the (n,) lengths."""
    codes, starts, lengths = _characters(names)
    matrix = np.zeros((len(names), max(1, int(lengths.max(initial=1)))), dtype=np.uint32)
    row = np.repeat(np.arange(len(names)), lengths)
    matrix[row, np.arange(len(codes)) - np.repeat(starts, lengths)] = codes
    return matrix, lengths


def _widened(matrix: NDArray[np.uint32], width: int) -> NDArray[np.uint32]:
    return np.pad(matrix, ((0, 0), (0, width - matrix.shape[1])))
