"""The axis of a break-even: a fleet column of numbers, or one that stands for several."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wharfage.analysis.spot_mix import SPOT_COLUMNS
from wharfage.columns import FLEET_COLUMNS, Kind
from wharfage.engine.plan import Options
from wharfage.errors import InvalidValueError, did_you_mean

Array = NDArray[np.float64]

#: share of the month's hours that the work runs
UTILIZATION = "utilization"
#: costs fall with one over these
RECIPROCAL = ("concurrency",)


@dataclass(frozen=True)
class Axis:
    """What is varied.

    Attributes
    ----------
    name, unit : str
        As in a fleet.
    low, high : float
        The range, both ends included.
    is_whole : bool
        Whether it takes whole numbers only.
    columns : callable
        Fleet columns for values of the axis.
    is_reciprocal : bool
        Whether costs are straight lines in one over its value.
    """

    name: str
    unit: str
    low: float
    high: float
    is_whole: bool
    columns: Callable[[Array], Mapping[str, Array]]
    is_reciprocal: bool = False

    def steps(self, count: int) -> Array:
        """Evenly spaced values, whole where they must be; by ratio where the range spans decades."""
        wide = 0 < self.low * 100.0 < self.high
        values = (np.geomspace if wide else np.linspace)(self.low, self.high, count)
        values[0], values[-1] = self.low, self.high
        return np.unique(np.rint(values)) if self.is_whole else values


def axis_names() -> list[str]:
    """Names that an axis may have."""
    numbers = [
        name for name, column in FLEET_COLUMNS.items() if column.kind in (Kind.NUMBER, Kind.COUNT)
    ]
    return [*numbers, UTILIZATION, *SPOT_COLUMNS]


def read_axis(name: str, between: object, options: Options) -> Axis:
    """Axis from its name and range.

    Raises
    ------
    InvalidValueError
        If there is no such axis, or the range makes no sense.
    """
    if name not in axis_names():
        raise InvalidValueError(
            f"{name!r} is no axis: costs are compared along a column of numbers.",
            hint=did_you_mean(str(name), axis_names()) or f"one of {', '.join(axis_names())}.",
        )
    low, high = _range(name, between)
    if name == UTILIZATION:
        _check_limits(name, low, high, 0.0, 1.0)
        hours = options.month.hours
        return Axis(
            name, "share of the month", low, high, is_whole=False,
            columns=lambda x: {"hours_per_month": x * hours},
        )  # fmt: skip
    if name in SPOT_COLUMNS:
        unit, _, most = SPOT_COLUMNS[name]
        _check_limits(name, low, high, 0.0, most)
        return Axis(name, unit, low, high, is_whole=False, columns=lambda x: {name: x})
    column = FLEET_COLUMNS[name]
    is_whole = column.kind is Kind.COUNT
    _check_limits(name, low, high, column.minimum, column.maximum)
    if is_whole and (low != np.floor(low) or high != np.floor(high)):
        raise InvalidValueError(
            f"{name} is counted in whole numbers, not between {low:g} and {high:g}.",
            hint="give two whole numbers.",
        )
    return Axis(
        name, column.unit, low, high, is_whole,
        lambda x: {name: x}, is_reciprocal=name in RECIPROCAL,
    )  # fmt: skip


def _range(name: str, between: object) -> tuple[float, float]:
    try:
        low, high = (float(value) for value in between)  # type: ignore[attr-defined]
    except (TypeError, ValueError):
        raise InvalidValueError(
            f"The range of {name} is {between!r}, not a lowest and a highest number.",
            hint=f"such as between=(0, 100) for {name}.",
        ) from None
    if not (np.isfinite(low) and np.isfinite(high) and low < high):
        raise InvalidValueError(
            f"The range of {name} runs from {low:g} to {high:g}.",
            hint="the lowest number comes first, and both are finite.",
        )
    return low, high


def _check_limits(name: str, low: float, high: float, least: float, most: float) -> None:
    if low < least or high > most:
        raise InvalidValueError(
            f"{name} lies between {least:g} and {most:g}; the range runs from {low:g} to {high:g}.",
            hint="narrow the range.",
        )
