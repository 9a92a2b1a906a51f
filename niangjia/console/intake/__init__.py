"""Rosters in: handed in, tried, corrected, written, taken back."""
