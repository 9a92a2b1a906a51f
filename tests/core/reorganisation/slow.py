"""The obvious slow way to carry an order out: a tree of dictionaries, one line after the other."""

from __future__ import annotations

import numpy as np

from niangjia.core.reorganisation.steps import STEP, step_texts


def slow_tree(units, lines, parts):
    """Return id → (superior, path) after an order that nothing speaks against, and the ids that end.

    Args:
        units: rows of ``UNITS`` as dictionaries; lines, parts: likewise.
    """
    by_path = {unit["path"]: unit["id"] for unit in units}
    above = {unit["id"]: by_path.get(unit["path"][:-STEP]) for unit in units}
    before = dict(above)
    path = {unit["id"]: unit["path"] for unit in units}
    last = {unit["id"]: unit["last_step"] for unit in units}
    gone = {line["unit"] for line in lines if line["kind"] in ("merge", "dissolve")}
    dead = gone | {unit["id"] for unit in units if unit["ended"]}
    spoken_for = {line["unit"] for line in lines if line["kind"] != "split"} | {
        part["unit"] for part in parts
    }
    newcomers = []
    for line in lines:
        if line["kind"] == "move":
            above[line["unit"]] = line["target"]
            newcomers.append(line["unit"])
        elif line["kind"] == "split":
            here = [part["unit"] for part in parts if part["line"] == line["line"]]
            for unit in sorted(here, key=path.get):
                above[unit] = line["new"]
            above[line["new"]] = line["target"] or before[line["unit"]]
            last[line["new"]] = 0
            newcomers += [*sorted(here, key=path.get), line["new"]]
        elif line["kind"] == "merge":
            for unit in sorted(path, key=path.get):
                if before.get(unit) == line["unit"] and unit not in spoken_for and unit not in dead:
                    above[unit] = before[line["unit"]] if unit == line["target"] else line["target"]
                    newcomers.append(unit)
    step = {unit: value[-STEP:] for unit, value in path.items()}
    for unit in newcomers:
        last[above[unit]] += 1
        step[unit] = step_texts(np.array([last[above[unit]]]))[0]
    top = units[0]["id"]

    def whole(unit):
        return path[top] if unit == top else whole(above[unit]) + step[unit]

    return {unit: (above[unit], whole(unit)) for unit in above}, gone
