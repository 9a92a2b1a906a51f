"""What each database role may do with each table: one list, run after every migrate.

A table that stands here for nobody belongs to nobody but the owner. Letters: S select, I insert, U update, D delete.
"""

from __future__ import annotations

from typing import Any

from django.db import connections

APP, OFFICE, LINE, WORKER, SYSTEM, AUDIT = (
    f"niangjia_{name}" for name in ("app", "office", "line", "worker", "system", "audit")
)
EVERYONE = (APP, OFFICE, LINE, WORKER, SYSTEM, AUDIT)
RIGHTS = {"S": "SELECT", "I": "INSERT", "U": "UPDATE", "D": "DELETE"}


def _for(roles: tuple[str, ...], letters: str) -> dict[str, str]:
    return dict.fromkeys(roles, letters)


DJANGO = {
    "django_migrations": {APP: "S"},
    "django_content_type": {APP: "S"},
    "auth_permission": {APP: "S"},
    "auth_group": {},
    "auth_group_permissions": {},
    "django_session": {APP: "SIUD"},
    "niangjia_cache": {APP: "SIUD"},
}

ACCOUNTS = {
    "accounts_account": {APP: "SIU", **_for((OFFICE, LINE, WORKER, SYSTEM), "")},
    "codes_code": {APP: "SIUD"},
    "account_emailaddress": {APP: "S"},
    "account_emailconfirmation": {},
    "mfa_authenticator": {APP: "SIUD"},
}

REGISTRY = {
    "registry_region": {**_for(EVERYONE, "S"), SYSTEM: "SIU"},
    "registry_organisation": {**_for(EVERYONE, "S"), SYSTEM: "SIU"},
    "registry_parenthood": {**_for(EVERYONE, "S"), SYSTEM: "SIU"},
    "registry_employer": {**_for((OFFICE, LINE), "S"), SYSTEM: "SIU"},
    "registry_person": {OFFICE: "SU", LINE: "S", WORKER: "S", SYSTEM: "SIUD"},
    "registry_identitytoken": {SYSTEM: "SIUD"},
    "registry_personlogin": {APP: "S", WORKER: "S", SYSTEM: "SIU"},
    "registry_membership": {OFFICE: "SIU", LINE: "SIU", WORKER: "S", SYSTEM: "SIUD"},
    "registry_posting": {**_for((APP, OFFICE, LINE, WORKER), "S"), SYSTEM: "SIU", AUDIT: "S"},
    "registry_consent": {OFFICE: "SI", LINE: "SI", WORKER: "SIU", SYSTEM: "SIU"},
    "registry_delta": {OFFICE: "SI", LINE: "SI", SYSTEM: "SI"},
}

GRANTS: dict[str, dict[str, str]] = DJANGO | ACCOUNTS | REGISTRY

PREAMBLE = (
    "ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC",
    "REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC",
    "GRANT USAGE ON SCHEMA public TO " + ", ".join(EVERYONE),
)


def apply_grants(using: str = "owner", **_: Any) -> None:
    """Bring every right in line with ``GRANTS``; receiver of post_migrate, run as the owner."""
    if using != "owner":
        return
    with connections[using].cursor() as cursor:
        for statement in PREAMBLE:
            cursor.execute(statement)
        existing = set(connections[using].introspection.table_names(cursor))
        for table, rights in GRANTS.items():
            if table in existing:
                _grant(cursor, table, rights)


def _grant(cursor: Any, table: str, rights: dict[str, str]) -> None:
    cursor.execute(f"REVOKE ALL ON {table} FROM {', '.join(EVERYONE)}")
    for role, letters in rights.items():
        if letters:
            cursor.execute(f"GRANT {', '.join(RIGHTS[letter] for letter in letters)} ON {table} TO {role}")
