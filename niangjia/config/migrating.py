"""Migrations as the owner, rights after them, reference data after both."""

from __future__ import annotations

import os

from niangjia.config.embedded_postgres import Urls


def migrate_with(urls: Urls) -> None:
    """Migrate at the addresses given, before anything serves."""
    import django

    os.environ["DATABASE_URL"], os.environ["DATABASE_OWNER_URL"] = urls.app, urls.owner
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "niangjia.config.settings")
    django.setup()
    migrate_all()


def migrate_all() -> None:
    """Bring tables and rights up to date, and load the divisions where there are none."""
    from django.core.management import call_command

    from niangjia.foundation.acting import acting
    from niangjia.foundation.actors import system_actor
    from niangjia.registry import regions
    from niangjia.registry.models import Region

    call_command("migrate", database="owner", interactive=False, verbosity=0)
    with acting(system_actor("migrate")):
        if not Region.objects.exists():
            regions.load("2023-06")
