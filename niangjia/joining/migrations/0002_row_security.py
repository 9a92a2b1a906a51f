"""Row security of joining's scoped tables (docs/adr/0006)."""

from django.db import migrations

from niangjia.foundation.rowsecurity import (
    ANYTHING,
    LINE,
    OF_ACCOUNT,
    OFFICE,
    SCOPED,
    public_row_security,
    row_security,
)


class Migration(migrations.Migration):
    dependencies = [("joining", "0001_initial")]
    operations = [
        *public_row_security("joining_joincode", office=OFFICE, line=LINE, system=ANYTHING),
        # Whoever hands something in can write it, and nobody but the screening job read it back.
        *row_security("joining_submission", app=ANYTHING, worker=ANYTHING, system=ANYTHING),
        *row_security("joining_joinrequest", **SCOPED, worker=OF_ACCOUNT),
        *row_security("joining_elsewhere", **SCOPED),
    ]
