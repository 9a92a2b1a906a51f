"""A merge taken back leaves everything as it was, whatever hung on the two records and whatever was chosen."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from niangjia.foundation import vault
from niangjia.foundation.accounts.models import Account
from niangjia.foundation.acting import acting
from niangjia.joining.models import Elsewhere, JoinRequest
from niangjia.registry import consents, hanging, logins, memberships
from niangjia.registry.duplicates.fields import FIELDS
from niangjia.registry.duplicates.states import Status
from niangjia.registry.models import Consent, Employer, Membership, Officer, Pair, Person
from tests.factories import AT
from tests.joiners import SYSTEM
from tests.matrix.asking import undone
from tests.registry.duplicates import made
from tests.registry.duplicates.made_rows import unlike, whole

pytestmark = [pytest.mark.database, pytest.mark.django_db]

SIDES = st.sampled_from(["first", "second"])
PURPOSES = ("membership", "sensitive_id", "services")
RECORDS = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["张伟丽", "张玮丽", "张伟莉"]),
        "phone": st.sampled_from([made.PHONE, "13800138001", ""]),
        "group": st.sampled_from(["courier", "driver", ""]),
        "sex": st.sampled_from(["2", "0"]),
        "education": st.sampled_from(["20", "30", ""]),
        "employed": st.booleans(),
        "roll": st.sampled_from(["open", "closed", "none"]),
        "post": st.sampled_from(["open", "closed", "none"]),
        "purposes": st.sets(st.sampled_from(PURPOSES)),
        "logins": st.integers(0, 2),
        "requests": st.integers(0, 2),
        "days": st.integers(0, 40),
    }
)


def record(union, number, said):
    """Return a record with everything that ``said`` hangs on it."""
    at = AT - timedelta(days=said["days"])
    plain = {name: said[name] for name in ("name", "group", "sex", "education")}
    accounts = [worker() for _ in range(said["logins"])]
    person = made.member(union, number, phone=said["phone"], at=at, on_roll=said["roll"] != "none", **plain)
    with acting(SYSTEM):
        if said["employed"]:
            employer = Employer.objects.create(name="青岚快递", name_key=f"青岚快递{uuid4()}")
            Person.objects.filter(pk=person.pk).update(employer=employer)
        if said["roll"] == "closed":
            memberships.close_spell(memberships.open_primary_of(person), reason="1", by=SYSTEM, at=AT)
        if said["post"] != "none":
            officer(person, union, since=at, is_over=said["post"] == "closed")
        for purpose in said["purposes"]:
            consents.give(person, purpose, "1", by=SYSTEM, at=at)
        for account in accounts:
            logins.link(account.pk, person, proof="joined", by=SYSTEM, at=at)
        for _ in range(said["requests"]):
            asked_by(person, union, at)
    return person


def officer(person, union, *, since, is_over):
    """Put the person into a post that the other record may hold too, on some of the same days."""
    place = {"organisation": union, "path": union.path, "line_path": union.line_path}
    days = {"from_on": since.date() - timedelta(days=300), "to_on": AT.date() if is_over else None}
    Officer.objects.create(person=person, name_then=person.name, post="vice_chair", **place, **days)


def worker():
    """Return a new account; outside ``acting``."""
    account = Account(phone_token=uuid4(), phone_sealed=b"sealed")
    account.set_unusable_password()
    account.save()
    return account


def asked_by(person, union, at):
    """Return a request that named the person, and was put before the superior."""
    key = uuid4()
    request = JoinRequest.objects.create(
        id=key, organisation=union, path=union.path, line_path=union.line_path, holder=union, name=person.name,
        id_kind="citizen", sex="2", group="courier", secrets=vault.seal({}, table="joining_joinrequest", row_id=key, at=at),
        id_token=uuid4(), phone_token=uuid4(), person=person, submitted_at=at,
    )  # fmt: skip
    place = {"organisation": union, "path": union.path, "line_path": union.line_path}
    Elsewhere.objects.create(join_request=request, person=person, found_at=at, **place)
    return request


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    one=RECORDS,
    other=RECORDS,
    sides=st.lists(SIDES, min_size=14, max_size=14),
    third=st.sampled_from(["none", "one", "other"]),
)
def test_taken_apart_everything_is_as_it_was(one, other, sides, third):
    with undone():
        _, county, near, _ = made.unions()
        people = [record(near[0], made.NUMBER, one), record(near[1], made.SLIP, other)]
        if third != "none":
            like = {"one": one, "other": other}[third]
            made.member(near[1], "", name=like["name"], phone=like["phone"], on_roll=False)
        with acting(SYSTEM):
            before, people_before = whole(), Person.objects.count()
        both = {person.pk for person in people}
        pairs = [pair for pair in made.search(county) if set(pair.person_ids) == both]
        assume(pairs)
        waiting = pairs_waiting()
        choices = dict(zip(FIELDS, sides, strict=True))
        merged = made.merge(pairs[0], county, choices)
        assert (merged.status, merged.refused) == (Status.MERGED, "")
        with acting(SYSTEM):
            assert Person.objects.count() == people_before - 1
            still = set(Person.objects.values_list("pk", flat=True))
            assert all(set(pair.person_ids) <= still for pair in Pair.objects.filter(status=Status.OPEN))
            named = {UUID(key) for where in hanging.columns() for key in of_whom(where)}
            assert named <= still
        apart = made.unmerge(merged, county, at=AT + timedelta(days=29))
        assert apart.status == Status.OPEN
        with acting(SYSTEM):
            assert unlike(before, whole()) == []
            assert apart.merges.get().kept == []
        assert pairs_waiting() == waiting


def pairs_waiting():
    """Return every pair; what there is to choose is asked anew whenever somebody decides."""
    with acting(SYSTEM):
        return [
            {name: value for name, value in row.items() if name != "differs"}
            for row in Pair.objects.order_by("pk").values()
        ]


def of_whom(where):
    """Return whom the rows of one table name."""
    names = where.model.objects.exclude(**{where.column: None}).values_list(where.column, flat=True)
    return {str(key) for key in names}


def test_the_hash_of_everything_sees_a_difference_in_each_table():
    """The control of the test above: a row that is not as it was is noticed, in whichever table."""
    near = made.unions()[2]
    said = {
        "name": "张伟丽", "phone": made.PHONE, "group": "courier", "sex": "2", "education": "20", "employed": True,
        "roll": "open", "purposes": {"membership"}, "logins": 1, "requests": 1, "days": 3,
        "post": "open",
    }  # fmt: skip
    person = record(near[0], made.NUMBER, said)
    with acting(SYSTEM):
        before = whole()
        Person.objects.filter(pk=person.pk).update(group="driver")
        assert unlike(before, whole()) == ["registry_person"]
        Consent.objects.update(withdrawn_at=AT)
        Membership.objects.update(group="driver")
        JoinRequest.objects.update(answer="好")
        Officer.objects.update(basis="full_time")
        changed = {"registry_consent", "registry_membership", "registry_officer", "joining_joinrequest"}
        assert changed < set(unlike(before, whole()))
