"""One delta for all days of a union that a chunk changes (docs/adr/0047-a-delta-of-many-days.md)."""

from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models

FUNCTION = """
CREATE FUNCTION registry_sum_until(days date[], numbers int4[], until date) RETURNS int8 LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (SELECT coalesce(sum(x.n), 0) FROM unnest(days, numbers) x(day, n) WHERE x.day <= until)"""

# Taken back, each day is a delta again.
PARTED = """
INSERT INTO registry_delta (measure, organisation_id, path, line_path, region_code, "group", source, day, n)
    SELECT d.measure, d.organisation_id, d.path, d.line_path, d.region_code, d."group", d.source, x.day, x.n
    FROM registry_delta d CROSS JOIN LATERAL unnest(d.days, d.numbers) x(day, n) WHERE d.days IS NOT NULL;
DELETE FROM registry_delta WHERE days IS NOT NULL"""


class Migration(migrations.Migration):
    dependencies = [("registry", "0060_held_rows")]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION registry_sum_until(date[], int4[], date)"),
        migrations.AddField("delta", "last_day", models.DateField(null=True)),
        migrations.AddField("delta", "days", ArrayField(models.DateField(), null=True)),
        migrations.AddField("delta", "numbers", ArrayField(models.IntegerField(), null=True)),
        migrations.RunSQL(migrations.RunSQL.noop, PARTED),
    ]
