"""The whole flow, in order: split, check, quantities, prices, pools, result.

A service turns workloads into quantities; a rate table turns quantities into costs; a date chooses
the rates.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wharfage.discounts.credits import Pool, select_credits
from wharfage.engine import checks
from wharfage.engine.fleet import Fleet
from wharfage.engine.plan import Options, derive_columns, plan_service, service_columns
from wharfage.engine.reasons import Reasons
from wharfage.engine.tiles import (
    ServicePlan,
    Tile,
    map_tiles,
    missing_reason,
    price_tile,
)
from wharfage.rates.book import RateBook
from wharfage.rates.table import DATE_SPAN, vocabulary
from wharfage.schedules.pools import pooled_credit, pooled_quantity
from wharfage.schedules.tiers import graduated_cost
from wharfage.services import Service

Array = NDArray[np.float64]


@dataclass(frozen=True)
class ServiceResult:
    """The workloads of one service, priced; kept so that lines can be made from it."""

    plan: ServicePlan
    rows: NDArray[np.intp]
    columns: Mapping[str, NDArray[Any]]
    tier_prices: Mapping[str, Array]
    notes: Mapping[str, NDArray[np.intp]]


@dataclass(frozen=True)
class PricedFleet:
    """Costs of every workload of a fleet, in input order. [currency per month].

    `credits` maps a pool id to the credit of each row (positive numbers).
    """

    fleet: Fleet
    book: RateBook
    options: Options
    services: dict[str, ServiceResult]
    list_cost: Array
    effective_cost: Array
    billed_vcpu: Array
    billed_memory_gib: Array
    lower_bound: NDArray[np.bool_]
    doubtful: NDArray[np.bool_]
    reasons: Reasons
    pools: dict[str, Pool]
    credits: dict[str, Array]

    @property
    def monthly_cost(self) -> Array:
        """Effective cost after credits; NaN where a row is unpriced."""
        given = sum(self.credits.values(), np.zeros(len(self.fleet)))
        return np.where(self.reasons.any, np.nan, np.maximum(self.effective_cost - given, 0.0))


def price_fleet(fleet: Fleet, book: RateBook, options: Options) -> PricedFleet:
    """Every workload of an encoded fleet, priced on one date.

    Parameters
    ----------
    fleet : Fleet
        Encoded workloads.
    book : RateBook
        Where rates, rules and credits come from.
    options : Options
        Date, month and choices.

    Returns
    -------
    PricedFleet
        One cost per workload; NaN with a reason where there is none.

    Raises
    ------
    MissingColumnError
        If a column that a service needs is not in the fleet.
    """
    checks.raise_missing(fleet, {"service": ["every workload"]})
    rows = len(fleet)
    reasons = Reasons(rows)
    rows_of = checks.split_by_service(fleet, reasons, book)
    services = checks.services_of(rows_of)
    checks.check_columns(fleet, services)
    priced = PricedFleet(
        fleet=fleet,
        book=book,
        options=options,
        services={},
        list_cost=np.zeros(rows),
        effective_cost=np.zeros(rows),
        billed_vcpu=np.full(rows, np.nan),
        billed_memory_gib=np.full(rows, np.nan),
        lower_bound=np.zeros(rows, dtype=bool),
        doubtful=np.zeros(rows, dtype=bool),
        reasons=reasons,
        pools={},
        credits={},
    )
    pool_cost: dict[str, Array] = {}
    for service in services:
        _price_service(priced, service, rows_of[service.id], pool_cost)
    _give_credits(priced, pool_cost)
    return priced


def _price_service(
    priced: PricedFleet, service: Service, rows: NDArray[np.intp], pool_cost: dict[str, Array]
) -> None:
    fleet, book, options = priced.fleet, priced.book, priced.options
    table = book.table(service.id)
    columns = service_columns(fleet, service, rows, options.month)
    checks.check_rows(
        fleet=fleet,
        service=service,
        table=table,
        book=book,
        rows=rows,
        columns=columns,
        on=options.on,
        month_hours=options.month.hours,
        reasons=priced.reasons,
    )
    drawn = (
        []
        if options.free_tier == "none"
        else select_credits(book.tables, service.id, options.on, options.assumptions)
    )
    pool_ids = list(dict.fromkeys(pool.id for pool, _ in drawn))
    columns, values = derive_columns(service, table, columns, fleet.values, options)
    plan = plan_service(
        service,
        book,
        columns,
        values,
        options,
        {name: n for n, name in enumerate(pool_ids)},
        [share for _, share in drawn],
    )
    tier_prices = _tier_prices(priced, plan, columns, rows)
    parts = map_tiles(
        lambda tile: price_tile(plan, columns, tile, tier_prices=tier_prices), len(rows)
    )
    _collect(priced, plan, rows, columns, parts, tier_prices)
    for number, share in enumerate(plan.pools):
        cost = np.concatenate([part.pool_cost[number] for part in parts])
        name = pool_ids[share.pool]
        pool_cost.setdefault(name, np.zeros(len(fleet)))[rows] += cost
    for pool, _ in drawn:
        priced.pools.setdefault(pool.id, pool)
        if pool.is_early:
            touched = pool_cost[pool.id][rows] > 0
            priced.doubtful[rows] |= touched


def _collect(
    priced: PricedFleet,
    plan: ServicePlan,
    rows: NDArray[np.intp],
    columns: Mapping[str, NDArray[Any]],
    parts: list[Tile],
    tier_prices: Mapping[str, Array],
) -> None:
    """Put the tiles of a service together and give faulty rows their reasons."""
    priced.list_cost[rows] = np.concatenate([part.list_cost for part in parts])
    priced.effective_cost[rows] = np.concatenate([part.effective_cost for part in parts])
    priced.lower_bound[rows] = np.concatenate([part.lower_bound for part in parts])
    priced.doubtful[rows] = np.concatenate([part.doubtful for part in parts])
    if parts[0].quantities.billed_vcpu is not None:
        priced.billed_vcpu[rows] = np.concatenate([part.quantities.billed_vcpu for part in parts])
    if parts[0].quantities.billed_memory_gib is not None:
        priced.billed_memory_gib[rows] = np.concatenate(
            [part.quantities.billed_memory_gib for part in parts]
        )
    faults, notes = _gather(parts, "faults"), _gather(parts, "notes")
    if priced.options.sizes == "strict":
        faults["illegal_size: not a legal size, and sizes='strict' does not round up"] = (
            _gather_resized(parts)
        )
    for text, where in faults.items():
        priced.reasons.add(rows[where], text)
    still = priced.reasons.any[rows]
    _missing_rates(priced, plan, rows, columns, parts, still)
    priced.services[plan.service.id] = ServiceResult(
        plan,
        rows,
        columns,
        tier_prices,
        {text: rows[where] for text, where in notes.items() if len(where)},
    )


def _gather(parts: list[Tile], what: str) -> dict[str, NDArray[np.intp]]:
    found: dict[str, list[NDArray[np.intp]]] = {}
    offset = 0
    for part in parts:
        for text, mask in getattr(part.quantities, what).items():
            if mask.any():
                found.setdefault(text, []).append(np.flatnonzero(mask) + offset)
        offset += len(part.list_cost)
    return {text: np.concatenate(where) for text, where in found.items()}


def _gather_resized(parts: list[Tile]) -> NDArray[np.intp]:
    masks = [
        np.zeros(len(part.list_cost), dtype=bool)
        if part.quantities.resized is None
        else part.quantities.resized
        for part in parts
    ]
    return np.flatnonzero(np.concatenate(masks))


def _missing_rates(
    priced: PricedFleet,
    plan: ServicePlan,
    rows: NDArray[np.intp],
    columns: Mapping[str, NDArray[Any]],
    parts: list[Tile],
    faulty: NDArray[np.bool_],
) -> None:
    """Reasons for rows whose meters have no rate; meters that lack it alike are told once."""
    told = np.full(len(rows), -1, dtype=np.int64)
    for meter, prices in plan.prices.items():
        masks = [
            part.missing.get(meter, np.zeros(len(part.list_cost), dtype=bool)) for part in parts
        ]
        why = prices.status.astype(np.int64) * DATE_SPAN + prices.first_date
        mask = np.concatenate(masks) & ~faulty & (told != why[plan.key_codes[meter]])
        told[mask] = why[plan.key_codes[meter][mask]]
        if not mask.any():
            continue
        where = np.flatnonzero(mask)
        names = (
            ["region", *prices.meter.variants]
            if prices.meter.place_column
            else list(prices.meter.variants)
        )
        codes = np.stack(
            [columns[name][where] for name in names] or [np.zeros(len(where), np.int64)]
        )
        distinct, member = np.unique(codes, axis=1, return_inverse=True)
        for n in range(distinct.shape[1]):
            chosen = where[member.ravel() == n]
            values = {
                name: _value(plan.values, name, int(distinct[k, n])) for k, name in enumerate(names)
            }
            key = int(plan.key_codes[meter][chosen[0]])
            priced.reasons.add(rows[chosen], missing_reason(prices, key, values))


def _value(values: Mapping[str, tuple[str, ...]], column: str, code: int) -> str:
    names = vocabulary(column) or values[column]
    return names[code] if code >= 0 else ""


def _tier_prices(
    priced: PricedFleet,
    plan: ServicePlan,
    columns: Mapping[str, NDArray[Any]],
    rows: NDArray[np.intp],
) -> dict[str, Array]:
    """Average list price of graduated meters: tiers count per billing account and month."""
    graduated = [name for name, found in plan.prices.items() if found.meter.is_tiered]
    if not graduated:
        return {}
    parts = map_tiles(lambda tile: price_tile(plan, columns, tile), len(rows))
    faulty = priced.reasons.any[rows]
    for where in _gather(parts, "faults").values():
        faulty[where] = True
    if priced.options.sizes == "strict":
        faulty[_gather_resized(parts)] = True
    faulty |= np.concatenate([part.lacks_rate for part in parts])
    found: dict[str, Array] = {}
    accounts = columns["billing_account"]
    for name in graduated:
        prices = plan.prices[name]
        quantity = np.concatenate([part.quantities.meters[name] for part in parts])
        quantity = np.where(faulty, 0.0, quantity)
        slots = len(prices.price)
        pool = (accounts * slots + plan.key_codes[name]).astype(np.int64)
        distinct, member = np.unique(pool, return_inverse=True)
        total = pooled_quantity(quantity, member, len(distinct))
        average = np.full(len(distinct), np.nan)
        for n, code in enumerate(distinct):
            schedule = prices.schedules.get(int(code) % slots)
            if schedule is not None:
                cost = graduated_cost(total[n : n + 1], *schedule)[0]
                average[n] = cost / total[n] if total[n] > 0 else schedule[1][0]
        found[name] = average[member]
    return found


def _give_credits(priced: PricedFleet, pool_cost: Mapping[str, Array]) -> None:
    accounts = priced.fleet.arrays["billing_account"]
    count = max(len(priced.fleet.values["billing_account"]), 1)
    unpriced = priced.reasons.any
    for name, cost in pool_cost.items():
        amounts = np.full(count, priced.pools[name].amount)
        priced.credits[name] = pooled_credit(np.where(unpriced, np.nan, cost), accounts, amounts)
