"""The audit: events in the transaction of the act, sealed in a signed chain."""
