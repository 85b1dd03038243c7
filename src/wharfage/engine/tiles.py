"""The kernel: one tile of workloads through the formulas of its service and the prices of a date.

Tiles are small enough to stay in cache and run on all cores (numpy releases the GIL). Whoever
wants more than costs (lines, sizes, notes) runs the same kernel again on the rows of interest.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from wharfage.engine.plan import MeterPlan, ServicePlan
from wharfage.services import Quantities

#: rows per tile: a few columns of it fit the cache of one core
TILE = 32_768

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Rows = slice | NDArray[np.intp]
Found = TypeVar("Found")


@dataclass(frozen=True)
class Tile:
    """Quantities and costs of some rows.

    Costs are before credits; NaN where a quantity is; list and effective cost may be one array.
    `pool_cost` holds, per pool share, the effective cost that its credit may cover, as an array
    that broadcasts to the rows. `missing` maps a meter to the rows that use it
    without a price; `lower_bound` and `doubtful` are masks, or None where no row is.
    """

    quantities: Quantities
    list_cost: Array
    effective_cost: Array
    pool_cost: list[Array]
    missing: dict[str, Mask] = field(default_factory=dict)
    lower_bound: Mask | None = None
    doubtful: Mask | None = None
    meter_list_cost: dict[str, Array] = field(default_factory=dict)
    meter_effective_cost: dict[str, Array] = field(default_factory=dict)


class _Costs:
    """Costs of a tile while its meters are added up; `into` is where they are to stand."""

    def __init__(
        self, shape: tuple[int, ...], pools: int, into: tuple[Array, Array] | None
    ) -> None:
        self.shape = shape
        self.into = into
        self.list_cost = into[0] if into else np.empty(shape)
        self.effective_cost = into[1] if into else self.list_cost
        self.is_first = self.is_list = True
        self.pool_cost: list[Array] = [np.zeros(1)] * pools
        self.missing: dict[str, Mask] = {}
        self.lower_bound: Mask | None = None
        self.doubtful: Mask | None = None
        self.meter_list_cost: dict[str, Array] = {}
        self.meter_effective_cost: dict[str, Array] = {}

    def add(self, list_cost: Array, cost: Array) -> None:
        """Add the costs of a meter; the two are one array where the list price is paid."""
        if self.is_list and cost is not list_cost:
            if self.into is None:
                self.effective_cost = np.empty(self.shape)
            self.effective_cost[...] = 0.0 if self.is_first else self.list_cost
            self.is_list = False
        if self.is_first:
            self.list_cost[...] = list_cost
        if not self.is_first:
            self.list_cost += list_cost
        if not self.is_list:
            self.effective_cost += cost
        self.is_first = False

    def tile(self, quantities: Quantities) -> Tile:
        """All that was added up."""
        if self.is_first:
            self.list_cost[...] = 0.0
        if self.is_list and self.into is not None:
            self.effective_cost[...] = self.list_cost
        return Tile(
            quantities,
            self.list_cost,
            self.effective_cost,
            self.pool_cost,
            self.missing,
            self.lower_bound,
            self.doubtful,
            self.meter_list_cost,
            self.meter_effective_cost,
        )


def price_tile(
    plan: ServicePlan,
    rows: Rows,
    *,
    tier_prices: Mapping[str, Array] | None = None,
    keep_meters: bool = False,
    into: tuple[Array, Array] | None = None,
) -> Tile:
    """Quantities and costs of `rows` of a service's workloads.

    Parameters
    ----------
    plan : ServicePlan
        Service, columns, rules and prices of the date.
    rows : slice or array of int
        Rows to price.
    tier_prices : mapping of meter to array (n,), optional
        Average list price of graduated meters, known once their pools are summed.
    keep_meters : bool
        Keep the costs of every meter, for lines.
    into : pair of arrays (n,), optional
        Where list and effective costs are to stand.

    Returns
    -------
    Tile
        Costs before credits. [currency per month]
    """
    part, shape = rows_of(plan, rows)
    found = plan.service.quantities(part, plan.rules)
    costs = _Costs(shape, len(plan.pools), into)
    for name, quantity in found.meters.items():
        if not (quantity.item(0) or quantity.any()):
            continue
        meter = plan.meters[name]
        key = own_rows(meter.codes, rows)
        graduated = None if tier_prices is None else tier_prices.get(name)
        prices = _unit_prices(meter, key, None if graduated is None else graduated[rows], found)
        list_cost, cost = _meter_costs(costs, meter, key, quantity, prices)
        costs.add(list_cost, cost)
        _add_to_pools(costs, plan, part, name, cost)
        if keep_meters:
            hole = costs.missing.get(name)
            if meter.is_minor:
                hole = (quantity > 0) & np.isnan(prices[1])
            for kept, value in (
                (costs.meter_list_cost, list_cost),
                (costs.meter_effective_cost, cost),
            ):
                whole = np.broadcast_to(value, shape)
                kept[name] = whole if hole is None else np.where(hole, np.nan, whole)
    return costs.tile(found)


def rows_of(plan: ServicePlan, rows: Rows) -> tuple[dict[str, NDArray[Any]], tuple[int, ...]]:
    """Columns of some rows of a plan, and the shape of these rows."""
    part = {name: own_rows(values, rows) for name, values in plan.columns.items()}
    return part, rows.shape if isinstance(rows, np.ndarray) else (rows.stop - rows.start,)


def own_rows(values: NDArray[Any], rows: Rows | tuple[slice, ...]) -> NDArray[Any]:
    """Some rows of a column, or a block of a grid; a column or axis of one value stays as it is."""
    if values.size == 1:
        return values
    if isinstance(rows, tuple):
        own = zip(values.shape, rows[-values.ndim :], strict=True)
        return values[tuple(slice(None) if size == 1 else axis for size, axis in own)]
    return values[rows]


def _unit_prices(
    meter: MeterPlan, key: NDArray[np.intp], graduated: Array | None, found: Quantities
) -> tuple[Array, Array]:
    """List price and price paid of every row, graduated tiers and usage discounts included.

    The two are one array where nothing lowers the price.
    """
    list_price = meter.prices.list_price[key]
    price = list_price if meter.is_list else meter.prices.price[key]
    if graduated is not None:
        if meter.is_list:
            price = graduated
        else:
            paid = np.divide(price, list_price, out=np.ones_like(price), where=list_price > 0)
            price = graduated * paid
        list_price = graduated
    if meter.name in found.discounts:
        price = price * found.discounts[meter.name]
    return list_price, price


def _meter_costs(
    costs: _Costs,
    meter: MeterPlan,
    key: NDArray[np.intp],
    quantity: Array,
    prices: tuple[Array, Array],
) -> tuple[Array, Array]:
    """List and effective cost of a meter, with its holes and doubts noted."""
    list_price, price = prices
    list_cost = quantity * list_price
    cost = list_cost if price is list_price else quantity * price
    if meter.has_doubt:
        doubt = (quantity > 0) & meter.prices.doubtful[key]
        costs.doubtful = _either(costs.doubtful, doubt, costs.shape)
    if meter.has_hole:
        # Nothing used costs nothing, whatever its price; used without a price is a hole.
        is_used, is_known = quantity > 0, ~np.isnan(price)
        hole = is_used & ~is_known
        list_cost = np.where(is_used & is_known, list_cost, 0.0)
        cost = np.where(is_used & is_known, cost, 0.0)
        if meter.is_minor:
            costs.lower_bound = _either(costs.lower_bound, hole, costs.shape)
        elif hole.any():
            costs.missing[meter.name] = np.broadcast_to(hole, costs.shape)
    return list_cost, cost


def _either(one: Mask | None, other: Mask, shape: tuple[int, ...]) -> Mask:
    return np.broadcast_to(other, shape).copy() if one is None else one | other


def _add_to_pools(
    costs: _Costs, plan: ServicePlan, part: Mapping[str, NDArray[Any]], meter: str, cost: Array
) -> None:
    for number, share in enumerate(plan.pools):
        if meter not in share.meters:
            continue
        covered = applies(share.when, part)
        own = cost if covered.all() else np.where(covered, cost, 0.0)
        before = costs.pool_cost[number]
        costs.pool_cost[number] = own if before.size == 1 and not before.any() else before + own


def applies(when: Mapping[str, Sequence[int]], columns: Mapping[str, NDArray[Any]]) -> Mask:
    """True where every column of `when` holds one of its codes."""
    mask = np.ones(1, dtype=bool)
    for column, codes in when.items():
        mask = mask & np.isin(columns[column], codes)
    return mask


def tiles(rows: int, size: int | None = None) -> Iterator[slice]:
    """Slices of at most `size` rows (by default ``TILE``) that cover `rows` in order."""
    step = size or TILE
    for start in range(0, rows, step):
        yield slice(start, min(start + step, rows))


def map_tiles(work: Callable[[slice], Found], rows: int, size: int | None = None) -> list[Found]:
    """Results of ``work(slice)`` for every tile, in order, on all cores."""
    slices = list(tiles(rows, size))
    if len(slices) == 1:
        return [work(slices[0])]
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        return list(pool.map(work, slices))
