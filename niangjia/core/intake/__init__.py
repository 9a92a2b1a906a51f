"""Rosters as columns: which column is what, what is wrong with each row, and which union it names."""
