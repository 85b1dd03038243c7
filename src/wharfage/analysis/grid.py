"""Scenario grids: what one workload costs for every combination of region, size, traffic, date.

A service is priced over the axes that it reads and no others; the rest of the cube repeats those
costs through zero strides and takes no memory. Reductions that do not undo this are in
:mod:`wharfage.analysis.grid_reductions`.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wharfage.analysis.grid_axes import OUTER, check_size, date_labels, read_axes
from wharfage.analysis.grid_cells import PricedCells, Said, price_cells
from wharfage.analysis.grid_reduced import ReducedGrid
from wharfage.analysis.grid_reducers import CHEAPEST, Reduction, read_reduction
from wharfage.analysis.grid_reductions import factored
from wharfage.engine.options import read_options
from wharfage.engine.plan import Options
from wharfage.engine.portion import columns_read
from wharfage.errors import InvalidValueError, UnpricedError
from wharfage.rates.book import RateBook
from wharfage.rates.rules import Assumption
from wharfage.services import find_service
from wharfage.units import DEFAULT_MONTH

if TYPE_CHECKING:
    import xarray as xr

#: reasons shown in a message
SHOWN = 10


def grid(
    service: str | Sequence[str],
    *,
    on: str | dt.date | Sequence[str | dt.date] | None = None,
    month: str | Sequence[str] = DEFAULT_MONTH,
    rates: RateBook | None = None,
    free_tier: str = "account",
    sizes: str = "round_up",
    strict: bool = False,
    before_first: str | None = None,
    assumptions: Mapping[str, Assumption] | None = None,
    progress: Callable[[int, int], None] | None = None,
    reduce: str | None = None,
    over: str | Sequence[str] | None = None,
    costs: bool = True,
    **columns: object,
) -> xr.Dataset:
    """Cube of costs: one workload in every combination of the listed values.

    Each cell is a workload on its own, the only one of its billing account, as if it were
    estimated alone; with ``free_tier="account"`` each cell gets all credits. Whoever gives a
    list makes an axis; a single value holds for every cell.

    Parameters
    ----------
    service : str or list of str
        Ids of services; a list makes an axis.
    on : date or list of dates, optional
        Dates whose rates and rules are used; the newest date of any rate by default.
    month : str or list of str
        Months, as for ``estimate``.
    rates, free_tier, sizes, before_first, assumptions
        As for ``estimate``.
    strict : bool
        Raise if any cell has no price; not together with `reduce`.
    progress : callable, optional
        Called as ``progress(done, total)`` with numbers of cells while they are priced.
    reduce : {"cheapest", "min", "max", "mean", "sum", "median", "q05" ..., "top10" ...}, optional
        Reduce the cube while it is priced, without ever holding its cells. Cells without a price
        are left out.
    over : str or list of str, optional
        Axes to reduce, `service` by default; of ``cheapest``, one. ``top10`` looks for the ten
        cheapest cells of the whole cube and takes none.
    costs : bool
        With False, a reduction keeps no costs, only which is cheapest, or how many cells have no
        price: 1 byte per cell of 10^9.
    **columns
        Any fleet columns but `workload` and `billing_account`: lists make axes, in the order
        given.

    Returns
    -------
    xarray.Dataset
        `monthly_cost`, `monthly_list_cost`, `daily_cost` (NaN where a cell has no price) and
        `reason`, a code into ``attrs["reasons"]`` (0: none). The arrays are read-only views, for
        an axis that the service does not read repeats the same numbers. ``attrs`` also holds
        `on`, `month`, `free_tier`, `rate_book_digest` and `assumptions`.

        Of a reduction, `monthly_cost` over the axes that are left and `unpriced`, the number of
        cells of the group without a price; NaN where none has one. Of ``cheapest``, instead of
        `unpriced`, a variable named as the axis: positions in ``attrs["labels"]`` (-1: none); the
        first label wins a tie. Of ``top10``, one axis `rank`, and the labels of each cell as
        variables; axes that no service reads are left out.

    Raises
    ------
    InvalidValueError
        If a column is unknown, an axis is empty or repeats a value, or there are too many cells.
    MissingColumnError
        If a column that a service needs is not given.
    UnknownServiceError
        If there is no such service.
    UnpricedError
        If `strict` and any cell has no price.

    Examples
    --------
    >>> cube = grid("aws.fargate", on="2026-10-01", region=["us-east-1", "ap-northeast-2"],
    ...             vcpu=[0.5, 1], memory_gib=2)
    >>> dict(cube.sizes)
    {'region': 2, 'vcpu': 2}
    >>> round(float(cube.monthly_cost.sel(region="ap-northeast-2", vcpu=0.5)), 2)
    24.45
    >>> best = grid(["aws.fargate", "gcp.gke_autopilot"], reduce="cheapest", vcpu=[0.25, 4],
    ...             memory_gib=4, region="us-east-1", on="2026-10-01")
    >>> best.attrs["labels"][int(best["service"][1])]
    'aws.fargate'
    """
    book = rates if rates is not None else RateBook.bundled()
    labels, fixed = read_axes({"service": service, "on": on, "month": month, **columns})
    if reduce is None:
        check_size(labels)
    listed: dict[str, Any] = {name: [value] for name, value in fixed.items()} | labels
    services = [str(name) for name in listed["service"]]
    for name in services:
        find_service(name)
        book.table(name)
    options = [
        [
            read_options(book, day, length, free_tier, sizes, before_first, assumptions)
            for length in listed["month"]
        ]
        for day in listed["on"]
    ]
    if "on" in labels:
        labels["on"] = date_labels([row[0].on for row in options])
    if reduce is not None:
        if strict:
            raise InvalidValueError(
                "strict=True looks at the reason of every cell, and a reduction keeps none.",
                hint="leave one of the two out; a reduction counts the cells without a price.",
            )
        wanted = read_reduction(reduce, over, {name: len(each) for name, each in labels.items()})
        check_size({name: each for name, each in labels.items() if name not in wanted.over})
        cube = _reduced(services, labels, fixed, book, options, wanted, progress, costs=costs)
        cube.attrs |= _attributes(labels, fixed, options, book, Said())
        cube.attrs |= {"reduce": wanted.how, "over": list(wanted.over)}
        return cube
    cells, said = _price(services, fixed, labels, book, options, progress)
    cube = _cube(cells, labels)
    cube.attrs = _attributes(labels, fixed, options, book, said)
    if strict:
        _raise_unpriced(cube)
    return cube


def _price(
    services: Sequence[str],
    fixed: Mapping[str, Any],
    labels: Mapping[str, pd.Index],
    book: RateBook,
    options: list[list[Options]],
    progress: Callable[[int, int], None] | None,
) -> tuple[PricedCells, Said]:
    """Costs over the axes that are read, and what is said of them."""
    said = Said()
    inner = {name: values for name, values in labels.items() if name not in OUTER}
    constant = {name: value for name, value in fixed.items() if name not in OUTER}
    read = {name: columns_read(find_service(name), book.table(name)) for name in services}
    own = [[len(inner[axis]) for axis in inner if axis in read[name]] for name in services]
    total = len(options) * len(options[0]) * sum(map(math.prod, own))
    told = _counter(progress, total)
    parts = (price_cells(name, constant, inner, book, options, said, told) for name in services)
    if "service" not in labels:
        return next(parts), said
    return _stacked(parts, labels, frozenset().union(*read.values())), said


def _reduced(
    services: Sequence[str],
    labels: Mapping[str, pd.Index],
    fixed: Mapping[str, Any],
    book: RateBook,
    options: list[list[Options]],
    reduction: Reduction,
    progress: Callable[[int, int], None] | None,
    *,
    costs: bool,
) -> xr.Dataset:
    """Cube without the axes of a reduction, in the order of its labels."""
    import xarray as xr  # noqa: PLC0415  imported on first use

    inner = {name: values for name, values in labels.items() if name not in OUTER}
    constant = {name: value for name, value in fixed.items() if name not in OUTER}
    if not inner and "region" in constant:
        inner = {"region": pd.Index([constant.pop("region")])}
    if reduction.count is not None:
        read = [columns_read(find_service(name), book.table(name)) for name in services]
        inner = {name: each for name, each in inner.items() if any(name in own for own in read)}
    outer = {"on": len(options), "month": len(options[0])}
    flat = [each for row in options for each in row]
    cells = ReducedGrid(services, constant, inner, outer, book, flat)
    told = _counter(progress, math.prod(cells.sizes))
    if reduction.count is not None:
        return _top(*cells.top(reduction.count, told), labels)
    found = cells.reduce(reduction, told, costs=costs)
    is_cheapest = reduction.how == CHEAPEST
    arrays = {reduction.over[0] if is_cheapest else "unpriced": found.other}
    if found.cost is not None:
        arrays["monthly_cost"] = found.cost
    left = [name for name in labels if name not in reduction.over]
    gone = {name: 0 for name in found.axes if name not in labels}
    variables = {
        name: xr.Variable(found.axes, values).isel(gone).transpose(*left)
        for name, values in arrays.items()
    }
    cube = xr.Dataset(variables, {name: _coordinate(labels[name]) for name in left})
    if is_cheapest:
        cube.attrs["labels"] = _coordinate(labels[reduction.over[0]]).tolist()
    return cube


def _top(
    cost: NDArray[Any], places: Mapping[str, NDArray[np.intp]], labels: Mapping[str, pd.Index]
) -> xr.Dataset:
    """The cheapest cells by rank, each with the labels of the axes that make a difference."""
    import xarray as xr  # noqa: PLC0415  imported on first use

    variables = {
        name: ("rank", _coordinate(values)[places[name]])
        for name, values in labels.items()
        if name in places
    }
    ranks = np.arange(1, len(cost) + 1)
    return xr.Dataset({**variables, "monthly_cost": ("rank", cost)}, {"rank": ranks})


def _counter(progress: Callable[[int, int], None] | None, total: int) -> Callable[[int], None]:
    done = 0

    def count(cells: int) -> None:
        nonlocal done
        done += cells
        if progress is not None:
            progress(done, total)

    return count


def _stacked(
    parts: Iterable[PricedCells], labels: Mapping[str, pd.Index], read: Collection[str]
) -> PricedCells:
    """Services one behind the other, over the axes that any of them reads."""
    axes = tuple(name for name in labels if name in read)
    sizes = tuple(len(labels[name]) for name in axes)
    stacked: dict[str, NDArray[Any]] = {}
    for number, part in enumerate(parts):
        for name, values in part.arrays().items():
            if not number:
                shape = (len(labels["service"]), *values.shape[:2], *sizes)
                stacked[name] = np.empty(shape, values.dtype)
            stacked[name] = stacked[name].astype(
                np.promote_types(stacked[name].dtype, values.dtype), copy=False
            )
            stacked[name][number] = _spread(values, (*OUTER[1:], *part.axes), (*OUTER[1:], *axes))
    return PricedCells(axes, **stacked)


def _spread(values: NDArray[Any], axes: Sequence[str], wanted: Sequence[str]) -> NDArray[Any]:
    """Array with an axis of length one for each wanted axis that it lacks."""
    return values[tuple(slice(None) if name in axes else None for name in wanted)]


def _cube(cells: PricedCells, labels: Mapping[str, pd.Index]) -> xr.Dataset:
    """Dataset over all axes; those that were not computed repeat through zero strides."""
    import xarray as xr  # noqa: PLC0415  imported on first use

    shape = tuple(len(values) for values in labels.values())
    outer = tuple(name for name in OUTER if name in labels or name != "service")
    variables = {}
    for name, values in cells.arrays().items():
        kept = values[tuple(slice(None) if axis in labels else 0 for axis in outer)]
        axes = [axis for axis in (*outer, *cells.axes) if axis in labels]
        repeated = np.broadcast_to(_spread(kept, axes, tuple(labels)), shape)
        variables[name] = (tuple(labels), repeated)
    return xr.Dataset(variables, {name: _coordinate(values) for name, values in labels.items()})


def _coordinate(values: pd.Index) -> NDArray[Any]:
    """Labels as numpy has them; text as text."""
    plain = values.to_numpy()
    is_text = all(isinstance(value, str) for value in plain)
    return plain.astype(str) if is_text else plain


def _attributes(
    labels: Mapping[str, pd.Index],
    fixed: Mapping[str, Any],
    options: list[list[Options]],
    book: RateBook,
    said: Said,
) -> dict[str, Any]:
    """Everything that it takes to read and to reproduce the cube."""
    days = [row[0].on.isoformat() for row in options]
    months = [cell.month.text for cell in options[0]]
    scope = {"account": "each cell gets all credits of an account of its own", "none": "no credits"}
    free_tier = options[0][0].free_tier
    return {
        "on": days if "on" in labels else days[0],
        "month": months if "month" in labels else months[0],
        "free_tier": free_tier,
        "sizes": options[0][0].sizes,
        "fixed": {n: v for n, v in fixed.items() if n not in OUTER[1:] and v is not None},
        "rate_book_digest": book.digest,
        "assumptions": {"free_tier": scope[free_tier], **said.assumptions},
        "reasons": said.reasons,
    }


def count_reasons(cube: xr.Dataset) -> dict[str, int]:
    """Number of cells without a price, by reason, commonest first."""
    codes = factored(cube)["reason"]
    times = cube["reason"].size // max(codes.size, 1)
    found, counts = np.unique(codes.data, return_counts=True)
    pairs = sorted(zip(counts.tolist(), found.tolist(), strict=True), key=lambda pair: -pair[0])
    return {cube.attrs["reasons"][code]: count * times for count, code in pairs if code}


def _raise_unpriced(cube: xr.Dataset) -> None:
    counts = count_reasons(cube)
    if not counts:
        return
    shown = [f"- {count:,} x {reason}" for reason, count in list(counts.items())[:SHOWN]]
    if len(counts) > SHOWN:
        shown.append(f"- and {len(counts) - SHOWN:,} more reasons")
    raise UnpricedError(
        f"{sum(counts.values()):,} of {cube['reason'].size:,} cells have no price:\n"
        + "\n".join(shown),
        hint="strict=False leaves them NaN, each with its reason.",
        failures=[{"reason": reason, "cells": count} for reason, count in counts.items()],
    )
