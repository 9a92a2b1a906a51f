"""Why a held row cannot be decided so, or could not be carried out as it was decided."""

from __future__ import annotations

from niangjia.core.errors import Conflict, Invalid, Refusal
from niangjia.core.words import gettext_noop


class NumberTaken(Invalid):
    """Two people cannot have one number."""

    code = "held_number_taken"
    message = gettext_noop("Somebody on the register has this very number, so the row is no new person.")


class NeedsMending(Invalid):
    """A cell of the row cannot be right."""

    code = "held_needs_mending"
    message = gettext_noop(
        "A cell of this row cannot be right. Ask the worker to correct it, or correct it in the repair workbook."
    )


class NoUnion(Invalid):
    """It is not known onto whose roll the row would go."""

    code = "held_no_union"
    message = gettext_noop(
        "The union of this row was not found. Write its code or full name, or correct it in the repair workbook."
    )


class UnionUnknown(Invalid):
    """What was written names no union onto whose roll the row may go."""

    code = "held_union_unknown"
    message = gettext_noop(
        "No union with members has this code or full name below the office whose list it is: %(said)s. Look it up, and write it again."
    )


class NotInQuestion(Invalid):
    """The person that was chosen is none of those in question."""

    code = "held_not_in_question"
    message = gettext_noop(
        "That person is none of those in question. Load the page again and choose one of them."
    )


class Changed(Conflict):
    """Somebody else is in question by now."""

    code = "held_changed"
    message = gettext_noop(
        "The register has changed since: look at the row again, and at who is in question now."
    )


class Again(Conflict):
    """Another row about the same person was decided in the same moment."""

    code = "held_again"
    message = gettext_noop("Another row with this number was taken in a moment before. Look at both again.")


REFUSALS: dict[str, type[Refusal]] = {
    each.code: each for each in (NumberTaken, NeedsMending, NoUnion, NotInQuestion, Changed, Again)
}
