"""A person's withdrawn consents are found without reading everybody's; the others are found by their key."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0021_reorganisation_orders")]
    operations = [
        migrations.AddIndex(
            model_name="consent",
            index=models.Index(
                fields=["person"],
                name="consent_withdrawn",
                condition=models.Q(withdrawn_at__isnull=False),
            ),
        ),
    ]
