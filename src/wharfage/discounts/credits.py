"""Credits and free tiers: they belong to a billing account and a month, not to a workload.

Usage is summed per pool over the whole fleet, the credit is computed once, then attributed to
workloads in proportion to what they spent in the pool; row order does not matter.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wharfage.rates.schema import CreditForm
    from wharfage.rates.table import RateTable


@dataclass(frozen=True)
class Pool:
    """One credit of a billing account and month.

    `amount` is money in the table's currency; or `quantity` units of a meter are free, in its
    pricing unit, for the account as a whole or for every SKU of it (each of `skus`, where some
    are named).
    """

    id: str
    amount: float
    source: str
    date: dt.date | None
    date_kind: str
    is_early: bool
    quantity: float | None = None
    per_sku: bool = False
    skus: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Share:
    """Which of a service's usage draws from a pool."""

    pool: str
    meters: tuple[str, ...]
    when: Mapping[str, list[str]]
    unless: Mapping[str, list[str]] = field(default_factory=dict)


def select_credits(
    tables: Mapping[str, RateTable],
    service: str,
    on: dt.date,
    assumptions: Mapping[str, float | str],
) -> list[tuple[Pool, Share]]:
    """Pools that a service's usage draws from on a date.

    A credit with a documented first day starts there. One that was only observed is taken to have
    been there before, and the result is called doubtful (:attr:`Pool.is_early`).
    """
    found = []
    for credit in tables[service].form.credits:
        defining = _definition(tables, credit)
        if defining is None or (defining.effective_from and defining.effective_from > on):
            continue
        pool_id = credit.id
        for name, renamed in credit.otherwise.items():
            pool_id = renamed.get(str(assumptions.get(name)), pool_id)
        early = defining.observed_on is not None and defining.observed_on > on
        pool = Pool(
            pool_id,
            float(defining.amount or 0),
            defining.source,
            defining.date,
            defining.date_kind,
            early,
            None if defining.quantity is None else float(defining.quantity),
            defining.per == "sku",
            frozenset(defining.skus),
        )
        share = Share(pool_id, tuple(credit.meters), credit.when, credit.unless)
        found.append((pool, share))
    return found


def _definition(tables: Mapping[str, RateTable], credit: CreditForm) -> CreditForm | None:
    if credit.defined_in is None:
        return credit
    table = tables.get(credit.defined_in or "")
    entries = [] if table is None else table.form.credits
    return next((c for c in entries if c.id == credit.id and c.amount is not None), None)
