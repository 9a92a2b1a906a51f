"""What whoever scans a card may see, without a right on any person's row: the masked name, the union, still or not."""

from django.db import migrations

SHOWN = """
CREATE FUNCTION registry_shown_by_card(spell uuid)
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
    dependencies = [("registry", "0002_row_security")]
    operations = [migrations.RunSQL(SHOWN, "DROP FUNCTION registry_shown_by_card(uuid)")]
