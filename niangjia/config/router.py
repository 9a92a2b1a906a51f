"""Which connection a model goes through: what must outlive a refused request goes to ``ledger``."""

from __future__ import annotations

from typing import Any

LEDGER = frozenset(
    {"sessions", "django_cache", "ledger", "codes"}
)  # "django_cache" is the label of DatabaseCache


class Router:
    """Sends sessions, cache and ledger to their own connection, and migrations to the owner."""

    def db_for_read(self, model: Any, **hints: Any) -> str | None:
        """Return ``ledger`` for what must outlive a rollback."""
        return "ledger" if model._meta.app_label in LEDGER else None

    db_for_write = db_for_read

    def allow_relation(self, a: Any, b: Any, **hints: Any) -> bool:
        """Allow all: every alias is the same database."""
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        """Allow only the owner to migrate."""
        return db == "owner"
