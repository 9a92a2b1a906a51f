"""How a roster of members looks and speaks: its template, and what is said of its rows."""

from __future__ import annotations

from niangjia.core.findings import Severity
from niangjia.core.intake import rules
from niangjia.core.intake.fields import MEMBERS
from niangjia.core.intake.lists import Asked, Form
from niangjia.core.words import gettext_noop
from niangjia.registry.kinds.comparing import RULES

# What the trial run saw is no longer so: a row that a commit leaves for a second look.
MOVED = "ROLL_MOVED"
MOVED_SAYS = gettext_noop(
    "The register changed between the trial run and the writing. Hand the row in again."
)
# A clerk has looked at a held row, and keeps it out.
LEFT_OUT = "ROW_LEFT_OUT"
LEFT_OUT_SAYS = gettext_noop(
    "Your office decided that this row stays out. Hand it in again if that was a mistake."
)
# Whom the row is about has corrected it: a clerk takes it in.
MENDED = "ROW_MENDED"
MENDED_SAYS = gettext_noop("The worker has corrected this row by phone. Look at it, and take it in.")
_RULES = (*rules.ROWS, *rules.REPEATS, *RULES)

FORM = Form(
    name="members",
    label=gettext_noop("Roster of members"),
    about=gettext_noop("New members come onto the roll; of known ones the particulars are brought up to date."),
    fields=MEMBERS,
    tables={"sex": "sex", "id_kind": "id_kind", "ethnic": "ethnic", "group": "worker_group", "education": "education",
        "work_status": "work_status", "household": "hukou"},
    hints={
        "name": gettext_noop("As on the document. Rare characters and middle dots stay as they are."),
        "id_number": gettext_noop("Type it into a text cell, as here: a number cell loses the last digits."),
        "id_kind": gettext_noop("Leave it blank for a resident identity card."),
        "phone": gettext_noop("Eleven digits. With it a member is found again when the number changes."),
        "born_on": gettext_noop("Leave it blank where the document number tells it."),
        "employer": gettext_noop("The full name, as on the business licence."),
        "employer_code": gettext_noop("Eighteen characters; with it the employer is found for sure."),
        "union": gettext_noop("The full name. Names from the top, parted by /, tell unions of one name apart."),
        "union_code": gettext_noop("Eighteen characters; with it the union is found for sure."),
        "joined_on": gettext_noop("A blank cell means the day on which the roster comes in."),
        "region": gettext_noop("Name or code of the county."),
    },
    # The last digit of the number is wrong: an example that is sent back comes back.
    examples={"name": "张三", "id_number": "369900199001010011", "phone": "13800000000", "born_on": "1990-01-01",
        "employer": "曙光软件有限公司", "joined_on": "2026-05-01", "region": "360102"},
    messages=rules.MESSAGES | {rule.code: rule.message for rule in RULES}
    | {MOVED: MOVED_SAYS, LEFT_OUT: LEFT_OUT_SAYS, MENDED: MENDED_SAYS},
    severities=dict.fromkeys((*rules.UNIONS, MOVED), Severity.HOLD) | {rule.code: rule.severity for rule in _RULES}
    | {LEFT_OUT: Severity.REFUSE, MENDED: Severity.HOLD},
    kept={
        "touched": gettext_noop("Somebody has changed this person or the membership since."),
        "in_use": gettext_noop("Something else refers to this person by now, for example a card or a request."),
    },
    undoing=gettext_noop("New members leave the roll again, and changed persons become what they were."),
    aliases={"birth_on": "born_on", "region_id": "region", "hukou": "household"},
    asked=(
        Asked(
            "create_organisations",
            gettext_noop("Found the unions that are missing"),
            gettext_noop("Only those whose name says what they are, and directly under your office."),
        ),
    ),
    alarm="ROLL_HELD",
)  # fmt: skip
