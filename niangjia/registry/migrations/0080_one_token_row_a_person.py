"""The tokens of a person's number and phone stand in one row (docs/adr/0048-one-row-of-tokens.md)."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

# The first number, by its token, takes the phone; who has no number has a row with the phone alone.
JOINED = """
CREATE TEMP TABLE registry_tokens_before ON COMMIT DROP AS SELECT * FROM registry_identitytoken;
TRUNCATE registry_identitytoken;
DROP INDEX identity_phone;
DROP INDEX identity_id_number_once;
ALTER TABLE registry_identitytoken DROP CONSTRAINT registry_identitytoken_pkey, DROP COLUMN kind, DROP COLUMN token,
    DROP COLUMN key_version, DROP COLUMN name_birth, ADD COLUMN place int2 NOT NULL, ADD COLUMN number_token uuid,
    ADD COLUMN number_version int2, ADD COLUMN phone_token uuid, ADD COLUMN phone_version int2, ADD COLUMN name_birth int8;
INSERT INTO registry_identitytoken (person_id, place, number_token, number_version, phone_token, phone_version, name_birth)
    SELECT person_id, place, n.token, n.key_version, f.token, f.key_version, f.name_birth
    FROM (SELECT person_id, row_number() OVER (PARTITION BY person_id ORDER BY token) - 1 AS place, token, key_version
        FROM registry_tokens_before WHERE kind = 'id') n
    FULL JOIN (SELECT DISTINCT ON (person_id) person_id, 0 AS place, token, key_version, name_birth
        FROM registry_tokens_before WHERE kind = 'phone' ORDER BY person_id, token) f USING (person_id, place);
ALTER TABLE registry_identitytoken ADD PRIMARY KEY (person_id, place), ADD CONSTRAINT identity_number_once UNIQUE (number_token);
CREATE INDEX identity_phone ON registry_identitytoken (phone_token, name_birth) WHERE phone_token IS NOT NULL"""
PARTED = """
CREATE TEMP TABLE registry_tokens_before ON COMMIT DROP AS SELECT * FROM registry_identitytoken;
TRUNCATE registry_identitytoken;
DROP INDEX identity_phone;
ALTER TABLE registry_identitytoken DROP CONSTRAINT registry_identitytoken_pkey, DROP CONSTRAINT identity_number_once,
    DROP COLUMN place, DROP COLUMN number_token, DROP COLUMN number_version, DROP COLUMN phone_token, DROP COLUMN phone_version,
    DROP COLUMN name_birth, ADD COLUMN kind text NOT NULL, ADD COLUMN token uuid NOT NULL, ADD COLUMN name_birth int8,
    ADD COLUMN key_version int2 NOT NULL;
INSERT INTO registry_identitytoken (person_id, kind, token, key_version, name_birth)
    SELECT person_id, 'id', number_token, number_version, NULL FROM registry_tokens_before WHERE number_token IS NOT NULL
    UNION ALL SELECT person_id, 'phone', phone_token, phone_version, name_birth FROM registry_tokens_before
        WHERE phone_token IS NOT NULL;
ALTER TABLE registry_identitytoken ADD PRIMARY KEY (person_id, kind, token);
CREATE UNIQUE INDEX identity_id_number_once ON registry_identitytoken (token) WHERE kind = 'id';
CREATE INDEX identity_phone ON registry_identitytoken (token, name_birth) WHERE kind = 'phone'"""


class Migration(migrations.Migration):
    dependencies = [("registry", "0070_deltas_of_several_days")]

    operations = [
        migrations.SeparateDatabaseAndState(
            [migrations.RunSQL(JOINED, PARTED)],
            [
                migrations.DeleteModel("identitytoken"),
                migrations.CreateModel(
                    "identitytoken",
                    [
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "person_id",
                                "place",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("place", models.SmallIntegerField(default=0)),
                        ("number_token", models.UUIDField(null=True)),
                        ("number_version", models.SmallIntegerField(null=True)),
                        ("phone_token", models.UUIDField(null=True)),
                        ("phone_version", models.SmallIntegerField(null=True)),
                        ("name_birth", models.BigIntegerField(null=True)),
                        (
                            "person",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="registry.person",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=["number_token"], name="identity_number_once")
                        ],
                        "indexes": [
                            models.Index(
                                fields=["phone_token", "name_birth"],
                                condition=Q(phone_token__isnull=False),
                                name="identity_phone",
                            )
                        ],
                    },
                ),
            ],
        )
    ]
