"""Figures across features, each of which opens the list that it counts."""
