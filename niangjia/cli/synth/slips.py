"""Slips of the pen, the ear and the eye in names and numbers, one text at a time.

The tables are written by hand from the characters of ``names.toml``, and from no table that the linkage knows.
"""

from __future__ import annotations

import numpy as np

Rng = np.random.Generator
MIDDLE_DOT = "·"

HOMOPHONES = (
    "伟炜玮 丽莉俐 婷廷亭 芳方 静婧靖 明鸣铭 杰洁捷 勇永咏 华骅 鑫欣新馨 波博 斌彬滨 浩昊皓 凯楷 健建 俊峻 旭绪 林琳霖 峰锋丰 "
    "志智 文雯 佳嘉家 成诚 福富 生升 荣蓉 贵桂 祥翔 艳燕 慧惠 莹颖盈 玲铃灵 红洪宏 兰岚 英瑛 云芸 晓小 清青 强蔷 涛滔 超朝 刚钢 "
    "平萍 辉晖 宇雨 海亥 军君 娜纳 敏闽 霞遐 雪血 梅眉 琴勤 凤奉 香乡 秀绣 美镁 玉育 珍真 莲连 菊局 彩采 月悦 怡宜 萱宣 瑶遥"
)
_LOOK_ALIKES = (
    "明朋 刚钢 平苹 辉晖 波坡 浩洁 凯铠 健键 俊峻 帆汛 宁宇 海诲 峰蜂 国图 建健 永水 成戍 荣荥 贵责 庆厌 娟捐 霞震 婷停 "
    "雪雷 莹萤 玲冷 红江 梅海 琳淋 颖颍 洁浩 凤风 英莫 云去 秀季 桂佳 玉王 珍诊 莲连 怡恰 瑶摇 伟韦 涛铸 飞乙 龙尤 "
    "敏敬 静净 香杏 兰三 慧彗 彩采 鑫金 超越 杰杏 强弦 华毕 林材 志忘 文父 家冢 福幅 祥详 春舂 水永 德得"
)
LOOK_ALIKES = {pair[0]: pair[1] for pair in _LOOK_ALIKES.split()}
_OLD_WRITINGS = (
    "张張 刘劉 陈陳 杨楊 黄黃 吴吳 赵趙 孙孫 马馬 罗羅 郑鄭 谢謝 许許 邓鄧 冯馮 韩韓 萧蕭 叶葉 蒋蔣 苏蘇 吕呂 卢盧 "
    "伟偉 国國 华華 龙龍 飞飛 凤鳳 兰蘭 丽麗 荣榮 贵貴 庆慶 莲蓮 云雲 静靜 艳豔 红紅"
)
OLD_WRITINGS = {pair[0]: pair[1] for pair in _OLD_WRITINGS.split()}
LOST = "□?*?"


def one_digit(rng: Rng, text: str) -> str:
    """Return a number with another digit in one place; the first and a letter stay."""
    place = int(rng.integers(1, min(len(text), 17)))
    return text[:place] + str((int(text[place]) + int(rng.integers(1, 10))) % 10) + text[place + 1 :]


def transposed(rng: Rng, text: str) -> str:
    """Return a number with two neighbours, unlike each other, in the wrong order."""
    places = [k for k in range(6, 16) if text[k] != text[k + 1]]
    k = int(rng.choice(places)) if places else 0
    return text[:k] + text[k + 1] + text[k] + text[k + 2 :]


def birth_digit(rng: Rng, text: str) -> str:
    """Return a citizen number with another last digit of the year: still a day, but for 29 February."""
    return text[:9] + str((int(text[9]) + int(rng.integers(1, 10))) % 10) + text[10:]


def other_day(rng: Rng, text: str) -> str:
    """Return a day with day and month in the wrong order, or ten years aside: what clerks do."""
    year, month, day = text.split("-")
    if int(day) <= 12 and day != month and rng.random() < 0.7:
        return f"{year}-{day}-{month}"
    return f"{int(year) + (10 if year < '1990' else -10)}-{month}-{min(int(day), 28):02}"


def homophone(rng: Rng, text: str) -> str | None:
    """Return a name with a character after the surname as it sounds."""
    for place in range(len(text) - 1, 0, -1):
        alike = next((group for group in HOMOPHONES.split() if text[place] in group), "")
        others = alike.replace(text[place], "")
        if others:
            return text[:place] + others[int(rng.integers(len(others)))] + text[place + 1 :]
    return None


def look_alike(rng: Rng, text: str) -> str | None:
    """Return a name with a character as it looks."""
    places = [k for k in range(1, len(text)) if text[k] in LOOK_ALIKES]
    return _put(text, int(rng.choice(places)), LOOK_ALIKES) if places else None


def old_writing(rng: Rng, text: str) -> str | None:
    """Return a name in the characters before 1956."""
    written = "".join(OLD_WRITINGS.get(c, c) for c in text)
    return written if written != text else None


def rare_lost(rng: Rng, text: str) -> str | None:
    """Return a name whose rare character the program did not know."""
    places = [k for k, c in enumerate(text) if ord(c) > 0xFFFF or (ord(c) < 0x4E00 and c != MIDDLE_DOT)]
    return text[: places[0]] + LOST[int(rng.integers(4))] + text[places[0] + 1 :] if places else None


def first_half(rng: Rng, text: str) -> str | None:
    """Return the part of a name before its middle dot."""
    return text.partition(MIDDLE_DOT)[0] if MIDDLE_DOT in text else None


def turned(rng: Rng, text: str) -> str | None:
    """Return a name with its parts around the middle dot in the other order."""
    first, dot, second = text.partition(MIDDLE_DOT)
    return second + dot + first if dot else None


def twin_name(text: str, character: str) -> str:
    """Return a name with another last character."""
    last = character if not text.endswith(character) else "成"
    return text[:-1] + last if len(text) > 1 else text + last


def _put(text: str, place: int, table: dict[str, str]) -> str:
    return text[:place] + table[text[place]] + text[place + 1 :]
