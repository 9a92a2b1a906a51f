"""Codes sent to a phone: short-lived, counted, used once, and kept only as a keyed hash."""
