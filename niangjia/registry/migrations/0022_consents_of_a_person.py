"""A person's consents are found without reading everybody's."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0021_reorganisation_orders")]
    operations = [
        migrations.AddIndex(
            model_name="consent",
            index=models.Index(fields=["person"], name="consent_person"),
        ),
    ]
