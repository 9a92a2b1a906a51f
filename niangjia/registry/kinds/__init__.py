"""Kinds of bulk work on the register: what a plan of each needs, writes and takes back."""
