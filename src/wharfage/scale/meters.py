"""Quantity and cost of every meter as columns, one row per workload."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from wharfage.engine.priced import PricedFleet, ServiceResult
from wharfage.engine.tiles import map_tiles, price_tile
from wharfage.rates.book import RateBook

Array = NDArray[np.float64]

#: credits of a workload: its meters' costs less these are its monthly cost
CREDITS = "credits"


def meters_of(book: RateBook, services: Iterable[str]) -> tuple[str, ...]:
    """Meters that services bill, each once, in the order of their tables."""
    return tuple(dict.fromkeys(m for name in services for m in book.table(name).form.meters))


def meter_columns(meters: Sequence[str]) -> list[str]:
    """Names of the columns of some meters; none if there are no meters."""
    own = [f"{meter}_{what}" for meter in meters for what in ("quantity", "cost")]
    return [*own, CREDITS] if own else []


def meter_costs(priced: PricedFleet, meters: Sequence[str]) -> dict[str, Array]:
    """Quantity and effective cost before credits of every meter, and the credits.

    Returns
    -------
    mapping of column to array (n,)
        Quantities in the unit that the meter's name ends in, costs in currency per month; NaN
        where a workload does not use the meter, or is unpriced.
    """
    names = meter_columns(meters)
    found = {name: np.full(len(priced.fleet), np.nan) for name in names}
    if not names:
        return found
    for result in priced.services.values():
        own = _of_service(result, names)
        for name, values in own.items():
            result.plan.portion.spread(values, found[name])
    if priced.reasons.exist:
        for values in found.values():
            values[priced.reasons.any] = np.nan
    return found


def _of_service(result: ServiceResult, names: Sequence[str]) -> dict[str, Array]:
    count = result.plan.portion.count
    own = {name: np.full(count, np.nan) for name in names}
    own[CREDITS] = np.broadcast_to(sum(result.credits.values(), np.zeros(1)), count)

    def look(rows: slice) -> None:
        tile = price_tile(result.plan, rows, tier_prices=result.tier_prices, keep_meters=True)
        for meter, cost in tile.meter_effective_cost.items():
            if f"{meter}_cost" not in own:
                continue
            quantity = tile.quantities.meters[meter]
            is_used = quantity > 0
            own[f"{meter}_quantity"][rows] = np.where(is_used, quantity, np.nan)
            own[f"{meter}_cost"][rows] = np.where(is_used, cost, np.nan)

    map_tiles(look, count)
    return own
