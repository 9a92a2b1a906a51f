"""Reorganisation as arithmetic over a tree in columns: docs/algorithms/reorganisation.md."""
