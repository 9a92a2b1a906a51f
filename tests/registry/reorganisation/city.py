"""A small made-up city for orders: two counties, towns, unions with members, posts, requests and codes."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

from django.db import connection

from niangjia.core.roles import Role
from niangjia.foundation.accounts.models import Account
from niangjia.foundation.acting import acting
from niangjia.foundation.actors import Actor, Scope, system_actor
from niangjia.foundation.notices.models import Notice
from niangjia.joining import codes
from niangjia.joining.models import JoinCode, JoinRequest
from niangjia.registry import consents, deltas, memberships
from niangjia.registry.models import (
    Consent,
    Delta,
    Employer,
    Membership,
    Officer,
    Organisation,
    Parenthood,
    Person,
    Posting,
)
from niangjia.registry.reorganisation import actions
from niangjia.registry.reorganisation.actions import Line
from tests.factories import AT, ON, organisation, person
from tests.jobs import run_jobs

SYSTEM = system_actor("test")
EARLIER = AT - timedelta(days=40)
COUNTY = {"kind": "general_federation", "level": "county"}
TOWN = {"kind": "general_federation", "level": "town"}
JOINT = {"kind": "joint", "level": "grassroots"}

# What figures say of each day, whichever rows say it.
SUMS = f"""SELECT d.measure, d.organisation_id, d.path, d.line_path, d.region_code, d."group", d.day, sum(d.n)::int
    FROM {deltas.BY_DAY} d GROUP BY 1, 2, 3, 4, 5, 6, 7 HAVING sum(d.n) <> 0"""


class City:
    """The units by name, and the officials of the city federation."""

    def __init__(self) -> None:
        with acting(SYSTEM):
            self.city = organisation()
            self.east, self.west = (organisation(under=self.city, **COUNTY) for _ in range(2))
            self.town = organisation(under=self.east, **TOWN)
            self.joint = organisation(under=self.town, **JOINT)
            self.one, self.two = (organisation(under=self.joint) for _ in range(2))
            self.other = organisation(under=self.west, **JOINT)
            self.members = {
                name: [self.member(getattr(self, name)) for _ in range(n)] for name, n in ROLLS.items()
            }
            self.code = codes.make(self.one, label="门口", by=SYSTEM, at=EARLIER)
        self.clerk, self.leader = self.official("clerk"), self.official("leader")

    def member(self, union, at=EARLIER, **facts):
        """A new member, with a consent."""
        made = person(union, **facts)
        if not Officer.objects.filter(organisation=union).exists():
            place = {"organisation": union, "path": union.path, "line_path": union.line_path}
            Officer.objects.create(
                person=made, name_then=made.name, post="chair", from_on=ON - timedelta(days=90), **place
            )
        memberships.open_spell(made, union, channel="online", by=SYSTEM, at=at)
        consents.give(made, "membership", "1", by=SYSTEM, at=at)
        return made

    def official(self, role, office=None):
        """An account with a post at the city, as an actor."""
        office = office or self.city
        account = Account.objects.create_official(f"{role}{uuid4().hex[:6]}", "a made-up pass phrase")
        with acting(SYSTEM):
            held = Posting.objects.create(
                account=account, organisation=office, role=role, from_on=date(2020, 1, 1)
            )
        return Actor(
            role=Role(role),
            account_id=account.pk,
            posting_id=held.pk,
            organisation_id=office.pk,
            scope=Scope.below(office.path),
        )

    def order(self, *lines, on=ON, at=AT, number=None):
        """A drafted and previewed order; each line is (kind, unit, target) or a ``Line``."""
        said = [
            line if isinstance(line, Line) else Line(line[0], line[1].code, line[2].code) for line in lines
        ]
        with acting(self.clerk):
            made = actions.draft(number or f"青工发{uuid4().hex[:6]}", on, by=self.clerk, at=at)
            actions.add_lines(made, said, by=self.clerk, at=at)
            actions.look_ahead(made, by=self.clerk, at=at)
        return made

    def sign(self, order, at=AT):
        """Sign, and do what follows."""
        with acting(self.leader):
            actions.sign(order, by=self.leader, at=at)
        run_jobs(now=lambda: at)
        return self.fresh(order)

    def carried_out(self, *lines, on=ON, at=AT):
        """An order that has been carried out."""
        done = self.sign(self.order(*lines, on=on, at=at), at=at)
        assert (done.status, done.refusals) == ("carried_out", [])
        return done

    def taken_back(self, order, at=AT):
        """Ask for it back."""
        with acting(self.leader):
            actions.take_back(order, by=self.leader, at=at)
        run_jobs(now=lambda: at)
        return self.fresh(order)

    def fresh(self, row):
        """The row as it is now."""
        with acting(SYSTEM):
            return type(row).objects.get(pk=row.pk)


ROLLS = {"joint": 2, "one": 3, "two": 1, "other": 2}


def members(union, on):
    """The figure of a subtree on a day, by the path that it has now."""
    with acting(SYSTEM):
        path = Organisation.objects.get(pk=union.pk).path
        return figure(path, on)


def figure(path, on):
    found = Delta.objects.filter(path__gte=path, path__lt=path + "~", day__lte=on, measure="members")
    return found.aggregate(n=deltas.sum_until(on))["n"] or 0


def roll(union):
    """Who is on a union's roll."""
    with acting(SYSTEM):
        spells = Membership.objects.filter(organisation=union, to_on__isnull=True, kind="primary")
        return set(spells.values_list("person_id", flat=True))


def register():
    """All that an order may change and its taking back must restore; what it founded and ended again is left out."""
    with acting(SYSTEM):
        annulled = set(
            Organisation.objects.filter(code__startswith="N", ended_on__isnull=False).values_list(
                "pk", flat=True
            )
        )
        units = Organisation.objects.exclude(pk__in=annulled)
        with connection.cursor() as cursor:
            cursor.execute(SUMS)
            sums = {row[:-1]: row[-1] for row in cursor.fetchall()}
        return {
            "units": set(units.values_list("pk", "path", "depth", "line_id", "ended_on")),
            "parenthoods": set(
                Parenthood.objects.exclude(organisation__in=annulled).values_list(
                    "organisation", "parent", "path", "from_on", "to_on"
                )
            ),
            "spells": set(
                Membership.objects.values_list(
                    "pk",
                    "person",
                    "organisation",
                    "path",
                    "line_path",
                    "status",
                    "from_on",
                    "to_on",
                    "end_reason",
                    "group",
                )
            ),
            "persons": set(
                Person.objects.values_list("pk", "organisation", "path", "line_path", "changed_at")
            ),
            "consents": set(Consent.objects.values_list("pk", "organisation", "path", "line_path")),
            "posts": set(Posting.objects.values_list("pk", "organisation", "role", "from_on", "to_on")),
            "officers": set(
                Officer.objects.values_list("pk", "organisation", "path", "post", "from_on", "to_on")
            ),
            "requests": set(
                JoinRequest.objects.values_list("pk", "organisation", "holder", "path", "status")
            ),
            "codes": set(JoinCode.objects.values_list("pk", "organisation", "path")),
            "employers": set(Employer.objects.values_list("pk", "covered_by")),
            "unread": set(
                Notice.objects.exclude(code__startswith="order_").values_list("pk", "organisation_id")
            ),
            "figures": sums,
        }
