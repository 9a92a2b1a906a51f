"""One record becomes two again, as the system: equal to before, but for what was changed since, which is kept and told."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from niangjia.core.errors import Refusal
from niangjia.foundation import audit, notices, vault, workflow
from niangjia.foundation.actors import Actor
from niangjia.foundation.audit import looking
from niangjia.registry import consents, hanging, persons
from niangjia.registry.duplicates import deciding, records, repointing
from niangjia.registry.duplicates.merging import (
    accounts_of,
    follow,
    hold_places,
    locked,
)
from niangjia.registry.duplicates.refusals import MergedAgain, RecordGone
from niangjia.registry.duplicates.settling import UNSETTLED
from niangjia.registry.duplicates.states import CHART, Status
from niangjia.registry.models import Consent, Merge, Pair, Person

# Why something was not restored.
CORRECTED, CHANGED, CAME, IN_THE_WAY, LEFT = "corrected", "changed", "came", "in_the_way", "left"


@transaction.atomic
def take_apart(pair_id: UUID, *, by: Actor, at: datetime) -> None:
    """Make two records again of what a clerk took apart; a second call does nothing."""
    _hold(pair_id)
    repointing.lock(Pair.objects.get(pk=pair_id).person_ids)
    pair = Pair.objects.get(pk=pair_id)
    if pair.status != Status.UNMERGING:
        return
    merged = Merge.objects.select_for_update().get(pair=pair, undone_at=None)
    try:
        with transaction.atomic():
            kept = _take_apart(merged, by=by, at=at)
    except Refusal as refusal:
        workflow.fire(pair, "stay", machine=CHART, by=by, at=at, refused=refusal.code)
        notices.tell_office(pair.organisation_id, "unmerge_refused", at=at, subject=pair.pk)
        return
    Merge.objects.filter(pk=merged.pk).update(undone_at=at, kept=kept)
    facts: dict[str, Any] = {"decided_at": None, "decided_by": None, "choices": {}}
    workflow.fire(pair, "take_apart", machine=CHART, by=by, at=at, **facts)


def _hold(pair_id: UUID) -> None:
    """Keep where they are the unions of both records, now and before, before anything else is locked."""
    records_of = Merge.objects.filter(pair=pair_id, undone_at=None).values_list("records__before", flat=True)
    before = {UUID(each["organisation_id"]) for each in records_of if each}
    hold_places(Pair.objects.get(pk=pair_id).person_ids, also=before)


def _take_apart(merged: Merge, *, by: Actor, at: datetime) -> list[dict[str, Any]]:
    held = locked([merged.survivor, merged.absorbed])
    _hold(merged.pair_id)
    if merged.survivor not in held:
        raise RecordGone
    if deciding.is_built_upon(merged):
        raise MergedAgain
    parting = _Parting(merged, held[merged.survivor], by, at)
    parting.do()
    return parting.kept()


class _Parting:
    """One merge while it is being taken back."""

    def __init__(self, merged: Merge, survivor: Person, by: Actor, at: datetime) -> None:
        self.merged, self.survivor = merged, survivor
        self.said: dict[str, Any] = {"by": by, "at": at}
        self.at = at
        self.record = {each.person_id: each for each in merged.records.all()}
        self.after: dict[str, Any] = self.record[merged.survivor].after or {}
        self.rows = list(merged.rows.order_by("place"))
        self._kept: Counter[tuple[str, str]] = Counter()

    def kept(self) -> list[dict[str, Any]]:
        """Return what was not restored: why, of which field or table, how often."""
        return [{"why": why, "what": what, "n": n} for (why, what), n in sorted(self._kept.items())]

    def do(self) -> None:
        """Do it."""
        absorbed = self.record[self.merged.absorbed]
        tokens_before = {key: record.before["tokens"] for key, record in self.record.items()}
        records.insert(absorbed.before, bytes(absorbed.sealed_before))
        changed = self._moved_back()
        corrected = self._restored()
        records.drop_tokens(self.survivor.pk)
        records.write_tokens(self.merged.absorbed, tokens_before[self.merged.absorbed])
        records.write_tokens(
            self.survivor.pk, self._tokens(tokens_before[self.survivor.pk], corrected=corrected)
        )
        self._unsettled(changed)
        self._placed()
        self._keep(CHANGED, Pair._meta.label_lower, repointing.put_back(self.merged, **self.said))
        self._told()

    def _moved_back(self) -> set[tuple[str, str]]:
        """Hang what moved on its own record again; return the rows, by table and key, that were changed since."""
        changed = set()
        for where in hanging.columns():
            mine = [row for row in self.rows if (row.table, row.column) == (where.table, where.column)]
            now = hanging.prints(where, self.survivor.pk)
            moved = [row.row_id for row in mine if row.moved]
            hanging.move(where, moved, to=self.merged.absorbed, of=self.survivor.pk)
            changed |= {(where.table, row.row_id) for row in mine if now.get(row.row_id) != row.print_after}
            label = where.model._meta.label_lower
            self._keep(CAME, label, len(now.keys() - {row.row_id for row in mine}))
            self._keep(LEFT, label, sum(key not in now for key in moved))
            self._keep(CHANGED, label, sum((where.table, key) in changed and key in now for key in moved))
        return changed

    def _keep(self, why: str, what: str, n: int) -> None:
        if n:
            self._kept[why, what] += n

    def _restored(self) -> bool:
        """Write the survivor as it was, but for what was corrected since; return whether anything was."""
        mine = self.record[self.survivor.pk]
        now, sealed = records.taken(self.survivor.pk)
        plain = records.corrected(now, self.after)
        facts = mine.before | {name: now[name] for name in plain}
        sealed_then = bytes(mine.sealed_before)
        secret: list[str] = []
        if now["secrets_print"] != self.after["secrets_print"]:
            secrets, secret = self._secrets(sealed)
            sealed_then = vault.seal(secrets, table=persons.TABLE, row_id=self.survivor.pk, at=self.at)
            facts["secrets_print"] = str(vault.fingerprint(secrets))
        if plain or secret:
            facts["changed_at"] = self.at.isoformat()
        records.update(facts, sealed_then)
        for name in [*plain, *secret]:
            self._keep(CORRECTED, name, 1)
        return bool(plain or secret)

    def _secrets(self, sealed: bytes) -> tuple[dict[str, str], list[str]]:
        """Return the secret fields as they were before, but for those that were corrected since, and these."""
        mine = self.record[self.survivor.pk]
        now, after, before = (
            records.secrets_of(self.survivor.pk, each)
            for each in (sealed, bytes(mine.sealed_after or b""), bytes(mine.sealed_before))
        )
        corrected = [name for name in records.SECRET if now[name] != after[name]]
        return before | {name: now[name] for name in corrected}, corrected

    def _tokens(self, before: list[dict[str, Any]], *, corrected: bool) -> list[dict[str, Any]]:
        """Return the tokens of the survivor: those of then, or where something was corrected what follows from it."""
        if not corrected:
            return before
        person = Person.objects.get(pk=self.survivor.pk)
        _, sealed = records.taken(person.pk)
        secrets = records.secrets_of(person.pk, sealed)
        numbers = [each for each in before if each["kind"] == records.NUMBER]
        made = records.tokens_by(person, secrets)
        fresh = [each for each in made if each["token"] not in {number["token"] for number in numbers}]
        return numbers + fresh

    def _unsettled(self, changed: set[tuple[str, str]]) -> None:
        """Open again what the merge closed, unless somebody has touched it since or another stands in its place."""
        untouchable = changed | self._purposes_touched(changed)
        for row in (row for row in self.rows if row.before):
            key = (row.table, row.row_id)
            there = key not in untouchable and UNSETTLED[row.table](UUID(row.row_id), row.before, **self.said)
            if not there:
                self._keep(IN_THE_WAY, row.table.replace("_", "."), 1)

    def _purposes_touched(self, changed: set[tuple[str, str]]) -> set[tuple[str, str]]:
        """Return the consents to purposes about which the worker has said something since: they stay closed."""
        table = Consent._meta.db_table
        touched = [key for where, key in changed if where == table]
        purposes = set(Consent.objects.filter(pk__in=touched).values_list("purpose", flat=True))
        closed = [row.row_id for row in self.rows if row.table == table and row.before]
        same = Consent.objects.filter(pk__in=closed, purpose__in=purposes)
        return {(table, str(key)) for key in same.values_list("pk", flat=True)}

    def _placed(self) -> None:
        """Let both records lie where their rolls are now; where nothing has moved since, that is where they lay."""
        place = UUID(self.after["organisation_id"])
        for person in Person.objects.filter(pk__in=self.record):
            if person.pk == self.survivor.pk and self.survivor.organisation_id != place:
                follow(person)
            else:
                consents.follow(person)

    def _told(self) -> None:
        both = [self.merged.survivor, self.merged.absorbed]
        facts = {"merge": self.merged.pk, "kept": self.kept()}
        audit.record("person.taken_apart", subject=self.survivor, persons=both, facts=facts, **self.said)
        looking.apart_again(self.merged.absorbed, self.merged.survivor, at=self.at)
        for account in [each for person in both for each in accounts_of(person)]:
            notices.tell_account(account, "records_parted", at=self.at, subject=self.merged.pk)
