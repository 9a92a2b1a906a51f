from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("intake", "0020_repair_tasks")]

    operations = [
        migrations.AlterField("repairtask", "phone_token", models.UUIDField(null=True)),
        migrations.AlterField(
            "repairtask",
            "status",
            models.TextField(
                choices=[
                    ("asked", "Being sent"),
                    ("sent", "Sent to the phone"),
                    ("unsent", "Could not be sent"),
                    ("mended", "Mended by the worker"),
                    ("expired", "Not answered in time"),
                    ("withdrawn", "Withdrawn"),
                ],
                default="asked",
                max_length=10,
            ),
        ),
    ]
