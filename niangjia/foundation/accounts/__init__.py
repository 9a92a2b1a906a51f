"""Accounts: one sign-in each, without a name; a phone only in the vault."""
