"""Two records become one, as the system and in one transaction (docs/algorithms/duplicates.md)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from niangjia.core.days import day_of
from niangjia.core.errors import Refusal
from niangjia.foundation import audit, notices, parameters, vault, workflow
from niangjia.foundation.actors import Actor
from niangjia.foundation.audit import looking
from niangjia.foundation.vault.layouts import PERSON, SEPARATOR
from niangjia.registry import consents, hanging, memberships, organisations, persons
from niangjia.registry.duplicates import checking, records, repointing, settling
from niangjia.registry.duplicates.fields import COLUMNS, SECRET, VALUES, is_blank
from niangjia.registry.duplicates.refusals import ChoiceNeeded, TooManyNumbers
from niangjia.registry.duplicates.settling import Change
from niangjia.registry.duplicates.states import CHART, Status
from niangjia.registry.models import (
    IdentityToken,
    Membership,
    Merge,
    MergeRecord,
    MergeRow,
    Organisation,
    Pair,
    Person,
    PersonLogin,
)

DELETED = "DELETE FROM registry_person WHERE id = %s"


@transaction.atomic
def carry_out(pair_id: UUID, *, by: Actor, at: datetime) -> Merge | None:
    """Merge the two records that a clerk decided on; a second call does nothing.

    What the clerk saw is looked at once more, with both records locked: where it no longer holds, nothing is changed,
    the pair goes back into the queue and the office is told why.
    """
    ids = Pair.objects.get(pk=pair_id).person_ids
    hold_places(ids)
    repointing.lock(ids)
    pair = Pair.objects.get(pk=pair_id)
    if pair.status != Status.MERGING:
        return None
    try:
        held = locked(pair.person_ids)
        hold_places(pair.person_ids)
        looked = checking.look(pair, by=by, at=at)
        with transaction.atomic():
            merged = _merge(pair, held, looked, by=by, at=at)
    except Refusal as refusal:
        workflow.fire(pair, "refuse", machine=CHART, by=by, at=at, refused=refusal.code)
        notices.tell_office(pair.organisation_id, "merge_refused", at=at, subject=pair.pk)
        return None
    workflow.fire(pair, "carry_out", machine=CHART, by=by, at=at)
    return merged


def _merge(
    pair: Pair, held: Mapping[UUID, Person], looked: checking.Looked, *, by: Actor, at: datetime
) -> Merge:
    if set(looked.differs) - pair.choices.keys():
        raise ChoiceNeeded
    survivor, absorbed = older_first(held.values())
    sides = {"first": pair.first, "second": pair.second}
    chosen = {field: sides[side] for field, side in pair.choices.items() if field in looked.differs}
    return _Merging(pair, survivor, absorbed, chosen, by, at).done()


def hold_places(ids: Collection[UUID], also: Collection[UUID] = ()) -> None:
    """Keep the unions of these records, of their spells and of their pairs where they are, and those that lead them.

    Asked for before anything is locked, since their paths are copied, and again after, as a spell may have come in between.
    """
    unions = set(also)
    unions |= set(Membership.objects.filter(person_id__in=ids).values_list("organisation_id", flat=True))
    unions |= set(Person.objects.filter(pk__in=ids).values_list("organisation_id", flat=True))
    paths = Organisation.objects.filter(pk__in=also).values_list("path", flat=True)
    organisations.hold(unions | repointing.superiors(list(ids), also=paths))


def older_first(persons: Iterable[Person]) -> list[Person]:
    """Return two records in the order in which they were made: the first one is left after a merge."""
    return sorted(persons, key=lambda person: (person.created_at, person.pk))


def locked(ids: list[UUID]) -> dict[UUID, Person]:
    """Lock records in the order of their ids, as an undo of a roster does, and return those that are there.

    Their unions are held before (``hold_places``): a reorganisation locks unions before people.
    """
    rows = Person.objects.select_for_update().filter(pk__in=ids).order_by("pk")
    return {person.pk: person for person in rows}


class _Merging:
    """One merge while it is being done."""

    def __init__(
        self,
        pair: Pair,
        survivor: Person,
        absorbed: Person,
        chosen: Mapping[str, UUID],
        by: Actor,
        at: datetime,
    ) -> None:
        self.pair, self.survivor, self.absorbed, self.chosen = pair, survivor, absorbed, chosen
        self.said: dict[str, Any] = {"by": by, "at": at}
        self.at = at
        self.before = {person.pk: records.taken(person.pk) for person in (survivor, absorbed)}
        self.opened = {key: records.secrets_of(key, sealed) for key, (_, sealed) in self.before.items()}

    def done(self) -> Merge:
        """Do it, and return what takes it back."""
        changes = self._settled()
        moved = self._moved()
        self._one_record()
        self._followed()
        merged = self._kept()
        self._rows_kept(merged, moved, changes)
        self._told(merged)
        return merged

    def _of(self, field: str) -> Person:
        """Return whose value of ``field`` stands: as chosen, else the survivor's unless it says nothing."""
        if field in self.chosen:
            return self.survivor if self.chosen[field] == self.survivor.pk else self.absorbed
        return self.absorbed if is_blank(field, self._value(field, self.survivor)) else self.survivor

    def _value(self, field: str, person: Person) -> Any:
        return self.opened[person.pk][field] if field in SECRET else getattr(person, COLUMNS[field][0])

    def _settled(self) -> list[Change]:
        stays = self._roll()
        changes = settling.settle_rolls(self.survivor, self.absorbed, stays, **self.said)
        if "group" in self.chosen:
            spell = memberships.open_primary_of(stays)
            changes += settling.settle_group(spell, self._of("group").group, **self.said)
        return changes + settling.settle_all(self.survivor, self.absorbed, **self.said)

    def _roll(self) -> Person:
        """Return whose roll stays: as chosen, else that of the one who has an open spell, of two the earlier one."""
        if "roll" in self.chosen:
            return self._of_key(self.chosen["roll"])
        spells = [memberships.open_primary_of(person) for person in (self.survivor, self.absorbed)]
        there = [spell for spell in spells if spell is not None]
        if not there:
            return self.survivor
        # One at rest is not counted: of two at one union the active one stays.
        return self._of_key(
            min(there, key=lambda spell: (spell.is_retained, spell.from_on, spell.pk)).person_id
        )

    def _of_key(self, key: UUID) -> Person:
        return self.survivor if key == self.survivor.pk else self.absorbed

    def _moved(self) -> dict[str, set[str]]:
        """Hang everything on the survivor; return the keys of what moved, by table and column."""
        moved = {}
        for where in hanging.columns():
            rows = hanging.prints(where, self.absorbed.pk)
            hanging.move(where, rows, to=self.survivor.pk, of=self.absorbed.pk)
            moved[f"{where.table}.{where.column}"] = set(rows)
        return moved

    def _one_record(self) -> None:
        """Write the survivor, give it the tokens, and take the other record out of the register."""
        facts = {column: getattr(self._of(field), column) for field in VALUES for column in COLUMNS[field]}
        facts |= {column: getattr(self._of("id_number"), column) for column in COLUMNS["id_number"]}
        days = [person.first_joined_on for person in (self.survivor, self.absorbed) if person.first_joined_on]
        secrets = self._secrets()
        if secrets != self.opened[self.survivor.pk]:
            sealed = vault.seal(secrets, table=persons.TABLE, row_id=self.survivor.pk, at=self.at)
            facts |= {"secrets": sealed, "secrets_print": vault.fingerprint(secrets)}
        facts |= {"first_joined_on": min(days, default=None), "changed_at": self.at}
        Person.objects.filter(pk=self.survivor.pk).update(**facts)
        self.survivor.refresh_from_db()
        self._tokens(secrets)
        with connection.cursor() as cursor:
            cursor.execute(DELETED, [self.absorbed.pk])

    def _secrets(self) -> dict[str, str]:
        values = {field: self._value(field, self._of(field)) for field in SECRET}
        numbers = [self.opened[person.pk]["id_number"] for person in (self.survivor, self.absorbed)]
        earlier = SEPARATOR.join(self.opened[key]["earlier_numbers"] for key in self.opened).split(SEPARATOR)
        kept = [each for each in dict.fromkeys([*earlier, *numbers]) if each and each != values["id_number"]]
        joined = SEPARATOR.join(kept)
        if len(joined.encode()) > PERSON.widths["earlier_numbers"]:
            raise TooManyNumbers
        return {name: {**values, "earlier_numbers": joined}[name] for name in records.SECRET}

    def _tokens(self, secrets: Mapping[str, str]) -> None:
        """Let the survivor be found by every ID number that either had, and by the phone that stands."""
        mine = IdentityToken.objects.filter(person_id__in=self.before, number_token__isnull=False)
        numbers = [records.plain(records.NUMBER, each.number_token, each.number_version) for each in mine]
        found = records.tokens_by(self.survivor, secrets)
        by_phone = [each for each in found if each["kind"] == records.PHONE]
        records.drop_tokens(self.absorbed.pk)
        records.write_tokens(self.survivor.pk, numbers + by_phone)

    def _followed(self) -> None:
        """Let the record lie where its open roll is, else the last one."""
        follow(self.survivor)

    def _kept(self) -> Merge:
        days = parameters.at(day_of(self.at)).merge_undo_days
        place = {name: getattr(self.pair, name) for name in ("organisation_id", "path", "line_path")}
        merged = Merge.objects.create(
            pair=self.pair,
            survivor=self.survivor.pk,
            absorbed=self.absorbed.pk,
            merged_at=self.at,
            until=day_of(self.at) + timedelta(days=days),
            **place,
        )
        after, sealed = records.taken(self.survivor.pk)
        for key, (before, sealed_before) in self.before.items():
            afterwards = {"after": after, "sealed_after": sealed} if key == self.survivor.pk else {}
            MergeRecord.objects.create(
                merge=merged, person_id=key, before=before, sealed_before=sealed_before, **afterwards
            )
        return merged

    def _rows_kept(self, merged: Merge, moved: Mapping[str, set[str]], changes: list[Change]) -> None:
        """Put aside what hangs on the survivor now: which rows moved, what was changed in them, and their hashes."""
        was: dict[tuple[str, str], dict[str, Any]] = {}
        for row, fields in changes:
            was.setdefault((row._meta.db_table, str(row.pk)), {}).update(fields)
        rows = [
            MergeRow(
                table=where.table,
                column=where.column,
                row_id=key,
                moved=key in moved[f"{where.table}.{where.column}"],
                before=was.get((where.table, key)),
                print_after=printed,
            )
            for where in hanging.columns()
            for key, printed in hanging.prints(where, self.survivor.pk).items()
        ]
        for place, row in enumerate(rows):
            row.merge, row.place = merged, place
        MergeRow.objects.bulk_create(rows)

    def _told(self, merged: Merge) -> None:
        """Write it down, find the events of both under one name, and tell whoever opens the record."""
        facts = {"choices": self.pair.choices, "absorbed": self.absorbed.pk, "merge": merged.pk}
        both = [self.survivor.pk, self.absorbed.pk]
        audit.record("person.merged", subject=self.survivor, persons=both, facts=facts, **self.said)
        looking.also_known_as(self.absorbed.pk, self.survivor.pk, at=self.at)
        merged.pairs = repointing.repoint(merged, self.survivor, **self.said)
        merged.save(update_fields=["pairs"])
        for account in accounts_of(self.survivor.pk):
            notices.tell_account(account, "records_merged", at=self.at, subject=self.survivor.pk)


def follow(person: Person) -> None:
    """Let the record, and what the person agreed to, lie where the open primary spell is, else the last one."""
    spells = Membership.objects.filter(person_id=person.pk, kind=Membership.Kind.PRIMARY)
    spell = spells.filter(to_on=None).first() or spells.order_by("-to_on", "-from_on", "-pk").first()
    if spell is not None:
        person.organisation_id, person.path, person.line_path = (
            spell.organisation_id,
            spell.path,
            spell.line_path,
        )
        person.save(update_fields=["organisation", "path", "line_path"])
    consents.follow(person)


def accounts_of(person: UUID) -> list[UUID]:
    """Return the accounts that open a record now."""
    return list(PersonLogin.objects.filter(person_id=person, to_at=None).values_list("account_id", flat=True))
