"""Where the cheapest of several costs changes along one axis: every place, to the last float.

Costs along an axis are straight lines between steps, kinks and limits. A cell between two points
is settled, without looking inside, where one cost is below all others at both of its ends (costs
that rise or fall throughout stay between their ends), or where all costs that matter are straight
lines: these are solved. Any other cell is divided, until it holds no float of its own: there a
step stands. Points inside a cell lie at irrational fractions of it, so that no regular staircase
can look like a line.

What this finds: where costs rise or fall throughout, everything. A cost that goes up and comes
down again is noticed if the turn is wider than a cell of the first division (:data:`CELLS` of
equal width, and as many of equal ratio), or than a fifth of any cell that is divided.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wharfage.errors import InvalidValueError

Array = NDArray[np.float64]
Codes = NDArray[np.int64]
#: costs (contenders, n), NaN where there is none, and why (contenders, n): 0 where there is one
Evaluate = Callable[[Array], tuple[Array, Codes]]

#: cells of the first division, by width and again by ratio
CELLS = 512
#: cells that may be open at once
MOST_OPEN = 200_000
#: values of an axis of whole numbers; all of them are priced
MOST_WHOLE = 1_000_000
#: points of one evaluation of such an axis
RUN = 65_536

#: costs nearer to one another than this are the same: relative, and in currency
SAME, SAME_AMOUNT = 1e-13, 1e-12
#: how far a point may lie off the chord of a straight piece: relative, and in currency
STRAIGHT, STRAIGHT_AMOUNT = 1e-12, 1e-11
#: pieces of equal cost narrower than this, relatively, are a crossing
NARROW = 1e-9
#: the narrowest cell, as a part of the largest number: floats near zero lie closer still
SMALLEST = 2.0**-60

_GOLDEN = (5.0**0.5 - 1.0) / 2.0
#: where a cell is looked into
FRACTIONS = np.array([_GOLDEN**3, 1.0 - _GOLDEN, _GOLDEN, 1.0 - _GOLDEN**3])


@dataclass(frozen=True)
class Pieces:
    """Stretches of an axis, in order, each with who is cheapest and why others cannot run.

    Attributes
    ----------
    start, end : array (k,)
        Ends of each stretch; of whole numbers, the first and the last.
    inside : array (k,)
        A point inside each.
    cheapest : array of bool (contenders, k)
        True for the cheapest; several where they cost the same, none where none has a price.
    status : array (contenders, k)
        Why a contender has no price; 0 where it has one.
    """

    start: Array
    end: Array
    inside: Array
    cheapest: NDArray[np.bool_]
    status: Codes


def find_pieces(evaluate: Evaluate, low: float, high: float) -> Pieces:
    """Stretches of an axis of floats.

    Raises
    ------
    InvalidValueError
        If the costs have too many steps where they are close to one another.
    """
    places = np.concatenate([[low, high], *_change_places(evaluate, _first_points(low, high))])
    places = np.unique(np.clip(places, low, high))
    start, end = places[:-1], places[1:]
    inside = start + (end - start) / 2
    own = (
        (inside > start) & (inside < end) & (end - start > 2 * SMALLEST * max(abs(low), abs(high)))
    )
    inside = inside[own]
    cheapest, status = _judged(*evaluate(inside))
    # Nearly equal costs on both sides of a crossing are no stretch of their own.
    width = end[own] - start[own]
    is_crossing = (cheapest.sum(axis=0) > 1) & (width <= NARROW * np.abs(inside))
    kept = np.flatnonzero(~is_crossing)
    start = start[own][kept]
    start[0] = low
    return _merged(
        start, np.append(start[1:], high), inside[kept], cheapest[:, kept], status[:, kept]
    )


def find_whole_pieces(evaluate: Evaluate, low: int, high: int) -> Pieces:
    """Stretches of an axis of whole numbers: every number is priced.

    Raises
    ------
    InvalidValueError
        If there are too many.
    """
    if high - low >= MOST_WHOLE:
        raise InvalidValueError(
            f"{high - low + 1:,} whole numbers lie between {low:,} and {high:,};"
            f" at most {MOST_WHOLE:,} are priced.",
            hint="narrow the range.",
        )
    numbers = np.arange(low, high + 1, dtype=np.float64)
    parts = [
        _judged(*evaluate(numbers[first : first + RUN])) for first in range(0, len(numbers), RUN)
    ]
    cheapest, status = (np.concatenate(part, axis=1) for part in zip(*parts, strict=True))
    merged = _merged(numbers, numbers, numbers, cheapest, status)
    return Pieces(merged.start, np.append(merged.start[1:] - 1, high), *_rest(merged))


def _rest(pieces: Pieces) -> tuple[Array, NDArray[np.bool_], Codes]:
    return pieces.inside, pieces.cheapest, pieces.status


def _merged(
    start: Array, end: Array, inside: Array, cheapest: NDArray[np.bool_], status: Codes
) -> Pieces:
    """Neighbours with the same answer as one stretch."""
    differs = (cheapest[:, 1:] != cheapest[:, :-1]) | (status[:, 1:] != status[:, :-1])
    first = np.append(0, np.flatnonzero(differs.any(axis=0)) + 1)
    last = np.append(first[1:] - 1, len(start) - 1)
    return Pieces(start[first], end[last], inside[first], cheapest[:, first], status[:, first])


def is_same(one: Array, other: Array) -> NDArray[np.bool_]:
    """True where two costs are the same but for rounding."""
    return np.abs(one - other) <= SAME * np.maximum(np.abs(one), np.abs(other)) + SAME_AMOUNT


def _judged(cost: Array, status: Codes) -> tuple[NDArray[np.bool_], Codes]:
    """Who is cheapest at each point, and why others have no price."""
    finite = np.where(np.isnan(cost), np.inf, cost)
    best = finite.min(axis=0)
    has_any = np.isfinite(best)
    near = is_same(np.where(np.isinf(finite), 0.0, finite), np.where(has_any, best, 0.0))
    return near & ~np.isnan(cost) & has_any, status


def _first_points(low: float, high: float) -> Array:
    widths = np.linspace(low, high, CELLS + 1)
    smallest = low if low > 0 else high * NARROW
    ratios = np.geomspace(smallest, high, CELLS + 1) if 0 < smallest < high else widths
    points = np.unique(np.concatenate([widths, ratios]))
    return points[(points >= low) & (points <= high)]


def _change_places(evaluate: Evaluate, points: Array) -> list[Array]:
    """Everywhere that the answer may change, and some places where it does not."""
    cost, status = evaluate(points)
    ends = np.stack([points[:-1], points[1:]])
    costs = np.stack([cost[:, :-1], cost[:, 1:]], axis=1)
    why = np.stack([status[:, :-1], status[:, 1:]], axis=1)
    found: list[Array] = [points[:0]]
    least = SMALLEST * np.abs(points).max()
    while True:
        is_open = ~_is_settled(costs, why)
        ends, costs, why = ends[:, is_open], costs[..., is_open], why[..., is_open]
        is_step = np.nextafter(ends[0], np.inf) >= ends[1]
        is_step |= ends[1] - ends[0] <= least
        found.append(ends[0, is_step])
        ends, costs, why = ends[:, ~is_step], costs[..., ~is_step], why[..., ~is_step]
        if not ends.size:
            return found
        if ends.shape[1] > MOST_OPEN:
            raise InvalidValueError(
                f"The costs have more than {MOST_OPEN:,} steps where they are close to one another.",
                hint="narrow the range.",
            )
        points, costs, why = _look_inside(evaluate, ends, costs, why)
        is_straight, crossings = _solve(points, costs, why)
        found += crossings
        ends = np.stack([points[:-1, ~is_straight].ravel(), points[1:, ~is_straight].ravel()])
        costs = _divided(costs[..., ~is_straight])
        why = _divided(why[..., ~is_straight])
        has_width = ends[1] > ends[0]
        ends, costs, why = ends[:, has_width], costs[..., has_width], why[..., has_width]


def _is_settled(cost: Array, status: Codes) -> NDArray[np.bool_]:
    """True for cells in which one contender stays below all others.

    `cost` is (contenders, 2, cells).
    """
    same_status = (status[:, 0] == status[:, 1]).all(axis=0)
    finite = np.where(np.isnan(cost), np.inf, cost)
    lowest, highest = finite.min(axis=1), finite.max(axis=1)
    best = highest.argmin(axis=0)
    cells = np.arange(best.size)
    others = lowest.copy()
    others[best, cells] = np.inf
    margin = highest[best, cells]
    below = margin < others.min(axis=0, initial=np.inf)
    none = np.isinf(finite).all(axis=(0, 1))
    return same_status & (below | none)


def _look_inside(
    evaluate: Evaluate, ends: Array, cost: Array, status: Codes
) -> tuple[Array, Array, Codes]:
    """Points of each cell (6, cells), ends included, and what is found there."""
    inner = ends[0] + FRACTIONS[:, None] * (ends[1] - ends[0])
    inner = np.clip(inner, ends[0], ends[1])
    inner_cost, inner_status = evaluate(inner.ravel())
    shape = (cost.shape[0], *inner.shape)
    points = np.concatenate([ends[:1], inner, ends[1:]])
    inner_cost, inner_status = inner_cost.reshape(shape), inner_status.reshape(shape)
    costs = np.concatenate([cost[:, :1], inner_cost, cost[:, 1:]], axis=1)
    why = np.concatenate([status[:, :1], inner_status, status[:, 1:]], axis=1)
    return points, costs, why


def _solve(points: Array, cost: Array, status: Codes) -> tuple[NDArray[np.bool_], list[Array]]:
    """Which cells are straight, and where the lines of these cross, or part from one another."""
    is_priced = (status == 0).all(axis=1)
    same_status = (status == status[:, :1]).all(axis=(0, 1))
    finite = np.where(is_priced[:, None], np.nan_to_num(cost), np.inf)
    matters = is_priced & (finite.min(axis=1) <= finite.max(axis=1).min(axis=0))
    width = points[-1] - points[0]
    along = (points - points[0]) / width
    value = np.where(is_priced[:, None], finite, 0.0)
    chord = value[:, :1] + along * (value[:, -1:] - value[:, :1])
    slack = STRAIGHT * np.abs(value).max(axis=1) + STRAIGHT_AMOUNT
    is_line = (np.abs(value - chord) <= slack[:, None]).all(axis=1)
    straight = same_status & (is_line | ~matters).all(axis=0)
    # Contenders whose costs are the same at every point need no line: they part nowhere.
    lead = np.where(matters[:, None], value, np.inf).min(axis=0)
    alike = (is_same(value, lead).all(axis=1) | ~matters).all(axis=0)
    straight |= same_status & alike
    crossings = []
    for one in range(len(value)):
        for other in range(one + 1, len(value)):
            pair = straight & matters[one] & matters[other]
            crossings += _crossings(points[:, pair], value[one][:, pair], value[other][:, pair])
    return straight, crossings


def _crossings(points: Array, one: Array, other: Array) -> list[Array]:
    left, right = (one - other)[0], (one - other)[-1]
    sides = [np.sign(np.where(is_same(one[n], other[n]), 0.0, (one - other)[n])) for n in (0, -1)]
    crosses = sides[0] * sides[1] < 0
    gap, span = left[crosses], (points[-1] - points[0])[crosses]
    places = points[0][crosses] + span * (gap / (gap - right[crosses]))
    parts = (sides[0] == 0) & (sides[1] != 0)
    meets = (sides[1] == 0) & (sides[0] != 0)
    return [places, points[0][parts], points[-1][meets]]


def _divided(values: NDArray[Any]) -> NDArray[Any]:
    """Cells between neighbouring points: (contenders, 6, cells) as (contenders, 2, 5 * cells)."""
    count = values.shape[0]
    return np.stack([values[:, :-1].reshape(count, -1), values[:, 1:].reshape(count, -1)], axis=1)
