"""Row security of batches, and the stage that results come in by: unlogged, for the system alone."""

from django.db import migrations

from niangjia.foundation.rowsecurity import ANYTHING, SCOPED, row_security

STAGE = """CREATE UNLOGGED TABLE plans_resultstage (
    batch_id uuid NOT NULL, place int4 NOT NULL, row int4 NOT NULL,
    verdict text NOT NULL, target_id uuid, differs text, findings text)"""


class Migration(migrations.Migration):
    dependencies = [("plans", "0001_initial")]

    operations = [
        *row_security("plans_batch", **SCOPED),
        *row_security("plans_chunk", **SCOPED),
        *row_security("plans_batchrow", **SCOPED),
        *row_security("plans_earlier", system=ANYTHING),
        migrations.RunSQL(STAGE, "DROP TABLE plans_resultstage"),
    ]
