"""Every table with a copied path: rewritten when a unit moves, or exempt with the reason; a test holds them all to it."""

from __future__ import annotations

from django.apps import apps

EXEMPT = {
    "registry_organisation": "the tree itself: written first",
    "registry_parenthood": "tells of a day: closed and opened, with the path of that day",
    "registry_delta": "tells of a day: shifted by −n and +n on the effective day",
    "audit_event": "tells of a moment, and is sealed",
}


def copies() -> tuple[str, ...]:
    """Return the tables that carry the paths of ``organisation_id``, those with most rows first."""
    found = [
        model._meta.db_table
        for model in apps.get_models()
        if {"path", "line_path"} <= {field.column for field in model._meta.concrete_fields}
    ]
    return tuple(sorted(set(found) - EXEMPT.keys(), key=lambda name: (name != "registry_person", name)))
