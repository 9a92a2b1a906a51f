"""Employers: those of a list that may be on the register already, put before a person."""
