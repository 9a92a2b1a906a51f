"""The audit: events in the transaction of the act, sealed in a signed chain."""

from niangjia.foundation.later import names_from

__getattr__ = names_from(__name__, recording=("record", "record_bulk"))
