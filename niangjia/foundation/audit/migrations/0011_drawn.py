"""Whom a bulk act made is named by what their keys have in common (docs/adr/0043-a-draw-names-its-people.md)."""

import django.db.models.fields.json
from django.db import migrations, models

EVENTS_ABOUT = """
    CREATE FUNCTION audit_events_about(person uuid) RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        SELECT e.id FROM audit_names_of(person) n
        CROSS JOIN LATERAL (
            SELECT s.event_id FROM audit_eventsubject s WHERE s.person_id = n.name
            UNION
            SELECT d.id FROM audit_event d WHERE d.facts ? 'drawn' AND d.facts ->> 'drawn' = left(n.name::text, 28)
        ) about
        JOIN audit_event e ON e.id = about.event_id AND e.at >= n.since AND e.at < n.until
    $$;
    REVOKE EXECUTE ON FUNCTION audit_events_about FROM PUBLIC;
"""
ABOUT_ME = """
    CREATE OR REPLACE FUNCTION audit_about_me(since timestamptz, at_most integer)
    RETURNS TABLE (at timestamptz, name text, role text, organisation_id uuid, fields jsonb, purpose text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        SELECT e.at, e.name, e.role, e.organisation_id, e.facts -> 'fields', e.facts ->> 'purpose'
        FROM audit_event e
        WHERE e.at >= audit_about_me.since AND e.id IN (
            SELECT audit_events_about(nullif(current_setting('niangjia.person', true), '')::uuid))
        ORDER BY e.at DESC, e.seq DESC LIMIT least(at_most, 1000)
    $$
"""
BEFORE = """
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


class Migration(migrations.Migration):
    dependencies = [("audit", "0010_alias")]

    operations = [
        migrations.AddIndex(
            "event",
            models.Index(
                django.db.models.fields.json.KeyTextTransform("drawn", "facts"),
                condition=models.Q(("facts__has_key", "drawn")),
                name="event_drawn",
            ),
        ),
        migrations.RunSQL(EVENTS_ABOUT, "DROP FUNCTION audit_events_about"),
        migrations.RunSQL(ABOUT_ME, BEFORE),
    ]
