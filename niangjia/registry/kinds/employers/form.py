"""How a list of employers looks and speaks."""

from __future__ import annotations

from niangjia.core.findings import Rule, Severity, finding_is
from niangjia.core.intake import employers
from niangjia.core.intake.lists import Asked, Form
from niangjia.core.words import gettext_noop
from niangjia.registry.kinds.roster import MOVED, MOVED_SAYS

LIKELY, OUTSIDE = "EMPLOYER_LIKELY", "EMPLOYER_OUTSIDE"
_MESSAGES = {
    LIKELY: gettext_noop(
        "An employer on the register may be this one. Say whether it is, under “The same employer?”."
    ),
    OUTSIDE: gettext_noop(
        "This employer lies outside the area of your office. Its own office has to take the row."
    ),
}
_AT = {LIKELY: "name", OUTSIDE: "region"}
RULES = tuple(
    Rule(code, _AT[code], message, "product default", finding_is("register_finding", code), Severity.HOLD)
    for code, message in _MESSAGES.items()
)
_RULES = (*employers.ROWS, *employers.REPEATS, *RULES)

FORM = Form(
    name="employers",
    label=gettext_noop("Employers"),
    about=gettext_noop(
        "A business register, or a tax or labour list with head counts. Known employers are brought up to date; where two may be "
        "the same, a person decides."
    ),
    fields=employers.FIELDS,
    tables=employers.TABLES | {"source": "survey_source"},
    hints={
        "name": gettext_noop("The full name, as on the business licence."),
        "credit_code": gettext_noop("Eighteen characters, in a text cell; with it the employer is found for sure."),
        "region": gettext_noop("Name or code of the county. Blank is the county or town of your office."),
        "address": gettext_noop("Where the work is done, as far as the list tells."),
        "head_count": gettext_noop("A whole number. Each source keeps its own count of each day."),
        "source": gettext_noop("Who counted. Blank rows follow what was said for the whole list."),
        "counted_on": gettext_noop("A blank cell means the day given for the whole list, else the day on which it comes in."),
    },
    # The last character of the code is wrong: an example that is sent back comes back.
    examples={"name": "曙光软件有限公司", "credit_code": "91369900MA0000001X", "region": "360102", "address": "示例路1号",
        "nature": "私营企业", "industry": "制造业", "head_count": "120", "source": "税务", "counted_on": "2026-05-01"},
    messages={rule.code: rule.message for rule in _RULES} | {MOVED: MOVED_SAYS},
    severities={rule.code: rule.severity for rule in _RULES} | {MOVED: Severity.HOLD},
    kept={
        "touched": gettext_noop("Somebody has changed this employer or its head count since."),
        "in_use": gettext_noop("Something else refers to this employer by now, for example a member or a head count."),
    },
    undoing=gettext_noop("New employers and head counts fall away again, and changed ones become what they were."),
    aliases={"region_id": "region"},
    asked=(
        Asked("source", gettext_noop("Who counted, for all rows that do not say"), table="survey_source"),
        Asked("on", gettext_noop("Day of the count, for all rows that do not say"), is_day=True),
    ),
)  # fmt: skip
