"""No check against a union that may just be moving: a phone would wait for it (docs/adr/0026)."""

import django.db.models.deletion
from django.db import migrations, models

UNION = "registry.organisation"
PROTECT = django.db.models.deletion.PROTECT


class Migration(migrations.Migration):
    dependencies = [("joining", "0003_bulk_tables"), ("registry", "0022_consents_of_a_person")]
    operations = [
        migrations.AlterField(
            model_name="submission",
            name="organisation",
            field=models.ForeignKey(db_constraint=False, on_delete=PROTECT, related_name="+", to=UNION),
        ),
        migrations.AlterField(
            model_name="joinrequest",
            name="holder",
            field=models.ForeignKey(
                db_constraint=False, db_index=False, on_delete=PROTECT, related_name="+", to=UNION
            ),
        ),
    ]
