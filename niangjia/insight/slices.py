"""What a figure counts, as a value: the same slice makes the number and opens the list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Q, QuerySet

from niangjia.core.errors import NotFound
from niangjia.foundation.actors import Actor
from niangjia.foundation.scopes import within
from niangjia.registry import deltas, memberships, organisations
from niangjia.registry.models import Delta, Membership, Organisation


@dataclass(frozen=True)
class Slice:
    """Members of ``branch`` in ``group`` on the day ``on``; of those who came on or after ``since``, if given.

    ``alone`` leaves out what stands below the branch. Empty ``group`` is every group, None is "not recorded".
    """

    on: date
    branch: Organisation | None = None
    alone: bool = False
    group: str | None = ""
    since: date | None = None

    def within(self, branch: Organisation, *, alone: bool = False) -> Slice:
        """Return the same slice of one branch."""
        return replace(self, branch=branch, alone=alone)


NOT_RECORDED = "-"


def slice_of(asked: Mapping[str, str], *, on: date, by: Actor) -> Slice:
    """Return the slice that an address names: ``under`` (a union's code), ``alone``, ``group``, ``since``.

    Raises:
        NotFound: an organisation that is none, or out of scope.
    """
    branch = None
    if under := asked.get("under"):
        branch = organisations.counted_by(by).filter(code=under).first()
        if branch is None:
            raise NotFound
    group = asked.get("group", "")
    return Slice(
        on=on,
        branch=branch,
        alone="alone" in asked,
        group=None if group == NOT_RECORDED else group,
        since=_day(asked.get("since", "")),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def counted_in(slice_: Slice, *, by: Actor) -> int:
    """Return the figure of a slice without ``since``: what is counted on that day, under the paths of that day."""
    counted = within(Delta.objects.filter(measure=deltas.MEMBERS, day__lte=slice_.on), by)
    sums = counted.filter(_branch(slice_), _group(slice_)).aggregate(n=deltas.sum_until(slice_.on))
    return sums["n"] or 0


def rows_of(slice_: Slice, *, by: Actor) -> QuerySet[Membership]:
    """Return the spells that a slice counts."""
    rows = _on_roll(slice_, by=by) if slice_.since is None else _came(slice_, by=by)
    return rows.filter(_branch(slice_), _group(slice_)).select_related("organisation")


def _on_roll(slice_: Slice, *, by: Actor) -> QuerySet[Membership]:
    return memberships.on_roll(by=by, on=slice_.on)


def _came(slice_: Slice, *, by: Actor) -> QuerySet[Membership]:
    period = {"from_on__gte": slice_.since, "from_on__lte": slice_.on}
    return memberships.visible_to(by).filter(kind=Membership.Kind.PRIMARY, is_retained=False, **period)


def _branch(slice_: Slice) -> Q:
    if slice_.branch is None:
        return Q()
    if slice_.alone:
        return Q(path=slice_.branch.path)
    return Q(path__gte=slice_.branch.scope.lo, path__lt=slice_.branch.scope.hi)


def _group(slice_: Slice) -> Q:
    if slice_.group == "":
        return Q()
    return Q(group=slice_.group or "")
