"""Stacked bars: what each of some things costs, split into what the money is spent on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from wharfage.outputs.pictures.parts import COLORS, CREDITS
from wharfage.outputs.pictures.theme import INK, NUMBERS, STEP, WIDTH, load_altair, rows_of
from wharfage.outputs.pictures.words import COST, short_money

#: room for the numbers beside the longest bar, as a part of its length
ROOM = 1.2


def stacked_bars(
    parts: pd.DataFrame,
    totals: pd.DataFrame,
    order: Sequence[str],
    colors: Mapping[str, str] = COLORS,
) -> Any:  # noqa: ANN401  a chart
    """Bars in a given order, the cost of each beside it; credits lie below zero.

    Parameters
    ----------
    parts : DataFrame
        label, part, monthly_cost.
    totals : DataFrame
        label, monthly_cost (NaN draws nothing), note (text after the number; may be empty).
    order : sequence of str
        Labels from top to bottom.
    colors : mapping of part to colour
        In the order in which parts are stacked.
    """
    alt = load_altair()
    known = [name for name in colors if name in set(parts["part"])]
    parts = parts.assign(step=parts["part"].map(list(colors).index))
    domain = _domain(parts, totals)
    x = alt.X(
        "monthly_cost:Q",
        title=COST,
        stack="zero",
        scale=alt.Scale(domain=domain, nice=False),
        axis=alt.Axis(format=NUMBERS, tickCount=6),
    )
    y = alt.Y("label:N", sort=list(order), title=None, axis=alt.Axis(ticks=False, domain=False))
    bars = (
        alt.Chart(rows_of(parts))
        .mark_bar(stroke=INK, strokeWidth=0.6, height={"band": 0.72})
        .encode(
            x=x,
            y=y,
            color=alt.Color(
                "part:N",
                title=None,
                sort=known,
                scale=alt.Scale(domain=known, range=[colors[name] for name in known]),
                legend=alt.Legend(orient="bottom", columns=4, symbolType="square"),
            ),
            order="step:Q",
            tooltip=["label:N", "part:N", alt.Tooltip("monthly_cost:Q", format=",.2f")],
        )
    )
    ends = _ends(parts, totals)
    numbers = (
        alt.Chart(rows_of(ends))
        .mark_text(align="left", dx=6)
        .encode(x=alt.X("end:Q", scale=alt.Scale(domain=domain, nice=False)), y=y, text="text:N")
    )
    # Of costs of 0 there is nothing to stack, and an empty legend has no size.
    layers = [bars, numbers] if known else [numbers]
    if CREDITS in known:
        marks = (
            alt.Chart(rows_of(ends[ends["has_credit"]]))
            .mark_tick(color=INK, thickness=3, size=STEP - 6)
            .encode(x="monthly_cost:Q", y=y)
        )
        layers.append(marks)
    zero = alt.Chart(rows_of(pd.DataFrame({"zero": [0.0]}))).mark_rule(color=INK)
    layers.append(zero.encode(x="zero:Q"))
    return alt.layer(*layers).properties(width=WIDTH, height=alt.Step(STEP))


def _ends(parts: pd.DataFrame, totals: pd.DataFrame) -> pd.DataFrame:
    """Where each bar ends above zero, and what stands there; bars without a cost have no end."""
    above = parts[parts["monthly_cost"] > 0].groupby("label")["monthly_cost"].sum()
    credited = set(parts.loc[parts["part"] == CREDITS, "label"])
    known = totals[totals["monthly_cost"].notna()]
    text = known["monthly_cost"].map(short_money)
    return known.assign(
        end=known["label"].map(above).fillna(0.0),
        text=np.where(known["note"] != "", text + " · " + known["note"], text),
        has_credit=known["label"].isin(credited),
    )


def _domain(parts: pd.DataFrame, totals: pd.DataFrame) -> list[float]:
    """Ends of the axis: the longest bars on either side, with room for the numbers."""
    sides = parts.assign(above=parts["monthly_cost"].clip(lower=0.0))
    sides["below"] = parts["monthly_cost"].clip(upper=0.0)
    ends = sides.groupby("label")[["above", "below"]].sum()
    high = max(ends["above"].max(), 1e-9) if len(ends) else 1.0
    low = ends["below"].min() if len(ends) else 0.0
    noted = bool((totals["note"] != "").any())
    return [float(low * 1.05), float(high * (ROOM + (0.15 if noted else 0.0)))]
