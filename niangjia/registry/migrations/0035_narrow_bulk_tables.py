"""Fewer rows and indexes for each person taken in (docs/adr/0040-fewer-indexes-in-bulk.md)."""

from django.db import migrations, models
from django.db.models import Case, F, Q, Value, When

FUNCTION = """
CREATE FUNCTION registry_name_birth(name_key text, birth_on date) RETURNS int8 LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN hashtextextended(name_key, coalesce(birth_on - date '2000-01-01', -2147483648)::int8)"""
# A token of name, phone and birth date was a row of its own, and is now a column beside the phone.
JOINED = """
DELETE FROM registry_identitytoken WHERE kind = 'npb';
UPDATE registry_identitytoken t SET name_birth = registry_name_birth(p.name_key, p.birth_on)
    FROM registry_person p WHERE t.kind = 'phone' AND p.id = t.person_id;
UPDATE registry_mergerecord SET before = before || jsonb_build_object('tokens', (SELECT coalesce(jsonb_agg(t), '[]')
    FROM jsonb_array_elements(before->'tokens') t WHERE t->>'kind' <> 'npb')) WHERE before ? 'tokens';
UPDATE plans_earlier SET facts = facts || jsonb_build_object('tokens', (SELECT coalesce(jsonb_agg(t || jsonb_build_object(
        'name_birth', registry_name_birth(facts->>'name_key', (facts->>'birth_on')::date))), '[]')
    FROM jsonb_array_elements(facts->'tokens') t WHERE t->>'kind' <> 'npb')) WHERE facts ? 'tokens'"""

# Read by measure, path and day, and by nothing else: Django cannot change to such a key.
DELTAS = """
DROP INDEX delta_measure_path_day;
ALTER TABLE registry_delta DROP CONSTRAINT registry_delta_pkey, ADD PRIMARY KEY (measure, path, day, id)"""
DELTAS_BEFORE = """
ALTER TABLE registry_delta DROP CONSTRAINT registry_delta_pkey, ADD PRIMARY KEY (id);
CREATE INDEX delta_measure_path_day ON registry_delta (measure, path, day)"""


class Migration(migrations.Migration):
    dependencies = [("plans", "0010_earlier_of_no_person"), ("registry", "0031_employers_and_head_counts")]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION registry_name_birth(text, date)"),
        migrations.AddField("identitytoken", "name_birth", models.BigIntegerField(null=True)),
        migrations.RunSQL(JOINED, migrations.RunSQL.noop),
        migrations.AlterField(
            "identitytoken",
            "kind",
            models.TextField(choices=[("id", "Id Number"), ("phone", "Phone")], max_length=10),
        ),
        migrations.RemoveIndex("identitytoken", "identity_other_token"),
        migrations.AddIndex(
            "identitytoken",
            models.Index(fields=["token", "name_birth"], condition=Q(kind="phone"), name="identity_phone"),
        ),
        migrations.SeparateDatabaseAndState(
            [migrations.RunSQL(DELTAS, DELTAS_BEFORE)],
            [migrations.RemoveIndex("delta", "delta_measure_path_day")],
        ),
        migrations.RemoveIndex("membership", "membership_person"),
        migrations.RemoveConstraint("membership", "membership_one_open_primary"),
        migrations.AddConstraint(
            "membership",
            models.UniqueConstraint(
                F("person"),
                Case(When(kind="primary", to_on__isnull=True, then=Value(True))),
                name="membership_one_open_primary",
            ),
        ),
    ]
