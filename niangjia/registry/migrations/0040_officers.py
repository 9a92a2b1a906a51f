"""Officers: who holds which post of a union; no two at once in a seat for one."""

import django.contrib.postgres.constraints
import django.db.models.constraints
import django.db.models.deletion
from django.db import migrations, models

import niangjia.core.ids
import niangjia.registry.models.officers
from niangjia.foundation.rowsecurity import SCOPED, row_security


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0035_narrow_bulk_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="Officer",
            fields=[
                ("path", models.TextField(db_collation="C", max_length=255)),
                ("line_path", models.TextField(db_collation="C", max_length=255, null=True)),
                (
                    "id",
                    models.UUIDField(
                        default=niangjia.core.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("post", models.TextField(max_length=30)),
                ("basis", models.TextField(blank=True, max_length=20)),
                ("name_then", models.TextField(max_length=100)),
                ("from_on", models.DateField()),
                ("to_on", models.DateField(null=True)),
                ("term_until", models.DateField(null=True)),
                (
                    "organisation",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.organisation",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.person",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["path", "id"], name="officer_path"),
                    models.Index(
                        condition=models.Q(("line_path__isnull", False)),
                        fields=["line_path", "id"],
                        name="officer_line",
                    ),
                    models.Index(fields=["organisation", "post"], name="officer_union"),
                    models.Index(fields=["person"], name="officer_person"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("to_on__isnull", True), ("to_on__gte", models.F("from_on")), _connector="OR"
                        ),
                        name="officer_ends_after_it_began",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        deferrable=django.db.models.constraints.Deferrable["IMMEDIATE"],
                        expressions=[
                            (
                                niangjia.registry.models.officers.Seat(
                                    single=(
                                        "chair",
                                        "executive_vice_chair",
                                        "audit_chair",
                                        "women_chair",
                                        "sole_organiser",
                                    )
                                ),
                                "&&",
                            ),
                            (niangjia.registry.models.officers.Days("from_on", "to_on"), "&&"),
                        ],
                        name="officer_one_in_a_seat",
                    ),
                ],
            },
        ),
        *row_security("registry_officer", **SCOPED),
    ]
