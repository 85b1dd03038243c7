"""Break-even over two axes: who is cheapest on a grid, and the lines between."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wharfage.analysis.break_even_axis import Axis
from wharfage.analysis.break_even_contenders import Contest
from wharfage.errors import InvalidValueError

if TYPE_CHECKING:
    import xarray as xr

Array = NDArray[np.float64]
Codes = NDArray[np.int64]
Point = tuple[float, float]

#: points of an axis
FEWEST, MOST = 3, 2000
#: halvings of an edge: then it has the width of a float
HALVINGS = 60


class BreakEvenSurface:
    """Who is cheapest over two axes.

    Attributes
    ----------
    x, y : Axis
        The axes.
    names : list of str
        The contenders.
    cheapest : DataArray (y, x)
        Position in `names`; -1 where none has a price. The first one wins a tie.
    monthly_cost : DataArray (contender, y, x)
        Costs; NaN where there is none.
    boundaries : DataFrame
        Lines between areas, point by point in order: line, one, other and both axes. Points lie
        where a line of the grid meets the boundary, to the last float; a step or a bend between
        two lines of the grid is cut straight.
    """

    def __init__(self, contest: Contest, x: Axis, y: Axis, cost: xr.DataArray) -> None:
        self._contest = contest
        self.x, self.y = x, y
        self.names = [contender.name for contender in contest.contenders]
        self.monthly_cost = cost
        self.cheapest = cost[0].copy(data=_cheapest(cost.data)).drop_vars("contender")
        self.boundaries = self._boundaries()

    @property
    def on(self) -> dt.date:
        """Date whose rates and rules were used."""
        return self._contest.options.on

    @property
    def month(self) -> str:
        """Month that was priced, as given."""
        return self._contest.options.month.text

    @property
    def rate_book_digest(self) -> str:
        """Digest of the rate book."""
        return self._contest.book.digest

    @property
    def shares(self) -> dict[str, float]:
        """Share of the grid's points at which each contender is the cheapest."""
        codes = self.cheapest.data
        return {name: float((codes == n).mean()) for n, name in enumerate(self.names)}

    def __repr__(self) -> str:
        """Short description."""
        return f"<BreakEvenSurface of {len(self.names)} over {self.x.name} and {self.y.name}>"

    def _boundaries(self) -> pd.DataFrame:
        xs = self.monthly_cost[self.x.name].data
        ys = self.monthly_cost[self.y.name].data
        codes = self.cheapest.data
        # Crossings on the grid's lines, by the cell corner that they follow.
        along_x = self._edges(codes[:, :-1], codes[:, 1:], xs, ys, upright=False)
        along_y = self._edges(codes[:-1], codes[1:], xs, ys, upright=True)
        segments: dict[tuple[int, int], list[tuple[Point, Point]]] = defaultdict(list)
        for j in range(len(codes) - 1):
            for i in np.flatnonzero(_is_mixed(codes, j)):
                _cross_cell(codes, j, int(i), along_x, along_y, xs, ys, segments)
        lines = [
            (self._word(pair[0]), self._word(pair[1]), line)
            for pair, parts in segments.items()
            for line in _chained(parts)
        ]
        return pd.DataFrame(
            [
                (number, one, other, *point)
                for number, (one, other, line) in enumerate(lines)
                for point in line
            ],
            columns=["line", "one", "other", self.x.name, self.y.name],
        )

    def _word(self, code: int) -> str:
        return self.names[code] if code >= 0 else "none"

    def _edges(
        self, before: Codes, after: Codes, xs: Array, ys: Array, *, upright: bool
    ) -> dict[tuple[int, int], Point]:
        """Where the answer changes on edges of the grid, by halving all of them at once."""
        rows, columns = np.nonzero(before != after)
        if not len(rows):
            return {}
        own, axis = (ys, self.y) if upright else (xs, self.x)
        position = rows if upright else columns
        low, high = own[position].copy(), own[position + 1].copy()
        code = before[rows, columns]
        for _ in range(HALVINGS):
            middle = low + (high - low) / 2
            if axis.is_whole:
                middle = np.floor(middle)
            if ((middle <= low) | (middle >= high)).all():
                break
            x, y = (xs[columns], middle) if upright else (middle, ys[rows])
            cost, _ = self._contest.cost({**self.x.columns(x), **self.y.columns(y)})
            is_before = _cheapest(cost) == code
            low, high = np.where(is_before, middle, low), np.where(is_before, high, middle)
        found = zip(rows.tolist(), columns.tolist(), low.tolist(), strict=True)
        return {
            (j, i): ((float(xs[i]), at) if upright else (at, float(ys[j]))) for j, i, at in found
        }


def find_surface(contest: Contest, x: Axis, y: Axis, points: int) -> BreakEvenSurface:
    """Surface on a grid of points.

    Raises
    ------
    InvalidValueError
        If the number of points makes no sense.
    """
    import xarray as xr  # noqa: PLC0415  imported on first use

    if not isinstance(points, int | np.integer) or not FEWEST <= points <= MOST:
        raise InvalidValueError(
            f"points is {points!r}, not a whole number from {FEWEST} to {MOST:,}.",
            hint="201 is the default.",
        )
    xs, ys = x.steps(points), y.steps(points)
    all_x, all_y = (values.ravel() for values in np.meshgrid(xs, ys))
    cost, _ = contest.cost({**x.columns(all_x), **y.columns(all_y)})
    names = [contender.name for contender in contest.contenders]
    cube = xr.DataArray(
        cost.reshape(len(names), len(ys), len(xs)),
        {"contender": names, y.name: ys, x.name: xs},
        ("contender", y.name, x.name),
        "monthly_cost",
    )
    return BreakEvenSurface(contest, x, y, cube)


def _cheapest(cost: Array) -> Codes:
    """Position of the lowest cost, -1 where there is none; the first one wins a tie."""
    finite = np.where(np.isnan(cost), np.inf, cost)
    return np.where(np.isinf(finite.min(axis=0)), -1, finite.argmin(axis=0))


def _is_mixed(codes: Codes, row: int) -> NDArray[np.bool_]:
    """Cells of a row of the grid whose corners differ."""
    corners = np.stack([codes[row, :-1], codes[row, 1:], codes[row + 1, :-1], codes[row + 1, 1:]])
    return (corners != corners[0]).any(axis=0)


def _cross_cell(
    codes: Codes,
    j: int,
    i: int,
    along_x: dict[tuple[int, int], Point],
    along_y: dict[tuple[int, int], Point],
    xs: Array,
    ys: Array,
    segments: dict[tuple[int, int], list[tuple[Point, Point]]],
) -> None:
    """Boundary inside one cell: between its two crossings, or from all of them to its middle."""
    edges = (
        (along_x.get((j, i)), codes[j, i], codes[j, i + 1]),
        (along_y.get((j, i + 1)), codes[j, i + 1], codes[j + 1, i + 1]),
        (along_x.get((j + 1, i)), codes[j + 1, i], codes[j + 1, i + 1]),
        (along_y.get((j, i)), codes[j, i], codes[j + 1, i]),
    )
    found = [(point, _pair(one, other)) for point, one, other in edges if point is not None]
    if len(found) == 2:  # noqa: PLR2004  the usual case: in and out
        segments[found[0][1]].append((found[0][0], found[1][0]))
        return
    middle = (float(xs[i] + xs[i + 1]) / 2, float(ys[j] + ys[j + 1]) / 2)
    for point, pair in found:
        segments[pair].append((point, middle))


def _pair(one: np.int64, other: np.int64) -> tuple[int, int]:
    return (int(min(one, other)), int(max(one, other)))


def _chained(segments: list[tuple[Point, Point]]) -> list[list[Point]]:
    """Segments joined end to end, as few lines as there are."""
    meeting: dict[Point, list[int]] = defaultdict(list)
    for number, ends in enumerate(segments):
        for point in ends:
            meeting[point].append(number)
    used = [False] * len(segments)
    # Lines with loose ends first, from an end; what is left are rings.
    starts = [point for point, own in meeting.items() if len(own) == 1] + list(meeting)
    lines: list[list[Point]] = []
    for start in starts:
        line, point = [start], start
        while True:
            number = next((n for n in meeting[point] if not used[n]), -1)
            if number < 0:
                break
            used[number] = True
            one, other = segments[number]
            point = other if point == one else one
            line.append(point)
        if len(line) > 1:
            lines.append(line)
    return lines
