"""What the embedded PostgreSQL says when it cannot serve."""

from niangjia.config.errors import CannotRun


class ClusterError(CannotRun):
    """The database cannot be made, started or reached; the text says why and what to do."""
