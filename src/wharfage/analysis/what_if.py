"""What if: workloads repeated with some columns varied, as fleets that the engine prices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wharfage.engine.fleet import CellFault, Fleet

Array = NDArray[np.float64]


def vary(
    fleet: Fleet, rows: slice, times: int, varied: Mapping[str, Array], *, apart: bool
) -> Fleet:
    """Rows of a fleet, each repeated, with other values in some columns.

    Parameters
    ----------
    fleet : Fleet
        Encoded workloads.
    rows : slice
        Which of them, with a start and a stop.
    times : int
        How often each of them stands in the result, in a run.
    varied : mapping of column to array (rows, times)
        Columns of numbers and their values; arrays may be broadcast.
    apart : bool
        Whether every repetition has billing accounts of its own, so that credits and tiers are
        counted within it.

    Returns
    -------
    Fleet
        Of ``rows * times`` workloads; faults of the columns that are not varied go with them.
    """
    count = rows.stop - rows.start
    arrays: dict[str, NDArray[Any]] = {}
    for name, values in fleet.arrays.items():
        if name in varied:
            arrays[name] = np.broadcast_to(varied[name], (count, times)).ravel()
        elif count == 1 or not values.strides[0]:
            arrays[name] = np.broadcast_to(values[rows][:1], count * times)
        else:
            arrays[name] = np.repeat(values[rows], times)
    vocabularies = dict(fleet.values)
    if apart:
        known, accounts = np.unique(fleet.arrays["billing_account"][rows], return_inverse=True)
        arrays["billing_account"] = (accounts[:, None] * times + np.arange(times)).ravel()
        names = [fleet.values["billing_account"][code] for code in known]
        vocabularies["billing_account"] = tuple(
            f"{name} {number}" for name in names for number in range(times)
        )
    given = fleet.given | frozenset(varied)
    faults = [
        repeated
        for fault in fleet.faults
        if fault.column not in varied and len((repeated := _repeat(fault, rows, times)).rows)
    ]
    table = pd.DataFrame(index=pd.RangeIndex(count * times))
    return Fleet(table, None, arrays, vocabularies, given, faults, [])


def _repeat(fault: CellFault, rows: slice, times: int) -> CellFault:
    inside = fault.rows[(fault.rows >= rows.start) & (fault.rows < rows.stop)] - rows.start
    return CellFault(
        fault.column, (inside[:, None] * times + np.arange(times)).ravel(), fault.reason
    )
