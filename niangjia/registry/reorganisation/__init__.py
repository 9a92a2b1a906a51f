"""Reorganisation orders: drafted, previewed, signed, carried out whole, and taken back (docs/algorithms/reorganisation.md)."""
