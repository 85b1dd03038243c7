"""The kernel: one tile of workloads through the formulas of its service and the prices of a date.

Tiles are small enough to stay in cache and run on all cores (numpy releases the GIL). Whoever
wants more than costs (lines, explanations) runs the same kernel on the rows of interest.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wharfage.rates.lookup import Status, UnitPrices
from wharfage.rates.rules import Rules
from wharfage.services import Quantities, Service

#: rows per tile: a few columns of it fit the cache of one core
TILE = 32_768

Array = NDArray[np.float64]


@dataclass(frozen=True)
class ServicePlan:
    """All that pricing the workloads of one service takes, on one date."""

    service: Service
    rules: Rules
    prices: dict[str, UnitPrices]
    key_codes: dict[str, NDArray[np.int32]]
    pools: tuple[PoolShare, ...]
    values: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class PoolShare:
    """The part of one credit that a service's meters may draw."""

    pool: int
    meters: tuple[str, ...]
    when: Mapping[str, tuple[int, ...]]


@dataclass(frozen=True)
class Tile:
    """Quantities and costs of a run of rows.

    `pool_cost` holds, per pool share, the effective cost that its credit may cover. `missing`
    maps a meter to the rows whose price is missing; `lower_bound` and `doubtful` are
    masks.
    """

    quantities: Quantities
    keys: dict[str, NDArray[np.int32]]
    list_cost: Array
    effective_cost: Array
    pool_cost: list[Array]
    missing: dict[str, NDArray[np.bool_]]
    lower_bound: NDArray[np.bool_]
    doubtful: NDArray[np.bool_]
    meter_list_cost: dict[str, Array] = field(default_factory=dict)
    meter_effective_cost: dict[str, Array] = field(default_factory=dict)

    @property
    def lacks_rate(self) -> NDArray[np.bool_]:
        """True where the price of some meter is missing."""
        none = np.zeros(len(self.list_cost), dtype=bool)
        return np.logical_or.reduce([none, *self.missing.values()])


def price_tile(
    plan: ServicePlan,
    columns: Mapping[str, NDArray[Any]],
    rows: slice | NDArray[np.intp],
    *,
    tier_prices: Mapping[str, Array] | None = None,
    keep_meters: bool = False,
) -> Tile:
    """Quantities and costs of `rows` of a service's workloads.

    Parameters
    ----------
    plan : ServicePlan
        Service, rules and prices of the date.
    columns : mapping of arrays (n,)
        The service's encoded columns.
    rows : slice or array of int
        Rows to price.
    tier_prices : mapping of meter to array (n,), optional
        Average list price of graduated meters, known once their pools are summed.
    keep_meters : bool
        Keep the costs of every meter, for lines.

    Returns
    -------
    Tile
        Costs before credits; NaN where a price is missing. [currency]
    """
    part = {name: values[rows] for name, values in columns.items()}
    found = plan.service.quantities(part, plan.rules)
    count = len(part["demand"])
    tile = Tile(
        quantities=found,
        keys={meter: codes[rows] for meter, codes in plan.key_codes.items()},
        list_cost=np.zeros(count),
        effective_cost=np.zeros(count),
        pool_cost=[np.zeros(count) for _ in plan.pools],
        missing={},
        lower_bound=np.zeros(count, dtype=bool),
        doubtful=np.zeros(count, dtype=bool),
    )
    for meter, quantity in found.meters.items():
        graduated = None if tier_prices is None else tier_prices.get(meter)
        _add_meter(
            tile,
            plan,
            part,
            meter,
            quantity,
            None if graduated is None else graduated[rows],
            keep_meters,
        )
    return tile


def _add_meter(
    tile: Tile,
    plan: ServicePlan,
    part: Mapping[str, NDArray[Any]],
    meter: str,
    quantity: Array,
    graduated: Array | None,
    keep_meters: bool,  # noqa: FBT001
) -> None:
    is_used = quantity > 0
    if not is_used.any():
        return
    prices = plan.prices[meter]
    key = tile.keys[meter]
    list_price, price = _unit_prices(tile, prices, meter, graduated)
    list_cost, cost = quantity * list_price, quantity * price
    no_price = np.isnan(cost)
    if no_price.any():
        # Nothing used costs nothing, whatever its price; used without a price is a hole.
        list_cost, cost = np.where(is_used, list_cost, 0.0), np.where(is_used, cost, 0.0)
        no_price = is_used & np.isnan(price)
    if prices.any_doubtful:
        tile.doubtful[...] |= is_used & prices.doubtful[key]
    if no_price.any():
        if prices.meter.form.minor:
            tile.lower_bound[...] |= no_price
            list_cost = np.where(no_price, 0.0, list_cost)
            cost = np.where(no_price, 0.0, cost)
        else:
            tile.missing[meter] = no_price
    tile.list_cost[...] += list_cost
    tile.effective_cost[...] += cost
    for number, share in enumerate(plan.pools):
        if meter in share.meters:
            covered = applies(share.when, part, len(cost)) if share.when else True
            tile.pool_cost[number] += np.where(covered, cost, 0.0)
    if keep_meters:
        minor_hole = no_price & prices.meter.form.minor
        tile.meter_list_cost[meter] = np.where(minor_hole, np.nan, list_cost)
        tile.meter_effective_cost[meter] = np.where(minor_hole, np.nan, cost)


def _unit_prices(
    tile: Tile, prices: UnitPrices, meter: str, graduated: Array | None
) -> tuple[Array, Array]:
    """List price and price paid of every row, graduated tiers and usage discounts included."""
    key = tile.keys[meter]
    list_price, price = prices.list_price[key], prices.price[key]
    if graduated is not None:
        paid = np.divide(price, list_price, out=np.ones_like(price), where=list_price > 0)
        list_price, price = graduated, graduated * paid
    if meter in tile.quantities.discounts:
        price = price * tile.quantities.discounts[meter]
    return list_price, price


def applies(
    when: Mapping[str, Sequence[int]], columns: Mapping[str, NDArray[Any]], rows: int
) -> NDArray[np.bool_]:
    """True where every column of `when` holds one of its codes."""
    mask = np.ones(rows, dtype=bool)
    for column, codes in when.items():
        mask &= np.isin(columns[column], codes)
    return mask


def tiles(rows: int) -> Iterator[slice]:
    """Slices of at most ``TILE`` rows that cover `rows` in order."""
    size = TILE
    for start in range(0, rows, size):
        yield slice(start, min(start + size, rows))


def map_tiles(work, rows: int) -> list[Any]:  # type: ignore[no-untyped-def]  # noqa: ANN001
    """Results of ``work(slice)`` for every tile, in order, on all cores."""
    slices = list(tiles(rows))
    if len(slices) == 1:
        return [work(slices[0])]
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        return list(pool.map(work, slices))


def key_codes(
    prices: UnitPrices, columns: Mapping[str, NDArray[Any]], values: Mapping[str, tuple[str, ...]]
) -> NDArray[np.int32]:
    """Position of each row's key in the prices of a meter; the last slot for "no such key"."""
    sizes = prices.sizes
    last = len(prices.price) - 1
    names = ([] if prices.meter.place_column is None else ["region"]) + list(prices.meter.variants)
    vocabularies = ([] if prices.meter.place_column is None else [prices.places]) + list(
        prices.meter.values
    )
    rows = len(columns["demand"])
    code = np.zeros(rows, dtype=np.int32)
    unknown = np.zeros(rows, dtype=bool)
    for name, size, vocabulary in zip(names, sizes, vocabularies, strict=False):
        own = columns[name]
        fleet_values = values[name]
        if fleet_values != vocabulary:
            index = {value: n for n, value in enumerate(vocabulary)}
            own = np.array([*(index.get(v, -1) for v in fleet_values), -1], dtype=np.int32)[own]
        unknown |= own < 0
        code = code * np.int32(size) + own.astype(np.int32)
    return np.where(unknown, np.int32(last), code)


def missing_reason(prices: UnitPrices, key: int, values: Mapping[str, str]) -> str:
    """Why a key of a meter has no price, as the reason of a row."""
    status = Status(int(prices.status[key]))
    what = ", ".join(v for v in values.values() if v)
    where = f"{prices.meter.name}" + (f" ({what})" if what else "")
    if status is Status.NOT_YET and prices.first_date[key] > 0:
        first = dt.date.fromordinal(int(prices.first_date[key]))
        return f"not_yet_priced: first observed {first}, {where}"
    if status is Status.NOT_YET:
        return f"not_yet_priced: {where}"
    if status is Status.WITHDRAWN:
        return f"withdrawn: {where}"
    return f"unknown_rate: {where}"
