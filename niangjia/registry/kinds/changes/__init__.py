"""The kind "changes": memberships opened, moved, put at rest and ended by a list (docs/algorithms/changes.md)."""
