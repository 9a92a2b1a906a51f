"""Draw every piece of both faces from the real templates into a folder of plain HTML files.

    python -m tools.pieces /tmp/pieces      # then serve the folder, and look

No address of the running system shows them. All names, numbers and papers in them are made up.
"""

import os
import shutil
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "niangjia.config.settings")
    django.setup()

from django import forms
from django.core.paginator import Paginator
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils.translation import get_language, override

from niangjia.core.errors import Conflict
from niangjia.ui.shell import Branch, ConsoleShell, Office, PhoneShell, Place

STATIC = Path(__file__).resolve().parent.parent / "niangjia/ui/static"
PAGES = (
    "ui/pieces.html",
    "ui/pieces_phone.html",
    "404.html",
    "403_csrf.html",
    "429.html",
    "400.html",
    "500.html",
    "ui/refused.html",
)
NOW = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)


def pick(zh: str, en: str) -> str:
    """Return the sample in the language of the page."""
    return en if get_language() == "en" else zh


class SampleRefusal(Conflict):
    """A refusal whose sentence is in our catalogue."""

    code = "sample"
    message = "Nothing was sent and nothing was changed. Go back, reload the page, and send it once more."


def sample_form(prefix: str | None = None) -> forms.Form:
    """Return a filled form with one mistake in it."""
    groups = [("courier", pick("快递员", "Courier")), ("driver", pick("货车司机", "Truck driver"))]
    fields = {
        "name": forms.CharField(
            label=pick("姓名", "Name"), help_text=pick("和身份证上一样。", "As on the ID card.")
        ),
        "number": forms.CharField(
            label=pick("你的身份证号", "Your ID number"),
            help_text=pick("末位是 X 就填 X。", "If the last character is X, enter X."),
            widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        ),
        "group": forms.ChoiceField(
            label=pick("做哪一行", "Your trade"), choices=groups, widget=forms.RadioSelect
        ),
        "region": forms.ChoiceField(label=pick("在哪个县", "County"), choices=groups, required=False),
        "note": forms.CharField(
            label=pick("想说的话", "Anything to add"), widget=forms.Textarea, required=False
        ),
        "agree": forms.BooleanField(label=pick("我自愿加入工会", "I join of my own free will")),
    }
    typed = {"number": "3699**********0412", "group": "courier", "ask-number": "3699**********0412"}
    form: forms.Form = type("SampleForm", (forms.Form,), fields)(typed, prefix=prefix)
    form.errors.clear()
    form.add_error(
        "number", pick("末位应为 X，请核对原件", "The last character should be X. Check the card.")
    )
    form.add_error(None, pick("还有一处要改", "One thing to mend"))
    return form


def console_shell() -> ConsoleShell:
    """Return the frame of a clerk with two offices."""
    here = pick("青岚市总工会", "Qinglan Federation")
    names = [
        pick("东屏区", "Dongping"),
        pick("南塘区", "Nantang"),
        pick("西津区", "Xijin"),
        pick("云栈县", "Yunzhan"),
    ]
    return ConsoleShell(
        name=pick("李*敏", "Li *min"),
        offices=(
            Office(pick("组织部", "Organising dept"), here, date(2028, 6, 30), current=True),
            Office(
                pick("委员", "Committee"),
                pick("青岚市快递行业工会联合会", "Qinglan Couriers' Union Federation"),
                url="#",
            ),
        ),
        places=(
            Place("#board", pick("目标板", "Targets"), "chart-bar"),
            Place("#joining", pick("入会审核", "Joining"), "door-enter", 37, current=True),
            Place("#members", pick("会员档案", "Members"), "id"),
            Place("#intake", pick("导入", "Intake"), "upload", 2),
        ),
        tree=(
            Branch("#city", pick("青岚市", "Qinglan city"), 0, 39214, current=True, open=True),
            *(Branch(f"#{at}", name, 1, 8012 - at * 900, open=False) for at, name in enumerate(names)),
            Branch("#leaf", pick("青岚市快递行业工会联合会", "Qinglan Couriers' Union Federation"), 2, 0),
        ),
        tree_as_of=NOW.date(),
        search_url="#",
        tasks=Place("#tasks", pick("待办", "Tasks"), "bell", 12),
        account_url="#account",
        sign_out_url="#out",
    )


def phone_shell() -> PhoneShell:
    """Return the bar of four."""
    return PhoneShell(
        (
            Place("#home", pick("首页", "Home"), "home", current=True),
            Place("#services", pick("服务", "Services"), "gift"),
            Place("#rights", pick("权益", "Rights"), "scale"),
            Place("#me", pick("我的", "Me"), "user"),
        )
    )


def sample_rows() -> list[dict[str, Any]]:
    """Return three join requests: late, due today, due in two days."""
    union = pick("青岚市快递行业工会联合会", "Qinglan Couriers' Union Federation")
    checked, doubtful = pick("四项都过", "All four passed"), pick("疑似同一人", "Perhaps the same person")
    return [
        {"name": pick("陈*", "Chen *"), "until": NOW - timedelta(hours=28), "kind": "late", "word": doubtful, "employer": union, "members": 0},
        {"name": pick("刘*伟", "Liu *wei"), "until": NOW + timedelta(hours=4), "kind": "done", "word": checked, "employer": union, "members": 8944, "chosen": True},
        {"name": pick("郑*", "Zheng *"), "until": NOW + timedelta(days=2), "kind": "changed", "word": pick("单位还没建会", "No union there yet"), "employer": pick("个人车辆", "Own vehicle"), "members": None},
    ]  # fmt: skip


def context_of(template: str) -> dict[str, Any]:
    """Return all that a page of pieces asks for."""
    return {
        "shell": phone_shell() if "phone" in template else console_shell(),
        "request": RequestFactory().get("/pieces/"),
        "form": sample_form(),
        "question": sample_form("ask"),
        "rows": sample_rows(),
        "page": Paginator(range(37), 10).page(2),
        "now": NOW,
        "since": NOW - timedelta(days=2),
        "late": NOW - timedelta(hours=28),
        "today": NOW + timedelta(hours=4),
        "in_days": NOW + timedelta(days=2),
        "next_year": NOW + timedelta(days=157),
        "id_number": "3699**********0018",
        "phone_number": "140****5678",
        "refusal": SampleRefusal(),
        "main_action": pick("开集中入会", "Open a ceremony"),
        "dots": ["done", "now", "next", "next"],
        "why_asked": pick("一人一档，换公司、换城市，会龄接着算。", "One record for life: your years as a member go on in a new job or city."),
        "who_sees": pick("只有审核你的工会。每看一次都留记录，你随时能查。", "Only the union that reviews you. Each look is recorded, and you can read the record."),
        "entries": [
            {"state": "done", "label": pick("已收到，身份已核对", "Received, identity checked"), "note": "2026-11-24 09:12"},
            {"state": "now", "label": pick("工会审核", "Union review"), "note": pick("2026-11-25 前先联系你一次", "First call to you by 2026-11-25")},
            {"state": "next", "label": pick("要是到期没答复", "If no answer by then"), "note": pick("自动转给上级工会，你不用再交一次。", "It moves to the union above. You send nothing again.")},
        ],
    }  # fmt: skip


def draw(template: str, language: str, theme: str = "light") -> str:
    """Return one page of pieces as HTML."""
    with override(language):
        context = context_of(template)
        return render_to_string(template, context | {"theme": theme}, context["request"])


def write(folder: Path) -> list[Path]:
    """Write all pages in both languages and both themes, with the static files beside them."""
    shutil.copytree(STATIC, folder / "static", dirs_exist_ok=True)
    written = []
    for template in PAGES:
        for language in ("zh-hans", "en"):
            for theme in ("light", "dark"):
                path = folder / f"{Path(template).stem}.{language}.{theme}.html"
                path.write_text(draw(template, language, theme), "utf-8")
                written.append(path)
    return written


if __name__ == "__main__":
    print(f"{len(write(Path(sys.argv[1])))} pages in {sys.argv[1]}")
