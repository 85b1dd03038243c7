"""Tornado: which uncertain input moves the bill most."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from wharfage.errors import InvalidValueError
from wharfage.outputs.pictures.theme import (
    INK,
    NUMBERS,
    PALETTE,
    STEP,
    WIDTH,
    finished,
    load_altair,
    rows_of,
)
from wharfage.outputs.pictures.words import (
    COST,
    check_priced,
    check_top,
    column_title,
    compact,
    missing_line,
    rates_line,
    scenario_label,
    short_money,
    some,
)

if TYPE_CHECKING:
    from wharfage.analysis.ranges import Ranges

LOW, HIGH = "input at its p10", "input at its p90"
COLORS = {LOW: PALETTE[4], HIGH: PALETTE[1]}
#: scenarios that are drawn below one another
PANELS = 4
#: room for numbers beside the bars, as a part of what they span
ROOM = 0.3
#: least that an axis spans, as a part of the typical cost: what does not move has no axis of noise
LEAST = 0.1


def tornado(result: Ranges, *, workload: str | None = None, top: int = 12) -> Any:  # noqa: ANN401
    """Cost with each input at its p10 and its p90, the others typical; the largest swing on top.

    Parameters
    ----------
    result : Ranges
        Its ``sensitivity()``.
    workload : str, optional
        One workload; the whole fleet by default.
    top : int
        Inputs that are drawn of each scenario; how many others there are is said.

    Returns
    -------
    Chart
        Costs in USD per month; one part below the other for each of the first four scenarios.
    """
    alt = load_altair()
    found = result.sensitivity(workload)
    check_top(top)
    if found.empty:
        raise InvalidValueError(
            "No input is uncertain, so that none moves the bill.",
            hint="give ranges(fleet, inputs={'replicas': (1, 4)}).",
        )
    found = found.assign(scenario=[scenario_label(row) for row in found.to_dict("records")])
    every = list(dict.fromkeys(found["scenario"]))
    without = _unpriced(result, workload)
    check_priced(len(every) - len(without), len(every), "scenarios")
    found = found[~found["scenario"].isin(without)]
    parts = [part for _, part in found.groupby("scenario", sort=False)]
    shown = parts[:PANELS]
    drawn = alt.vconcat(*(_panel(part.head(top), len(parts) > 1) for part in shown), spacing=16)
    inputs = max(len(part) for part in parts)
    of = "the fleet" if workload is None else str(workload)
    lines = [
        "Each input alone, the others as they are typically (the upright line)",
        f"No price: {some(without)}" if without else "",
        _left_out(result) if workload is None else "",
        f"{top:,} of {inputs:,} inputs are shown" if inputs > top else "",
        f"{PANELS} of {len(parts)} scenarios are shown" if len(parts) > PANELS else "",
        rates_line(result),
    ]
    return finished(drawn, f"What moves the cost of {of} most [{COST}]", lines)


def _left_out(result: Ranges) -> str:
    """Say how many workloads are in no bar of a scenario that has bars."""
    priced, whole = result.totals["priced"], len(result.frame["workload"].unique())
    fewest = int(priced[priced > 0].min())
    return f"Up to {missing_line(whole - fewest, whole)}" if fewest < whole else ""


def _unpriced(result: Ranges, workload: str | None) -> list[str]:
    """Scenarios in which nothing has a price: their cost is unknown, not 0."""
    totals = result.totals
    if workload is None:
        is_missing = totals["priced"] == 0
    else:
        frame = result.frame
        own = frame.loc[frame["workload"].astype(str) == str(workload), "typical"]
        # A workload has one row for each scenario, in the order of the totals.
        is_missing = pd.Series(own.isna().to_numpy())
    return [scenario_label(row) for row in totals[is_missing.to_numpy()].to_dict("records")]


def _panel(part: pd.DataFrame, is_named: bool) -> Any:  # noqa: ANN401, FBT001  a chart
    alt = load_altair()
    typical = float(part["typical"].iloc[0])
    rows = _ends(part, typical)
    low, high = rows["monthly_cost"].min(), rows["monthly_cost"].max()
    room = ROOM * max(high - low, 1e-9)
    scale = alt.Scale(domain=[float(low - room), float(high + room)], nice=False, zero=False)
    axis = alt.Axis(format=NUMBERS, tickCount=6)
    x = alt.X("monthly_cost:Q", title=COST, scale=scale, axis=axis)
    order = list(dict.fromkeys(rows["label"]))
    y = alt.Y("label:N", sort=order, title=None, axis=alt.Axis(ticks=False, domain=False))
    color = alt.Color(
        "side:N",
        title=None,
        sort=[LOW, HIGH],
        scale=alt.Scale(domain=[LOW, HIGH], range=list(COLORS.values())),
        legend=alt.Legend(orient="bottom", symbolType="square"),
    )
    bars = alt.Chart(rows_of(rows)).mark_bar(stroke=INK, strokeWidth=0.6, height={"band": 0.66})
    numbers = [
        alt.Chart(rows_of(rows[rows["is_left"] == is_left]))
        .mark_text(align="right" if is_left else "left", dx=-6 if is_left else 6)
        .encode(x=alt.X("beside:Q", scale=scale), y=y, text="text:N")
        for is_left in (True, False)
    ]
    middle = alt.Chart(rows_of(pd.DataFrame({"monthly_cost": [typical]})))
    chart = alt.layer(
        bars.encode(x=x, x2="typical:Q", y=y, color=color),
        middle.mark_rule(color=INK, strokeWidth=1.6).encode(x=x),
        *numbers,
    ).properties(width=WIDTH, height=alt.Step(STEP))
    heading = f"{part['scenario'].iloc[0]}: typically {short_money(typical)}"
    name = alt.TitleParams(heading, fontSize=13, anchor="start", color=INK, offset=6)
    return chart.properties(title=name) if is_named else chart


def _ends(part: pd.DataFrame, typical: float) -> pd.DataFrame:
    """Both ends of every bar: the cost, and the words that stand beside it."""
    label = [column_title(name) for name in part["input"]]
    ends = []
    for end, side in (("low", LOW), ("high", HIGH)):
        cost = part[f"monthly_cost_{end}"].to_numpy(float)
        values = part[f"input_{end}"].to_numpy(float)
        text = [
            short_money(amount) + ("" if np.isnan(value) else f" at {compact(value)}")
            for amount, value in zip(cost, values, strict=True)
        ]
        own = {"label": label, "end": end, "side": side, "monthly_cost": cost, "text": text}
        ends.append(pd.DataFrame(own))
    rows = pd.concat(ends, ignore_index=True).assign(typical=typical)
    # The smaller cost of an input stands left of its bar and the larger one right of it.
    other = np.concatenate([part["monthly_cost_high"], part["monthly_cost_low"]])
    is_tie = rows["monthly_cost"] == other
    rows["is_left"] = np.where(is_tie, rows["end"] == "low", rows["monthly_cost"] < other)
    left, right = (edge(rows["monthly_cost"], typical) for edge in (np.minimum, np.maximum))
    rows["beside"] = np.where(rows["is_left"], left, right)
    return rows
