"""Row security of the registry's scoped tables (docs/adr/0006)."""

from django.db import migrations

from niangjia.foundation.rowsecurity import ANYTHING, SCOPED, of_person, row_security


class Migration(migrations.Migration):
    dependencies = [("registry", "0001_initial")]
    operations = [
        *row_security("registry_person", **SCOPED, worker=of_person("id")),
        *row_security("registry_membership", **SCOPED, worker=of_person()),
        *row_security("registry_consent", **SCOPED, worker=of_person()),
        *row_security("registry_delta", **SCOPED),
        # The login itself finds out whose record an account opens, before there is an actor.
        *row_security("registry_personlogin", app=ANYTHING, worker=of_person(), system=ANYTHING),
    ]
