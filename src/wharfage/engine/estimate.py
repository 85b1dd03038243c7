"""The whole flow, in order: split, check, quantities, prices, pools, result.

A service turns workloads into quantities; a rate table turns quantities into costs; a date chooses
the rates.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from wharfage.discounts.credits import Pool, Share, select_credits
from wharfage.engine import checks
from wharfage.engine.compiled.kernel import compile_plan
from wharfage.engine.findings import Findings, add_faults, add_missing_rates, find, joined
from wharfage.engine.fleet import Fleet
from wharfage.engine.plan import Options, plan_service
from wharfage.engine.pooling import (
    PoolSums,
    account_usage,
    average_tier_prices,
    free_fractions,
    give_credits,
)
from wharfage.engine.portion import Portion
from wharfage.engine.priced import PricedFleet, ServiceResult
from wharfage.engine.reasons import Reasons
from wharfage.engine.tiles import map_tiles, price_tile
from wharfage.rates.book import RateBook

Array = NDArray[np.float64]


def price_fleet(
    fleet: Fleet, book: RateBook, options: Options, sums: PoolSums | None = None
) -> PricedFleet:
    """Every workload of an encoded fleet, priced on one date.

    Parameters
    ----------
    fleet : Fleet
        Encoded workloads.
    book : RateBook
        Where rates, rules and credits come from.
    options : Options
        Date, month and choices.
    sums : PoolSums, optional
        What all parts of a larger fleet use and spend in common, of which this is one.

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
    reasons = Reasons(len(fleet))
    portions = checks.split_by_service(fleet, reasons, book)
    checks.check_columns(fleet, [portion.service for portion in portions])
    priced = PricedFleet(fleet, book, options, {}, reasons, {})
    pool_cost: dict[str, dict[str, Array]] = {}
    free = {
        portion.service.id: _price_service(priced, portion, pool_cost, sums) for portion in portions
    }
    give_credits(priced, pool_cost, free, sums)
    return priced


def _price_service(
    priced: PricedFleet,
    portion: Portion,
    pool_cost: dict[str, dict[str, Array]],
    sums: PoolSums | None,
) -> dict[str, Array]:
    """Price the workloads of one service, and note what they spent in each pool.

    Gives the fraction of every row's cost that free units cover, by pool.
    """
    book, options, name = priced.book, priced.options, portion.service.id
    drawn = credits_drawn(book, name, options)
    plan = plan_service(portion, book, options, [share for _, share in drawn])
    checks.check_rows(
        plan, book, options, lambda rows, text: _add(priced.reasons, portion, rows, text)
    )
    priced.pools.update({pool.id: pool for pool, _ in drawn})
    usage = account_usage(priced, plan, sums)
    tier_prices = average_tier_prices(plan, usage)
    list_cost, effective_cost = np.empty(portion.count), np.empty(portion.count)
    spent = [np.empty(portion.count) for _ in drawn]

    def price(rows: slice) -> Findings:
        into = list_cost[rows], effective_cost[rows]
        tile = price_tile(plan, rows, tier_prices=tier_prices, into=into)
        for whole, part in zip(spent, tile.pool_cost, strict=True):
            whole[rows] = part
        return find(tile, rows, options)

    compiled = None if tier_prices else compile_plan(plan, options)
    if compiled is None:
        found = map_tiles(price, portion.count)
    else:
        found = compiled.price_all(list_cost, effective_cost, spent)
    add_faults(priced.reasons, portion, found)
    add_missing_rates(priced.reasons, plan, found)
    doubtful = joined([part.doubtful for part in found], found)
    for (pool, _), cost in zip(drawn, spent, strict=True):
        own = pool_cost.setdefault(pool.id, {})
        own[name] = own[name] + cost if name in own else cost
        if pool.is_early:
            doubtful = cost > 0 if doubtful is None else doubtful | (cost > 0)
    priced.services[name] = ServiceResult(
        plan,
        list_cost,
        effective_cost,
        tier_prices,
        joined([part.lower_bound for part in found], found),
        doubtful,
    )
    return free_fractions(plan, usage)


def _add(reasons: Reasons, portion: Portion, where: NDArray[Any], text: str) -> None:
    """Give a reason to rows of a portion: a mask over it, or positions in it."""
    if where.dtype == np.bool_:
        if where.any():
            reasons.add(portion.rows[np.broadcast_to(where, portion.count)], text)
    else:
        reasons.add(portion.rows[where], text)


def credits_drawn(book: RateBook, service: str, options: Options) -> list[tuple[Pool, Share]]:
    """Credits that a service's usage draws from, on the date."""
    if options.free_tier == "none":
        return []
    return select_credits(book.tables, service, options.on, options.assumptions)
