"""What the database lets each role do, read from its own catalogue: rights, row security, and the audit that only grows."""

from __future__ import annotations

import itertools

import pytest
from django.apps import apps
from django.db import ProgrammingError, connection, connections, transaction

from niangjia.config.grants import APP, EVERYONE, GRANTS
from niangjia.registry.models.scoped import OfPerson, Scoped

pytestmark = [pytest.mark.database, pytest.mark.django_db]

SCOPED = {model._meta.db_table for model in apps.get_models() if issubclass(model, Scoped | OfPerson)}
# Who may read each scoped table at all; written down here anew, so that a grant too many is seen.
READERS = {
    "registry_person": {"office", "line", "worker", "system"},
    "registry_membership": {"office", "line", "worker", "system"},
    "registry_consent": {"office", "line", "worker", "system"},
    "registry_officer": {"office", "line", "system"},
    "registry_delta": {"office", "line", "system"},
    "registry_personlogin": {"app", "worker", "system"},
    "registry_search": {"office", "line", "system"},
    "registry_pair": {"office", "line", "system"},
    "registry_merge": {"office", "line", "system"},
    "joining_joincode": {"app", "office", "line", "worker", "system", "audit"},
    "joining_joinrequest": {"office", "line", "worker", "system"},
    "joining_elsewhere": {"office", "line", "system"},
    "files_storedfile": {"office", "line", "system"},
    "plans_batch": {"office", "line", "system"},
    "intake_repairtask": {"office", "line", "system"},
    "registry_heldrow": {"office", "line", "system"},
    "registry_employerdoubt": {"office", "line", "system"},
    "intake_savedmapping": {"office", "line", "system"},
    "plans_chunk": {"office", "line", "system"},
    "plans_batchrow": {"office", "line", "system"},
    "copies_export": {"office", "line", "system"},
    "copies_copy": {"office", "line", "system"},
    "registry_reorganisationorder": {"office", "line", "system"},
    "registry_orderline": {"office", "line", "system"},
}
# A code's address is printed on a wall: the login reads it. Whose record an account opens is found out before one acts.
OPEN_TO_THE_LOGIN = {"joining_joincode", "registry_personlogin"}
# Bulk tables have no foreign key to these: nobody may delete what they name.
NEVER_DELETED = ("registry_organisation", "registry_region", "registry_employer", "plans_batch")
UNCHECKED = """SELECT conrelid::regclass::text, confrelid::regclass::text FROM pg_constraint WHERE contype = 'f'
    AND conrelid::regclass::text IN ('registry_person', 'registry_membership', 'registry_identitytoken',
    'registry_delta', 'plans_batchrow', 'plans_earlier')"""
WITH_PATH = """SELECT DISTINCT table_name FROM information_schema.columns
    WHERE table_schema = 'public' AND column_name = 'line_path'"""
AUDIT_TABLES = ("audit_event", "audit_eventsubject", "audit_segment", "audit_archive")
POLICIES = "SELECT policyname, roles, coalesce(qual, ''), coalesce(with_check, '') FROM pg_policies WHERE tablename = %s"


def asked(statement, *values):
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def policies_of(table):
    return asked(POLICIES, table)


def test_the_tests_themselves_run_as_the_login_and_not_as_the_owner():
    for alias in ("default", "ledger"):
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT current_user, session_user")
            assert cursor.fetchone() == ("niangjia_app", "niangjia_app")


def test_every_table_stands_in_the_list_of_grants():
    tables = {name for (name,) in asked("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}
    assert tables - GRANTS.keys() == set()


def test_every_table_of_an_office_or_a_person_is_among_those_whose_readers_are_written_down_here():
    """Foundation's tables know no ``Scoped``; the copied path gives them away."""
    with_path = {name for (name,) in asked(WITH_PATH)}
    assert set(READERS) == SCOPED | with_path


def test_the_system_alone_may_make_a_table_for_a_transaction():
    able_to = [
        role
        for role in EVERYONE
        if asked("SELECT has_database_privilege(%s, current_database(), 'TEMP')", role)[0][0]
    ]
    assert able_to == ["niangjia_system"]


@pytest.mark.parametrize("table", NEVER_DELETED)
def test_what_bulk_tables_name_without_a_foreign_key_nobody_can_delete(table):
    assert [role for role in EVERYONE if able(role, table, "DELETE") or able(role, table, "TRUNCATE")] == []


def test_bulk_tables_have_no_foreign_keys_that_are_checked_row_by_row():
    assert asked(UNCHECKED) == []


def able(role, table, right="SELECT"):
    return asked("SELECT has_table_privilege(%s, %s, %s)", role, table, right)[0][0]


@pytest.mark.parametrize("table", sorted(READERS))
def test_a_scoped_table_has_row_security_and_one_policy_for_each_role_that_may_touch_it(table):
    (enabled,) = asked("SELECT relrowsecurity FROM pg_class WHERE oid = %s::regclass", table)[0]
    found = policies_of(table)
    roles = [role for _, named, _, _ in found for role in named]

    assert enabled
    assert len(roles) == len(set(roles)) == len(found)
    assert {f"niangjia_{name}" for name in READERS[table]} <= set(roles) <= set(EVERYONE)


@pytest.mark.parametrize("table", sorted(READERS))
def test_only_those_read_a_scoped_table_who_have_a_reason_to(table):
    assert {role.removeprefix("niangjia_") for role in EVERYONE if able(role, table)} == READERS[table]


def test_no_policy_of_any_table_says_or():
    said = asked(
        "SELECT tablename, policyname, coalesce(qual, '') || coalesce(with_check, '') FROM pg_policies"
    )
    assert len(said) > 30
    assert [(table, name) for table, name, words in said if " OR " in words.upper()] == []


@pytest.mark.parametrize("table", sorted(SCOPED - OPEN_TO_THE_LOGIN))
def test_the_login_without_a_role_cannot_read_a_scoped_table(table):
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"SELECT 1 FROM {table}")


FORBIDDEN = (
    "UPDATE {} SET id = id",
    "DELETE FROM {}",
    "TRUNCATE {} CASCADE",
    "ALTER TABLE {} DISABLE TRIGGER ALL",
)


@pytest.mark.parametrize(
    ("role", "table", "statement"), list(itertools.product(EVERYONE, AUDIT_TABLES, FORBIDDEN))
)
def test_no_role_of_the_application_can_change_the_audit(role, table, statement):
    column = asked(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s ORDER BY ordinal_position",
        table,
    )[0][0]
    with (
        pytest.raises(ProgrammingError, match=r"permission denied|must be owner"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        if role != APP:
            cursor.execute(f"SET LOCAL ROLE {role}")
        cursor.execute(statement.format(table).replace("id = id", f'"{column}" = "{column}"'))


def test_no_role_of_the_application_owns_anything_or_may_pass_by_row_security():
    names = list(EVERYONE)
    owned = asked("SELECT relname FROM pg_class WHERE pg_get_userbyid(relowner) = ANY(%s)", names)
    able = asked(
        "SELECT rolname FROM pg_roles WHERE rolname = ANY(%s) AND (rolsuper OR rolbypassrls OR rolcreaterole)",
        names,
    )
    inheriting = asked("SELECT rolname FROM pg_roles WHERE rolname = %s AND rolinherit", APP)
    assert (owned, able, inheriting) == ([], [], [])
