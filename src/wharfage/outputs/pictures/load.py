"""Cost against load: what each contender costs as the load grows, in all or per unit of load."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from wharfage.errors import InvalidValueError
from wharfage.outputs.pictures.break_even import gaps_line, places_line
from wharfage.outputs.pictures.lines import HEIGHT, Along, Upright, named_lines
from wharfage.outputs.pictures.theme import finished
from wharfage.outputs.pictures.words import COST, CURRENCY, check_priced, compact, rates_line

if TYPE_CHECKING:
    from wharfage.analysis.break_even import BreakEven


def load(result: BreakEven, *, per: float | None = None) -> Any:  # noqa: ANN401  a chart
    """Cost of every contender along the axis.

    Parameters
    ----------
    result : BreakEven
        Its ``costs()`` are the lines.
    per : float, optional
        Units of the axis that a cost is for, such as 1e6 requests; else the cost of all of it.

    Returns
    -------
    Chart
        Costs in USD per month, or per so many units.
    """
    if per is not None and not (np.isfinite(per) and per > 0):
        raise InvalidValueError(f"per is {per!r}.", hint="per=1e6 gives the cost of a million.")
    along = Along.of(result.axis)
    costs = result.costs().set_axis(["x", "name", "cost"], axis="columns")
    check_priced(int(costs["cost"].notna().sum()), len(result.names), "contenders")
    unit = COST
    if per is not None:
        costs = costs[costs["x"] > 0]
        costs["cost"] = costs["cost"] / costs["x"] * per
        unit = f"{CURRENCY} per {compact(per)} {_counted(along.title)}"
    title = f"Cost as {along.title} grows [{unit}]"
    upright = Upright.of(costs["cost"], along, unit, HEIGHT)
    lines = named_lines(costs, result.names, along, upright)
    return finished(lines, title, [gaps_line(result), places_line(result), rates_line(result)])


def _counted(title: str) -> str:
    return title.removesuffix(" per month")
