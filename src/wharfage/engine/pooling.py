"""What belongs to a billing account and a month: graduated tiers and credits, shared over a fleet.

A fleet may be priced in parts (batches of a file, files of a cluster). Then the parts are measured
first, their :class:`PoolSums` are added, and every part is priced with the sums of the whole.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from wharfage.engine.findings import find, gathered
from wharfage.engine.plan import ServicePlan
from wharfage.engine.priced import PricedFleet, ServiceResult
from wharfage.engine.tiles import map_tiles, price_tile
from wharfage.schedules.pools import pooled_credit, pooled_quantity
from wharfage.schedules.tiers import graduated_cost

Array = NDArray[np.float64]
Key = TypeVar("Key")


@dataclass(frozen=True)
class PoolSums:
    """What workloads spend and use in common, per billing account; sums of parts can be added.

    Accounts stand by name, because every part of a fleet has codes of its own.

    Attributes
    ----------
    spent : mapping of (pool, account) to float
        Cost before credits that a pool may cover. [currency per month]
    used : mapping of (service, meter, key, account) to float
        Quantity of a graduated meter under one of its keys.
    """

    spent: Mapping[tuple[str, str], float] = field(default_factory=dict)
    used: Mapping[tuple[str, str, int, str], float] = field(default_factory=dict)

    def __add__(self, other: PoolSums) -> PoolSums:
        """Sums of two parts together."""
        return add_sums([self, other])


def add_sums(parts: Iterable[PoolSums]) -> PoolSums:
    """Sums of all parts together, rounded once: the order of the parts does not matter.

    Examples
    --------
    >>> add_sums([PoolSums({("p", "a"): 0.1})] * 10).spent
    {('p', 'a'): 1.0}
    """
    several = list(parts)
    return PoolSums(
        _added([part.spent for part in several]), _added([part.used for part in several])
    )


def _added(parts: Iterable[Mapping[Key, float]]) -> dict[Key, float]:
    amounts: dict[Key, list[float]] = {}
    for part in parts:
        for key, amount in part.items():
            amounts.setdefault(key, []).append(amount)
    return {key: math.fsum(several) for key, several in amounts.items()}


def measure_pools(priced: PricedFleet) -> PoolSums:
    """What the workloads of a priced fleet spend in pools and use of graduated meters.

    Unpriced rows count for nothing. Where a graduated meter draws from a pool, what is spent is
    right once the fleet was priced with the quantities of all its parts.
    """
    return add_sums(_measure(priced, result) for result in priced.services.values())


def _measure(priced: PricedFleet, result: ServiceResult) -> PoolSums:
    plan, count = result.plan, result.plan.portion.count
    graduated = graduated_meters(plan)
    if not plan.pools and not graduated:
        return PoolSums()
    spent = [np.zeros(count) for _ in plan.pools]
    used = {name: np.zeros(count) for name in graduated}
    is_priced = plan.portion.take(priced.reasons.codes) == 0

    def measure(rows: slice) -> None:
        tile = price_tile(plan, rows, tier_prices=result.tier_prices)
        for whole, part in zip(spent, tile.pool_cost, strict=True):
            whole[rows] = np.where(is_priced[rows], part, 0.0)
        for name, whole in used.items():
            quantity = tile.quantities.meters.get(name, np.zeros(1))
            whole[rows] = np.where(is_priced[rows], quantity, 0.0)

    map_tiles(measure, count)
    names = priced.fleet.values["billing_account"]
    accounts = plan.portion.take(priced.fleet.arrays["billing_account"]).astype(np.intp)
    in_pools = [
        {(share.pool, names[code]): amount for code, amount in _sums(accounts, cost)}
        for share, cost in zip(plan.pools, spent, strict=True)
    ]
    of_meters = {}
    for name, quantity in used.items():
        slots, pool = _tier_pools(plan, name, accounts)
        for code, amount in _sums(pool, quantity):
            key = plan.service.id, name, code % slots, names[code // slots]
            of_meters[key] = amount
    return PoolSums(_added(in_pools), of_meters)


def _sums(codes: NDArray[np.intp], amounts: Array) -> list[tuple[int, float]]:
    """Amounts summed by code, for the codes that have any."""
    distinct, member = np.unique(codes, return_inverse=True)
    sums = np.bincount(member, weights=amounts, minlength=len(distinct))
    return [(int(code), float(sums[n])) for n, code in enumerate(distinct) if sums[n]]


def graduated_meters(plan: ServicePlan) -> list[str]:
    """Meters of a service whose price depends on how much an account uses."""
    return [name for name, found in plan.prices.items() if found.meter.is_tiered]


def _tier_pools(
    plan: ServicePlan, meter: str, accounts: NDArray[np.intp]
) -> tuple[int, NDArray[np.intp]]:
    """Keys of a graduated meter, and the account and key of every row as one code."""
    own = plan.meters[meter]
    slots = len(own.prices.price)
    return slots, np.broadcast_to(accounts * slots + own.codes, plan.portion.count)


def average_tier_prices(
    priced: PricedFleet, plan: ServicePlan, sums: PoolSums | None = None
) -> dict[str, Array]:
    """Average list price of graduated meters, per row: tiers count per account and month.

    Rows that cannot be priced count for nothing. With `sums`, the quantities of the whole fleet
    decide, of which this one is a part.
    """
    graduated = graduated_meters(plan)
    if not graduated:
        return {}
    used = _quantities(priced, plan, graduated) if sums is None else {}
    names = priced.fleet.values["billing_account"]
    accounts = plan.portion.take(priced.fleet.arrays["billing_account"]).astype(np.intp)
    prices: dict[str, Array] = {}
    for name in graduated:
        slots, pool = _tier_pools(plan, name, accounts)
        distinct, member = np.unique(pool, return_inverse=True)
        if sums is None:
            total = pooled_quantity(used[name], member, len(distinct))
        else:
            keys = [(plan.service.id, name, int(c) % slots, names[c // slots]) for c in distinct]
            total = np.array([sums.used.get(key, 0.0) for key in keys])
        average = np.full(len(distinct), np.nan)
        for n, code in enumerate(distinct):
            schedule = plan.meters[name].prices.schedules.get(int(code) % slots)
            if schedule is not None:
                cost = graduated_cost(total[n : n + 1], *schedule)[0]
                average[n] = cost / total[n] if total[n] > 0 else schedule[1][0]
        prices[name] = average[member]
    return prices


def _quantities(priced: PricedFleet, plan: ServicePlan, graduated: list[str]) -> dict[str, Array]:
    """Quantities of graduated meters, per row; 0 where the row cannot be priced."""
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
    return {name: np.where(faulty, 0.0, quantity) for name, quantity in quantities.items()}


def give_credits(
    priced: PricedFleet,
    pool_cost: Mapping[str, Mapping[str, Array]],
    sums: PoolSums | None = None,
) -> None:
    """Share each credit over the workloads that spent in its pool, in proportion.

    With `sums`, they share it with the rest of the fleet of which this one is a part.
    """
    accounts = priced.fleet.arrays["billing_account"]
    names = priced.fleet.values["billing_account"]
    count = max(len(names), 1)
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
        spent = None
        if sums is not None:
            spent = np.array([sums.spent.get((name, own), 0.0) for own in names])
        given = pooled_credit(np.concatenate(cost), np.concatenate(account), amounts, spent)
        ends = np.cumsum([len(part) for part in cost])[:-1]
        for service, credit in zip(by_service, np.split(given, ends), strict=True):
            if credit.any():
                priced.services[service].credits[name] = credit
