"""Fails when a model has changed without its migration."""

from __future__ import annotations

import os
import sys

import django
from django.core.management import call_command


def main() -> int:
    """Return 0 when the migrations say what the models say."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "niangjia.config.settings")
    django.setup()
    call_command("makemigrations", "--check", "--dry-run", verbosity=1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
