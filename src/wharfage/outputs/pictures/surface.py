"""Break-even over two axes: the area in which each contender is the cheapest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wharfage.outputs.pictures.lines import Along, fits
from wharfage.outputs.pictures.theme import (
    BLANK,
    INK,
    NOTHING,
    ON_LIGHT,
    PALETTE,
    WIDTH,
    finished,
    load_altair,
    rows_of,
    spaced_colors,
)
from wharfage.outputs.pictures.waste import percent
from wharfage.outputs.pictures.words import axis_title, check_priced, rates_line

if TYPE_CHECKING:
    from wharfage.analysis.break_even_surface import BreakEvenSurface

Codes = NDArray[np.int64]

HEIGHT = 400
NOBODY = "none can run"


def surface(result: BreakEvenSurface) -> Any:  # noqa: ANN401  a chart
    """Areas of a surface in the colour of the cheapest, with its name, and the lines between.

    Parameters
    ----------
    result : BreakEvenSurface
        Its ``cheapest`` are the areas, its ``boundaries`` the lines.

    Returns
    -------
    Chart
        Areas are the cells around the points of the grid.
    """
    alt = load_altair()
    x, y = Along.of(result.x), Along.of(result.y)
    codes = np.asarray(result.cheapest.data)
    names = [name for n, name in enumerate(result.names) if (codes == n).any()]
    shades = dict(zip(names, spaced_colors(len(names)), strict=True))
    if (codes < 0).any():
        shades[NOBODY] = NOTHING
    runs = area_rows(result)
    areas = (
        alt.Chart(rows_of(runs))
        .mark_rect(clip=True)
        .encode(
            x=x.channel("x1"),
            x2="x2:Q",
            y=_up(y, "y1"),
            y2="y2:Q",
            color=alt.Color(
                "cheapest:N",
                title=None,
                sort=list(shades),
                scale=alt.Scale(domain=list(shades), range=list(shades.values())),
                legend=alt.Legend(orient="bottom", columns=3, symbolType="square"),
            ),
        )
    )
    layers = [areas]
    if len(result.boundaries):
        own = result.boundaries[["line", result.x.name, result.y.name]]
        points = own.set_axis(["line", "x", "y"], axis=1).assign(step=np.arange(len(own)))
        layers.append(
            alt.Chart(rows_of(points))
            .mark_line(color=INK, strokeWidth=1.6, clip=True)
            .encode(x=x.channel("x"), y=_up(y, "y"), detail="line:N", order="step:Q")
        )
    layers += _names(result, x, y, shades)
    chart = alt.layer(*layers).properties(width=WIDTH, height=HEIGHT)
    check_priced(int((codes >= 0).sum()), codes.size, "points")
    shares = [f"{name} {percent(share)}" for name, share in result.shares.items()]
    lines = [
        "Share of the points at which each is the cheapest: " + ", ".join(shares),
        f"{codes.shape[1]:,} by {codes.shape[0]:,} points. {rates_line(result)}",
    ]
    title = f"The cheapest over {_words(result.x)} and {_words(result.y)}"
    return finished(chart, title, lines)


def area_rows(result: BreakEvenSurface) -> pd.DataFrame:
    """Runs of neighbours with the same answer, as rectangles: x1, x2, y1, y2, cheapest.

    Edges lie half-way between points of the grid, so that the rectangles fill the plane.
    """
    codes = np.asarray(result.cheapest.data)
    xs = _edges(np.asarray(result.cheapest[result.x.name].data, dtype=float), result.x)
    ys = _edges(np.asarray(result.cheapest[result.y.name].data, dtype=float), result.y)
    is_first = np.ones(codes.shape, dtype=bool)
    is_first[:, 1:] = codes[:, 1:] != codes[:, :-1]
    rows, first = np.nonzero(is_first)
    last = np.append(first[1:], 0)
    last[last == 0] = codes.shape[1]
    words = np.array([*result.names, NOBODY], dtype=object)
    return pd.DataFrame(
        {
            "x1": xs[first],
            "x2": xs[last],
            "y1": ys[rows],
            "y2": ys[rows + 1],
            "cheapest": words[codes[rows, first]],
        }
    )


def _edges(values: NDArray[np.float64], axis: Any) -> NDArray[np.float64]:  # noqa: ANN401
    """Edges of the cells around points; the outer ones are the ends of the axis."""
    is_log = Along.of(axis).is_log
    scaled = np.log(values) if is_log else values
    between = (scaled[1:] + scaled[:-1]) / 2
    edges = np.concatenate([scaled[:1], between, scaled[-1:]])
    found: NDArray[np.float64] = np.exp(edges) if is_log else edges
    found[0], found[-1] = values[0], values[-1]
    return found


def _up(along: Along, field: str) -> Any:  # noqa: ANN401  a y channel
    """The upright axis, with the same numbers as one that lies."""
    alt = load_altair()
    lying = along.channel(field).to_dict()
    return alt.Y.from_dict({**lying, "field": field})


def _names(result: BreakEvenSurface, x: Along, y: Along, shades: dict[str, str]) -> list[Any]:
    """Name of each contender at the middle of the widest place of its area, where it fits."""
    alt = load_altair()
    codes = np.asarray(result.cheapest.data)
    xs = np.asarray(result.cheapest[result.x.name].data, dtype=float)
    ys = np.asarray(result.cheapest[result.y.name].data, dtype=float)
    layers = []
    for code, name in enumerate(result.names):
        place = _widest(codes == code)
        if place is None:
            continue
        row, first, last = place
        left, right = x.pixel(xs[first]), x.pixel(xs[last])
        if not fits(name, right - left):
            continue
        up = y.pixel(ys[row]) / WIDTH * HEIGHT
        ink = BLANK if shades[name] in PALETTE[:3] else ON_LIGHT
        mark = alt.Chart(rows_of(pd.DataFrame({"text": [name]}))).mark_text(
            color=ink, fontSize=14, fontWeight="bold", baseline="middle"
        )
        layers.append(
            mark.encode(x=alt.value((left + right) / 2), y=alt.value(HEIGHT - up), text="text:N")
        )
    return layers


def _widest(mask: NDArray[np.bool_]) -> tuple[int, int, int] | None:
    """Row, first and last column where a name has most room on all sides; None where there is none."""
    if not mask.any():
        return None
    room = np.zeros(mask.shape)
    for flipped in (False, True):
        sides = mask[::-1] if flipped else mask
        depth = np.zeros(mask.shape)
        for row in range(len(sides)):
            above = depth[row - 1] if row else np.zeros(mask.shape[1])
            depth[row] = np.where(sides[row], above + 1, 0)
        depth = depth[::-1] if flipped else depth
        room = depth if not flipped else np.minimum(room, depth)
    best = (-1.0, 0, 0, 0)
    for row in range(len(mask)):
        ends = np.flatnonzero(np.diff(np.concatenate([[0], mask[row].astype(int), [0]])))
        for first, end in zip(ends[::2], ends[1::2], strict=True):
            middle = (first + end - 1) // 2
            size = float(min(end - first, 6 * room[row, middle]))
            if size > best[0]:
                best = (size, row, int(first), int(end - 1))
    return best[1], best[2], best[3]


def _words(axis: Any) -> str:  # noqa: ANN401  an axis
    return axis_title(axis.name, axis.unit)
