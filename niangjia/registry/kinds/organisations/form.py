"""How a list of union organisations looks and speaks."""

from __future__ import annotations

from niangjia.core.findings import Rule, Severity, finding_is
from niangjia.core.intake import organisations, rules
from niangjia.core.intake.lists import Form
from niangjia.core.words import gettext_noop
from niangjia.registry.kinds.roster import MOVED, MOVED_SAYS

_HOLDING = {
    "ORG_MOVES": gettext_noop(
        "This union stands elsewhere, or is of another kind or level. That needs a reorganisation order."
    ),
    "ORG_OTHER_CODE": gettext_noop(
        "The register knows another credit code of this union. Check both against the certificate."
    ),
    "ORG_OUTSIDE": gettext_noop("This union is not under your office. Its own office has to take the row."),
    "ORG_LINE": gettext_noop(
        "No industry federation has this name or code. Check the spelling, or leave the cell blank."
    ),
    "SUPERIOR_HELD": gettext_noop(
        "The superior is in this list and comes back itself. Mend that row, and hand both in again."
    ),
    "LEVEL_BLANK": gettext_noop("A federation needs its level. Choose one from the list."),
    "ORG_PLACE": gettext_noop(
        "A union of this kind and level cannot stand under that superior. Check kind, level and superior."
    ),
}
_AT = {"ORG_MOVES": "superior", "ORG_OTHER_CODE": "credit_code", "ORG_LINE": "line", "SUPERIOR_HELD": "superior",
    "ORG_PLACE": "superior", "LEVEL_BLANK": "level"}  # fmt: skip
RULES = tuple(
    Rule(
        code,
        _AT.get(code, "name"),
        message,
        "《工会法》第十条、第十一条" if code == "ORG_PLACE" else "product default",
        finding_is("register_finding", code),
        Severity.REFUSE if code in ("ORG_PLACE", "LEVEL_BLANK") else Severity.HOLD,
    )
    for code, message in _HOLDING.items()
)
SUPERIORS = {
    "UNION_BLANK": rules.UNIONS["UNION_BLANK"],
    "UNION_UNKNOWN": gettext_noop(
        "Neither this list nor the unions under your office have this superior. Check the spelling."
    ),
    "UNION_AMBIGUOUS": gettext_noop(
        "Name and code do not tell one superior. Give its code, or the names from the top, parted by /."
    ),
    "UNION_OUT_OF_SCOPE": gettext_noop(
        "This superior is not under your office. Its own office has to take the row."
    ),
}
_RULES = (*organisations.ROWS, *organisations.REPEATS, *RULES)

FORM = Form(
    name="organisations",
    label=gettext_noop("Union organisations"),
    about=gettext_noop(
        "New unions are founded under their superiors, in whatever order the rows stand; of known ones name, code and region are "
        "brought up to date."
    ),
    fields=organisations.FIELDS,
    tables=organisations.TABLES,
    hints={
        "name": gettext_noop("The full name, as it was approved."),
        "credit_code": gettext_noop("Eighteen characters, starting with 81; blank where the union is no legal person."),
        "code": gettext_noop("A code of your own by which other lists name the union. Blank is made up."),
        "kind": gettext_noop("Choose one of the list. A blank cell follows the ending of the name."),
        "level": gettext_noop("Needed for federations; a grassroots union has its own."),
        "superior": gettext_noop("The full name, also of another row; names from the top, parted by /, tell unions of one name apart. Blank is your office."),
        "superior_code": gettext_noop("Credit code or own code; with it the superior is found for sure."),
        "region": gettext_noop("Name or code of the county. Blank is that of the superior."),
        "line": gettext_noop("Name or code of the federation that leads the union by industry. Blank follows the superior."),
        "established_on": gettext_noop("A blank cell means the day on which the list comes in."),
    },
    # The last character of the code is wrong: an example that is sent back comes back.
    examples={"name": "曙光软件有限公司工会委员会", "credit_code": "81369900MC0000001X", "kind": "独立基层工会", "superior": "某某县总工会",
        "region": "360102", "established_on": "2026-05-01"},
    messages=SUPERIORS | {rule.code: rule.message for rule in _RULES} | {MOVED: MOVED_SAYS},
    severities=dict.fromkeys((*rules.UNIONS, MOVED), Severity.HOLD) | {rule.code: rule.severity for rule in _RULES},
    kept={
        "touched": gettext_noop("Somebody has changed this union since."),
        "in_use": gettext_noop("Something else refers to this union by now, for example a member, a posting or a union below it."),
    },
    undoing=gettext_noop("New unions that nobody uses fall away again, and changed ones become what they were."),
    aliases={"region_id": "region", "union": "superior", "union_code": "superior_code"},
)  # fmt: skip
