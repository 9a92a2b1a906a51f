"""Row security of exports and of the ledger."""

from django.db import migrations

from niangjia.foundation.rowsecurity import SCOPED, row_security


class Migration(migrations.Migration):
    dependencies = [("copies", "0001_initial")]

    operations = [*row_security("copies_export", **SCOPED), *row_security("copies_copy", **SCOPED)]
