"""What the embedded PostgreSQL says when it cannot serve."""


class ClusterError(Exception):
    """The database cannot be made, started or reached; the text says why and what to do."""
