"""Copies that leave the house: lists taken out with a purpose, their files, and a ledger of who got one."""
