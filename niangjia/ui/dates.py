"""How days and moments are written: 2026-11-24, 18:00, always as the clock hangs in Shanghai."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def local(at: datetime) -> datetime:
    """Return the moment on Shanghai's clock.

    Raises:
        ValueError: the moment has no time zone, so nobody can say when it is.
    """
    if at.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return at.astimezone(SHANGHAI)


def day_text(on: date | datetime | None) -> str:
    """Return 2026-11-24; nothing becomes a dash."""
    if on is None:
        return "—"
    return (local(on).date() if isinstance(on, datetime) else on).isoformat()


def moment_text(at: datetime | None) -> str:
    """Return 2026-11-24 18:00."""
    return "—" if at is None else local(at).strftime("%Y-%m-%d %H:%M")


def time_text(at: datetime) -> str:
    """Return 18:00."""
    return local(at).strftime("%H:%M")
