"""What the two shells are told about the reader: where one can go, which office one holds.

A face fills one of these in a context processor under the name ``shell``; the templates ask for nothing else.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from django.urls import NoReverseMatch, reverse


@dataclass(frozen=True)
class Place:
    """One entry of a menu. ``count`` is what waits there; None shows nothing, as does 0."""

    url: str
    label: str
    icon: str
    count: int | None = None
    current: bool = False


@dataclass(frozen=True)
class Office:
    """One posting: what one is, where, and until when. ``url`` is posted to in order to act under it."""

    label: str
    organisation: str
    until: date | None = None
    url: str = ""
    current: bool = False


@dataclass(frozen=True)
class Branch:
    """One line of the organisation tree as it is open now. ``open`` is None for a leaf."""

    url: str
    label: str
    depth: int = 0
    count: int | None = None
    current: bool = False
    open: bool | None = None


@dataclass(frozen=True)
class ConsoleShell:
    """The officials' frame. An empty address leaves its slot out: no button leads nowhere."""

    name: str
    offices: tuple[Office, ...]
    places: tuple[Place, ...] = ()
    tree: tuple[Branch, ...] = ()
    tree_as_of: date | None = None
    search_url: str = ""
    tasks: Place | None = None
    account_url: str = ""
    sign_out_url: str = ""

    @property
    def office(self) -> Office | None:
        """The office one acts under now."""
        return next((office for office in self.offices if office.current), None)


@dataclass(frozen=True)
class PhoneShell:
    """The worker's frame: the bar at the bottom."""

    places: tuple[Place, ...] = ()


def places_that_exist(menu: Iterable[tuple[str, str, str]], path: str) -> tuple[Place, ...]:
    """Return the entries whose page is built, the one that ``path`` lies under marked as current.

    Args:
        menu: rows of (URL name, label, icon).
        path: the path of the page being shown.
    """
    places = [place for row in menu if (place := _place(*row))]
    under = [place.url for place in places if path.startswith(place.url)]
    nearest = max(under, key=len, default=None)
    return tuple(replace(place, current=place.url == nearest) for place in places)


def _place(url_name: str, label: str, icon: str) -> Place | None:
    try:
        return Place(reverse(url_name), label, icon)
    except NoReverseMatch:
        return None
