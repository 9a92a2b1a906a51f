"""How a pair came into the queue, indexes that counts of the queue read alone, and what became of the pairs of a record that was taken up."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0040_officers"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="pair", name="pair_path"),
        migrations.RemoveIndex(model_name="pair", name="pair_line"),
        migrations.AddIndex(
            model_name="pair",
            index=models.Index(
                fields=["path", "status", "id"], include=("decision", "found_at", "weight"), name="pair_path"
            ),
        ),
        migrations.AddIndex(
            model_name="pair",
            index=models.Index(
                condition=models.Q(("line_path__isnull", False)),
                fields=["line_path", "status", "id"],
                include=("decision", "found_at", "weight"),
                name="pair_line",
            ),
        ),
        migrations.AddField(
            model_name="pair",
            name="found_by",
            field=models.TextField(
                choices=[
                    ("rules", "The search"),
                    ("model", "A trained model"),
                    ("former", "A record that was taken up"),
                ],
                default="rules",
                max_length=6,
            ),
        ),
        migrations.AddField(model_name="merge", name="pairs", field=models.JSONField(default=list)),
    ]
