from django.db import migrations

from niangjia.foundation.rowsecurity import SCOPED, row_security


class Migration(migrations.Migration):
    dependencies = [("files", "0001_initial")]

    operations = row_security("files_storedfile", **SCOPED)
