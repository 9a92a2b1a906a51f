"""How a list of membership changes looks and speaks."""

from __future__ import annotations

from niangjia.core.findings import Rule, Severity, finding_is
from niangjia.core.intake import changes, rules
from niangjia.core.intake.lists import Asked, Form
from niangjia.core.words import gettext_noop
from niangjia.registry.kinds import comparing, roster

_DEFAULT = "product default"
_MESSAGES = {
    "ROLL_HELD": comparing.HELD,
    "ROLL_OTHER_UNION": next(rule.message for rule in comparing.RULES if rule.code == "ROLL_OTHER_UNION"),
    "NAME_DIFFERS": gettext_noop(
        "Name and document number belong to two people. Check both against the card."
    ),
    "NOT_MEMBER": gettext_noop(
        "This person has no membership here that could end or rest. Check the number and the kind of change."
    ),
    "CHANGE_SAME_UNION": gettext_noop(
        "The member is on the roll of that very union. Give the union that takes the member in."
    ),
    "CHANGE_TOO_EARLY": gettext_noop(
        "The day of the change lies before the membership that it changes. Check the day."
    ),
}
_REFUSING = ("NOT_MEMBER", "CHANGE_SAME_UNION", "CHANGE_TOO_EARLY")
_AT = {"ROLL_OTHER_UNION": "change", "NAME_DIFFERS": "name", "NOT_MEMBER": "change", "CHANGE_SAME_UNION": "union",
    "CHANGE_TOO_EARLY": "changed_on"}  # fmt: skip
RULES = tuple(
    Rule(
        code,
        _AT.get(code, "id_number"),
        message,
        _DEFAULT,
        finding_is("roll_finding", code),
        Severity.REFUSE if code in _REFUSING else Severity.HOLD,
    )
    for code, message in _MESSAGES.items()
)
_RULES = (*changes.ROWS, *rules.REPEATS, *RULES)

FORM = Form(
    name="changes",
    label=gettext_noop("Membership changes"),
    about=gettext_noop(
        "Members who join again, come in, go elsewhere, keep their membership at rest, leave or are expelled; one kind, day and "
        "reason may hold for the whole list."
    ),
    fields=changes.FIELDS,
    tables={"id_kind": "id_kind", "change": "change_kind", "reason": "change_reason"},
    hints={
        "name": gettext_noop("With it a slip in the number is noticed."),
        "id_number": gettext_noop("Type it into a text cell, as here: a number cell loses the last digits."),
        "id_kind": gettext_noop("Leave it blank for a resident identity card."),
        "change": gettext_noop("Choose one of the list. Blank rows follow what was said for the whole list."),
        "reason": gettext_noop("Needed where a membership ends or rests. Blank rows follow what was said for the whole list."),
        "changed_on": gettext_noop("A blank cell means the day given for the whole list, else the day on which it comes in."),
        "union": gettext_noop("Who comes in: the union that takes the member in; blank is your own. Who goes: the union that the member goes to, if it is under your office."),
        "union_code": gettext_noop("Eighteen characters; with it the union is found for sure."),
    },
    # The last digit of the number is wrong: an example that is sent back comes back.
    examples={"name": "张三", "id_number": "369900199001010011", "change": "转出", "reason": "劳动关系变化",
        "changed_on": "2026-05-01", "union": "某某公司工会委员会"},
    messages=rules.UNIONS | {rule.code: rule.message for rule in _RULES} | {roster.MOVED: roster.MOVED_SAYS},
    severities=dict.fromkeys((*rules.UNIONS, roster.MOVED), Severity.HOLD) | {rule.code: rule.severity for rule in _RULES},
    kept=roster.FORM.kept,
    undoing=gettext_noop("Memberships become what they were before: what was ended goes on, what was opened falls away."),
    asked=(
        Asked("change", gettext_noop("Kind of change, for all rows that say none"), table="change_kind"),
        Asked("reason", gettext_noop("Reason, for all rows that say none"), table="change_reason"),
        Asked("on", gettext_noop("Day of the change, for all rows that say none"), is_day=True),
    ),
    alarm="ROLL_HELD",
)  # fmt: skip
