"""The words and the picture of a clock: how long something may still wait."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import pi

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from niangjia.ui.dates import day_text, local, time_text

# The picture is a circle of radius 3 drawn with a stroke of 6: the stroke's length is the share of time gone by.
AROUND = 2 * pi * 3
SHOWN_AS_DAYS = 7


@dataclass(frozen=True)
class Chip:
    """What the chip shows: a look ("over", "soon", "plain" or "paused"), its words, and the share of time gone (0 to 1)."""

    look: str
    words: str
    gone: float | None = None

    @property
    def dash(self) -> str:
        """The SVG dash pattern that fills the pie."""
        return f"{(self.gone or 0) * AROUND:.2f} {AROUND:.2f}"


def chip(until: datetime, *, now: datetime, since: datetime | None = None) -> Chip:
    """Return the chip of a running clock."""
    if now >= until:
        return Chip("over", _("%(time)s over") % {"time": duration(now - until)})
    gone = (now - since) / (until - since) if since and since < until else None
    days = (local(until).date() - local(now).date()).days
    return Chip("soon" if days <= 1 else "plain", _words(until, days), gone)


def paused_chip(reason: str) -> Chip:
    """Return the chip of a clock that stands still, and why."""
    return Chip("paused", _("Paused: %(reason)s") % {"reason": reason} if reason else _("Paused"))


def _words(until: datetime, days: int) -> str:
    if days == 0:
        return _("Today by %(time)s") % {"time": time_text(until)}
    if days == 1:
        return _("Tomorrow by %(time)s") % {"time": time_text(until)}
    if days <= SHOWN_AS_DAYS:
        return ngettext("%(days)d day left", "%(days)d days left", days) % {"days": days}
    return _("By %(day)s") % {"day": day_text(until)}


def duration(length: timedelta) -> str:
    """Return the two largest parts of a length of time, such as "1 day 4 hours"; under a minute is one minute."""
    minutes = max(int(length.total_seconds() // 60), 1)
    days, hours = divmod(minutes // 60, 24)
    parts = [
        days and ngettext("%(count)d day", "%(count)d days", days) % {"count": days},
        hours and ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours},
    ]
    said = [part for part in parts if part]
    return (
        " ".join(said)
        if said
        else ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
    )
