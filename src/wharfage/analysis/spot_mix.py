"""Spot mixes: a base that is bought as stated, a share of the rest on Spot, and work done twice.

The words are those of ECS capacity providers and of node pools: `spot_base_replicas` replicas are
bought as the row's `purchase_option` says, `spot_share` of the rest run on Spot. Interruptions
repeat the share `spot_rework` of the work that runs on Spot. `spot_discount` is the discount off
the on-demand price; without it, the Spot rate of the table counts. It lowers only what the
provider sells cheaper as Spot: of a Fargate task vCPU and memory, not storage.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from wharfage.columns import PURCHASE_OPTIONS
from wharfage.engine.estimate import price_fleet
from wharfage.engine.fleet import Fleet
from wharfage.engine.plan import Options
from wharfage.engine.pooling import PoolSums
from wharfage.engine.priced import PricedFleet, ServiceResult
from wharfage.engine.reasons import Reasons
from wharfage.engine.tiles import map_tiles, price_tile
from wharfage.errors import InvalidValueError
from wharfage.rates.book import RateBook

Array = NDArray[np.float64]

SPOT, ON_DEMAND = PURCHASE_OPTIONS.index("spot"), PURCHASE_OPTIONS.index("on_demand")

#: columns of a mix: unit, meaning, and the largest value that makes sense
SPOT_COLUMNS: dict[str, tuple[str, str, float]] = {
    "spot_base_replicas": ("count", "replicas that never run on Spot", 1e9),
    "spot_share": ("share", "share of the other replicas that runs on Spot", 1.0),
    "spot_discount": ("share", "discount off the on-demand price", 1.0),
    "spot_rework": ("share", "share of the work on Spot that is done again", 100.0),
}


def price_mix(
    fleet: Fleet,
    book: RateBook,
    options: Options,
    spot: Mapping[str, Array],
    sums: PoolSums | None = None,
) -> tuple[Array, Reasons]:
    """Monthly cost of every workload, those with a Spot mix included.

    Parameters
    ----------
    fleet : Fleet
        Encoded workloads.
    book, options, sums
        As for ``price_fleet``.
    spot : mapping of column to array (n,)
        Columns of :data:`SPOT_COLUMNS`; NaN where a cell is empty. Empty shares are 1 where the
        purchase option is Spot, else 0.

    Returns
    -------
    cost : array (n,)
        NaN where there is a reason. [currency per month]
    reasons : Reasons
        Why. Where a service sells no Spot and the row does not insist on it, nothing runs there.
    """
    if not spot:
        priced = price_fleet(fleet, book, options, sums)
        return priced.monthly_cost, priced.reasons
    share, rework, discount = _mix(fleet, book, spot)
    option = fleet.arrays["purchase_option"]
    # A row that insists on Spot is bought on demand where its mix says so.
    base_option = np.where((option == SPOT) & (share < 1.0), ON_DEMAND, option)
    base = price_fleet(_bought(fleet, base_option), book, options, sums)
    cost, reasons = base.monthly_cost.copy(), base.reasons
    on_spot = share > 0
    if on_spot.any():
        spot_cost, spot_reasons = _spot_cost(fleet, book, options, discount, on_spot)
        whole = np.where(share == 1.0, 0.0, cost)
        cost = np.where(on_spot, (1.0 - share) * whole + share * (1.0 + rework) * spot_cost, cost)
        reasons = _joined(base.reasons, share < 1.0, spot_reasons, on_spot)
        cost[reasons.any] = np.nan
    return cost, reasons


def check_mix(spot: Mapping[str, Array]) -> None:
    """Raise if a cell of a mix makes no sense.

    Raises
    ------
    InvalidValueError
        With the first such cell of each column.
    """
    failures = []
    for name, values in spot.items():
        most = SPOT_COLUMNS[name][2]
        wrong = np.flatnonzero((values < 0) | (values > most))
        failures += [{"column": name, "row": int(row) + 1, "value": values[row]} for row in wrong]
    if failures:
        first = failures[0]
        most = SPOT_COLUMNS[first["column"]][2]
        raise InvalidValueError(
            f"{first['column']} is {first['value']:g} in row {first['row']:,}, not between 0 and"
            f" {most:g} ({len(failures):,} such cell(s)).",
            hint="shares and discounts are fractions: 0.7 is 70 %.",
            failures=failures,
        )


def _mix(fleet: Fleet, book: RateBook, spot: Mapping[str, Array]) -> tuple[Array, Array, Array]:
    """Share of each row's work on Spot, share of that done again, and discount (NaN: the rate's)."""
    rows = len(fleet)

    def column(name: str, default: float) -> Array:
        values = np.broadcast_to(spot.get(name, np.float64(np.nan)), rows)
        return np.where(np.isnan(values), default, values)

    insists = fleet.arrays["purchase_option"] == SPOT
    share = np.broadcast_to(spot.get("spot_share", np.float64(np.nan)), rows)
    share = np.where(np.isnan(share), insists.astype(np.float64), share)
    replicas = fleet.arrays["replicas"]
    replicas = np.where(np.isnan(replicas), 1.0, replicas)
    beyond = np.maximum(replicas - column("spot_base_replicas", 0.0), 0.0)
    share = share * np.divide(beyond, replicas, out=np.zeros(rows), where=replicas > 0)
    sold = [
        name in book.tables and "spot" in book.table(name).form.purchase_options
        for name in fleet.values["service"]
    ]
    sells = np.array([*sold, False, False])[fleet.arrays["service"]]
    share = np.where(sells, share, insists.astype(np.float64))
    return share, column("spot_rework", 0.0), column("spot_discount", np.nan)


def _spot_cost(
    fleet: Fleet, book: RateBook, options: Options, discount: Array, wanted: NDArray[np.bool_]
) -> tuple[Array, Reasons]:
    """Cost of the whole of each workload on Spot, and reasons."""
    is_stated = ~np.isnan(discount)
    cost, reasons = np.full(len(fleet), np.nan), Reasons(len(fleet))
    if (wanted & ~is_stated).any():
        by_rate = price_fleet(_bought(fleet, np.int64(SPOT)), book, options)
        cost = by_rate.monthly_cost.copy()
        reasons = _joined(by_rate.reasons, ~is_stated, Reasons(len(fleet)), is_stated)
    if (wanted & is_stated).any():
        full = price_fleet(_bought(fleet, np.int64(ON_DEMAND)), book, options)
        stated = full.monthly_cost - np.where(is_stated, discount, 0.0) * spot_part(full)
        cost = np.where(is_stated, stated, cost)
        reasons = _joined(reasons, ~is_stated, full.reasons, is_stated)
        for service, result in full.services.items():
            if "spot" not in book.table(service).form.purchase_options:
                own = result.rows[is_stated[result.rows]]
                reasons.add(own, f"not_offered: {service} is not sold as spot")
    return cost, reasons


def spot_part(priced: PricedFleet) -> Array:
    """The part of each cost that is sold cheaper as Spot. [currency per month]."""
    whole = np.zeros(len(priced.fleet))
    for service, result in priced.services.items():
        meters = priced.book.table(service).form.meters
        names = {name for name, meter in meters.items() if "purchase_option" in meter.key}
        whole[result.rows] = _meters_cost(result, names)
    return whole


def _meters_cost(result: ServiceResult, names: set[str]) -> Array:
    cost = np.zeros(result.plan.portion.count)

    def add(rows: slice) -> None:
        tile = price_tile(result.plan, rows, tier_prices=result.tier_prices, keep_meters=True)
        for name in names & set(tile.meter_effective_cost):
            cost[rows] += tile.meter_effective_cost[name]

    map_tiles(add, len(cost))
    return cost


def _bought(fleet: Fleet, option: NDArray[np.int64] | np.int64) -> Fleet:
    bought = np.broadcast_to(option, len(fleet))
    given = fleet.given | {"purchase_option"}
    return replace(fleet, arrays={**fleet.arrays, "purchase_option": bought}, given=given)


def _joined(
    one: Reasons, of_one: NDArray[np.bool_], other: Reasons, of_other: NDArray[np.bool_]
) -> Reasons:
    """Reasons of two pricings, each where it counts; what both say is said once."""
    found = Reasons(len(one.codes))
    first, second = np.where(of_one, one.codes, 0), np.where(of_other, other.codes, 0)
    for code in np.unique(first[first > 0]):
        found.add(np.flatnonzero(first == code), one.texts[code])
    for code in np.unique(second[second > 0]):
        is_said = np.array([other.texts[code] in text for text in one.texts])
        found.add(np.flatnonzero((second == code) & ~is_said[first]), other.texts[code])
    return found
