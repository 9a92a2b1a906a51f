"""Words that reach people: in the inbox, and by text message."""

from niangjia.foundation.later import names_from

__getattr__ = names_from(__name__, inboxes=("inbox", "mark_read", "tell_account", "tell_office", "unread"))
