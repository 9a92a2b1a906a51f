"""Reorganisation orders, their lines, and what each took from one union to another."""

import django.db.models.deletion
from django.db import migrations, models

import niangjia.core.ids
from niangjia.foundation.rowsecurity import SCOPED, row_security


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0020_held_unions"),
    ]

    operations = [
        migrations.CreateModel(
            name="ReorganisationOrder",
            fields=[
                ("path", models.TextField(db_collation="C", max_length=255)),
                ("line_path", models.TextField(db_collation="C", max_length=255, null=True)),
                (
                    "id",
                    models.UUIDField(
                        default=niangjia.core.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("document_number", models.TextField(max_length=80)),
                ("effective_on", models.DateField()),
                ("reason", models.TextField(blank=True, max_length=200)),
                (
                    "status",
                    models.TextField(
                        choices=[
                            ("draft", "Being drafted"),
                            ("previewed", "Ready to be signed"),
                            ("signed", "Signed, waits for its day"),
                            ("carrying_out", "Being carried out"),
                            ("carried_out", "Carried out"),
                            ("refused", "Refused on its day"),
                            ("taking_back", "Being taken back"),
                            ("taken_back", "Taken back"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="draft",
                        max_length=20,
                    ),
                ),
                ("drafted_by", models.UUIDField()),
                ("drafted_account", models.UUIDField()),
                ("drafted_at", models.DateTimeField()),
                ("preview", models.JSONField(default=dict)),
                ("refusals", models.JSONField(default=list)),
                ("previewed_at", models.DateTimeField(null=True)),
                ("signed_by", models.UUIDField(null=True)),
                ("signed_at", models.DateTimeField(null=True)),
                ("done", models.JSONField(default=dict)),
                ("carried_out_at", models.DateTimeField(null=True)),
                ("taken_back_at", models.DateTimeField(null=True)),
                ("seconds", models.FloatField(default=0)),
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
            ],
        ),
        migrations.CreateModel(
            name="OrderLine",
            fields=[
                ("path", models.TextField(db_collation="C", max_length=255)),
                ("line_path", models.TextField(db_collation="C", max_length=255, null=True)),
                (
                    "id",
                    models.UUIDField(
                        default=niangjia.core.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.IntegerField()),
                (
                    "kind",
                    models.TextField(
                        choices=[
                            ("move", "Move"),
                            ("merge", "Merge"),
                            ("split", "Split"),
                            ("dissolve", "Dissolve"),
                        ],
                        max_length=10,
                    ),
                ),
                ("unit", models.TextField(max_length=120)),
                ("target", models.TextField(blank=True, max_length=120)),
                ("new_name", models.TextField(blank=True, max_length=120)),
                ("new_code", models.TextField(blank=True, max_length=40)),
                ("parts", models.JSONField(default=list)),
                ("employers", models.JSONField(default=list)),
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
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="registry.reorganisationorder",
                    ),
                ),
            ],
            options={
                "ordering": ["number"],
            },
        ),
        migrations.CreateModel(
            name="Carried",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "order_id",
                        "what",
                        "row_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("what", models.TextField(max_length=60)),
                ("row_id", models.UUIDField()),
                ("from_organisation", models.UUIDField(null=True)),
                ("to_organisation", models.UUIDField(null=True)),
                ("successor", models.UUIDField(null=True)),
                (
                    "order",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.reorganisationorder",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="reorganisationorder",
            index=models.Index(fields=["path", "id"], name="order_path"),
        ),
        migrations.AddConstraint(
            model_name="reorganisationorder",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ["cancelled", "taken_back"]), _negated=True),
                fields=("organisation", "document_number"),
                name="order_number_once_in_an_office",
            ),
        ),
        migrations.AddConstraint(
            model_name="reorganisationorder",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "status__in",
                            ["signed", "carrying_out", "carried_out", "taking_back", "taken_back"],
                        ),
                        _negated=True,
                    ),
                    models.Q(("signed_at__isnull", False), ("signed_by__isnull", False)),
                    _connector="OR",
                ),
                name="order_signed_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="reorganisationorder",
            constraint=models.CheckConstraint(
                condition=models.Q(("document_number", ""), _negated=True), name="order_has_a_number"
            ),
        ),
        migrations.AddConstraint(
            model_name="orderline",
            constraint=models.UniqueConstraint(fields=("order", "number"), name="order_line_number_once"),
        ),
        *row_security("registry_reorganisationorder", **SCOPED),
        *row_security("registry_orderline", **SCOPED),
    ]
