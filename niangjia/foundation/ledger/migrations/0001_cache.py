"""The cache table, from a migration: createcachetable would come too late for the grants."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = []
    operations = [
        migrations.RunSQL(
            """CREATE TABLE niangjia_cache (
                cache_key varchar(255) NOT NULL PRIMARY KEY, value text NOT NULL, expires timestamptz NOT NULL);
            CREATE INDEX niangjia_cache_expires ON niangjia_cache (expires)""",
            "DROP TABLE niangjia_cache",
        )
    ]
