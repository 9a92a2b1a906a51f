"""The kind "employers": business registers, and tax or labour lists with head counts (docs/algorithms/employers.md)."""
