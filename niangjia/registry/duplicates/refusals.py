"""Why two records are not merged, or not taken apart."""

from __future__ import annotations

from niangjia.core.errors import Conflict, Invalid
from niangjia.core.words import gettext_noop


class RecordGone(Conflict):
    """One of the two is not in the register, or not in the office's scope any more."""

    code = "record_gone"
    message = gettext_noop(
        "One of the two records is no longer in your area: it was merged, moved or taken back. Search again."
    )


class NoLongerAlike(Conflict):
    """The finder says "different" by now."""

    code = "no_longer_alike"
    message = gettext_noop(
        "The facts have changed since: the two records no longer look like one person. Search again before you decide."
    )


class ChoiceNeeded(Invalid):
    """The records differ in a field between which nobody has chosen."""

    code = "choice_needed"
    message = gettext_noop(
        "The records differ in fields that nobody has chosen between. Open the pair and choose."
    )


class TooManyNumbers(Conflict):
    """More earlier ID numbers than a record holds."""

    code = "too_many_numbers"
    message = gettext_noop(
        "A record keeps two earlier ID numbers, and these two would need more. Ask whether it really is one person."
    )


class TooLate(Conflict):
    """The days in which a merge can be taken back are over."""

    code = "merge_too_old"
    message = gettext_noop(
        "This could be taken apart until %(day)s. Ask the worker to correct the record instead."
    )


class MergedAgain(Conflict):
    """A later merge stands on this one."""

    code = "merged_again"
    message = gettext_noop("This record has been merged once more since. Take that apart first.")


REFUSALS = {
    each.code: each for each in (RecordGone, NoLongerAlike, ChoiceNeeded, TooManyNumbers, MergedAgain)
}
