"""Words and numbers that stand on pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wharfage.columns import FLEET_COLUMNS
from wharfage.errors import InvalidValueError, UnpricedError
from wharfage.outputs.figures import money
from wharfage.outputs.json_document import Dated

#: currency of every bundled table, in the words of axes
CURRENCY = "USD"
COST = f"{CURRENCY} per month"
#: names that are listed before the rest is counted
NAMED = 3
#: digits of a compact number
DIGITS = 3
PREFIXES = ((1e9, "G"), (1e6, "M"), (1e3, "k"))


def rates_line(result: Dated) -> str:
    """Say which rates a result used."""
    return f"Rates of {result.on}, month {result.month}, rate book {result.rate_book_digest}"


def scenario_label(row: Mapping[Any, Any]) -> str:
    """Scenario as it is written for break-even: ``service/option/mode@region``.

    Examples
    --------
    >>> scenario_label({"service": "aws.fargate", "purchase_option": "spot", "region": None})
    'aws.fargate/spot'
    """
    parts = [row["service"], row.get("purchase_option"), row.get("billing_mode")]
    words = [part for part in parts if isinstance(part, str) and part != "on_demand"]
    place = row.get("region")
    label = "/".join(words) or "as it stands"
    return label + (f"@{place}" if isinstance(place, str) else "")


def compact(value: float) -> str:
    """Number in few characters, rounded half up.

    Examples
    --------
    >>> compact(8_234_567), compact(0.25), compact(1500)
    ('8.23M', '0.25', '1.5k')
    """
    if value is None or np.isnan(value):
        return "-"
    size, letter = next(((s, p) for s, p in PREFIXES if abs(value) >= s), (1.0, ""))
    exact = Decimal(repr(float(value))) / Decimal(size)
    if not exact:
        return "0"
    digit = Decimal(1).scaleb(exact.adjusted() - DIGITS + 1)
    rounded = exact.quantize(digit, rounding=ROUND_HALF_UP)
    text = f"{rounded:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) + letter


def short_money(amount: float) -> str:
    """Amount as it stands on a mark: cents below a thousand, whole above.

    Examples
    --------
    >>> short_money(12.345), short_money(1234.5)
    ('12.35', '1,235')
    """
    if not np.isfinite(amount) or abs(amount) < 1000:  # noqa: PLR2004
        return money(amount)
    return f"{Decimal(repr(float(amount))).quantize(Decimal(1), rounding=ROUND_HALF_UP):,}"


def axis_title(name: str, unit: str = "") -> str:
    """Column in words, with its unit.

    Examples
    --------
    >>> axis_title("memory_gib", "GiB"), axis_title("requests_per_month", "count")
    ('memory [GiB]', 'requests per month')
    """
    words = name.removesuffix("_gib").replace("_", " ").replace("vcpu", "vCPU")
    is_said = not unit or unit == "count" or unit in words
    return words if is_said else f"{words} [{unit}]"


def column_title(name: str) -> str:
    """Fleet column in words, with its unit."""
    column = FLEET_COLUMNS.get(name)
    return axis_title(name, "" if column is None else column.unit)


def some(names: Sequence[str]) -> str:
    """Name the first of some names, and count the rest.

    Examples
    --------
    >>> some(["a", "b", "c", "d", "e"])
    'a, b, c and 2 more'
    """
    shown = ", ".join(names[:NAMED])
    return f"{shown} and {len(names) - NAMED:,} more" if len(names) > NAMED else shown


def missing_line(missing: int, whole: int, what: str = "workloads") -> str:
    """Say how many have no price; nothing where all have one.

    Examples
    --------
    >>> missing_line(2, 18)
    '2 of 18 workloads have no price and are not shown'
    """
    return f"{missing:,} of {whole:,} {what} have no price and are not shown" if missing else ""


def check_priced(priced: int, whole: int, what: str = "workloads") -> None:
    """Raise if there is nothing to draw: `priced` of `whole` things have a price somewhere.

    Raises
    ------
    UnpricedError
        If none of them has a price.
    """
    if not priced:
        raise UnpricedError(
            f"There is nothing to draw: none of {whole:,} {what} has a price.",
            hint="the frame of the result gives the reasons.",
        )


def check_top(top: object) -> None:
    """Raise if `top` is no number of bars, rows or lines.

    Raises
    ------
    InvalidValueError
        If it is not a whole number from 1 on.
    """
    if isinstance(top, bool) or not isinstance(top, int | np.integer) or top < 1:
        raise InvalidValueError(
            f"top is {top!r}, not a whole number from 1 on.", hint="a picture shows at least one."
        )


def spread(places: NDArray[np.float64], gap: float, low: float, high: float) -> NDArray[np.float64]:
    """Places moved apart so that no two are nearer than `gap`, in order, between two ends.

    Examples
    --------
    >>> spread(np.array([5.0, 5.0, 9.0]), 2.0, 0.0, 10.0).tolist()
    [5.0, 7.0, 9.0]
    """
    order = np.argsort(places, kind="stable")
    steps = gap * np.arange(len(places))
    # Pushed up from below, then back down from the upper end.
    up = np.maximum.accumulate(places[order] - steps)
    moved = np.minimum(up + steps, high - steps[::-1])
    moved = np.maximum(moved, low + steps) if len(places) and moved[0] < low else moved
    found = np.empty_like(places, dtype=np.float64)
    found[order] = moved
    return found
