"""The kind "officers": who holds which post of a union, by a list (docs/algorithms/officers.md)."""
