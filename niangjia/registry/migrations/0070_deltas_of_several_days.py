"""One delta for all days of a union that a chunk changes (docs/adr/0047-a-delta-of-many-days.md)."""

from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models

FUNCTION = """
CREATE FUNCTION registry_sum_until(days date[], numbers int4[], until date) RETURNS int8 LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (SELECT coalesce(sum(x.n), 0) FROM unnest(days, numbers) x(day, n) WHERE x.day <= until)"""


class Migration(migrations.Migration):
    dependencies = [("registry", "0060_held_rows")]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION registry_sum_until(date[], int4[], date)"),
        migrations.AddField("delta", "last_day", models.DateField(null=True)),
        migrations.AddField("delta", "days", ArrayField(models.DateField(), null=True)),
        migrations.AddField("delta", "numbers", ArrayField(models.IntegerField(), null=True)),
    ]
