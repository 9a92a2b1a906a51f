"""Held rows of rosters, put before a clerk: many on one page, each beside whom it may be about."""
