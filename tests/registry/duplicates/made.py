"""Made-up people with two records, and the jobs about them."""

from __future__ import annotations

from datetime import date

from niangjia.cli.synth.numbers import citizen_number
from niangjia.foundation.acting import acting
from niangjia.registry import memberships, persons
from niangjia.registry.duplicates import deciding, queries, searching
from niangjia.registry.models import Pair
from tests.factories import AT, organisation
from tests.jobs import run_jobs
from tests.joiners import SYSTEM, reviewer

NUMBER = citizen_number("36990119900101001")
SLIP = NUMBER[:15] + NUMBER[16] + NUMBER[15] + NUMBER[17]  # two digits exchanged: no right number
PHONE = "13800138000"


def unions():
    """Return a city, a county below it with two unions, and a union of another county."""
    with acting(SYSTEM):
        city = organisation()
        county = organisation(under=city, kind="general_federation", level="county")
        near = [organisation(under=county), organisation(under=county)]
        other = organisation(under=city, kind="general_federation", level="county")
        far = organisation(under=other)
        for each in (city, county, other):
            each.refresh_from_db()
    return city, county, near, far


def member(union, number=NUMBER, *, name="张伟丽", phone=PHONE, at=AT, on_roll=True, **facts):
    """Return a registered person, on the roll of ``union`` unless told otherwise; outside ``acting``."""
    values = {
        "name": name,
        "id_kind": "citizen",
        "sex": "2",
        "birth_on": date(1990, 1, 1),
        "group": "courier",
    }
    with acting(SYSTEM):
        said = {"id_number": number, "phone": phone}
        made = persons.register(said, values | facts, at_union=union, by=SYSTEM, at=at)
        if on_roll:
            memberships.open_spell(made, union, channel="online", by=SYSTEM, at=at)
    return made


def clerk(office):
    """Return a clerk of ``office``."""
    return reviewer(office)


def search(office, *, at=AT):
    """Search what is below ``office``, and return the pairs that it may see."""
    by = clerk(office)
    with acting(by):
        searching.search(office, by=by, at=at)
    run_jobs(now=lambda: at)
    return seen(office)


def seen(office):
    """Return the pairs that ``office`` sees."""
    by = clerk(office)
    with acting(by):
        return list(queries.visible_to(by).order_by("found_at", "-weight", "pk"))


def merge(pair, office, choices=None, *, at=AT):
    """Merge a pair as a clerk of ``office``, each choice the first record's unless told; return it as it stands then."""
    by = clerk(office)
    with acting(by):
        chosen = dict.fromkeys(pair.differs, "first") | (choices or {})
        deciding.merge(pair, chosen, by=by, at=at)
    run_jobs(now=lambda: at)
    return again(pair)


def unmerge(pair, office, *, at=AT):
    """Take a merged pair apart; return it as it stands then."""
    by = clerk(office)
    with acting(by):
        deciding.unmerge(queries.get(pair.pk, by=by), by=by, at=at)
    run_jobs(now=lambda: at)
    return again(pair)


def again(pair):
    """Return a pair as it stands now."""
    with acting(SYSTEM):
        return Pair.objects.get(pk=pair.pk)
