"""The baselines of ``benchmarks.intake``: a plain Django project with django-import-export, in a process of its own.

``DATABASE_URL=… python -m benchmarks.admin_flow SHEET.csv`` prints the seconds of three ways into a plain table of texts with the
same columns as the sheet, whose number is unique:

- ``admin``: the two requests of an ``ImportExportModelAdmin``, made through its own views. The first reads the file,
  imports it as a trial and shows every row with its differences; the second imports it row by row (transaction and
  ``import_id_fields`` as by default) and writes the admin's log. Signing in and the list that follows are not counted.
- ``script``: ``Resource.import_data`` once, python-stdnum asked for the identity number and the credit code of each row
  and a regular expression for the phone. No trial, no log.
- ``best`` (with ``--best LARGER.csv``): ``Resource.import_data`` once with the settings that its documentation gives for speed:
  objects written in bulk, no differences, no clean instances, nothing checked.

``--registry N`` fills the table with as many rows of others first.

And ``export``: the seconds of the same rows out again, ``Resource.export`` as a workbook.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import html
import json
import os
import re
import sys
import time
from pathlib import Path
from typing import Any

from psycopg.conninfo import conninfo_to_dict

MOBILE = re.compile(r"1[3-9]\d{9}")
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
APPS = ("auth", "contenttypes", "sessions", "messages", "admin")
MIDDLEWARE = (
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
)
PROCESSORS = ("django.template.context_processors.request", "django.contrib.auth.context_processors.auth",
    "django.contrib.messages.context_processors.messages")  # fmt: skip

urlpatterns: list[Any] = []  # this module is the project's table of addresses


def main(sheet: Path, url: str, *, best: Path | None, registry: int) -> None:
    """Measure the ways and print their seconds."""
    _configure(url)
    with sheet.open(newline="") as file:
        columns, *rows = csv.reader(file)
    model = _model(columns)
    _make_tables(model)
    _fill(columns, registry)
    resource = _resource(model, columns, validate=False)
    admin = _by_admin(model, resource, sheet)
    _check(model, rows)
    _remove(model)
    script = _by_script(_resource(model, columns, validate=True), columns, rows)
    _check(model, rows)
    told = {"admin": admin, "script": script, "export": 0 if registry else _export(resource)}
    if best is not None:
        _remove(model)
        told["best"] = _at_best(model, columns, best)
    print(json.dumps(told))


def _configure(url: str) -> None:
    import django
    from django.conf import settings

    said = conninfo_to_dict(url)
    database = {"ENGINE": "django.db.backends.postgresql", "NAME": said["dbname"], "USER": said["user"],
        "PASSWORD": said.get("password", ""), "HOST": said["host"]}  # fmt: skip
    templates = {"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True,
        "OPTIONS": {"context_processors": PROCESSORS}}  # fmt: skip
    settings.configure(
        DATABASES={"default": database},
        INSTALLED_APPS=[*(f"django.contrib.{name}" for name in APPS), "import_export"],
        MIDDLEWARE=list(MIDDLEWARE), TEMPLATES=[templates], ROOT_URLCONF=__name__, SECRET_KEY="benchmark",
        ALLOWED_HOSTS=["*"], STATIC_URL="/static/", USE_TZ=True, DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    )  # fmt: skip
    django.setup()


def _model(columns: list[str]) -> Any:
    from django.db import models

    fields = {name: models.TextField(unique=name == "number", blank=True) for name in columns}
    meta = type("Meta", (), {"app_label": "admin", "db_table": "benchmark_plain"})
    told = {"__module__": __name__, "Meta": meta, "__str__": lambda self: self.name}
    return type("Plain", (models.Model,), fields | told)


def _make_tables(model: Any) -> None:
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    with connection.schema_editor() as editor:
        editor.create_model(model)


def _fill(columns: list[str], n: int) -> None:
    """Put in ``n`` rows of others, as wide as those of the sheet, whose numbers are no numbers."""
    from django.db import connection

    if not n:
        return
    values = ", ".join("'other-' || n" if name == "number" else "left(md5(n::text), 12)" for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO benchmark_plain ({names}) SELECT {values} FROM generate_series(1, {n}) n"
        )
        cursor.execute("VACUUM (ANALYZE) benchmark_plain")


def _remove(model: Any) -> None:
    model.objects.exclude(number__startswith="other-").delete()


def _at_best(model: Any, columns: list[str], sheet: Path) -> float:
    from import_export import resources

    with sheet.open(newline="") as file:
        header, *rows = csv.reader(file)
    told = {
        "model": model, "fields": tuple(columns), "import_id_fields": ("number",), "use_bulk": True, "batch_size": 1000,
        "skip_diff": True, "skip_html_diff": True, "clean_model_instances": False, "force_init_instance": True,
        "report_skipped": False, "skip_unchanged": False, "use_transactions": True,
    }  # fmt: skip
    resource = type("BestResource", (resources.ModelResource,), {"Meta": type("Meta", (), told)})
    took = _by_script(resource, header, rows)
    _check(model, rows)
    return took


def _resource(model: Any, columns: list[str], *, validate: bool) -> Any:
    from import_export import resources

    meta = type("Meta", (), {"model": model, "fields": tuple(columns), "import_id_fields": ("number",)})
    asked = {"before_import_row": _asked} if validate else {}
    return type("PlainResource", (resources.ModelResource,), {"Meta": meta, **asked})


def _asked(self: Any, row: Any, **kwargs: Any) -> None:
    from stdnum.cn import ric, uscc

    # The made-up counties are unknown to it, and it breaks on some: it is timed, and the row goes in anyway.
    with contextlib.suppress(KeyError):
        ric.is_valid(row["number"])
    uscc.is_valid(row["credit"])
    MOBILE.fullmatch(row["phone"])


def _by_admin(model: Any, resource: Any, sheet: Path) -> float:
    from django.contrib import admin
    from django.contrib.auth.models import User
    from django.test import Client
    from django.urls import path, reverse
    from import_export.admin import ImportExportModelAdmin
    from import_export.formats.base_formats import CSV

    shown = type("PlainAdmin", (ImportExportModelAdmin,), {"resource_classes": [resource], "formats": [CSV]})
    admin.site.register(model, shown)
    urlpatterns.append(path("admin/", admin.site.urls))
    client = Client()
    client.force_login(User.objects.create_superuser("benchmark"))  # type: ignore[arg-type]  # the admin's own kind
    start = time.perf_counter()
    with sheet.open("rb") as file:
        page = client.post(reverse("admin:admin_plain_import"), {"format": "0", "import_file": file})
    confirm = {name: html.unescape(value) for name, value in HIDDEN.findall(page.content.decode())}
    done = client.post(reverse("admin:admin_plain_process_import"), confirm)
    took = time.perf_counter() - start
    if done.status_code != 302:
        sys.exit("the admin did not import the sheet")
    return took


def _by_script(resource: Any, columns: list[str], rows: list[list[str]]) -> float:
    import tablib

    data = tablib.Dataset(*rows, headers=columns)
    start = time.perf_counter()
    resource().import_data(data, dry_run=False, raise_errors=True)
    return time.perf_counter() - start


def _export(resource: Any) -> float:
    from import_export.formats.base_formats import XLSX

    start = time.perf_counter()
    XLSX().export_data(resource().export())
    return time.perf_counter() - start


def _check(model: Any, rows: list[list[str]]) -> None:
    there = model.objects.exclude(number__startswith="other-").count()
    if there != len(rows):
        sys.exit(f"the baseline imported {there} of {len(rows)} rows")


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    arguments.add_argument("sheet", type=Path)
    arguments.add_argument("--best", type=Path)
    arguments.add_argument("--registry", type=int, default=0)
    said = arguments.parse_args()
    main(said.sheet, os.environ["DATABASE_URL"], best=said.best, registry=said.registry)
