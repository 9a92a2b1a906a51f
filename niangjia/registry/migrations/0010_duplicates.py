"""Pairs of records that may be one person, searches for them, merges and what takes them back; what a card shows then."""

import django.db.models.deletion
from django.db import migrations, models

import niangjia.core.ids
from niangjia.foundation.rowsecurity import SCOPED, row_security

# A spell that was closed because its person had two records stands for the open one: a card shown from it still holds.
SHOWN = """
CREATE OR REPLACE FUNCTION registry_shown_by_card(spell uuid)
RETURNS TABLE (name text, union_name text, still boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT CASE length(m.name_then)
               WHEN 0 THEN '' WHEN 1 THEN '*' WHEN 2 THEN left(m.name_then, 1) || '*'
               ELSE left(m.name_then, 1) || '*' || right(m.name_then, 1)
           END,
           o.name,
           m.to_on IS NULL AND m.status IN ('active', 'retained')
    FROM registry_membership scanned
    LEFT JOIN registry_membership stays ON scanned.end_reason = '10' AND stays.person_id = scanned.person_id
        AND stays.kind = 'primary' AND stays.to_on IS NULL
    JOIN registry_membership m ON m.id = coalesce(stays.id, scanned.id)
    JOIN registry_organisation o ON o.id = m.organisation_id
    WHERE scanned.id = spell
$$
"""
BEFORE = """
CREATE OR REPLACE FUNCTION registry_shown_by_card(spell uuid)
RETURNS TABLE (name text, union_name text, still boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT CASE length(m.name_then)
               WHEN 0 THEN '' WHEN 1 THEN '*' WHEN 2 THEN left(m.name_then, 1) || '*'
               ELSE left(m.name_then, 1) || '*' || right(m.name_then, 1)
           END,
           o.name,
           m.to_on IS NULL AND m.status IN ('active', 'retained')
    FROM registry_membership m JOIN registry_organisation o ON o.id = m.organisation_id
    WHERE m.id = spell
$$
"""


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0005_bulk_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="Merge",
            fields=[
                ("path", models.TextField(db_collation="C", max_length=255)),
                ("line_path", models.TextField(db_collation="C", max_length=255, null=True)),
                (
                    "id",
                    models.UUIDField(
                        default=niangjia.core.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("survivor", models.UUIDField()),
                ("absorbed", models.UUIDField()),
                ("merged_at", models.DateTimeField()),
                ("until", models.DateField()),
                ("undone_at", models.DateTimeField(null=True)),
                ("kept", models.JSONField(default=list)),
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
            name="MergeRecord",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "merge_id", "person_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("person_id", models.UUIDField()),
                ("before", models.JSONField()),
                ("sealed_before", models.BinaryField()),
                ("after", models.JSONField(null=True)),
                ("sealed_after", models.BinaryField(null=True)),
                (
                    "merge",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="records",
                        to="registry.merge",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="MergeRow",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "merge_id", "place", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("place", models.IntegerField()),
                ("table", models.TextField(max_length=63)),
                ("column", models.TextField(max_length=63)),
                ("row_id", models.TextField(max_length=40)),
                ("moved", models.BooleanField()),
                ("before", models.JSONField(null=True)),
                ("print_after", models.BigIntegerField(null=True)),
                (
                    "merge",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rows",
                        to="registry.merge",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Pair",
            fields=[
                ("path", models.TextField(db_collation="C", max_length=255)),
                ("line_path", models.TextField(db_collation="C", max_length=255, null=True)),
                (
                    "id",
                    models.UUIDField(
                        default=niangjia.core.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("first", models.UUIDField()),
                ("second", models.UUIDField()),
                (
                    "status",
                    models.TextField(
                        choices=[
                            ("open", "To be decided"),
                            ("merging", "Being merged"),
                            ("merged", "Merged"),
                            ("unmerging", "Being taken apart"),
                            ("different", "Different people"),
                            ("gone", "No longer found"),
                        ],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("decision", models.TextField(max_length=10)),
                ("weight", models.FloatField()),
                ("reasons", models.JSONField(default=list)),
                ("differs", models.JSONField(default=list)),
                ("counts", models.JSONField(default=dict)),
                ("first_print", models.UUIDField()),
                ("second_print", models.UUIDField()),
                ("found_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_by", models.UUIDField(null=True)),
                ("choices", models.JSONField(default=dict)),
                ("refused", models.TextField(blank=True, max_length=40)),
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
        migrations.AddField(
            model_name="merge",
            name="pair",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="merges", to="registry.pair"
            ),
        ),
        migrations.CreateModel(
            name="Search",
            fields=[
                ("path", models.TextField(db_collation="C", max_length=255)),
                ("line_path", models.TextField(db_collation="C", max_length=255, null=True)),
                (
                    "id",
                    models.UUIDField(
                        default=niangjia.core.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("batch_id", models.UUIDField(null=True)),
                ("asked_at", models.DateTimeField()),
                ("asked_by", models.UUIDField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("failed_at", models.DateTimeField(null=True)),
                ("persons", models.IntegerField(default=0)),
                ("opened", models.IntegerField(default=0)),
                ("pairs", models.IntegerField(default=0)),
                ("left_out", models.IntegerField(default=0)),
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
        migrations.AddIndex(
            model_name="pair",
            index=models.Index(fields=["second"], name="pair_second"),
        ),
        migrations.AddIndex(
            model_name="pair",
            index=models.Index(fields=["path", "status", "id"], name="pair_path"),
        ),
        migrations.AddIndex(
            model_name="pair",
            index=models.Index(
                condition=models.Q(("line_path__isnull", False)),
                fields=["line_path", "status", "id"],
                name="pair_line",
            ),
        ),
        migrations.AddConstraint(
            model_name="pair",
            constraint=models.UniqueConstraint(fields=("first", "second"), name="pair_once"),
        ),
        migrations.AddConstraint(
            model_name="pair",
            constraint=models.CheckConstraint(
                condition=models.Q(("first__lt", models.F("second"))), name="pair_in_order"
            ),
        ),
        migrations.AddIndex(
            model_name="merge",
            index=models.Index(fields=["survivor"], name="merge_survivor"),
        ),
        migrations.AddIndex(
            model_name="merge",
            index=models.Index(fields=["path", "id"], name="merge_path"),
        ),
        migrations.AddConstraint(
            model_name="merge",
            constraint=models.UniqueConstraint(
                condition=models.Q(("undone_at__isnull", True)),
                fields=("absorbed",),
                name="merge_absorbed_once",
            ),
        ),
        migrations.AddIndex(
            model_name="search",
            index=models.Index(fields=["path", "id"], name="search_path"),
        ),
        migrations.AddConstraint(
            model_name="search",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("batch_id__isnull", True), ("failed_at__isnull", True), ("finished_at__isnull", True)
                ),
                fields=("organisation",),
                name="search_one_running_in_an_office",
            ),
        ),
        *row_security("registry_search", **SCOPED),
        *row_security("registry_pair", **SCOPED),
        *row_security("registry_merge", **SCOPED),
        migrations.RunSQL(SHOWN, BEFORE),
    ]
