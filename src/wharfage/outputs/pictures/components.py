"""Components: what a bill is spent on, by service, region, workload or any column of the fleet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from wharfage.errors import InvalidValueError, did_you_mean
from wharfage.outputs.pictures.parts import CREDITS, parts_of
from wharfage.outputs.pictures.ranking import NET
from wharfage.outputs.pictures.stacked import stacked_bars
from wharfage.outputs.pictures.theme import finished
from wharfage.outputs.pictures.words import (
    COST,
    check_priced,
    check_top,
    missing_line,
    rates_line,
    short_money,
)

if TYPE_CHECKING:
    from wharfage.api import Bill

#: group of rows whose cell is empty
EMPTY = "(empty)"


def components(result: Bill, *, by: str = "service", top: int = 20) -> Any:  # noqa: ANN401  a chart
    """Bars of a bill, dearest first, stacked by what is charged.

    Parameters
    ----------
    result : Bill
        The fleet; what has no price is left out and counted.
    by : str
        Column of ``bill.frame``: a bar for each of its values.
    top : int
        Bars; all others are one bar of their own.

    Returns
    -------
    Chart
        Costs in USD per month; the parts of a bar add up to the cost of its workloads.

    Raises
    ------
    InvalidValueError
        If the fleet has no such column.
    """
    frame = result.frame
    label = groups_of(frame, by)
    check_top(top)
    priced = frame.assign(label=label)[frame["monthly_cost"].notna()]
    check_priced(len(priced), len(frame))
    names = grouped(priced.groupby("label")["monthly_cost"].sum(), top)
    lines = result.lines()
    lines = lines[lines["effective_cost"].notna()]
    of_workload = pd.Series(label.map(names).to_numpy(), index=frame["workload"])
    sums = (
        pd.DataFrame(
            {
                "label": lines["workload"].map(of_workload),
                "part": parts_of(lines["meter"]),
                "monthly_cost": lines["effective_cost"],
            }
        )
        .groupby(["label", "part"], as_index=False, sort=False)
        .sum()
    )
    totals = priced.assign(label=priced["label"].map(names)).groupby("label")["monthly_cost"].sum()
    order = list(dict.fromkeys(names.values()))
    chart = stacked_bars(
        sums,
        pd.DataFrame(
            {"label": order, "monthly_cost": totals.reindex(order).to_numpy(), "note": ""}
        ),
        order,
    )
    whole = short_money(priced["monthly_cost"].sum())
    unpriced = int(frame["monthly_cost"].isna().sum())
    subtitle = [
        f"{whole} in all, by {by.replace('_', ' ')}; dearest first",
        missing_line(unpriced, len(frame)),
        NET if CREDITS in set(sums["part"]) else "",
        rates_line(result),
    ]
    return finished(chart, f"What the fleet is charged for [{COST}]", subtitle)


def groups_of(frame: pd.DataFrame, by: str) -> pd.Series:
    """Group of each workload, as text; what states none is a group of its own.

    Raises
    ------
    InvalidValueError
        If the fleet has no such column.

    Examples
    --------
    >>> groups_of(pd.DataFrame({"team": ["shop", None, " "]}), "team").tolist()
    ['shop', '(empty)', '(empty)']
    """
    if by not in frame:
        raise InvalidValueError(
            f"The fleet has no column {by!r} to group by.",
            hint=did_you_mean(by, map(str, frame.columns)) or "such as service or region.",
        )
    stated = frame[by].astype(object).where(frame[by].notna(), "").astype(str)
    return stated.where(stated.str.strip() != "", EMPTY)


def grouped(costs: pd.Series, top: int) -> dict[str, str]:
    """Name of the bar of each group, dearest first; beyond the top all are one.

    Examples
    --------
    >>> grouped(pd.Series({"a": 1.0, "b": 3.0, "c": 2.0}), 2)
    {'b': 'b', 'c': 'c', 'a': 'a'}
    >>> grouped(pd.Series({"a": 1.0, "b": 3.0, "c": 2.0, "d": 0.5}), 2)
    {'b': 'b', 'c': 'c', 'a': 'other 2', 'd': 'other 2'}
    """
    order = [str(name) for name in costs.sort_values(ascending=False, kind="stable").index]
    # A group of one is that one.
    kept = order if len(order) <= top + 1 else order[:top]
    other = f"other {len(order) - len(kept):,}"
    return {name: name if n < len(kept) else other for n, name in enumerate(order)}
