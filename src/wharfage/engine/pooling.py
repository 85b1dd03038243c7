"""What belongs to a billing account and a month: graduated tiers and credits, shared over a fleet."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from wharfage.engine.findings import find, gathered
from wharfage.engine.plan import ServicePlan
from wharfage.engine.priced import PricedFleet
from wharfage.engine.tiles import map_tiles, price_tile
from wharfage.schedules.pools import pooled_credit, pooled_quantity
from wharfage.schedules.tiers import graduated_cost

Array = NDArray[np.float64]


def average_tier_prices(priced: PricedFleet, plan: ServicePlan) -> dict[str, Array]:
    """Average list price of graduated meters, per row: tiers count per account and month.

    Rows that cannot be priced count for nothing.
    """
    graduated = [name for name, found in plan.prices.items() if found.meter.is_tiered]
    if not graduated:
        return {}
    count = plan.portion.count
    quantities = {name: np.zeros(count) for name in graduated}
    faulty = plan.portion.take(priced.reasons.any).copy()

    def measure(rows: slice) -> None:
        tile = price_tile(plan, rows)
        for name in graduated:
            quantities[name][rows] = tile.quantities.meters.get(name, 0.0)
        found = find(tile, rows, priced.options)
        for where in (*gathered([found.faults]).values(), *gathered([found.missing]).values()):
            faulty[where] = True

    map_tiles(measure, count)
    accounts = plan.portion.take(priced.fleet.arrays["billing_account"])
    prices: dict[str, Array] = {}
    for name in graduated:
        own = plan.meters[name]
        slots = len(own.prices.price)
        pool = np.broadcast_to(accounts.astype(np.int64) * slots + own.codes, count)
        distinct, member = np.unique(pool, return_inverse=True)
        used = np.where(faulty, 0.0, quantities[name])
        total = pooled_quantity(used, member, len(distinct))
        average = np.full(len(distinct), np.nan)
        for n, code in enumerate(distinct):
            schedule = own.prices.schedules.get(int(code) % slots)
            if schedule is not None:
                cost = graduated_cost(total[n : n + 1], *schedule)[0]
                average[n] = cost / total[n] if total[n] > 0 else schedule[1][0]
        prices[name] = average[member]
    return prices


def give_credits(priced: PricedFleet, pool_cost: Mapping[str, Mapping[str, Array]]) -> None:
    """Share each credit over the workloads that spent in its pool, in proportion."""
    accounts = priced.fleet.arrays["billing_account"]
    count = max(len(priced.fleet.values["billing_account"]), 1)
    for name, by_service in pool_cost.items():
        portions = [priced.services[service].plan.portion for service in by_service]
        cost = [np.asarray(part) for part in by_service.values()]
        if priced.reasons.exist:
            cost = [
                np.where(portion.take(priced.reasons.codes) != 0, np.nan, part)
                for portion, part in zip(portions, cost, strict=True)
            ]
        account = [portion.take(accounts) for portion in portions]
        amounts = np.full(count, priced.pools[name].amount)
        given = pooled_credit(np.concatenate(cost), np.concatenate(account), amounts)
        ends = np.cumsum([len(part) for part in cost])[:-1]
        for service, credit in zip(by_service, np.split(given, ends), strict=True):
            if credit.any():
                priced.services[service].credits[name] = credit
