"""How a list of officers looks and speaks."""

from __future__ import annotations

from niangjia.core.findings import Rule, Severity, finding_is
from niangjia.core.intake import officers, rules
from niangjia.core.intake.lists import Form
from niangjia.core.words import gettext_noop
from niangjia.registry.kinds import comparing, roster
from niangjia.registry.kinds.changes import form as changes

_MESSAGES = {
    "ROLL_HELD": comparing.HELD,
    "NAME_DIFFERS": changes.FORM.messages["NAME_DIFFERS"],
    "WHO_AMBIGUOUS": gettext_noop(
        "More than one person on your rolls has this name and phone. Give the document number."
    ),
    "OFFICER_NOT_MEMBER": gettext_noop(
        "This person is on no roll now, and officers are members. Take the person onto a roll first."
    ),
    "NOT_IN_POST": gettext_noop(
        "The register does not have this person in this post, so nothing can end. Check post and union, or give the day since when it was held."
    ),
    "POST_FROM_BLANK": gettext_noop("The day since when the post is held is missing."),
    "POST_TOO_EARLY": gettext_noop("This day lies before the post began, by the register. Check the day."),
    "SEAT_TAKEN": gettext_noop(
        "Somebody else holds this post on some of these days, by the register or another row. Say when that person left it, or check the days."
    ),
    "POST_TWICE": gettext_noop(
        "This person holds this post on some of these days already, by the register or another row. Check the days."
    ),
}
_REFUSING = ("OFFICER_NOT_MEMBER", "NOT_IN_POST", "POST_FROM_BLANK", "POST_TOO_EARLY")
_AT = {"NAME_DIFFERS": "name", "WHO_AMBIGUOUS": "name", "NOT_IN_POST": "post", "POST_FROM_BLANK": "from_on",
    "POST_TOO_EARLY": "left_on", "SEAT_TAKEN": "post", "POST_TWICE": "post"}  # fmt: skip
_LAW = {"OFFICER_NOT_MEMBER": "《工会法》第十条"}
RULES = tuple(
    Rule(
        code,
        _AT.get(code, "id_number"),
        message,
        _LAW.get(code, "product default"),
        finding_is("register_finding", code),
        Severity.REFUSE if code in _REFUSING else Severity.HOLD,
    )
    for code, message in _MESSAGES.items()
)
_RULES = (*officers.ROWS, *officers.REPEATS, *RULES)

FORM = Form(
    name="officers",
    label=gettext_noop("Union officers"),
    about=gettext_noop(
        "Who was elected or appointed to which post of a union, until when the term runs, and who has left. It opens no sign-in."
    ),
    fields=officers.FIELDS,
    tables=officers.TABLES,
    hints={
        "name": gettext_noop("With it a slip in the number is noticed; with the phone it stands for the number."),
        "id_number": gettext_noop("Type it into a text cell, as here: a number cell loses the last digits."),
        "id_kind": gettext_noop("Leave it blank for a resident identity card."),
        "phone": gettext_noop("Needed only where the document number is not given."),
        "union": gettext_noop("The full name of the union in which the post is held; blank is your own."),
        "union_code": gettext_noop("Eighteen characters; with it the union is found for sure."),
        "post": gettext_noop("Choose one of the list; a person with two posts has two rows."),
        "from_on": gettext_noop("The day of election or appointment; a new term is a new row with its own day."),
        "term_until": gettext_noop("The day by which a new election is due: three or five years."),
        "left_on": gettext_noop("The first day on which the post is no longer held; blank for who holds it still."),
    },
    # The last digit of the number is wrong: an example that is sent back comes back.
    examples={"name": "张三", "id_number": "369900199001010011", "union": "某某公司工会委员会", "post": "主席", "basis": "兼职",
        "from_on": "2026-05-01", "term_until": "2031-05-01"},
    messages=rules.UNIONS | {rule.code: rule.message for rule in _RULES} | {roster.MOVED: roster.MOVED_SAYS},
    severities=dict.fromkeys((*rules.UNIONS, roster.MOVED), Severity.HOLD) | {rule.code: rule.severity for rule in _RULES},
    kept={
        "touched": gettext_noop("Somebody has changed this post, the person or the union since."),
        "seat_taken": gettext_noop("Somebody else holds the post by now, so that the earlier holder cannot have it back."),
        "in_use": gettext_noop("Something else refers to this post by now."),
    },
    undoing=gettext_noop("Posts become what they were before: what began falls away, what ended goes on."),
    alarm="ROLL_HELD",
    also=("postings",),
)  # fmt: skip
