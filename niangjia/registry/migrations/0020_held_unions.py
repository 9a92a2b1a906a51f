"""Whoever copies the path of a union holds its row; and a step of a path is looked up among those of all days."""

from django.db import migrations, models

# With the rights of the owner, since holding a row asks for the right to change it, which no office has.
HOLD = """
CREATE FUNCTION registry_hold(uuid[]) RETURNS SETOF registry_organisation LANGUAGE sql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp
AS 'SELECT * FROM registry_organisation WHERE id = ANY($1) ORDER BY id FOR KEY SHARE'"""


class Migration(migrations.Migration):
    dependencies = [("registry", "0010_duplicates")]
    operations = [
        migrations.RunSQL(HOLD, "DROP FUNCTION registry_hold(uuid[])"),
        migrations.AddIndex(
            model_name="parenthood",
            index=models.Index(fields=["path"], name="parenthood_path"),
        ),
    ]
