"""``niangjia linkage``: our run for people with two records beside one of a trained model, and what both weigh.

Nothing of a person is printed: counts, shares and weights alone.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any, NoReturn

import typer
from django.conf import settings

from niangjia.core.errors import Refusal
from niangjia.core.linkage.beside import weighed
from niangjia.foundation.acting import acting
from niangjia.foundation.actors import system_actor
from niangjia.registry.linkage import comparing, engines
from niangjia.registry.linkage.comparing import Run
from niangjia.registry.models import Organisation

SYSTEM = system_actor("linkage")


def compare(
    code: str,
    *,
    master: str | None,
    secret: str,
    threshold: float,
    queue: bool,
    as_json: bool,
    now: Callable[[], datetime],
) -> None:
    """Compare both over the records below the organisation ``code``, and print what came of it."""
    with acting(SYSTEM):
        office = Organisation.objects.filter(code=code).first()
    if office is None:
        refuse(f"There is no organisation with the code {code}.")
    finder = engines.finder(master, secret=secret, folder=settings.NIANGJIA_HOME.tmp)
    try:
        told = comparing.compared(office, finder, threshold=threshold, queue=queue, by=SYSTEM, now=now)
    except Refusal as refusal:
        refuse(str(refusal))
    figures: dict[str, Any] = {
        "organisation": code,
        "engine": master or "duckdb",
        "threshold": threshold,
        **figures_of(told),
    }
    typer.echo(json.dumps(figures, ensure_ascii=False) if as_json else _text(figures))


def figures_of(told: Run) -> dict[str, Any]:
    """Return a run as plain figures."""
    pairs = told.pairs
    return {
        "persons": told.persons,
        "ours": pairs.ours,
        "ours_same": told.same,
        "ours_likely": told.likely,
        "splink": pairs.theirs,
        "both": pairs.both,
        "only_ours": pairs.ours - pairs.both,
        "only_splink": pairs.theirs - pairs.both,
        "only_splink_barred": told.barred,
        "precision": pairs.precision,
        "recall": pairs.recall,
        "queued": told.queued,
        "seconds": told.seconds,
        "weights": weighed(told.trained),
    }


def _text(figures: dict[str, Any]) -> str:
    weights = figures.pop("weights")
    lines = [f"{name:>20}  {_short(value)}" for name, value in figures.items()]
    heads = f"{'level':>20}  {'m':>10}  {'u':>10}  {'trained':>8}  {'ours':>8}"
    return "\n".join([*lines, "", heads, *map(_weight_line, weights)])


def _weight_line(weight: dict[str, Any]) -> str:
    most = "≤ " if weight["by_frequency"] else ""
    ours = "" if weight["ours"] is None else f"{most}{weight['ours']:.1f}"
    trained = "" if weight["trained"] is None else f"{weight['trained']:.1f}"
    shares = "  ".join(f"{'' if weight[name] is None else f'{weight[name]:.2g}':>10}" for name in ("m", "u"))
    return f"{weight['level']:>20}  {shares}  {trained:>8}  {ours:>8}"


def _short(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_short(each)}" for name, each in value.items())
    return (
        f"{value:,}" if isinstance(value, int) else f"{value:.4g}" if isinstance(value, float) else str(value)
    )


def refuse(sentence: str) -> NoReturn:
    """Say why not, and end."""
    typer.echo(sentence, err=True)
    raise typer.Exit(2)
