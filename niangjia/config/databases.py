"""Where the database is: given by the environment, else the embedded one of this data folder."""

from __future__ import annotations

from typing import NamedTuple

from environs import Env

from niangjia.config.home import Home


class Addresses(NamedTuple):
    """PostgreSQL addresses of the application's login and of the owner."""

    app: str
    owner: str
    embedded: bool


def find(env: Env, home: Home) -> Addresses:
    """Return the addresses from ``DATABASE_URL`` and ``DATABASE_OWNER_URL``, else those of the embedded cluster."""
    app = env.str("DATABASE_URL", "")
    if app:
        return Addresses(app, env.str("DATABASE_OWNER_URL", app), embedded=False)
    from niangjia.config.embedded_postgres import Cluster

    urls = Cluster(home.postgres).urls()
    return Addresses(urls.app, urls.owner, embedded=True)
