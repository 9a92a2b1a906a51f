"""Why an order is refused: a code for each reason, with the number of its line, all of them at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from niangjia.core.words import gettext_noop

MESSAGES = {
    "no_lines": gettext_noop("The order has no line yet. Add what shall be done."),
    "unknown_unit": gettext_noop(
        "“%(said)s” is no unit below your office, or its name occurs twice. Give its code."
    ),
    "unknown_target": gettext_noop(
        "“%(said)s” is no unit of your office or below it, or its name occurs twice. Give its code."
    ),
    "unit_twice": gettext_noop("%(unit)s stands in line %(other)s too. Each unit may be in one line."),
    "target_ends": gettext_noop(
        "%(target)s ends by line %(other)s, so nothing can come to it. Choose another unit."
    ),
    "circle": gettext_noop("%(unit)s would come to stand below itself. Choose another superior."),
    "may_not_stand_there": gettext_noop(
        "%(unit)s may not stand under %(target)s: their kinds do not allow it. Choose another superior."
    ),
    "same_place": gettext_noop("%(unit)s stands under %(target)s already. Take the line out."),
    "into_itself": gettext_noop("%(unit)s cannot go into itself. Choose another unit."),
    "not_part_of_it": gettext_noop("%(unit)s does not stand right under the unit that is split."),
    "units_left": gettext_noop(
        "%(n)s units stand under %(unit)s. Give each a line, so that none is left behind."
    ),
    "no_roll": gettext_noop(
        "%(unit)s has members or open requests, and %(target)s keeps no roll. Choose a unit that does."
    ),
    "roster_open": gettext_noop(
        "%(unit)s has %(n)s rosters that are not finished. Write or cancel them first."
    ),
    "asked_twice": gettext_noop(
        "%(n)s workers have asked both %(unit)s and %(target)s to be taken in. Decide those requests first."
    ),
    "name_taken": gettext_noop("Another unit named %(name)s stands there. Give another name."),
    "code_taken": gettext_noop("The code %(code)s belongs to another unit. Give another code."),
    "no_name": gettext_noop("The new unit needs a name and a code."),
    "nothing_to_split": gettext_noop("Name child units or employers that go to the new unit."),
    "unknown_employer": gettext_noop("“%(said)s” is no employer with members at this unit. Check its name or code."),
    "too_deep": gettext_noop("The path of %(unit)s would be too long. Choose a superior further up."),
    "too_early": gettext_noop(
        "The order is dated %(on)s, but %(unit)s came to where it stands on %(since)s. Date it later."
    ),
    "closed_past": gettext_noop(
        "The order may be dated back %(days)s days at most. Choose %(on)s or a later day."
    ),
    "unit_moved_since": gettext_noop("%(unit)s has been moved since. Take the later order back first."),
    "unit_ended_since": gettext_noop("%(unit)s has ended since. Take the later order back first."),
    "somebody_came": gettext_noop(
        "Somebody has come to %(unit)s since, which this order founded. Move them elsewhere first."
    ),
    "spells_closed_since": gettext_noop(
        "%(n)s members whom this order carried have left since. It stays as it is; a new order can move the rest."
    ),
    "moved_on": gettext_noop("The tree has changed since the preview. Look at a new one and sign again."),
    "counts_moved": gettext_noop(
        "The preview counted %(before)s members, now there are %(now)s. Look at a new one and sign again."
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Refused:
    """One reason, at one line; line 0 is the order itself."""

    line: int
    code: str
    params: Mapping[str, object] = field(default_factory=dict)
