"""Clocks: who must act until when, in working days, and what happens when nobody does."""

from niangjia.foundation.later import names_from

__getattr__ = names_from(
    __name__,
    running=("pause", "resume", "start", "stop", "stop_all"),
    asking=("due_of", "of", "overdue", "ran_out"),
    sweeping=("on_run_out", "sweep"),
    calendars=("calendar", "mark"),
)
