"""Persons: one record for life."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from niangjia.core.ids import uuid7
from niangjia.registry.models.scoped import OfPerson, Scoped


class Person(Scoped):
    """A worker (人员). The ID number, phone and address are one sealed message in ``secrets``.

    ``organisation`` and the paths are those of the open primary spell, else of the last one, else of the open
    request's union. ``secrets_print`` is the keyed fingerprint that tells "same" from "changed" without opening.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.TextField(max_length=100)
    name_key = models.TextField(max_length=100, db_collation="C")
    id_kind = models.TextField(max_length=20)
    sex = models.CharField(max_length=1, default="0")
    birth_on = models.DateField(null=True)
    group = models.TextField(max_length=30, blank=True)
    ethnic = models.CharField(max_length=2, blank=True)
    education = models.CharField(max_length=2, blank=True)
    work_status = models.CharField(max_length=2, blank=True)
    hukou = models.TextField(max_length=20, blank=True)
    region = models.ForeignKey(
        "registry.Region", models.PROTECT, null=True, related_name="+", db_index=False, db_constraint=False
    )
    employer = models.ForeignKey(
        "registry.Employer", models.PROTECT, null=True, related_name="+", db_index=False, db_constraint=False
    )
    first_joined_on = models.DateField(null=True)
    secrets = models.BinaryField()
    secrets_print = models.UUIDField()
    checked_by = models.TextField(max_length=20, blank=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["path", "id"], name="person_path"),
            models.Index(
                fields=["line_path", "id"], name="person_line", condition=Q(line_path__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class IdentityToken(models.Model):
    """Blind indexes by which a person is found, the ID number's and the phone's: the one place of uniqueness across persons.

    One row a person, ``place`` 0, with both; each earlier number of a merged record is one more row. The table stands
    outside row security, and neither office nor worker may read it: screening and intake ask it as the system.
    ``name_birth`` (``registry_name_birth`` of the person) stands beside the phone, so that the same name, phone and birth
    date are found under another number, however many share the phone.
    """

    pk = models.CompositePrimaryKey("person_id", "place")
    place = models.SmallIntegerField(default=0)
    number_token = models.UUIDField(null=True)
    number_version = models.SmallIntegerField(null=True)
    phone_token = models.UUIDField(null=True)
    phone_version = models.SmallIntegerField(null=True)
    name_birth = models.BigIntegerField(null=True)
    person = models.ForeignKey(Person, models.CASCADE, related_name="+", db_index=False, db_constraint=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number_token"], name="identity_number_once"),
        ]
        indexes = [
            models.Index(
                fields=["phone_token", "name_birth"],
                condition=Q(phone_token__isnull=False),
                name="identity_phone",
            ),
        ]

    def __str__(self) -> str:
        return f"token {self.place} of {self.person_id}"


class PersonLogin(OfPerson):
    """Which account opens which record, since when, and how that was proven."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey("accounts.Account", models.PROTECT, related_name="+")
    from_at = models.DateTimeField()
    to_at = models.DateTimeField(null=True)
    proof = models.TextField(max_length=20)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=Q(to_at__isnull=True), name="login_one_person"
            ),
            models.CheckConstraint(
                name="login_ends_after_it_began", condition=Q(to_at__isnull=True) | Q(to_at__gte=F("from_at"))
            ),
        ]
        indexes = [models.Index(fields=["person"], name="login_person")]

    def __str__(self) -> str:
        return f"{self.account_id} for {self.person_id}"
