"""How fast long work goes, and how long it will still take, in words."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from niangjia.ui.words import counted

IN_SECONDS = 90


def pace_text(rate: float | None, left: timedelta | None) -> str:
    """Return "18,000 rows a second, about 40 seconds left"; nothing before anything is done."""
    if rate is None or left is None:
        return ""
    seconds = round(left.total_seconds())
    pace = _("%(rate)s rows a second") % {"rate": counted(round(rate))}
    if seconds < IN_SECONDS:
        told = ngettext("about %(n)s second left", "about %(n)s seconds left", seconds) % {"n": seconds}
    else:
        minutes = round(seconds / 60)
        told = ngettext("about %(n)s minute left", "about %(n)s minutes left", minutes) % {"n": minutes}
    return f"{pace}, {told}"
