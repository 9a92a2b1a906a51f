"""Two records that became one: what was written about either is found under both names (docs/algorithms/duplicates.md)."""

from django.db import migrations, models

import niangjia.core.ids

NAMES_OF = """
    CREATE FUNCTION audit_names_of(person uuid)
    RETURNS TABLE (name uuid, since timestamptz, until timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        WITH RECURSIVE names(name, since, until) AS (
            SELECT person, '-infinity'::timestamptz, 'infinity'::timestamptz
            UNION
            SELECT other.name, greatest(n.since, other.since), least(n.until, other.until)
            FROM names n CROSS JOIN LATERAL (
                SELECT a.former, '-infinity'::timestamptz, 'infinity'::timestamptz
                FROM audit_alias a WHERE a.present = n.name AND a.to_at IS NULL
                UNION ALL
                SELECT a.present, a.from_at, a.to_at
                FROM audit_alias a WHERE a.former = n.name AND a.to_at IS NOT NULL
            ) other(name, since, until)
            WHERE greatest(n.since, other.since) < least(n.until, other.until)
        )
        SELECT name, since, until FROM names
    $$;
    REVOKE EXECUTE ON FUNCTION audit_names_of FROM PUBLIC;
"""
ABOUT_ME = """
    CREATE OR REPLACE FUNCTION audit_about_me(since timestamptz, at_most integer)
    RETURNS TABLE (at timestamptz, name text, role text, organisation_id uuid, fields jsonb, purpose text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        SELECT e.at, e.name, e.role, e.organisation_id, e.facts -> 'fields', e.facts ->> 'purpose'
        FROM audit_event e
        WHERE e.at >= audit_about_me.since AND e.id IN (
            SELECT s.event_id
            FROM audit_names_of(nullif(current_setting('niangjia.person', true), '')::uuid) n
            JOIN audit_eventsubject s ON s.person_id = n.name
            JOIN audit_event x ON x.id = s.event_id AND x.at >= n.since AND x.at < n.until)
        ORDER BY e.at DESC, e.seq DESC LIMIT least(at_most, 1000)
    $$
"""
BEFORE = """
    CREATE OR REPLACE FUNCTION audit_about_me(since timestamptz, at_most integer)
    RETURNS TABLE (at timestamptz, name text, role text, organisation_id uuid, fields jsonb, purpose text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        SELECT e.at, e.name, e.role, e.organisation_id, e.facts -> 'fields', e.facts ->> 'purpose'
        FROM audit_eventsubject s JOIN audit_event e ON e.id = s.event_id
        WHERE s.person_id = nullif(current_setting('niangjia.person', true), '')::uuid AND e.at >= since
        ORDER BY e.at DESC, e.seq DESC LIMIT least(at_most, 1000)
    $$
"""


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0002_the_database_numbers"),
    ]

    operations = [
        migrations.CreateModel(
            name="Alias",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=niangjia.core.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("former", models.UUIDField()),
                ("present", models.UUIDField()),
                ("from_at", models.DateTimeField()),
                ("to_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["former"], name="alias_former"),
                    models.Index(fields=["present"], name="alias_present"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("to_at__isnull", True)), fields=("former",), name="alias_one_open"
                    )
                ],
            },
        ),
        migrations.RunSQL(NAMES_OF, "DROP FUNCTION audit_names_of"),
        migrations.RunSQL(ABOUT_ME, BEFORE),
    ]
