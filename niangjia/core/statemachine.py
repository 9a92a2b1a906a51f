"""A chart of statuses as a table: pages, actions, tests and diagrams read the same rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from niangjia.core.errors import Conflict
from niangjia.core.words import gettext_noop


class NoSuchStep(Conflict):
    """The chart has no such arrow from this status."""

    code = "no_such_step"
    message = gettext_noop("This step is not open any more. Load the page again to see what is.")


@dataclass(frozen=True)
class Step:
    """One arrow of a chart.

    Attributes:
        role: who may take it, one or several; None for whoever may see the row.
        clock: the parameter that says how long one may wait in ``source`` for it, if any.
    """

    event: str
    source: str
    target: str
    role: str | Collection[str] | None = None
    clock: str | None = None

    def __post_init__(self) -> None:
        if self.role is not None and not isinstance(self.role, str):
            object.__setattr__(self, "role", frozenset(self.role))  # a step is hashable, a list or set is not

    @property
    def roles(self) -> frozenset[str]:
        """Return the roles that may take this step; empty for everyone."""
        if self.role is None:
            return frozenset()
        return frozenset({self.role} if isinstance(self.role, str) else self.role)

    def is_open_to(self, roles: str | Collection[str]) -> bool:
        """Tell whether an actor with one of ``roles`` may take this step."""
        held = {roles} if isinstance(roles, str) else roles
        return self.role is None or not self.roles.isdisjoint(held)


@dataclass(frozen=True, init=False)
class Machine:
    """A chart: which event leads from which status to which.

    Raises:
        ValueError: two steps have the same event and source, so that the target would be open to chance.
    """

    steps: tuple[Step, ...]
    name: str = ""
    _by_key: dict[tuple[str, str], Step] = field(default_factory=dict, repr=False, compare=False)

    def __init__(self, *steps: Step, name: str = "") -> None:
        by_key = {(step.event, step.source): step for step in steps}
        if len(by_key) < len(steps):
            raise ValueError("two steps share an event and a source")
        object.__setattr__(self, "steps", steps)
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "_by_key", by_key)

    def step(self, event: str, source: str) -> Step:
        """Return the step of ``event`` from the status ``source``.

        Raises:
            NoSuchStep: the chart has none.
        """
        try:
            return self._by_key[event, source]
        except KeyError:
            raise NoSuchStep() from None

    def open_to(self, status: str, roles: str | Collection[str]) -> tuple[str, ...]:
        """Return the events open in ``status`` to an actor with one of ``roles``, in the chart's order."""
        return tuple(step.event for step in self.steps if step.source == status and step.is_open_to(roles))

    @property
    def statuses(self) -> tuple[str, ...]:
        """Return every status of the chart, in the order in which the steps name them."""
        return _distinct(status for step in self.steps for status in (step.source, step.target))

    @property
    def events(self) -> tuple[str, ...]:
        """Return every event of the chart, in its order."""
        return _distinct(step.event for step in self.steps)

    def mermaid(self) -> str:
        """Return the chart as a Mermaid state diagram: starts first, then one line for each step."""
        targets = {step.target for step in self.steps if step.target != step.source}
        sources = {step.source for step in self.steps if step.target != step.source}
        starts = [f"    [*] --> {status}" for status in self.statuses if status not in targets]
        ends = [f"    {status} --> [*]" for status in self.statuses if status not in sources]
        return "\n".join(["stateDiagram-v2", *starts, *map(_arrow, self.steps), *ends, ""])


def _arrow(step: Step) -> str:
    who = f" ({', '.join(sorted(step.roles))})" if step.roles else ""
    clock = f", {step.clock}" if step.clock else ""
    return f"    {step.source} --> {step.target}: {step.event}{who}{clock}"


def _distinct(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
