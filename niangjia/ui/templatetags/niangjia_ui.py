"""The tags and filters of our pages: `{% load niangjia_ui %}`."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from niangjia.core import masks
from niangjia.ui import clocks, dates, words
from niangjia.ui.language import TYPE_COOKIE
from niangjia.ui.qr import qr

register = template.Library()
register.filter("sentence", words.sentence)
register.filter("counted", words.counted)
register.filter("code_name", words.code_name)
register.filter("masked_name", masks.masked_name)
register.filter("day_text", dates.day_text)
register.filter("moment_text", dates.moment_text)
register.filter("hour", dates.time_text)
register.filter("qr", qr)
DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?: \d{2}:\d{2})?")

# kind of state: (class, mark)
STATES = {
    "done": ("st-jade", "check"),
    "waiting": ("st-amber", "hourglass-high"),
    "refused": ("st-cinder", "x"),
    "late": ("st-cinder", "alert-triangle"),
    "changed": ("st-dai", "refresh"),
    "off": ("st-ink", "minus"),
}
STATE_ICONS = {
    "empty": "clipboard-list",
    "not_found": "map-search",
    "no_right": "lock",
    "error": "alert-triangle",
    "conflict": "alert-triangle",
    "offline": "wifi-off",
}


def inline(name: str, **context: Any) -> SafeString:
    """Return one of our templates without the newline at its end, which would stand before a full stop as a space."""
    return mark_safe(render_to_string(name, context).strip())  # noqa: S308 escaped in the template


@register.filter
def unbroken(text: Any) -> SafeString:
    """Keep each date of a sentence on one line: a browser breaks 2026-11-24 at its hyphens."""
    return mark_safe(DATE.sub(r'<span class="nb">\g<0></span>', conditional_escape(text)))  # noqa: S308 escaped before


@register.filter
def day(on: date | datetime | None) -> SafeString:
    """Write 2026-11-24 on one line; in an attribute use ``day_text``."""
    return unbroken(dates.day_text(on))


@register.filter
def moment(at: datetime | None) -> SafeString:
    """Write 2026-11-24 18:00 on one line; in an attribute use ``moment_text``."""
    return unbroken(dates.moment_text(at))


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """Draw an icon of the sprite, ``size`` "xs", "s", "" or "l". It is silent: the word beside it speaks."""
    kind = f"ic ic-{size}" if size else "ic"
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}#i-{}"/></svg>', kind, _sprite(), name
    )


def _sprite() -> str:
    return static("vendor/icons.svg")


@register.simple_tag
def emblem(size: str = "") -> SafeString:
    """Draw the emblem, ``size`` "s" (16 px), "" (28 px) or "l" (40 px)."""
    return inline("ui/emblem.html", kind=f"emblem emblem-{size}" if size else "emblem")


@register.simple_tag
def clock(until: datetime | None, now: datetime, since: datetime | None = None) -> SafeString:
    """Draw the chip of a running clock; nothing at all where no clock runs."""
    return inline("ui/clock.html", chip=clocks.chip(until, now=now, since=since) if until else None)


@register.simple_tag
def paused_clock(reason: str = "") -> SafeString:
    """Draw the chip of a clock that stands still."""
    return inline("ui/clock.html", chip=clocks.paused_chip(reason))


@register.simple_tag
def masked(value: str | None, unlock_url: str = "", what: str = "") -> SafeString:
    """Draw a masked value, with a lock that leads to where one states a reason. ``what`` names it for a reader's ear."""
    runs = re.findall(r"\*+|[^*]+", value or "")
    parts = format_html_join("", "{}", ((_covered(run),) for run in runs))
    return inline("ui/masked.html", value=parts, unlock_url=unlock_url, what=what)


def _covered(run: str) -> SafeString | str:
    return format_html("<i>{}</i>", run) if run.startswith("*") else run


@register.simple_tag
def number(count: int | None, url: str = "", what: str = "") -> SafeString:
    """Draw a figure that opens the rows behind it; a zero is plain, None is a dash. ``what`` says what is counted."""
    return inline("ui/number.html", count=count, url=url, what=what)


@register.simple_tag
def state_word(kind: str, label: str, mark: str = "", pill: bool = True) -> SafeString:
    """Draw a state: mark, word, colour. ``kind`` is done, waiting, refused, late, changed or off."""
    look, usual_mark = STATES[kind]
    return inline("ui/state_word.html", look=look, mark=mark or usual_mark, label=label, pill=pill)


@register.inclusion_tag("ui/progress.html")
def progress(done: int, total: int, label: str, note: str = "") -> dict[str, Any]:
    """Draw how far long work is; ``note`` has the rate and the time that remains."""
    return {"done": done, "total": total, "label": label, "note": note}


@register.inclusion_tag("ui/steps.html")
def steps(entries: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Draw what was, is and comes: entries with ``state`` (done, now, next), ``label``, ``note``."""
    return {"entries": entries}


@register.simple_block_tag
def state(content: str, kind: str, title: str, why: str = "") -> SafeString:
    """Draw an empty, no_right, not_found, error, conflict or offline state; the block holds the next step."""
    return inline("ui/state.html", kind=kind, title=title, why=why, icon=STATE_ICONS[kind], next_step=content)


@register.simple_block_tag
def panel(
    content: str, title: str = "", note: str = "", more_url: str = "", more: str = "", flush: bool = False
) -> SafeString:
    """Draw a panel around the block; ``flush`` leaves out the inner margin, as tables want it."""
    return inline(
        "ui/panel.html", title=title, note=note, more_url=more_url, more=more, flush=flush, content=content
    )


@register.simple_block_tag
def table(content: str, label: str, kind: str = "", note: str = "") -> SafeString:
    """Draw a table around `<thead>` and `<tbody>`. ``note`` says how it was counted and as of when."""
    return inline("ui/table.html", label=label, kind=kind, note=note, content=content)


@register.simple_tag(takes_context=True)
def page_url(context: template.Context, page: int) -> str:
    """Return the address of another page of this list, its filters kept."""
    query = context["request"].GET.copy()
    query["page"] = str(page)
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def large_type(context: template.Context) -> bool:
    """Say whether the reader asked for large type."""
    request = context.get("request")
    return bool(request and request.COOKIES.get(TYPE_COOKIE) == "large")
