"""A roster meets a record by a number that it had earlier: it changes the record, and the number that stands goes on standing."""

from __future__ import annotations

import polars as pl
import pytest

from niangjia.core.intake.headers import guess
from niangjia.foundation import vault
from niangjia.foundation.acting import acting
from niangjia.registry import persons
from niangjia.registry.models import IdentityToken, Person
from tests.intake.rosters import AT, SYSTEM, committed, load_city, planned, roster, sheet_of

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def columns(heads):
    mapping = guess(heads)
    return {name: f"c{mapping[name]}" for name in ("id_number", "phone")}


def test_the_number_that_stands_is_not_exchanged_for_an_earlier_one():
    office = load_city()
    sheet, heads = sheet_of(roster(6, 11, kinds=(), noisy=False))
    committed(office, planned(office, sheet, heads))
    where = columns(heads)
    earlier, stands = sheet[where["id_number"]][0], sheet[where["id_number"]][1]
    with acting(SYSTEM):
        person, other = (persons.known_by("citizen", each) for each in (earlier, stands))
        known_by_both(person, other, stands=stands, earlier=earlier)
    phone = pl.when(pl.int_range(pl.len()) == 0).then(pl.lit("13800138011")).otherwise(pl.col(where["phone"]))
    again = sheet.with_columns(phone.alias(where["phone"]))[[0, 2, 3]]
    batch = planned(office, again, heads, content=b"again")
    assert batch.counts["changed"] == 1
    committed(office, batch)
    with acting(SYSTEM):
        secrets = vault.open_sealed(
            bytes(Person.objects.get(pk=person.pk).secrets), table=persons.TABLE, row_id=person.pk
        )
    assert (secrets["id_number"], secrets["earlier_numbers"], secrets["phone"]) == (
        stands,
        earlier,
        "13800138011",
    )

    both = planned(office, sheet[[0, 1, 2]], heads, content=b"both numbers of one person")
    assert both.counts["held"] == 1


def known_by_both(person, other, *, stands, earlier):
    """Let ``person`` be found by the number of ``other`` too, as after a merge."""
    from niangjia.registry.models import Membership

    number = IdentityToken.objects.get(person=other)
    token = number.number_token
    number.delete()
    Membership.objects.filter(person=other).delete()
    IdentityToken.objects.create(place=1, number_token=token, number_version=1, person=person)
    said = dict(vault.open_sealed(bytes(person.secrets), table=persons.TABLE, row_id=person.pk))
    said |= {"id_number": stands, "earlier_numbers": earlier}
    sealed = vault.seal(said, table=persons.TABLE, row_id=person.pk, at=AT)
    Person.objects.filter(pk=person.pk).update(secrets=sealed, secrets_print=vault.fingerprint(said))
