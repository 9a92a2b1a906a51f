"""Django's DATABASES from two addresses: the application's login and the owner."""

from __future__ import annotations

from typing import Any

from psycopg.conninfo import conninfo_to_dict


def reset_role(connection: Any) -> None:
    """Leave no role behind when a connection goes back to the pool."""
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
    if not connection.autocommit:
        connection.commit()


def entry(url: str, **extra: Any) -> dict[str, Any]:
    """Return Django's settings for the PostgreSQL address ``url``."""
    parts = conninfo_to_dict(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.get("dbname", "niangjia"),
        "USER": parts.get("user", ""),
        "PASSWORD": parts.get("password", ""),
        "HOST": parts.get("host", ""),
        "PORT": str(parts.get("port", "")),
        "CONN_HEALTH_CHECKS": True,  # the server may have been started again since a pooled connection was opened
        **extra,
    }


def databases(app: str, owner: str, *, threads: int) -> dict[str, Any]:
    """Return the three aliases: ``default`` (scoped work), ``ledger`` (outlives a rollback), ``owner``."""
    pool = {"min_size": 1, "max_size": threads + 4, "timeout": 20, "reset": reset_role}
    mirror = {"MIRROR": "owner"}
    return {
        "default": entry(app, OPTIONS={"pool": pool}, TEST=mirror),
        "ledger": entry(app, OPTIONS={"pool": pool}, TEST=mirror),
        "owner": entry(owner, TEST={"DEPENDENCIES": []}),
    }
