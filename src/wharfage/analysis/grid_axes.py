"""The axes of a grid, read from keywords: lists make axes, single values hold for every cell."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from wharfage.columns import FLEET_COLUMNS
from wharfage.errors import InvalidValueError, did_you_mean

#: cells of the largest grid
MOST_CELLS = 2_000_000_000
#: axes that are no columns, the outermost ones
OUTER = ("service", "on", "month")
#: keywords that are no axes
OPTIONS = ("on", "month", "rates", "free_tier", "sizes", "strict", "before_first", "assumptions")
#: columns that mean nothing in a grid: each cell is a workload, and an account, of its own
NO_AXES = ("workload", "service", "billing_account")


def read_axes(given: Mapping[str, object]) -> tuple[dict[str, pd.Index], dict[str, Any]]:
    """Labels of what is listed, outermost first, and what is the same in every cell.

    Raises
    ------
    InvalidValueError
        If a name is unknown or no axis, or a list is empty or repeats a value.
    """
    unknown = [name for name in given if name not in OUTER and name not in FLEET_COLUMNS]
    refused = [name for name in given if name in NO_AXES and name not in OUTER]
    if unknown:
        known = [*(name for name in FLEET_COLUMNS if name not in NO_AXES), *OPTIONS]
        hints = [did_you_mean(name, known) for name in unknown]
        raise InvalidValueError(
            f"{unknown[0]!r} is no column of a fleet ({len(unknown)} such name(s)).",
            hint=next(filter(None, hints), None) or "columns are written as in a fleet.",
            failures=[{"column": name} for name in unknown],
        )
    if refused:
        raise InvalidValueError(
            f"{refused[0]!r} means nothing in a grid: each cell is a workload, and an account, of its own.",
            hint="leave it out, or estimate a fleet.",
        )
    lists = (list, tuple, range, np.ndarray, pd.Index, pd.Series)
    labels = {
        name: _labels(name, value)
        for name, value in given.items()
        if isinstance(value, lists) and np.ndim(value)
    }
    fixed = {name: value for name, value in given.items() if name not in labels}
    odd = [
        name
        for name, value in fixed.items()
        if value is not None
        and not np.isscalar(value)
        and not isinstance(value, dt.date | np.ndarray)
    ]
    if odd:
        raise InvalidValueError(
            f"{odd[0]!r} is neither a value nor a list: {type(fixed[odd[0]]).__name__}.",
            hint="list the values of an axis: [0.5, 1, 2].",
        )
    return labels, fixed


def _labels(name: str, values: Any) -> pd.Index:  # noqa: ANN401  lists of any kind
    """Labels of one axis, as an index of distinct values."""
    found = pd.Index(list(values) if np.ndim(values) > 1 else values, tupleize_cols=False)
    nested = [value for value in found if not pd.api.types.is_scalar(value)]
    if nested:
        raise InvalidValueError(
            f"Axis {name!r} lists {nested[0]!r}, which is no single value"
            f" ({len(nested):,} of its {len(found):,} values).",
            hint="list plain values: [0.5, 1, 2].",
        )
    if not len(found):
        raise InvalidValueError(f"Axis {name!r} has no value.", hint="list at least one value.")
    if not found.is_unique:
        again = found[found.duplicated()]
        raise InvalidValueError(
            f"Axis {name!r} lists {again[0]!r} more than once"
            f" ({len(again):,} of its {len(found):,} values repeat another).",
            hint="list each value once.",
        )
    return found


def check_size(labels: Mapping[str, pd.Index]) -> None:
    """Raise if a grid has more cells than can be held.

    Raises
    ------
    InvalidValueError
        With the length of every axis.
    """
    cells = math.prod(len(values) for values in labels.values())
    if cells > MOST_CELLS:
        raise InvalidValueError(
            f"The grid has {cells:,} cells ({_sizes(labels)}); at most {MOST_CELLS:,} can be held.",
            hint="list fewer values, or price one service or region at a time.",
        )


def _sizes(labels: Mapping[str, pd.Index]) -> str:
    return " x ".join(f"{name} {len(values):,}" for name, values in labels.items()) or "no axis"


def date_labels(days: list[dt.date]) -> pd.Index:
    """Labels of the dates, once they are read."""
    return _labels("on", np.array(days, dtype="datetime64[s]"))
