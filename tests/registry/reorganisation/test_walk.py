"""Every table that copies a path or names a union is walked, follows, or is exempt with a reason."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connections

from niangjia.config.wiring import connect
from niangjia.registry.models import Organisation
from niangjia.registry.reorganisation.following import all_following
from niangjia.registry.reorganisation.handing_over import EMPLOYERS, NOTICES, OFFICERS, POSTS, SPELLS
from niangjia.registry.reorganisation.walk import EXEMPT, copies

pytestmark = [pytest.mark.database, pytest.mark.django_db]
WITH_PATH = """SELECT DISTINCT c.table_name FROM information_schema.columns c JOIN pg_tables t ON t.tablename = c.table_name
    WHERE t.schemaname = 'public' AND c.column_name IN ('path', 'line_path')"""
# Tables that name a union and keep it when it ends; a new table comes here with its reason, or is followed.
STAYS = {
    "registry_organisation": "a federation that leads a line and ends: its units are led by nobody new until somebody says so",
    "registry_parenthood": "tells of a day",
    "registry_delta": "tells of a day",
    "registry_person": "goes with the spell; who left long ago stays with the union that was",
    "registry_consent": "goes with the person",
    "registry_reorganisationorder": "who ordered",
    "registry_orderline": "who ordered",
    "registry_carried": "which order, from where to where",
    "files_storedfile": "whose it was; seen by the superior",
    "plans_batch": "whose it was; unfinished ones are refused before",
    "plans_chunk": "as its batch",
    "plans_batchrow": "as its batch",
    "copies_export": "who took it out; seen by the superior",
    "copies_copy": "as its export",
    "registry_search": "whose it was; the next one asks the superior's unions too",
    "registry_pair": "lies at the common superior of its records: placed anew",
    "registry_merge": "as its pair",
    "intake_savedmapping": "how its own clerks head their columns",
    "registry_employerdoubt": "as its batch",
    "intake_repairtask": "lies where its row lay when it was asked for",
    "registry_heldrow": "lies at the common superior of its office and those in question: placed anew when it is decided",
    "audit_event": "tells of a moment",
}
NAMES = {
    "organisation_id",
    "from_organisation",
    "to_organisation",
    "holder_id",
    "covered_by_id",
    "line_id",
    "parent_id",
}


def test_every_table_with_a_path_is_rewritten_or_exempt():
    with connections["owner"].cursor() as cursor:
        cursor.execute(WITH_PATH)
        tables = {name for (name,) in cursor.fetchall()}
    assert tables == set(copies()) | EXEMPT.keys()
    assert not set(copies()) & EXEMPT.keys()


def test_every_table_that_names_a_union_follows_or_stays_for_a_reason():
    connect()
    named = set()
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            is_key = field.is_relation and field.related_model is Organisation
            if is_key or field.column in NAMES:
                named.add(model._meta.db_table)
    followed = {each.table for each in all_following()} | {SPELLS, POSTS, OFFICERS, NOTICES, EMPLOYERS}
    named -= {"registry_region"}  # its parent is a region
    assert named == followed | STAYS.keys()
    assert not followed & STAYS.keys()


def test_the_system_may_write_the_place_of_every_table_that_is_walked():
    """Else no order could be carried out at all."""
    with connections["owner"].cursor() as cursor:
        for table, column in ((table, column) for table in copies() for column in ("path", "line_path")):
            cursor.execute(
                "SELECT has_column_privilege('niangjia_system', %s, %s, 'UPDATE')", [table, column]
            )
            assert (table, column, cursor.fetchone()[0]) == (table, column, True)
