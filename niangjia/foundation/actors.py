"""Who acts, in which role, and over which part of the tree."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from niangjia.core.roles import DATABASE_ROLE, Role

LINE_ROLE = "niangjia_line"


@dataclass(frozen=True)
class Scope:
    """A subtree of organisations, as a half-open range of paths.

    ``line`` tells that the range holds for ``line_path`` (an industry federation's office), not for ``path``.
    """

    lo: str
    hi: str
    line: bool = False

    @classmethod
    def below(cls, path: str, *, line: bool = False) -> Scope:
        """Return the scope of the organisation at ``path`` and everything below it."""
        return cls(path, path + "~", line)

    def holds(self, path: str | None) -> bool:
        """Tell whether ``path`` lies in this scope."""
        return path is not None and self.lo <= path < self.hi


@dataclass(frozen=True)
class Actor:
    """One account in one role at one office; or a person; or a job of the system.

    What a transaction may see follows from it: see ``foundation.acting``.
    """

    role: Role | None
    account_id: UUID | None = None
    posting_id: UUID | None = None
    organisation_id: UUID | None = None
    person_id: UUID | None = None
    scope: Scope | None = None
    job: str = ""

    @property
    def database_role(self) -> str:
        """Return the database role to take on, ``none`` for the plain login."""
        if self.role is None:
            return "none"
        if self.scope is not None and self.scope.line:
            return LINE_ROLE
        return DATABASE_ROLE[self.role] or "none"

    @property
    def is_system(self) -> bool:
        """Tell whether this is the machine itself, not a person."""
        return self.role is Role.SYSTEM


NOBODY = Actor(role=None)


def system_actor(job: str) -> Actor:
    """Return the actor of the job named ``job``; every act of it is audited under that name."""
    return Actor(role=Role.SYSTEM, job=job)
