"""Uncertain inputs: low, typical and high values, or distributions, as quantile functions."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wharfage.analysis.normal_quantiles import normal_quantile
from wharfage.analysis.spot_mix import SPOT_COLUMNS
from wharfage.columns import FLEET_COLUMNS, Kind
from wharfage.engine.fleet import Fleet
from wharfage.errors import InvalidValueError, did_you_mean

Array = NDArray[np.float64]

#: distributions and the numbers that each takes, in order
DISTRIBUTIONS: dict[str, tuple[str, ...]] = {
    "triangular": ("low", "typical", "high"),
    "uniform": ("low", "high"),
    "normal": ("mean", "standard_deviation"),
    "lognormal": ("median", "sigma"),
    "discrete": ("values", "weights"),
}
LOW, HIGH = "_low", "_high"
FORM = (
    "low:typical:high, uniform:low:high, normal:mean:standard_deviation, lognormal:median:sigma or"
    " discrete:value@weight,value@weight; 'x' in front multiplies the row's own value"
)


@dataclass(frozen=True)
class Uncertain:
    """One uncertain column.

    Attributes
    ----------
    column : str
        Fleet column, or one of a Spot mix.
    distribution : str
        A name of :data:`DISTRIBUTIONS`.
    numbers : tuple of arrays
        What the distribution takes; arrays are (1, 1), or (n, 1) where each row has its own. Of
        ``discrete`` they are values and weights (k,).
    is_relative : bool
        Whether draws multiply the row's own value.
    rows : array of bool (n,), optional
        Rows that are uncertain; all by default.
    """

    column: str
    distribution: str
    numbers: tuple[Array, ...] = field(repr=False)
    is_relative: bool = False
    rows: NDArray[np.bool_] | None = field(default=None, repr=False)

    def quantile(self, share: Array, rows: slice) -> Array:
        """Values below which `share` (n, k) of all values lie, for some rows of the fleet."""
        a, b, *rest = (n[rows] if len(n) > 1 and n.ndim > 1 else n for n in self.numbers)
        if self.distribution == "uniform":
            return a + share * (b - a)
        if self.distribution == "normal":
            return a + b * normal_quantile(share)
        if self.distribution == "lognormal":
            return a * np.exp(b * normal_quantile(share))
        if self.distribution == "discrete":
            up_to = np.cumsum(b) / b.sum()
            position = np.searchsorted(up_to, share * (1.0 - 1e-12), side="left")
            return a[np.minimum(position, len(a) - 1)]
        return _triangular(share, a, b, rest[0])

    def typical(self, rows: slice) -> Array:
        """What the value is when nothing is out of the ordinary: mode, mean or median (n, 1)."""
        if self.distribution == "triangular":
            middle = self.numbers[1]
            return middle[rows] if len(middle) > 1 else middle
        return self.quantile(np.full((1, 1), 0.5), rows)


def _triangular(share: Array, low: Array, typical: Array, high: Array) -> Array:
    width = high - low
    turn = np.divide(typical - low, width, out=np.zeros_like(width), where=width > 0)
    rising = low + np.sqrt(share * width * (typical - low))
    falling = high - np.sqrt((1.0 - share) * width * (high - typical))
    return np.where(share < turn, rising, falling)


def uncertain_columns() -> list[str]:
    """Columns that may be uncertain."""
    numbers = [
        name for name, column in FLEET_COLUMNS.items() if column.kind in (Kind.NUMBER, Kind.COUNT)
    ]
    return [*numbers, *SPOT_COLUMNS]


def split_columns(frame: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Fleet without the columns of lows and highs, and the columns that have them."""
    extra = {
        name: name.removesuffix(suffix)
        for name in map(str, frame.columns)
        for suffix in (LOW, HIGH)
        if name.endswith(suffix) and name.removesuffix(suffix) in uncertain_columns()
    }
    return frame.drop(columns=list(extra)), list(dict.fromkeys(extra.values()))


def read_low_high(
    frame: pd.DataFrame, columns: Sequence[str], own: Mapping[str, Array]
) -> list[Uncertain]:
    """Triangular inputs from columns ``<column>_low`` and ``<column>_high`` of a fleet.

    An empty low or high is the row's own value. `own` holds the columns themselves.

    Raises
    ------
    InvalidValueError
        If a cell is no number, or low, own and high are not in this order, with all such rows.
    """
    found: list[Uncertain] = []
    failures: list[dict[str, Any]] = []
    for name in columns:
        typical = own.get(name, np.full(len(frame), np.nan))
        low, high = (_cells(frame, f"{name}{suffix}", typical, failures) for suffix in (LOW, HIGH))
        is_given = (low != typical) | (high != typical)
        is_given &= ~(np.isnan(low) & np.isnan(high))
        wrong = is_given & ~((low <= typical) & (typical <= high))
        failures += [
            {
                "row": int(row) + 1,
                "column": name,
                "problem": f"{name} is {typical[row]:g} with low {low[row]:g} and high {high[row]:g}",
            }
            for row in np.flatnonzero(wrong)
        ]
        if is_given.any():
            numbers = tuple(np.where(is_given, v, 0.0)[:, None] for v in (low, typical, high))
            found.append(Uncertain(name, "triangular", numbers, rows=is_given))
    if failures:
        raise InvalidValueError(
            f"Row {failures[0]['row']}: {failures[0]['problem']} ({len(failures):,} such cell(s)).",
            hint="low <= own value <= high, all of them plain numbers.",
            failures=failures,
        )
    return found


def _cells(frame: pd.DataFrame, name: str, typical: Array, failures: list[dict[str, Any]]) -> Array:
    if name not in frame:
        return typical
    given = frame[name].astype(object)
    numbers = pd.to_numeric(given, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    is_empty = given.isna().to_numpy() | (given.astype(str).str.strip() == "").to_numpy()
    for row in np.flatnonzero(~is_empty & ~np.isfinite(numbers)):
        problem = f"{name} is {given.iloc[row]!r}, not a number"
        failures.append({"row": int(row) + 1, "column": name, "problem": problem})
    return np.where(is_empty | ~np.isfinite(numbers), typical, numbers)


def read_inputs(inputs: Mapping[str, object]) -> list[Uncertain]:
    """Uncertain columns from a mapping of column to numbers, text or a mapping.

    Raises
    ------
    InvalidValueError
        With every entry that makes no sense.
    """
    if not isinstance(inputs, Mapping):
        raise InvalidValueError(
            f"inputs is a {type(inputs).__name__}, not a mapping of columns to ranges.",
            hint="inputs={'replicas': (1, 2, 4)}.",
        )
    found, failures = [], []
    for name, given in inputs.items():
        try:
            found.append(_read(str(name), given))
        except InvalidValueError as error:
            failures.append({"column": name, "problem": error.message, "hint": error.hint})
    if failures:
        raise InvalidValueError(
            f"{failures[0]['problem']} ({len(failures)} such input(s)).",
            hint=failures[0]["hint"],
            failures=failures,
        )
    return found


def _read(name: str, given: object) -> Uncertain:
    if name not in uncertain_columns():
        raise InvalidValueError(
            f"{name!r} is no column of numbers",
            hint=did_you_mean(name, uncertain_columns()) or "columns are written as in a fleet.",
        )
    is_relative, kind, numbers = _parts(name, given)
    if kind not in DISTRIBUTIONS:
        raise InvalidValueError(
            f"{kind!r} is no distribution for {name}",
            hint=did_you_mean(str(kind), DISTRIBUTIONS) or f"one of {', '.join(DISTRIBUTIONS)}.",
        )
    try:
        values = [np.atleast_1d(np.asarray(number, dtype=np.float64)) for number in numbers]
    except (TypeError, ValueError):
        values = []
    if len(values) != len(DISTRIBUTIONS[kind]) or not _make_sense(kind, values):
        raise InvalidValueError(
            f"{name} cannot be {kind} with {numbers!r}",
            hint=f"{kind} takes {', '.join(DISTRIBUTIONS[kind])}; forms: {FORM}.",
        )
    shaped = values if kind == "discrete" else [value.reshape(1, 1) for value in values]
    return Uncertain(name, kind, tuple(shaped), is_relative)


def _parts(name: str, given: object) -> tuple[bool, str, list[Any]]:
    """Whether relative, distribution and its numbers."""
    if isinstance(given, Mapping):
        cells = {"is_relative": False, **given}
        kind = str(cells.get("distribution", "triangular"))
        wanted = DISTRIBUTIONS.get(kind, ())
        unknown = [key for key in cells if key not in {*wanted, "distribution", "is_relative"}]
        if unknown and wanted:
            raise InvalidValueError(
                f"{kind} of {name} has no use for {unknown[0]!r}",
                hint=did_you_mean(str(unknown[0]), wanted) or f"it takes {', '.join(wanted)}.",
            )
        if kind == "discrete" and "values" in cells:
            cells.setdefault("weights", [1.0] * len(list(cells["values"])))
        return bool(cells["is_relative"]), kind, [cells[key] for key in wanted if key in cells]
    if isinstance(given, str):
        return _from_text(given)
    numbers = list(given) if isinstance(given, Sequence | np.ndarray) else []
    return False, {2: "uniform", 3: "triangular"}.get(len(numbers), "triangular"), numbers


def _from_text(text: str) -> tuple[bool, str, list[Any]]:
    is_relative, text = text.startswith("x"), text.removeprefix("x").strip()
    first, *rest = text.split(":")
    if (
        first.replace(".", "", 1)
        .replace("-", "", 1)
        .replace("e", "", 1)
        .replace("+", "", 1)
        .isdigit()
    ):
        words = [first, *rest]
        return is_relative, "uniform" if len(words) == 2 else "triangular", words  # noqa: PLR2004
    if first == "discrete" and len(rest) == 1:
        pairs = [part.partition("@") for part in rest[0].split(",")]
        return is_relative, first, [[p[0] for p in pairs], [p[2] or 1.0 for p in pairs]]
    return is_relative, first, list(rest)


def _make_sense(kind: str, values: list[Array]) -> bool:
    if not all(np.isfinite(value).all() for value in values):
        return False
    if kind == "discrete":
        amounts, weights = values
        return len(amounts) == len(weights) and bool((weights >= 0).all() and weights.sum() > 0)
    if any(len(value) != 1 for value in values):
        return False
    plain = [float(value[0]) for value in values]
    if kind in ("triangular", "uniform"):
        return plain == sorted(plain)
    return plain[1] >= 0 and (kind == "normal" or plain[0] > 0)


def check_present(found: Sequence[Uncertain], fleet: Fleet, spot: Mapping[str, Array]) -> None:
    """Raise if a column is uncertain twice, or a relative one has nothing to multiply.

    Raises
    ------
    InvalidValueError
        Naming the first.
    """
    names = [each.column for each in found]
    for each in found:
        if names.count(each.column) > 1:
            raise InvalidValueError(
                f"{each.column} has both columns of lows and highs, and a distribution.",
                hint="keep one of them.",
            )
        own = spot.get(each.column, fleet.arrays.get(each.column))
        if each.is_relative and (own is None or np.isnan(own).all()):
            raise InvalidValueError(
                f"{each.column} is empty in all {len(fleet):,} rows: there is nothing to multiply.",
                hint="fill the column, or give the distribution in its own unit, without 'x'.",
            )


def is_whole(column: str) -> bool:
    """True for columns of whole numbers."""
    return column in FLEET_COLUMNS and FLEET_COLUMNS[column].kind is Kind.COUNT


def limits(column: str, month_hours: float) -> tuple[float, float]:
    """Least and largest value that a column can have."""
    if column in SPOT_COLUMNS:
        return 0.0, SPOT_COLUMNS[column][2]
    if column == "hours_per_month":
        return 0.0, month_hours
    known = FLEET_COLUMNS[column]
    return known.minimum, min(known.maximum, math.inf)
