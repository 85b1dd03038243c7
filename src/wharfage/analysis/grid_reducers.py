"""What can be made of the cells of a grid: by name, block by block, cells without a price left out."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wharfage.errors import InvalidValueError, did_you_mean

Array = NDArray[Any]

CHEAPEST = "cheapest"
#: the k cheapest cells are written top1, top10, top500
TOP = "top"
#: quantiles are written q05, q50, q99
QUANTILE = "q"
MEDIAN = "median"
#: reductions that can be put together from parts: what a part gives, and how parts are merged
FOLDS: Mapping[str, tuple[Callable[..., Array], np.ufunc, float]] = {
    "min": (np.fmin.reduce, np.fmin, np.nan),
    "max": (np.fmax.reduce, np.fmax, np.nan),
    "sum": (np.nansum, np.add, 0.0),
    "mean": (np.nansum, np.add, 0.0),
}
KNOWN = (CHEAPEST, *FOLDS, MEDIAN, "q05", "q95", "top10")
#: cells of the largest group whose quantile is taken
MOST_GROUPED = 2**26


@dataclass(frozen=True)
class Reduction:
    """What is made of the cells, over which axes."""

    how: str
    over: tuple[str, ...]

    @property
    def count(self) -> int | None:
        """How many of the cheapest cells are wanted; None if all cells are reduced."""
        return int(self.how[len(TOP) :]) if self.how.startswith(TOP) else None

    @property
    def share(self) -> float | None:
        """Share of the cells below a quantile; None if it is none."""
        if self.how == MEDIAN:
            return 0.5
        return int(self.how[1:]) / 100 if self.how.startswith(QUANTILE) else None


def read_reduction(
    how: str, over: str | Sequence[str] | None, axes: Mapping[str, int]
) -> Reduction:
    """Reduction from its keywords, and from the lengths of the axes.

    Raises
    ------
    InvalidValueError
        If there is no such reduction, or an axis is none of the grid.
    """
    number = how.removeprefix(TOP if how.startswith(TOP) else QUANTILE)
    is_counted = number != how and number.isascii() and number.isdigit()
    if how not in KNOWN and not (is_counted and (how.startswith(TOP) or int(number) <= 100)):  # noqa: PLR2004
        raise InvalidValueError(
            f"reduce={how!r} is no reduction.",
            hint=did_you_mean(how, KNOWN)
            or f"one of {', '.join(KNOWN)}, any quantile q00 to q100, any count top1, top2 ….",
        )
    is_top = how.startswith(TOP)
    default = tuple(axes) if is_top else ("service",)
    names = default if over is None else (over,) if isinstance(over, str) else tuple(over)
    for name in names:
        if name not in axes:
            raise InvalidValueError(
                f"over={name!r} is no axis of the grid.",
                hint=did_you_mean(name, axes) or f"its axes are {', '.join(axes) or 'none'}.",
            )
    _check_axes(how, names, axes)
    return Reduction(how, names)


def _check_axes(how: str, names: tuple[str, ...], axes: Mapping[str, int]) -> None:
    """Raise if a reduction cannot be made over these axes."""
    if how.startswith(TOP):
        if set(names) != set(axes):
            raise InvalidValueError(
                f"reduce={how!r} looks for the cheapest cells of the whole grid, not over {', '.join(names)}.",
                hint="leave 'over' out, or give single values for the other columns.",
            )
        return
    if len(set(names)) != len(names) or not names or (how == CHEAPEST and len(names) > 1):
        wanted = "one axis" if how == CHEAPEST else "one or more different axes"
        raise InvalidValueError(
            f"reduce={how!r} takes {wanted}, not {', '.join(names) or 'none'}.",
            hint="write over='service'.",
        )
    cells = math.prod(axes[name] for name in names)
    if how not in FOLDS and how != CHEAPEST and cells > MOST_GROUPED:
        raise InvalidValueError(
            f"reduce={how!r} would hold {cells:,} cells for each of its results; at most {MOST_GROUPED:,}.",
            hint=f"reduce over fewer axes; {', '.join(FOLDS)} need no memory.",
        )


def quantile(cost: Array, share: float, axes: tuple[int, ...]) -> Array:
    """Quantile of the priced cells over some axes, linear between neighbours; NaN where none is.

    Examples
    --------
    >>> quantile(np.array([[4.0, 1.0, np.nan, 2.0], [np.nan] * 4]), 0.5, (1,))
    array([ 2., nan])
    """
    kept = [n for n in range(cost.ndim) if n not in axes]
    values = cost.transpose(*kept, *axes).reshape(*(cost.shape[n] for n in kept), -1)
    values = np.sort(values, axis=-1)
    place = np.maximum((~np.isnan(values)).sum(axis=-1) - 1, 0) * share
    low = np.floor(place).astype(np.intp)
    ends = [
        np.take_along_axis(values, at[..., np.newaxis], axis=-1)[..., 0]
        for at in (low, np.ceil(place).astype(np.intp))
    ]
    return np.asarray(ends[0] + (ends[1] - ends[0]) * (place - low))


def lowest(cost: Array, count: int, limit: float) -> tuple[Array, NDArray[np.intp]]:
    """The `count` lowest costs that are at most `limit`, and their flat positions.

    Of equal costs the first count; costs come in the order of their positions.
    """
    flat = cost.reshape(-1)
    at = np.flatnonzero(flat <= limit)
    if len(at) > count:
        highest = np.partition(flat[at], count - 1)[count - 1] if count else -np.inf
        below, equal = at[flat[at] < highest], at[flat[at] == highest]
        at = np.sort(np.concatenate([below, equal[: count - len(below)]]))
    return flat[at], at
