"""Where the database is: given by the environment, else the embedded one of this data folder."""

from __future__ import annotations

from typing import NamedTuple

from environs import Env

from niangjia.config.embedded_postgres import ClusterError, cluster_of
from niangjia.config.home import Home

NOT_RUNNING = "postgresql:///niangjia?host=/nonexistent"


class Addresses(NamedTuple):
    """PostgreSQL addresses of the application's login and of the owner."""

    app: str
    owner: str
    embedded: bool


def find(env: Env, home: Home) -> Addresses:
    """Return the addresses from ``DATABASE_URL`` and ``DATABASE_OWNER_URL``, else those of the embedded cluster.

    While the embedded one does not run, the addresses lead nowhere: commands that need it start it first.
    """
    app = env.str("DATABASE_URL", "")
    if app:
        return Addresses(app, env.str("DATABASE_OWNER_URL", app), embedded=False)
    try:
        urls = cluster_of(home.path).urls()
    except ClusterError:
        return Addresses(NOT_RUNNING, NOT_RUNNING, embedded=True)
    return Addresses(urls.app, urls.owner, embedded=True)
