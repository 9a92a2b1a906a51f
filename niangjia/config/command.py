"""``niangjia``: the commands of an installation. Each serves the database for its own length where none runs."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from niangjia.cli.charts import add_statecharts
from niangjia.cli.demo import commands as demo_commands
from niangjia.cli.main import add_commands
from niangjia.config.embedded_postgres import ClusterError, Urls, serving
from niangjia.config.errors import CannotRun
from niangjia.config.home import Home

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Niangjia (娘家): run and look after an installation."
)
CHARTS = (
    "niangjia.joining.states:CHART",
    "niangjia.foundation.plans.states:CHART",
    "niangjia.foundation.copies.states:CHART",
    "niangjia.registry.duplicates.states:CHART",
    "niangjia.registry.held.states:CHART",
    "niangjia.intake.mending.states:CHART",
    "niangjia.registry.reorganisation.states:CHART",
)
PORT = typer.Option(envvar="NIANGJIA_PORT", help="The port of the web server on this machine.")


def home_of_environment() -> Home:
    """Return the home that NIANGJIA_HOME names, ``var`` in this folder without it."""
    return Home(Path(os.environ.get("NIANGJIA_HOME", "var")).absolute())


def first_keys(home: Home) -> None:
    """Make secret key and key ring at the first start, before there is data; never over data that others sealed."""
    from niangjia.foundation.keys.errors import KeyTrouble
    from niangjia.foundation.keys.ring import FileRing

    home.secret_key()
    try:
        FileRing.start(home.keys, has_data=home.holds_data)
    except KeyTrouble as trouble:
        raise CannotRun(f"{str(trouble)[0].upper()}{str(trouble)[1:]}.") from None


@contextmanager
def installation() -> Iterator[None]:
    """Set Django up over this installation's database, which is served for the block where nobody serves it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "niangjia.config.settings")
    if "DATABASE_URL" in os.environ:
        _set_up()
        yield
        return
    home = home_of_environment()
    first_keys(home)
    if demo_commands.is_demo(home):
        os.environ["NIANGJIA_DEMO"] = "true"
    with serving(home.path) as urls:
        os.environ["DATABASE_URL"], os.environ["DATABASE_OWNER_URL"] = urls.app, urls.owner
        _set_up()
        try:
            yield
        finally:
            _let_go()


def _offline() -> None:
    """Set Django up for what needs no database."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "niangjia.config.settings")
    _set_up()


def _set_up() -> None:
    import django

    django.setup()


def _let_go() -> None:
    """Close pooled connections before the server goes."""
    from django.db import connections

    for connection in connections.all(initialized_only=True):
        connection.close()
        connection.close_pool()  # type: ignore[attr-defined]  # PostgreSQL's; a no-op without a pool


def with_installation(context: typer.Context) -> None:
    """Hold the installation open while a command runs."""
    if not context.resilient_parsing and not {"--help", "-h"} & set(sys.argv):
        context.with_resource(installation())


@app.command()
def run(port: Annotated[int, PORT] = 8000) -> None:
    """Start database, web and worker together, until Ctrl-C."""
    from niangjia.config import processes
    from niangjia.config.migrating import migrate_with

    os.environ["NIANGJIA_PORT"] = str(port)
    home = home_of_environment()
    first_keys(home)
    processes.run(home, port, migrate=migrate_with)


@app.command()
def migrate() -> None:
    """Bring the tables, the rights and the reference data up to date."""
    from niangjia.config.migrating import migrate_all

    with installation():
        migrate_all()


@app.command()
def roles() -> None:
    """Print the SQL that makes the database roles on a server of your own."""
    from niangjia.config.embedded_postgres import roles_text

    typer.echo(roles_text())


demo = typer.Typer(invoke_without_command=True, help="A made-up city to try everything out with.")
app.add_typer(demo, name="demo")


@demo.callback()
def run_demo(context: typer.Context, port: Annotated[int, PORT] = 8000) -> None:
    """Load a made-up city and serve it, until Ctrl-C."""
    if context.invoked_subcommand is not None:
        return
    from niangjia.config import processes
    from niangjia.config.migrating import migrate_with

    home = home_of_environment()
    if not demo_commands.mark(home):
        raise CannotRun(
            f"{home.path} holds data that is no demo's. Set NIANGJIA_HOME to another folder, or start it with `niangjia run`."
        )
    os.environ["NIANGJIA_PORT"] = str(port)
    first_keys(home)

    def prepare(urls: Urls) -> None:
        migrate_with(urls)
        demo_commands.fill(home)
        demo_commands.announce(port)
        _let_go()

    processes.run(home, port, migrate=prepare)


@demo.command("code")
def demo_code(
    who: Annotated[str, typer.Argument(help="A sign-in name, a worker's name, or a phone.")],
) -> None:
    """Print the code that somebody's app or phone shows now."""
    from niangjia.cli.demo.codes import code_of
    from niangjia.core.errors import Refusal

    with installation():
        try:
            typer.echo(code_of(who))
        except Refusal as refusal:
            raise CannotRun(str(refusal)) from None


add_commands(app, with_installation)
add_statecharts(app, CHARTS, _offline)


def main() -> None:
    """Run the command line; what an installation cannot do is one sentence, not a traceback."""
    try:
        app()
    except (CannotRun, ClusterError) as reason:
        typer.echo(str(reason), err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
