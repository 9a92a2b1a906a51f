"""Pieces of SQL that the kinds of this layer share."""

from __future__ import annotations

from niangjia.registry.models.organisations import LINE_KINDS

# What of a person and the spell tells that nobody has touched them: not the path, which a reorganisation rewrites, nor
# the sealed message, which a new key reseals; the fingerprint stands for its content.
OF_PERSON = (
    "id", "organisation_id", "name", "name_key", "id_kind", "sex", "birth_on", '"group"', "ethnic", "education",
    "work_status", "hukou", "region_id", "employer_id", "first_joined_on", "secrets_print", "checked_by", "changed_at",
)  # fmt: skip
OF_SPELL = (
    "id", "organisation_id", "kind", "status", "name_then", '"group"', "region_code", "from_on", "to_on", "channel",
    "end_reason",
)  # fmt: skip
_PRINTED = ", ".join([f"p.{name}" for name in OF_PERSON] + [f"m.{name}" for name in OF_SPELL])
PRINT = f"hash_record_extended(ROW({_PRINTED}), 0)"

_LINE_KINDS = ", ".join(f"'{kind}'" for kind in sorted(LINE_KINDS))
# What a person agreed to moves along with the record: for those whom {whom} names.
FOLLOWED = """UPDATE registry_consent c SET organisation_id = p.organisation_id, path = p.path, line_path = p.line_path
    FROM registry_person p WHERE p.id IN ({whom}) AND c.person_id = p.id AND c.path <> p.path"""
# An organisation with the path of the federation that leads it, as Organisation.line_path gives it.
PLACES = f"""(SELECT o.id, o.path, o.region_id, o.ended_on,
    CASE WHEN o.kind IN ({_LINE_KINDS}) THEN o.path ELSE l.path END AS line_path
    FROM registry_organisation o LEFT JOIN registry_organisation l ON l.id = o.line_id)"""
