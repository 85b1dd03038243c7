"""Lines along an axis, each with its name at its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd

from wharfage.analysis.break_even_axis import Axis
from wharfage.outputs.pictures.theme import (
    CHARACTER,
    INK,
    NUMBERS,
    WIDTH,
    line_scales,
    load_altair,
    rows_of,
)
from wharfage.outputs.pictures.words import axis_title, spread

#: height of a picture of lines, and of one line of text
HEIGHT, TEXT = 320, 16
#: room between the end of a line and its name
GAP = 14
#: from here on an axis counts in thousands and millions
LARGE = 10_000
SHORT = "datum.value == 0 ? '0' : format(datum.value, '~s')"
#: costs are drawn by ratio where the largest is so many times the middle one
STEEP = 30.0
#: below this cost a ratio says nothing: from here down to 0 the axis is even [USD]
EVEN = 1.0


class Across(Protocol):
    """What lines run along."""

    @property
    def is_log(self) -> bool:
        """True if it goes by ratio."""

    def pixel(self, value: float) -> float:
        """Place of a value on the picture, from its left side."""

    def channel(self, field: str, *, labels: bool = True) -> Any:  # noqa: ANN401  an x channel
        """Horizontal place of a field."""


@dataclass(frozen=True)
class Along:
    """The axis that lines run along, as a scale of a picture."""

    title: str
    low: float
    high: float
    is_log: bool

    @classmethod
    def of(cls, axis: Axis) -> Along:
        """Scale of an axis; by ratio where the axis takes its steps by ratio."""
        is_log = 0 < axis.low * 100.0 < axis.high
        return cls(axis_title(axis.name, axis.unit), axis.low, axis.high, is_log)

    def pixel(self, value: float) -> float:
        """Place of a value on the picture, from its left side."""
        low, high, at = self.low, self.high, value
        if self.is_log:
            low, high, at = np.log(low), np.log(high), np.log(value)
        return float((at - low) / (high - low) * WIDTH)

    def channel(self, field: str, *, labels: bool = True) -> Any:  # noqa: ANN401  an x channel
        """Horizontal place of a field."""
        alt = load_altair()
        kind = {"type": "log"} if self.is_log else {}
        scale = alt.Scale(domain=[self.low, self.high], nice=False, **kind)
        # Of powers of ten only: a decade's other ticks have no room for their numbers.
        ticks = {"values": self._decades()} if self.is_log else {"tickCount": 6}
        if not labels:
            axis = alt.Axis(labels=False, ticks=False, title=None, **ticks)
        elif self.high >= LARGE:
            axis = alt.Axis(labelExpr=SHORT, title=self.title, **ticks)
        else:
            axis = alt.Axis(format=NUMBERS, title=self.title, **ticks)
        return alt.X(f"{field}:Q", scale=scale, axis=axis)

    def _decades(self) -> list[float]:
        steps = np.arange(np.floor(np.log10(self.low)), np.ceil(np.log10(self.high)) + 1)
        wide = 10.0**steps
        fine = wide if len(wide) > 3 else np.sort(np.concatenate([wide, 2 * wide, 5 * wide]))  # noqa: PLR2004
        return [float(value) for value in fine if self.low <= value <= self.high]


@dataclass(frozen=True)
class Upright:
    """The axis of costs: even, or by ratio where some are many times the others; 0 is on both."""

    title: str
    top: float
    is_log: bool
    height: int
    numbers: str = NUMBERS

    @classmethod
    def of(
        cls, costs: pd.Series, along: Across, title: str, height: int, numbers: str = NUMBERS
    ) -> Upright:
        """Scale that shows all costs."""
        known = costs[costs > 0]
        if known.empty:
            return cls(title, 1.0, is_log=False, height=height, numbers=numbers)
        top = float(known.max())
        is_log = (top > STEEP * known.median() or along.is_log) and top > 10 * EVEN
        name = f"{title}, by powers of ten" if is_log else title
        return cls(name, top * (1.15 if is_log else 1.04), is_log, height, numbers)

    def pixel(self, values: Any) -> Any:  # noqa: ANN401  numbers
        """Places of costs on the picture, from its lower side."""
        if self.is_log:
            return np.log1p(np.asarray(values) / EVEN) / np.log1p(self.top / EVEN) * self.height
        return np.asarray(values) / self.top * self.height

    def channel(self) -> Any:  # noqa: ANN401  a y channel
        """Height of the field ``cost``."""
        alt = load_altair()
        kind: dict[str, Any] = {"type": "symlog", "constant": EVEN} if self.is_log else {}
        ticks: dict[str, Any] = {"tickCount": 6}
        if self.is_log:
            powers = 10.0 ** np.arange(0, np.floor(np.log10(self.top)) + 1)
            ticks = {"values": [0.0, *powers.tolist()]}
        scale = alt.Scale(domain=[0.0, self.top], nice=False, **kind)
        axis = alt.Axis(format=self.numbers, **ticks)
        return alt.Y("cost:Q", title=self.title, scale=scale, axis=axis)


def named_lines(
    frame: pd.DataFrame,
    names: Sequence[str],
    along: Across,
    upright: Upright,
    *,
    labels: bool = True,
    interpolate: str = "linear",
    over: Sequence[Any] = (),
) -> Any:  # noqa: ANN401  a layered chart
    """Lines of costs; one has a gap where it has no price.

    Parameters
    ----------
    frame : DataFrame
        x, name, cost.
    names : sequence of str
        In the order that colours and dashes are given.
    along : Across
        What they run along.
    upright : Upright
        Scale of the costs.
    labels : bool
        Whether the numbers of the axis stand below.
    interpolate : {"linear", "step-after"}
        What lies between two points.
    over : sequence of charts
        Drawn on top, on the same scales.
    """
    alt = load_altair()
    colors, dashes = line_scales(names)
    color = alt.Color("name:N", scale=colors, legend=None)
    lines = (
        alt.Chart(rows_of(frame))
        .mark_line(strokeWidth=2.6, clip=True, interpolate=interpolate)
        .encode(
            x=along.channel("x", labels=labels),
            y=upright.channel(),
            color=color,
            strokeDash=alt.StrokeDash("name:N", scale=dashes, legend=None),
        )
    )
    base = alt.Chart(rows_of(_ends(frame, names, along, upright)))
    # Places are pixels already: the axis of the lines has no part in them.
    still = alt.Scale(domain=[0, upright.height], range=[upright.height, 0], nice=False)
    at = alt.Y("from:Q", scale=still, axis=None)
    leaders = base.mark_rule(strokeWidth=1.2).encode(
        x=alt.value(WIDTH + 2), x2=alt.value(WIDTH + GAP - 2), y=at, y2="to:Q", color=color
    )
    words = base.mark_text(align="left", baseline="middle").encode(
        x=alt.value(WIDTH + GAP), y=alt.Y("to:Q", scale=still, axis=None), text="label:N"
    )
    ends = alt.layer(leaders, words)
    whole = alt.layer(alt.layer(lines, *over), ends).resolve_scale(y="independent")
    return whole.properties(width=WIDTH, height=upright.height)


def _ends(
    frame: pd.DataFrame, names: Sequence[str], along: Across, upright: Upright
) -> pd.DataFrame:
    """Last cost of each line and the place of its name [pixels]; names do not overlap."""
    known = frame[frame["cost"].notna()].sort_values("x", kind="stable")
    last = known.groupby("name").last().reindex(list(names)).dropna(subset=["cost"])
    is_early = last["x"].map(along.pixel) < WIDTH - 2
    start = upright.pixel(last["cost"].to_numpy(float))
    return pd.DataFrame(
        {
            "name": last.index,
            "from": start,
            "to": spread(start, TEXT, 0.0, upright.height),
            "label": [
                f"{name} (ends before)" if early else name for name, early in is_early.items()
            ],
        }
    )


def fits(text: str, pixels: float) -> bool:
    """True if a text fits into some pixels."""
    return len(text) * CHARACTER + 6 <= pixels


def ink_rule(**options: Any) -> dict[str, Any]:  # noqa: ANN401
    """How thin helping lines are drawn."""
    return {"color": INK, "strokeWidth": 1, "opacity": 0.55, **options}
