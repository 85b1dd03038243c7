"""What belongs to a billing account and a month: graduated tiers and credits, shared over a fleet.

A fleet may be priced in parts (batches of a file, files of a cluster). Then the parts are measured
first, their :class:`PoolSums` are added, and every part is priced with the sums of the whole.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from wharfage.discounts.credits import Pool
from wharfage.engine.findings import find, gathered
from wharfage.engine.plan import PoolShare, ServicePlan
from wharfage.engine.priced import PricedFleet, ServiceResult
from wharfage.engine.tiles import Tile, applies, map_tiles, price_tile, rows_of
from wharfage.schedules.pools import pooled_credit, pooled_quantity
from wharfage.schedules.tiers import graduated_cost, quantity_in_tiers

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
        Quantity of a graduated meter under one of its keys, or of what a pool of free units
        covers (then the id of the pool stands for the meter).
    """

    spent: Mapping[tuple[str, str], float] = field(default_factory=dict)
    used: Mapping[tuple[str, str, int, str], float] = field(default_factory=dict)

    def by_account(self, service: str, name: str) -> dict[str, float]:
        """Usage of a meter or pool by account, over all keys."""
        amounts: dict[str, list[float]] = {}
        for (own, counted, _, account), amount in self.used.items():
            if (own, counted) == (service, name):
                amounts.setdefault(account, []).append(amount)
        return {account: math.fsum(several) for account, several in amounts.items()}

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
    graduated = counted_meters(plan, priced)
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
            quantity = _quantity(plan, graduated[name], rows, tile)
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
        slots, pool = _tier_pools(plan, graduated[name].meter, accounts)
        for code, amount in _sums(pool, quantity):
            key = plan.service.id, name, code % slots, names[code // slots]
            of_meters[key] = amount
    return PoolSums(_added(in_pools), of_meters)


def _sums(codes: NDArray[np.intp], amounts: Array) -> list[tuple[int, float]]:
    """Amounts summed by code, for the codes that have any."""
    distinct, member = np.unique(codes, return_inverse=True)
    sums = np.bincount(member, weights=amounts, minlength=len(distinct))
    return [(int(code), float(sums[n])) for n, code in enumerate(distinct) if sums[n]]


@dataclass(frozen=True)
class Counted:
    """Usage that counts over an account: of a graduated meter, or of what free units cover."""

    meter: str
    share: PoolShare | None = None
    pool: Pool | None = None


def graduated_meters(plan: ServicePlan) -> list[str]:
    """Meters of a service whose price depends on how much an account uses."""
    return [name for name, found in plan.prices.items() if found.meter.is_tiered]


def counted_meters(plan: ServicePlan, priced: PricedFleet) -> dict[str, Counted]:
    """Everything that counts over an account, by the name that its sums have."""
    counted = {name: Counted(name) for name in graduated_meters(plan)}
    for share in plan.pools:
        pool = priced.pools[share.pool]
        if pool.quantity is not None:
            counted[pool.id] = Counted(share.meters[0], share, pool)
    return counted


def _quantity(plan: ServicePlan, counted: Counted, rows: slice, tile: Tile) -> Array:
    """Quantity of a tile that counts, as an array that broadcasts to its rows."""
    quantity = tile.quantities.meters.get(counted.meter, np.zeros(1))
    if counted.share is None or not counted.share.when:
        return quantity
    part, _ = rows_of(plan, rows)
    return np.where(applies(counted.share.when, part), quantity, 0.0)


def _tier_pools(
    plan: ServicePlan, meter: str, accounts: NDArray[np.intp]
) -> tuple[int, NDArray[np.intp]]:
    """Keys of a meter, and the account and key of every row as one code.

    Keys that share a SKU are one: providers count tiers by SKU.
    """
    own = plan.meters[meter]
    slots = len(own.prices.price)
    keys = own.prices.tier_key[own.codes]
    return slots, np.broadcast_to(accounts * slots + keys, plan.portion.count)


@dataclass(frozen=True)
class AccountUsage:
    """What accounts use of a service's counted meters: totals per account and key, for each row.

    `totals` maps a name to the usage of each pool, `accounts` to that of its whole account;
    `pools` to the pool of each row; `codes` to the account and key of each pool, as one code;
    `slots` to the number of keys.
    """

    totals: Mapping[str, Array]
    accounts: Mapping[str, Array]
    pools: Mapping[str, NDArray[np.intp]]
    codes: Mapping[str, NDArray[np.intp]]
    slots: Mapping[str, int]
    counted: Mapping[str, Counted]


def account_usage(
    priced: PricedFleet, plan: ServicePlan, sums: PoolSums | None = None
) -> AccountUsage | None:
    """Usage that counts over an account and month; None where nothing does.

    Rows that cannot be priced count for nothing. With `sums`, the usage is that of the whole
    fleet, of which this one is a part.
    """
    counted = counted_meters(plan, priced)
    if not counted:
        return None
    used = _quantities(priced, plan, counted) if sums is None else {}
    names = priced.fleet.values["billing_account"]
    accounts = plan.portion.take(priced.fleet.arrays["billing_account"]).astype(np.intp)
    totals: dict[str, Array] = {}
    whole: dict[str, Array] = {}
    pools, codes, slots = {}, {}, {}
    for name, entry in counted.items():
        slots[name], pool = _tier_pools(plan, entry.meter, accounts)
        codes[name], pools[name] = np.unique(pool, return_inverse=True)
        account = codes[name] // slots[name]
        if sums is None:
            totals[name] = pooled_quantity(used[name], pools[name], len(codes[name]))
            whole[name] = pooled_quantity(totals[name], account, int(account.max()) + 1)[account]
        else:
            own = [(int(c) % slots[name], names[c // slots[name]]) for c in codes[name]]
            totals[name] = np.array(
                [sums.used.get((plan.service.id, name, *key), 0.0) for key in own]
            )
            by_account = sums.by_account(plan.service.id, name)
            whole[name] = np.array([by_account.get(names[a], 0.0) for a in account])
    return AccountUsage(totals, whole, pools, codes, slots, counted)


def average_tier_prices(plan: ServicePlan, usage: AccountUsage | None) -> dict[str, Array]:
    """Average list price of graduated meters, per row: tiers count per account and month."""
    prices: dict[str, Array] = {}
    if usage is None:
        return prices
    for name in graduated_meters(plan):
        total = usage.totals[name]
        average = np.full(len(total), np.nan)
        for n, schedule in _schedules(plan, usage, name):
            cost = graduated_cost(total[n : n + 1], *schedule)[0]
            average[n] = cost / total[n] if total[n] > 0 else schedule[1][0]
        prices[name] = average[usage.pools[name]]
    return prices


def _schedules(
    plan: ServicePlan, usage: AccountUsage, name: str
) -> Iterator[tuple[int, tuple[Array, Array]]]:
    """Tiers of each pool of a meter that has any."""
    schedules = plan.meters[usage.counted[name].meter].prices.schedules
    for n, code in enumerate(usage.codes[name]):
        schedule = schedules.get(int(code) % usage.slots[name])
        if schedule is not None:
            yield n, schedule


def tiers_used(
    plan: ServicePlan, usage: AccountUsage, meter: str, row: int
) -> tuple[Array, Array] | None:
    """Quantity in every tier that the account of a row uses, and the tiers' prices (k,), (k,).

    In canonical units; None where the row's key has no tiers.
    """
    pool = int(usage.pools[meter][row])
    key = int(usage.codes[meter][pool]) % usage.slots[meter]
    schedule = plan.meters[meter].prices.schedules.get(key)
    if schedule is None:
        return None
    starts, prices = schedule
    return quantity_in_tiers(float(usage.totals[meter][pool]), starts), prices


def free_fractions(plan: ServicePlan, usage: AccountUsage | None) -> dict[str, Array]:
    """Fraction of what each row pays for a meter that is free, by pool of free units.

    Free units are shared over an account's usage in proportion.
    """
    found: dict[str, Array] = {}
    if usage is None:
        return found
    for name, entry in usage.counted.items():
        if entry.pool is None or entry.pool.quantity is None:
            continue
        meter = plan.prices[entry.meter].meter
        free = entry.pool.quantity / meter.per_canonical_unit
        total = usage.totals[name]
        # Per SKU every pool of usage has the free units for itself; else the account's share them.
        whole = total if entry.pool.per_sku else usage.accounts[name]
        part = np.minimum(free, whole) / np.where(whole > 0, whole, 1.0)
        for n, schedule in _schedules(plan, usage, name):
            if total[n] > 0 and meter.is_tiered:
                part[n] = _free_part(total[n], total[n] * part[n], schedule, entry.pool)
        if entry.pool.skus:
            part[~_has_sku(plan, usage, name, entry.pool.skus)] = 0.0
        found[entry.pool.id] = part[usage.pools[name]]
    return found


def _has_sku(
    plan: ServicePlan, usage: AccountUsage, name: str, skus: frozenset[str]
) -> NDArray[np.bool_]:
    """True for the pools of a meter's usage that are billed by one of the SKUs."""
    prices = plan.meters[usage.counted[name].meter].prices
    rows = prices.list_row[usage.codes[name] % usage.slots[name]]
    return np.array([row >= 0 and prices.meter.sku[row] in skus for row in rows], dtype=np.bool_)


def _free_part(used: float, free: float, schedule: tuple[Array, Array], pool: Pool) -> float:
    """Fraction of a graduated cost that free units take off.

    Free units of a SKU are its first ones, for providers write them as a first tier at no price.
    Those of an account lie outside the tiers, which count what is used beyond them.
    """
    cost, rest, first = graduated_cost(np.array([used, used - free, free]), *schedule)
    saved = first if pool.per_sku else cost - rest
    return float(saved / cost) if cost else 0.0


def _quantities(
    priced: PricedFleet, plan: ServicePlan, counted: Mapping[str, Counted]
) -> dict[str, Array]:
    """Quantities that count over an account, per row; 0 where the row cannot be priced."""
    count = plan.portion.count
    quantities = {name: np.zeros(count) for name in counted}
    faulty = plan.portion.take(priced.reasons.any).copy()

    def measure(rows: slice) -> None:
        tile = price_tile(plan, rows)
        for name, entry in counted.items():
            quantities[name][rows] = _quantity(plan, entry, rows, tile)
        found = find(tile, rows, priced.options)
        for where in (*gathered([found.faults]).values(), *gathered([found.missing]).values()):
            faulty[where] = True

    map_tiles(measure, count)
    return {name: np.where(faulty, 0.0, quantity) for name, quantity in quantities.items()}


def give_credits(
    priced: PricedFleet,
    pool_cost: Mapping[str, Mapping[str, Array]],
    free: Mapping[str, Mapping[str, Array]],
    sums: PoolSums | None = None,
) -> None:
    """Share each credit over the workloads that spent in its pool, in proportion.

    `free` holds the fraction of each row's cost that free units cover, by service and pool.

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
        if priced.pools[name].quantity is not None:
            given = np.concatenate(
                [
                    np.nan_to_num(part) * free[own][name]
                    for own, part in zip(by_service, cost, strict=True)
                ]
            )
            _keep_credits(priced, name, by_service, cost, given)
            continue
        account = [portion.take(accounts) for portion in portions]
        amounts = np.full(count, priced.pools[name].amount)
        spent = None
        if sums is not None:
            spent = np.array([sums.spent.get((name, own), 0.0) for own in names])
        given = pooled_credit(np.concatenate(cost), np.concatenate(account), amounts, spent)
        _keep_credits(priced, name, by_service, cost, given)


def _keep_credits(
    priced: PricedFleet, pool: str, services: Iterable[str], cost: list[Array], given: Array
) -> None:
    ends = np.cumsum([len(part) for part in cost])[:-1]
    for service, credit in zip(services, np.split(given, ends), strict=True):
        if credit.any():
            priced.services[service].credits[pool] = credit
