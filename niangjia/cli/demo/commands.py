"""``niangjia demo``: a made-up city on this machine, from nothing to a page that answers."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import typer

MARK = "demo"


class Home(Protocol):
    """What the demo needs of the home."""

    @property
    def path(self) -> Path:
        """Return its folder."""

    @property
    def tmp(self) -> Path:
        """Return the folder of what does not outlive a run."""

    def holds_data(self) -> bool:
        """Tell whether something lies here already."""


def is_demo(home: Home) -> bool:
    """Tell whether this home was made by the demo."""
    return (home.path / MARK).exists()


def mark(home: Home) -> bool:
    """Make this home one of a demo; return false where it holds something else."""
    if not is_demo(home):
        if home.holds_data():
            return False
        home.path.mkdir(parents=True, exist_ok=True)
        (home.path / MARK).write_text(
            "Everything here is made up. The console SMS gateway serves only here.\n"
        )
    os.environ["NIANGJIA_DEMO"] = "true"
    return True


def fill(home: Home, say: Callable[[str], None] = typer.echo) -> None:
    """Load the made-up city where it is not there yet, and take its messy roster in."""
    from niangjia.cli.clock import now
    from niangjia.cli.demo import asking, loader

    done = home.path / "demo.loaded"
    if done.exists():
        return
    say("Loading a made-up city: unions, officials, workers")
    loader.load()
    say(f"Taking a messy roster of {loader.ROSTER_ROWS:,} rows in")
    loader.take_roster_in(home.tmp, now=now)
    loader.search_for_second_records(now=now)
    asking.ask(now=now())
    done.touch()


def announce(port: int, say: Callable[[str], None] = typer.echo) -> None:
    """Say where to look, and as whom."""
    from niangjia.cli.demo.loader import join_address, sign_ins
    from niangjia.cli.demo.world import PASSWORD, world

    site = f"http://127.0.0.1:{port}"
    say("")
    say(f"  Workers    {site}/")
    say(f"  Join       {join_address(site)}")
    say(f"  Officials  {site}/console/")
    say("")
    say(f"  Password of every official: {PASSWORD}")
    say("  The code that comes next:   niangjia demo code NAME")
    say("")
    for role, name, office in sign_ins():
        say(f"  {role:<16}{name:<20}{office}")
    worker = next(each for each in world().workers if each.union)
    newcomer = next(each for each in world().workers if not each.union)
    say(f"  {'member':<16}{worker.phone:<20}{worker.name}")
    say(f"  {'applicant':<16}{newcomer.phone:<20}{newcomer.name}, ID number {newcomer.number}")
    say("")
