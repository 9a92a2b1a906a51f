"""The database roles (database-roles.md) and the database itself: one source for our server and a deployer's."""

import psycopg
from psycopg import sql

DATABASE = "niangjia"
OWNER = "niangjia_owner"
APP = "niangjia_app"
TAKEN_ON = ("niangjia_office", "niangjia_line", "niangjia_worker", "niangjia_system", "niangjia_audit")
RIGHTS = {
    OWNER: "LOGIN CREATEDB",  # CREATEDB for tests only
    APP: "LOGIN NOINHERIT",  # before the GRANT: from 16 on the grant fixes what is inherited
} | dict.fromkeys(TAKEN_ON, "NOLOGIN")
HEAD = """\
-- Roles and database of Niangjia on a PostgreSQL server of your own (15 or newer).
-- Run once as a superuser:  psql --set ON_ERROR_STOP=1 -f roles.sql postgres
-- psql asks for the two passwords at the end; put them into DATABASE_OWNER_URL and DATABASE_URL.
"""


def role_statements() -> list[str]:
    """Return the statements that make the roles, without passwords; running them again changes nothing."""
    make = "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{0}') THEN CREATE ROLE {0}; END IF; END $$"
    made = [
        text for name, rights in RIGHTS.items() for text in (make.format(name), f"ALTER ROLE {name} {rights}")
    ]
    return [*made, f"GRANT {', '.join(TAKEN_ON)} TO {APP}"]


def database_statements() -> list[str]:
    """Return the statements about the right to connect, for once the database is there."""
    return [
        f"REVOKE CONNECT, TEMP ON DATABASE {DATABASE} FROM PUBLIC",
        f"GRANT CONNECT ON DATABASE {DATABASE} TO {APP}",
    ]


def create_database() -> str:
    """Return the statement that makes the database; Chinese text needs UTF8, and C sorts alike on every machine."""
    return f"CREATE DATABASE {DATABASE} OWNER {OWNER} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'"


def roles_text() -> str:
    """Return the whole as a psql script for a deployer's own server."""
    quoted = create_database().replace("'", "''")
    unless = f"WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{DATABASE}')"
    missing = f"SELECT '{quoted}' {unless} \\gexec"
    roles = [f"{each};" for each in role_statements()]
    rights = [f"{each};" for each in database_statements()]
    return "\n".join([HEAD, *roles, missing, *rights, f"\\password {OWNER}", f"\\password {APP}", ""])


def bootstrap(superuser_url: str, *, owner_password: str, app_password: str) -> None:
    """Make roles, passwords and database where they are missing."""
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        for statement in role_statements():
            connection.execute(sql.SQL(statement))  # type: ignore[arg-type]
        for name, password in ((OWNER, owner_password), (APP, app_password)):
            connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(name), password))
        if not connection.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE]).fetchall():
            connection.execute(sql.SQL(create_database()))  # type: ignore[arg-type]
        for statement in database_statements():
            connection.execute(sql.SQL(statement))  # type: ignore[arg-type]
