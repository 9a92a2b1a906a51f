"""What each database role may do with each table: one list, run after every migrate.

A table that stands here for nobody belongs to nobody but the owner. Letters: S select, I insert, U update, D delete;
``I(id, at)`` is the right to insert with these columns alone, the others being the database's own.
"""

from __future__ import annotations

import re
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
    "registry_parenthood": {**_for(EVERYONE, "S"), SYSTEM: "SIUD"},
    "registry_reorganisationorder": {OFFICE: "SIU", LINE: "S", SYSTEM: "SIU"},
    "registry_orderline": {OFFICE: "SIUD", LINE: "S", SYSTEM: "SIU"},
    "registry_carried": {SYSTEM: "SI"},
    "registry_employer": {**_for((OFFICE, LINE), "S"), SYSTEM: "SIU"},
    "registry_headcount": {**_for((OFFICE, LINE), "S"), SYSTEM: "SIUD"},
    "registry_employerdoubt": {**_for((OFFICE, LINE), "SU"), SYSTEM: "SIUD"},
    "registry_heldrow": {**_for((OFFICE, LINE), "SU"), SYSTEM: "SIUD"},
    "registry_person": {OFFICE: "SU", LINE: "S", WORKER: "S", SYSTEM: "SIUD"},
    "registry_identitytoken": {SYSTEM: "SIUD"},
    "registry_personlogin": {APP: "S", WORKER: "S", SYSTEM: "SIU"},
    "registry_membership": {OFFICE: "SIU", LINE: "SIU", WORKER: "S", SYSTEM: "SIUD"},
    "registry_posting": {**_for((APP, OFFICE, LINE, WORKER), "S"), SYSTEM: "SIUD", AUDIT: "S"},
    "registry_officer": {**_for((OFFICE, LINE), "S"), SYSTEM: "SIUD"},
    "registry_consent": {OFFICE: "SIU", LINE: "SIU", WORKER: "SIU", SYSTEM: "SIU"},
    "registry_delta": {OFFICE: "SI", LINE: "SI", SYSTEM: "SI"},
    "registry_search": {**_for((OFFICE, LINE), "SI"), SYSTEM: "SIU"},
    "registry_pair": {**_for((OFFICE, LINE), "SU"), SYSTEM: "SIU"},
    "registry_merge": {**_for((OFFICE, LINE), "S"), SYSTEM: "SIU"},
    "registry_mergerecord": {SYSTEM: "SIUD"},
    "registry_mergerow": {SYSTEM: "SIUD"},
}

AUDITED = "I(id, at, name, account_id, posting_id, role, job, subject_kind, subject_id, organisation_id, path, facts)"
AUDIT_TABLES = {
    "audit_event": {**_for(EVERYONE, AUDITED), SYSTEM: "S " + AUDITED, AUDIT: "S " + AUDITED},
    "audit_eventsubject": {**_for(EVERYONE, "I"), SYSTEM: "SI", AUDIT: "SI"},
    "audit_segment": {SYSTEM: "SI", AUDIT: "S"},
    "audit_archive": {SYSTEM: "SI", AUDIT: "S"},
    # Not a part of what is sealed: a name under which events are found, closed when two records are taken apart.
    "audit_alias": {SYSTEM: "SIU", AUDIT: "S"},
}

FILES = {
    "files_storedfile": {**_for((OFFICE, LINE), "SIU"), SYSTEM: "SIUD"},
}

PLANS = {
    "plans_batch": {**_for((OFFICE, LINE), "SIU"), SYSTEM: "SIU"},
    "plans_chunk": {**_for((OFFICE, LINE), "S"), SYSTEM: "SIUD"},
    "plans_batchrow": {**_for((OFFICE, LINE), "S"), SYSTEM: "SIUD"},
    "plans_earlier": {SYSTEM: "SIUD"},
    "plans_resultstage": {SYSTEM: "SID"},
}

COPIES = {
    "copies_export": {**_for((OFFICE, LINE), "SIU"), SYSTEM: "SIU"},
    "copies_copy": {
        **_for((OFFICE, LINE), "SI"),
        SYSTEM: "S U(path, line_path)",
    },  # a ledger: only its place moves
}

INTAKE = {
    "intake_repairtask": {**_for((OFFICE, LINE), "SIU"), SYSTEM: "SIUD"},
    # Whoever has the link can write it, and nobody but the job read it back.
    "intake_repairanswer": {WORKER: "I", SYSTEM: "SIUD"},
    "intake_savedmapping": {**_for((OFFICE, LINE), "SIUD"), SYSTEM: "S U(path, line_path)"},
}

JOINING = {
    "joining_joincode": {**_for((APP, WORKER, AUDIT), "S"), **_for((OFFICE, LINE, SYSTEM), "SIU")},
    "joining_submission": {**_for((APP, WORKER), "I"), SYSTEM: "SIU"},
    "joining_joinrequest": {**_for((OFFICE, LINE, WORKER), "SU"), SYSTEM: "SIU"},
    "joining_elsewhere": {**_for((OFFICE, LINE), "SU"), SYSTEM: "SIU"},
}

ACTING = (OFFICE, LINE, WORKER, SYSTEM)
WORKFLOW = {
    "parameters_value": {**_for(EVERYONE, "S"), SYSTEM: "SIU"},
    "idempotency_key": {**_for((APP, OFFICE, LINE, WORKER), "SI"), SYSTEM: "SID"},
    "clocks_clock": _for(ACTING, "SIU"),
    "clocks_calendarday": {**_for(EVERYONE, "S"), SYSTEM: "SIU"},
    # Two of the administrators act as the plain login, and read what came in for their office.
    "notices_notice": {**_for(ACTING, "SIU"), **_for((APP, AUDIT), "SU")},
    "jobs_progress": {**_for((OFFICE, LINE), "SU"), SYSTEM: "SIUD"},
}

# The worker's bookkeeping runs as the plain login. Everybody else only defers, through one function.
JOBS = {f"procrastinate_{name}": {APP: "SIUD"} for name in ("jobs", "events", "periodic_defers", "workers")}

GRANTS: dict[str, dict[str, str]] = (
    DJANGO | ACCOUNTS | REGISTRY | AUDIT_TABLES | FILES | JOINING | WORKFLOW | JOBS | PLANS | COPIES | INTAKE
)

FUNCTIONS = {
    "audit_about_me(timestamptz, integer)": (WORKER,),
    "audit_events_about(uuid)": (SYSTEM, AUDIT),
    "intake_repair_asked(uuid, timestamptz)": (WORKER,),
    "registry_shown_by_card(uuid)": EVERYONE,
    "registry_hold(uuid[])": (OFFICE, LINE, SYSTEM),
    "registry_name_birth(text, date)": (SYSTEM,),
    "registry_sum_until(date[], int4[], date)": (OFFICE, LINE, SYSTEM),
}
DEFER = "procrastinate_defer_jobs_v1"

PREAMBLE = (
    "ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC",
    "REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC",
    "GRANT USAGE ON SCHEMA public TO " + ", ".join(EVERYONE),
    # Bulk work comes in by a table that ends with its transaction.
    "DO $$ BEGIN EXECUTE format('REVOKE TEMP ON DATABASE %I FROM PUBLIC', current_database()); END $$",
    f"DO $$ BEGIN EXECUTE format('GRANT TEMP ON DATABASE %I TO {SYSTEM}', current_database()); END $$",
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
        for function, roles in FUNCTIONS.items():
            _grant_function(cursor, function, roles)
        _grant_jobs(cursor)


def _grant(cursor: Any, table: str, rights: dict[str, str]) -> None:
    cursor.execute(f"REVOKE ALL ON {table} FROM {', '.join(EVERYONE)}")
    for role, letters in rights.items():
        if letters:
            cursor.execute(f"GRANT {', '.join(_privileges(letters))} ON {table} TO {role}")


def _privileges(letters: str) -> list[str]:
    """Return the privileges that ``letters`` stand for: "SI" is select and insert, "S I(id)" insert of one column."""
    plain, columns = re.sub(r"[A-Z]\(.*\)", "", letters), re.findall(r"([A-Z])(\(.*\))", letters)
    return [RIGHTS[letter] for letter in plain.strip()] + [
        f"{RIGHTS[letter]} {names}" for letter, names in columns
    ]


def _grant_function(cursor: Any, function: str, roles: tuple[str, ...]) -> None:
    cursor.execute("SELECT to_regprocedure(%s) IS NOT NULL", [function])
    if cursor.fetchone()[0]:
        cursor.execute(f"GRANT EXECUTE ON FUNCTION {function} TO {', '.join(roles)}")


def _grant_jobs(cursor: Any) -> None:
    """Let the login run the queue, and every acting role put something into it; names are those of the installed version."""
    cursor.execute(
        "SELECT oid::regprocedure::text, proname FROM pg_proc"
        " WHERE pronamespace = 'public'::regnamespace AND proname LIKE 'procrastinate%'"
    )
    for signature, name in cursor.fetchall():
        cursor.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO {APP}")
        if name == DEFER:
            cursor.execute(f"ALTER FUNCTION {signature} SECURITY DEFINER SET search_path = public, pg_temp")
            cursor.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO {', '.join(ACTING)}")
    cursor.execute(
        "SELECT oid::regclass::text FROM pg_class WHERE relkind = 'S' AND relname LIKE 'procrastinate%'"
    )
    for (sequence,) in cursor.fetchall():
        cursor.execute(f"GRANT USAGE ON SEQUENCE {sequence} TO {APP}")
