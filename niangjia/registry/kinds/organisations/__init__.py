"""The kind "organisations": unions founded and brought up to date by a list (docs/algorithms/organisations.md)."""
