"""Measurements: each runs its baseline in the same minute, and prints both with their ratio as one JSON line."""
