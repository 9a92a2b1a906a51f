"""Numbers and transactions are the database's own; and a worker may ask who looked."""

from django.db import migrations

NUMBERED = """
    ALTER TABLE audit_event ALTER COLUMN seq ADD GENERATED ALWAYS AS IDENTITY;
    ALTER TABLE audit_event ALTER COLUMN txid SET DEFAULT pg_current_xact_id()::text::bigint;
"""
NOT_NUMBERED = """
    ALTER TABLE audit_event ALTER COLUMN seq DROP IDENTITY;
    ALTER TABLE audit_event ALTER COLUMN txid DROP DEFAULT;
"""
ABOUT_ME = """
    CREATE FUNCTION audit_about_me(since timestamptz, at_most integer)
    RETURNS TABLE (at timestamptz, name text, role text, organisation_id uuid, fields jsonb, purpose text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        SELECT e.at, e.name, e.role, e.organisation_id, e.facts -> 'fields', e.facts ->> 'purpose'
        FROM audit_eventsubject s JOIN audit_event e ON e.id = s.event_id
        WHERE s.person_id = nullif(current_setting('niangjia.person', true), '')::uuid AND e.at >= since
        ORDER BY e.at DESC, e.seq DESC LIMIT least(at_most, 1000)
    $$;
    REVOKE EXECUTE ON FUNCTION audit_about_me FROM PUBLIC;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [
        migrations.RunSQL(NUMBERED, NOT_NUMBERED),
        migrations.RunSQL(ABOUT_ME, "DROP FUNCTION audit_about_me"),
    ]
