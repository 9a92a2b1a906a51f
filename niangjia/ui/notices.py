"""What the notices of an inbox say: a notice is a code, its words are made when it is shown."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

WORDS = {
    "join_request_waits": gettext_noop("A worker asks to join."),
    "join_request_completed": gettext_noop("A worker has sent what was missing."),
    "join_request_late": gettext_noop("A union below you has not answered a worker in time."),
    "join_request_handed_up": gettext_noop(
        "A request came up to you, since the union below did not answer. You can decide now."
    ),
    "join_request_moved_up": gettext_noop(
        "The union above decides on your request now. You need not send it again."
    ),
    "join_request_past_hard_stop": gettext_noop(
        "A worker has waited longer than anybody should. Decide today."
    ),
    "member_elsewhere": gettext_noop(
        "Somebody who was accepted is on another roll. You stand above both unions: decide."
    ),
    "joined": gettext_noop("You are a member now. Your card is ready."),
    "join_request_needs_more": gettext_noop("The union needs something more from you."),
    "join_request_rejected": gettext_noop("The union has answered your request."),
    "join_request_lapsed": gettext_noop(
        "Your request was closed, since no answer came. You can ask again at any time."
    ),
    "batch_planned": gettext_noop("The trial run of a roster is ready."),
    "batch_committed": gettext_noop("A roster has been taken in."),
    "held_rows_wait": gettext_noop(
        "Rows of a roster below you were held, and only you may know whom they may be about. Decide on them."
    ),
    "row_mended": gettext_noop("A worker has corrected a row of a roster. Look at it, and take it in."),
    "batch_undone": gettext_noop("A roster has been taken back."),
    "repair_ready": gettext_noop("The repair workbook of a long list is ready to be fetched."),
    "batch_failed": gettext_noop("A roster could not be read to its end."),
    "batch_stuck": gettext_noop(
        "The work on a roster stopped because of an error. What was written stays; open it to go on or to take it back."
    ),
    "export_ready": gettext_noop(
        "A list that was to be taken out is ready. Who asked for it can fetch it now."
    ),
    "export_below": gettext_noop(
        "An office below you took a list out. See which one, how many rows, and what for."
    ),
    "duplicates_searched": gettext_noop("The search for people with two records is done."),
    "duplicates_search_failed": gettext_noop(
        "The search for people with two records broke off because of an error. You can start it again."
    ),
    "merge_refused": gettext_noop(
        "Two records were not merged, since something had changed meanwhile. The pair is in the queue again, with the reason."
    ),
    "unmerge_refused": gettext_noop("A merge could not be taken apart. Its page says why."),
    "records_merged": gettext_noop("You had two records. They are one now; nothing of them was lost."),
    "records_parted": gettext_noop("Two records that had been made one are two again."),
    "order_carried_out": gettext_noop(
        "A reorganisation order that concerns your office has been carried out. Units stand at their new places."
    ),
    "order_taken_back": gettext_noop(
        "A reorganisation order that concerned your office has been taken back. Units stand where they stood."
    ),
    "order_refused": gettext_noop(
        "A reorganisation order could not be carried out on its day. Nothing was changed; open it to see why."
    ),
    "order_kept": gettext_noop(
        "A reorganisation order could not be taken back, since something stands in the way. Open it to see what."
    ),
    "held_alarm": gettext_noop(
        "An office below you meets many people of other rolls in its rosters. Ask why."
    ),
}


def words(code: str) -> str:
    """Return what the notice ``code`` says in the reader's language."""
    return _(WORDS[code])
