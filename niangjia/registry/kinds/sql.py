"""Pieces of SQL that the kinds of this layer share."""

from __future__ import annotations

from niangjia.registry.models.organisations import LINE_KINDS

# What of a person and the spell tells that nobody has touched them: not the path, which a reorganisation rewrites, nor
# the sealed message, which a new key reseals; the fingerprint stands for its content.
OF_PERSON = (
    'p.id, p.organisation_id, p.name, p.name_key, p.id_kind, p.sex, p.birth_on, p."group", p.ethnic, p.education, '
    "p.work_status, p.hukou, p.region_id, p.employer_id, p.first_joined_on, p.secrets_print, p.checked_by, "
    "extract(epoch FROM p.changed_at)"
)
OF_SPELL = (
    'm.id, m.organisation_id, m.kind, m.status, m.name_then, m."group", m.region_code, m.from_on, m.to_on, m.channel, '
    "m.end_reason"
)
PRINT = f"md5(ROW({OF_PERSON}, {OF_SPELL})::text)::uuid"

_LINE_KINDS = ", ".join(f"'{kind}'" for kind in sorted(LINE_KINDS))
# What a person agreed to moves along with the record: for those whom {whom} names.
FOLLOWED = """UPDATE registry_consent c SET organisation_id = p.organisation_id, path = p.path, line_path = p.line_path
    FROM registry_person p WHERE p.id IN ({whom}) AND c.person_id = p.id AND c.path <> p.path"""
# An organisation with the path of the federation that leads it, as Organisation.line_path gives it.
PLACES = f"""(SELECT o.id, o.path, o.region_id,
    CASE WHEN o.kind IN ({_LINE_KINDS}) THEN o.path ELSE l.path END AS line_path
    FROM registry_organisation o LEFT JOIN registry_organisation l ON l.id = o.line_id)"""
