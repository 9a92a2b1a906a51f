"""Which column holds what, and which unions the names mean, as last time: remembered for one office and one kind of list."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from niangjia.core.intake.headers import plain
from niangjia.foundation import audit
from niangjia.foundation.actors import Actor
from niangjia.foundation.plans import queries as plans
from niangjia.foundation.plans.models import Batch
from niangjia.foundation.scopes import within
from niangjia.intake.models import SavedMapping
from niangjia.registry.kinds.unions import SAID


def visible_to(actor: Actor) -> QuerySet[SavedMapping]:
    """Return what the offices in the actor's scope have remembered."""
    return within(SavedMapping.objects.all(), actor)


def print_of(headings: Sequence[str]) -> UUID:
    """Return what two files with the same headings in the same order have in common, however they are written."""
    told = "\x1f".join(plain(heading) for heading in headings)
    return UUID(bytes=hashlib.sha256(told.encode()).digest()[:16])


def last_time(batch: Batch, headings: UUID, *, by: Actor) -> SavedMapping | None:
    """Return what the office of ``batch`` has remembered for these headings."""
    known = visible_to(by).filter(organisation_id=batch.organisation_id, kind=batch.kind)
    return known.filter(headings=headings).first()


def unions_last_time(batch: Batch, *, by: Actor) -> dict[str, str]:
    """Return which unions the names in lists of this kind meant, as the office said of the last one: see ``actions.say_unions``."""
    before = plans.visible_to(by).filter(organisation_id=batch.organisation_id, kind=batch.kind)
    said = before.exclude(pk=batch.pk).filter(options__has_key=SAID)
    last: Batch | None = said.first()
    return dict(last.options[SAID]) if last else {}


def remember(batch: Batch, mapping: Mapping[str, int], *, by: Actor, at: datetime) -> None:
    """Keep how the clerk corrected the columns; what the headings alone tell need not be kept."""
    headings = batch.options.get("headings")
    if headings is None:
        return
    if dict(mapping) == batch.options.get("guessed"):
        forget(batch, by=by, at=at)
        return
    place = {"path": batch.path, "line_path": batch.line_path}
    told = {"mapping": dict(mapping), "by_account": by.account_id, "remembered_at": at}
    saved, _ = SavedMapping.objects.update_or_create(
        organisation_id=batch.organisation_id, kind=batch.kind, headings=headings, defaults=place | told
    )
    audit.record("mapping.remembered", by=by, at=at, subject=saved, facts={"kind": batch.kind})


def forget(batch: Batch, *, by: Actor, at: datetime) -> None:
    """Forget what was remembered for the headings of ``batch``."""
    saved = last_time(batch, UUID(batch.options["headings"]), by=by) if "headings" in batch.options else None
    if saved is not None:
        audit.record("mapping.forgotten", by=by, at=at, subject=saved, facts={"kind": batch.kind})
        saved.delete()
