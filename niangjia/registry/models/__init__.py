"""The tables of the registry, one file a subject."""

from niangjia.registry.models.consents import Consent
from niangjia.registry.models.deltas import Delta
from niangjia.registry.models.duplicates import Merge, MergeRecord, MergeRow, Pair, Search
from niangjia.registry.models.employers import Employer, EmployerDoubt, HeadCount
from niangjia.registry.models.held import HeldRow
from niangjia.registry.models.memberships import Membership
from niangjia.registry.models.officers import Officer
from niangjia.registry.models.organisations import Organisation, Parenthood
from niangjia.registry.models.persons import IdentityToken, Person, PersonLogin
from niangjia.registry.models.postings import Posting
from niangjia.registry.models.regions import Region
from niangjia.registry.models.reorganisations import Carried, OrderLine, ReorganisationOrder
from niangjia.registry.models.scoped import OfPerson, Scoped

__all__ = [
    "Carried",
    "Consent",
    "Delta",
    "Employer",
    "EmployerDoubt",
    "HeadCount",
    "HeldRow",
    "IdentityToken",
    "Membership",
    "Merge",
    "MergeRecord",
    "MergeRow",
    "OfPerson",
    "Officer",
    "OrderLine",
    "Organisation",
    "Pair",
    "Parenthood",
    "Person",
    "PersonLogin",
    "Posting",
    "Region",
    "ReorganisationOrder",
    "Scoped",
    "Search",
]
