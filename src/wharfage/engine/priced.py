"""A priced fleet: costs per service as they were computed, put together over the fleet when asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wharfage.discounts.credits import Pool
from wharfage.engine.fleet import Fleet
from wharfage.engine.plan import Options, ServicePlan
from wharfage.engine.reasons import Reasons
from wharfage.engine.tiles import map_tiles, rows_of
from wharfage.rates.book import RateBook

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class ServiceResult:
    """The workloads of one service, priced; kept so that lines can be made from it.

    Costs are (n,), before credits; `credits` holds the credit of each row by pool (positive
    numbers). `lower_bound` and `doubtful` are None where no row is.
    """

    plan: ServicePlan
    list_cost: Array
    effective_cost: Array
    tier_prices: Mapping[str, Array]
    lower_bound: Mask | None
    doubtful: Mask | None
    credits: dict[str, Array] = field(default_factory=dict)

    @property
    def rows(self) -> NDArray[np.intp]:
        """Positions of the workloads in the fleet."""
        return self.plan.portion.rows

    @cached_property
    def columns(self) -> dict[str, NDArray[Any]]:
        """Columns that the service reads, one value per workload."""
        count = self.plan.portion.count
        return {name: np.broadcast_to(v, count) for name, v in self.plan.columns.items()}

    @cached_property
    def notes(self) -> dict[str, NDArray[np.intp]]:
        """Rows of the fleet of which something is to be said, by note."""
        found: dict[str, list[NDArray[np.intp]]] = {}

        def look(tile: slice) -> dict[str, NDArray[np.intp]]:
            part, (count,) = rows_of(self.plan, tile)
            notes = self.plan.service.quantities(part, self.plan.rules).notes_given()
            return {
                text: np.flatnonzero(np.broadcast_to(mask, count)) + tile.start
                for text, mask in notes.items()
                if mask.any()
            }

        for part in map_tiles(look, self.plan.portion.count):
            for text, where in part.items():
                found.setdefault(text, []).append(where)
        said = {text: self.rows[np.concatenate(where)] for text, where in found.items()}
        return said | self._by_formula()

    def _by_formula(self) -> dict[str, NDArray[np.intp]]:
        """Rows of the fleet with a price that no list holds, as a note on each meter."""
        found = {}
        for name, meter in self.plan.meters.items():
            derived = meter.prices.is_derived
            if derived is not None and derived[meter.codes].any():
                mask = np.broadcast_to(derived[meter.codes], self.plan.portion.count)
                found[f"{name}_by_formula"] = self.rows[mask]
        return found

    @cached_property
    def billed(self) -> tuple[Array, Array]:
        """VCPU and memory that are billed per replica; NaN where the service has none."""
        count = self.plan.portion.count
        vcpu, memory = np.full(count, np.nan), np.full(count, np.nan)

        def look(tile: slice) -> None:
            part, _ = rows_of(self.plan, tile)
            sizes = self.plan.service.quantities(part, self.plan.rules)
            if sizes.billed_vcpu is not None:
                vcpu[tile] = sizes.billed_vcpu
            if sizes.billed_memory_gib is not None:
                memory[tile] = sizes.billed_memory_gib

        map_tiles(look, count)
        return vcpu, memory

    @property
    def monthly_cost(self) -> Array:
        """Effective cost after credits. [currency per month]."""
        if not self.credits:
            return self.effective_cost
        given = sum(self.credits.values(), np.zeros(1))
        return np.maximum(self.effective_cost - given, 0.0)


@dataclass(frozen=True)
class PricedFleet:
    """Costs of every workload of a fleet, in input order. [currency per month]."""

    fleet: Fleet
    book: RateBook
    options: Options
    services: dict[str, ServiceResult]
    reasons: Reasons
    pools: dict[str, Pool]

    @cached_property
    def monthly_cost(self) -> Array:
        """Effective cost after credits; NaN where a row is unpriced."""
        return self._priced_only([r.monthly_cost for r in self.services.values()])

    @cached_property
    def list_cost(self) -> Array:
        """List cost; NaN where a row is unpriced."""
        return self._priced_only([r.list_cost for r in self.services.values()])

    @cached_property
    def billed_vcpu(self) -> Array:
        """VCPU billed per replica; NaN where a row is unpriced or has none."""
        return self._priced_only([r.billed[0] for r in self.services.values()])

    @cached_property
    def billed_memory_gib(self) -> Array:
        """Memory billed per replica; NaN where a row is unpriced or has none. [GiB]."""
        return self._priced_only([r.billed[1] for r in self.services.values()])

    @cached_property
    def lower_bound(self) -> Mask:
        """True where a minor meter has no rate."""
        return self._flags([r.lower_bound for r in self.services.values()])

    @cached_property
    def doubtful(self) -> Mask:
        """True where a rate is doubtful."""
        return self._flags([r.doubtful for r in self.services.values()])

    def credit(self, pool: str) -> Array:
        """Credit that each row gets from a pool (positive numbers)."""
        whole = np.zeros(len(self.fleet))
        for result in self.services.values():
            if pool in result.credits:
                result.plan.portion.spread(result.credits[pool], whole)
        return whole

    @cached_property
    def missing(self) -> int:
        """Number of workloads without a price."""
        return int(np.count_nonzero(self.reasons.codes)) if self.reasons.exist else 0

    def count(self, masks: list[Mask | None]) -> int:
        """Number of priced workloads that masks of the services hold."""
        found = 0
        for result, mask in zip(self.services.values(), masks, strict=True):
            if mask is None:
                continue
            is_priced = result.plan.portion.take(self.reasons.codes) == 0
            found += int(np.count_nonzero(mask & is_priced if self.reasons.exist else mask))
        return found

    def totals(self) -> dict[str, float]:
        """Monthly cost of what is priced, by currency; no currency of which nothing is."""
        sums: dict[str, float] = {}
        for name, result in self.services.items():
            currency = self.book.table(name).form.currency
            cost = result.monthly_cost
            if self.reasons.exist:
                cost = cost[result.plan.portion.take(self.reasons.codes) == 0]
            if len(cost):
                sums[currency] = sums.get(currency, 0.0) + float(cost.sum())
        return sums

    def _priced_only(self, parts: list[Array]) -> Array:
        """One array over the fleet of one per service, NaN where a row is unpriced."""
        portions = [result.plan.portion for result in self.services.values()]
        if len(portions) == 1 and portions[0].is_whole and not self.reasons.exist:
            return parts[0]
        whole = np.full(len(self.fleet), np.nan)
        for portion, part in zip(portions, parts, strict=True):
            portion.spread(part, whole)
        if self.reasons.exist:
            whole[self.reasons.any] = np.nan
        return whole

    def _flags(self, parts: list[Mask | None]) -> Mask:
        if all(part is None for part in parts):
            return np.broadcast_to(np.False_, len(self.fleet))
        whole = np.zeros(len(self.fleet), dtype=np.bool_)
        for result, part in zip(self.services.values(), parts, strict=True):
            if part is not None:
                result.plan.portion.spread(part, whole)
        return whole
