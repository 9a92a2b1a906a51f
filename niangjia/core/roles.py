"""Who may act: the roles, and the database role that each takes on for a transaction."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """A role that an account can act in (code table 55)."""

    APPLICANT = "applicant"
    MEMBER = "member"
    ORGANISER = "organiser"
    REVIEWER = "reviewer"
    CLERK = "clerk"
    LEADER = "leader"
    CASE_OFFICER = "case_officer"
    MEDIATOR = "mediator"
    JUDGE = "judge"
    EMPLOYER_CONTACT = "employer_contact"
    PARTNER = "partner"
    AUDITOR = "auditor"
    SYSTEM_ADMIN = "system_admin"
    SECURITY_ADMIN = "security_admin"
    AUDIT_ADMIN = "audit_admin"
    SYSTEM = "system"


# Who may read the roll of an office, and who may also write to it.
ROLL_READERS = frozenset({Role.REVIEWER, Role.CLERK, Role.LEADER})
ROLL_WRITERS = frozenset({Role.REVIEWER, Role.CLERK})

OFFICE, WORKER, SYSTEM, AUDIT = "niangjia_office", "niangjia_worker", "niangjia_system", "niangjia_audit"

# None is the plain login, which has no right on a scoped table. The partners (mediator to partner) see what was passed on
# to them, not an office's roll: until there is a database role for that, they see nothing.
DATABASE_ROLE: dict[Role, str | None] = {
    Role.APPLICANT: WORKER,
    Role.MEMBER: WORKER,
    Role.ORGANISER: OFFICE,
    Role.REVIEWER: OFFICE,
    Role.CLERK: OFFICE,
    Role.LEADER: OFFICE,
    Role.CASE_OFFICER: OFFICE,
    Role.MEDIATOR: None,
    Role.JUDGE: None,
    Role.EMPLOYER_CONTACT: None,
    Role.PARTNER: None,
    Role.AUDITOR: AUDIT,
    Role.SYSTEM_ADMIN: None,
    Role.SECURITY_ADMIN: None,
    Role.AUDIT_ADMIN: AUDIT,
    Role.SYSTEM: SYSTEM,
}
