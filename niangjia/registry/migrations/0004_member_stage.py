"""The stage by which a roster's members come in: unlogged, without row security, for the system alone.

It holds ciphertext and keyed indexes, and is empty again when the transaction that filled it ends.
"""

from django.db import migrations

STAGE = """CREATE UNLOGGED TABLE registry_memberstage (
    batch_id uuid NOT NULL, place int4 NOT NULL, row int4 NOT NULL, person_id uuid NOT NULL,
    membership_id uuid NOT NULL, organisation_id uuid NOT NULL, id_token uuid NOT NULL, secrets_print uuid NOT NULL,
    secrets bytea NOT NULL,
    what text NOT NULL, seen uuid, phone_token uuid, npb_token uuid, name text, name_key text, id_kind text, sex text,
    birth_on date, "group" text, ethnic text, education text, work_status text, hukou text, region_id text,
    employer text, employer_key text, employer_code text, from_on date, findings text, differs text,
    employer_id uuid)"""


class Migration(migrations.Migration):
    dependencies = [("registry", "0003_what_a_card_shows")]
    operations = [migrations.RunSQL(STAGE, "DROP TABLE IF EXISTS registry_memberstage")]
