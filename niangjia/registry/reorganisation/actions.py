"""What officials do with an order: draft, add and drop lines, preview, sign, cancel, take back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Max, Q

from niangjia.core.days import day_of
from niangjia.core.errors import Conflict, Invalid, NotAllowed
from niangjia.core.words import gettext_noop
from niangjia.foundation import audit, parameters, workflow
from niangjia.foundation.actors import Actor
from niangjia.registry import organisations
from niangjia.registry.models import OrderLine, Posting, ReorganisationOrder
from niangjia.registry.reorganisation import jobs
from niangjia.registry.reorganisation.previewing import preview, stale
from niangjia.registry.reorganisation.states import CHART, DRAFTERS, SIGNERS, Status

MOST_LINES = 5_000


class NotByLine(NotAllowed):
    """A federation's office works by line; the tree is the territory's."""

    code = "not_by_line"
    message = gettext_noop(
        "Your office works by industry. The general federation above the units orders their reorganisation."
    )


class NumberTaken(Conflict):
    """Another order of the office has the document number."""

    code = "order_number_taken"
    message = gettext_noop("Your office has an order of this document number already. Check the number.")


class AnotherMustSign(NotAllowed):
    """The office has another official who may sign."""

    code = "another_must_sign"
    message = gettext_noop("You drafted this order. Another clerk or leader of your office signs it.")


class NotYourOrder(NotAllowed):
    """The order is another office's."""

    code = "not_your_order"
    message = gettext_noop("This is an order of another office, which alone can change or sign it.")


class PreviewStale(Conflict):
    """What was previewed is no longer so."""

    code = "preview_stale"
    message = gettext_noop(
        "The units have changed since the preview. Preview the order again before it is signed."
    )


class TooManyLines(Invalid):
    """An order has a limit."""

    code = "too_many_lines"
    message = gettext_noop("An order holds %(most)s lines at most. Make two of it.")


class TooLate(Conflict):
    """The time in which the order could be taken back is over."""

    code = "order_too_old"
    message = gettext_noop("An order can be taken back for %(days)s days. Draft a new one instead.")


@dataclass(frozen=True)
class Line:
    """One line as it is typed."""

    kind: str
    unit: str
    target: str = ""
    new_name: str = ""
    new_code: str = ""
    parts: tuple[str, ...] = ()
    employers: tuple[str, ...] = ()


@transaction.atomic
def draft(
    document_number: str, effective_on: date, *, reason: str = "", by: Actor, at: datetime
) -> ReorganisationOrder:
    """Begin an order of the actor's office.

    Raises:
        RoleNeeded: the actor drafts no orders.
        NotByLine: the office works by line.
        NumberTaken: the office has an order of this number.
    """
    if by.role not in DRAFTERS:
        raise workflow.RoleNeeded
    if by.scope is None or by.scope.line or by.organisation_id is None:
        raise NotByLine
    office = organisations.held(by.organisation_id, by=by)
    place = {"organisation": office, "path": office.path, "line_path": office.line_path}
    who = {"drafted_by": by.posting_id, "drafted_account": by.account_id, "drafted_at": at}
    order = ReorganisationOrder(
        **place, **who, document_number=document_number.strip(), effective_on=effective_on, reason=reason
    )
    try:
        with transaction.atomic():
            order.save(force_insert=True)
    except IntegrityError:
        raise NumberTaken from None
    audit.record("reorganisation.drafted", by=by, at=at, subject=order, facts={"on": effective_on})
    return order


@transaction.atomic
def add_lines(order: ReorganisationOrder, lines: Iterable[Line], *, by: Actor, at: datetime) -> int:
    """Add lines at the end; a preview of before holds no longer. Return how many.

    Raises:
        NotYourOrder, NoSuchStep: it is not to be changed.
        TooManyLines: more than an order holds.
    """
    _edit(order, by=by, at=at)
    last = OrderLine.objects.filter(order=order).aggregate(last=Max("number"))["last"] or 0
    place = {"organisation_id": order.organisation_id, "path": order.path, "line_path": order.line_path}
    rows = [
        OrderLine(
            order=order,
            number=number,
            **place,
            **{**asdict(line), "parts": list(line.parts), "employers": list(line.employers)},
        )
        for number, line in enumerate(lines, start=last + 1)
    ]
    if last + len(rows) > MOST_LINES:
        raise TooManyLines(most=MOST_LINES)
    OrderLine.objects.bulk_create(rows)
    return len(rows)


@transaction.atomic
def drop_line(order: ReorganisationOrder, number: int, *, by: Actor, at: datetime) -> None:
    """Take one line out; dropping it twice is dropping it once."""
    _edit(order, by=by, at=at)
    OrderLine.objects.filter(order=order, number=number).delete()


def _edit(order: ReorganisationOrder, *, by: Actor, at: datetime) -> None:
    _own(order, by)
    held = ReorganisationOrder.objects.select_for_update().get(pk=order.pk)
    order.status = held.status
    workflow.fire(order, "edit", machine=CHART, by=by, at=at, preview={}, refusals=[])


def _own(order: ReorganisationOrder, by: Actor) -> None:
    if by.organisation_id != order.organisation_id:
        raise NotYourOrder


@transaction.atomic
def look_ahead(order: ReorganisationOrder, *, by: Actor, at: datetime) -> bool:
    """Preview the order and keep what it comes to; return whether it can be signed.

    Raises:
        NotYourOrder, NoSuchStep: it is not to be changed.
    """
    _own(order, by)
    if order.status != Status.DRAFT:
        workflow.fire(order, "edit", machine=CHART, by=by, at=at)
    found = preview(order, on=day_of(at))
    order.preview, order.previewed_at = found.told, at
    order.refusals = [asdict(each) for each in found.refusals]
    order.save(update_fields=["preview", "previewed_at", "refusals"])
    if found.refusals:
        return False
    workflow.fire(order, "preview", machine=CHART, by=by, at=at)
    return True


def why_not_sign(order: ReorganisationOrder, *, by: Actor, on: date) -> NotAllowed | None:
    """Return why the actor may not sign: two people decide, where the office has two."""
    if by.organisation_id != order.organisation_id:
        return NotYourOrder()
    still = Q(to_on__isnull=True) | Q(to_on__gt=on)
    posted = Posting.objects.filter(
        still, organisation_id=order.organisation_id, role__in=SIGNERS, from_on__lte=on
    )
    others = posted.exclude(account_id=order.drafted_account)
    if by.account_id == order.drafted_account and others.exists():
        return AnotherMustSign()
    return None


@transaction.atomic
def sign(order: ReorganisationOrder, *, by: Actor, at: datetime) -> None:
    """Sign what was previewed; an order dated today or earlier is carried out at once.

    Raises:
        NotYourOrder, AnotherMustSign: somebody else signs.
        PreviewStale: the units have changed since.
    """
    on = day_of(at)
    if (refusal := why_not_sign(order, by=by, on=on)) is not None:
        raise refusal
    CHART.step("sign", order.status)
    if stale(order.preview, preview(order, on=on), on=on):
        raise PreviewStale
    workflow.fire(order, "sign", machine=CHART, by=by, at=at, signed_by=by.posting_id, signed_at=at)
    if order.effective_on <= on:
        jobs.carry_out.defer(order=order.pk)


@transaction.atomic
def cancel(order: ReorganisationOrder, *, by: Actor, at: datetime) -> None:
    """Give an order up before its day."""
    _own(order, by)
    workflow.fire(order, "cancel", machine=CHART, by=by, at=at)


def last_day_back(order: ReorganisationOrder) -> date | None:
    """Return the last day on which a carried-out order can be taken back."""
    if order.carried_out_at is None:
        return None
    done = day_of(order.carried_out_at)
    return done + timedelta(days=parameters.at(done).reorganisation_undo_days)


@transaction.atomic
def take_back(order: ReorganisationOrder, *, by: Actor, at: datetime) -> None:
    """Ask for an order to be annulled.

    Raises:
        NotYourOrder: another office's.
        TooLate: its time is over.
    """
    _own(order, by)
    last = last_day_back(order)
    if last is not None and day_of(at) > last:
        raise TooLate(days=parameters.at(day_of(at)).reorganisation_undo_days)
    workflow.fire(order, "take_back", machine=CHART, by=by, at=at, refusals=[])
    jobs.take_back.defer(order=order.pk)
