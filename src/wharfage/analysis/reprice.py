"""One fleet under many price scenarios: quantities once, then prices on their sums.

Dates, regions, purchase options, Spot shares and percentage discounts change what a unit costs,
not how many units there are. Workloads are added up by how they are bought, once per version of
the rules; every scenario is then a few rows of a small fleet, which the engine prices with tiers
and credits for each scenario alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wharfage.analysis.price_scenarios import (
    FIELDS,
    Leg,
    PriceScenario,
    buying_legs,
    read_scenarios,
)
from wharfage.analysis.summed_fleet import Part, price_parts
from wharfage.columns import PURCHASE_OPTIONS
from wharfage.engine import checks
from wharfage.engine.fleet import Fleet, encode_fleet
from wharfage.engine.options import read_options
from wharfage.engine.plan import Options, plan_service
from wharfage.engine.portion import Portion
from wharfage.engine.reasons import Reasons
from wharfage.engine.sums import Sums, sum_quantities
from wharfage.engine.tiles import rows_of
from wharfage.errors import InvalidValueError
from wharfage.inputs.fleet import read_workloads
from wharfage.rates.book import RateBook, open_book
from wharfage.rates.rules import Assumption, rules_version
from wharfage.units import DEFAULT_MONTH

Array = NDArray[Any]


def encode(fleet: object) -> Fleet:
    """Fleet read, checked cell by cell and encoded, to be priced many times.

    Parameters
    ----------
    fleet : DataFrame, Arrow stream, path, list of dicts or Fleet
        As for :func:`wharfage.estimate`; a fleet that is encoded already stays as it is.

    Returns
    -------
    Fleet
        Arrays of numbers and codes. It takes the place of the fleet in ``estimate``, ``compare``
        and ``reprice``; dates, books and options are chosen there.

    Raises
    ------
    WorkloadError
        If the fleet cannot be read.

    Examples
    --------
    >>> fleet = encode([{"service": "aws.fargate", "region": "us-east-1", "vcpu": 1, "memory_gib": 2}])
    >>> len(fleet)
    1
    """
    return fleet if isinstance(fleet, Fleet) else encode_fleet(read_workloads(fleet))


def reprice(
    fleet: object,
    scenarios: Iterable[Mapping[str, Any]] | pd.DataFrame,
    *,
    rates: RateBook | str | Path | None = None,
    on: str | dt.date | None = None,
    month: str = DEFAULT_MONTH,
    free_tier: str = "account",
    sizes: str = "round_up",
    before_first: str | None = None,
    assumptions: Mapping[str, Assumption] | None = None,
) -> pd.DataFrame:
    """Totals of one fleet under many price scenarios, at the cost of little more than one.

    Parameters
    ----------
    fleet : as for ``estimate``, or what :func:`encode` gives
        Workloads. What they use is added up once and kept with an encoded fleet.
    scenarios : list of dicts or DataFrame
        Each has any of `on` (date), `region` and `purchase_option` (for all workloads),
        `spot_share` (the part of every workload that runs on Spot where that is sold, 0 to 1) and
        `discount` (a fraction off every price). An empty field leaves it as it is.
    rates, on, month, free_tier, sizes, before_first, assumptions
        As for ``estimate``; `on` is the date of scenarios without one.

    Returns
    -------
    DataFrame
        One row per scenario: its fields, `monthly_cost` and `monthly_list_cost` of what is priced,
        and how many workloads are `priced`, `unpriced` and, under a Spot share, `without_spot`,
        which stay as they are bought. Each scenario gets its credits and tiers in full.

    Raises
    ------
    WorkloadError
        If the fleet or a scenario cannot be read, or the fleet is billed in several currencies.

    Examples
    --------
    >>> work = [{"service": "aws.fargate", "region": "us-east-1", "vcpu": 1, "memory_gib": 2}]
    >>> reprice(work, [{}, {"discount": 0.1}], on="2026-10-01")["monthly_cost"].round(2).tolist()
    [36.04, 32.44]
    """
    book = open_book(rates)
    options = read_options(book, on, month, free_tier, sizes, before_first, assumptions)
    return reprice_fleet(encode(fleet), read_scenarios(scenarios, options.on), book, options)


def reprice_fleet(
    fleet: Fleet, scenarios: Sequence[PriceScenario], book: RateBook, options: Options
) -> pd.DataFrame:
    """Totals of a fleet in every scenario, one row each, in their order.

    Returns
    -------
    DataFrame
        The scenario's fields, `monthly_cost` and `monthly_list_cost` of what is priced, and the
        numbers of workloads: `priced`, `unpriced`, and, under a Spot share, `without_spot`, which
        stay as they are bought because Spot is not sold for them.

    Raises
    ------
    InvalidValueError
        If the fleet is billed in several currencies.
    """
    summed = _Summed(fleet, book)
    totals = np.zeros((5, len(scenarios)))
    for on in dict.fromkeys(scenario.on for scenario in scenarios):
        numbers = [n for n, scenario in enumerate(scenarios) if scenario.on == on]
        own = [scenarios[n] for n in numbers]
        totals[:, numbers] = summed.totals(own, replace(options, on=on))
    cost, list_cost, priced, unpriced, without_spot = totals
    return pd.DataFrame(
        {
            **{name: [getattr(s, name) for s in scenarios] for name in FIELDS},
            "monthly_cost": cost,
            "monthly_list_cost": list_cost,
            "priced": np.rint(priced).astype(np.int64),
            "unpriced": np.rint(unpriced).astype(np.int64),
            "without_spot": np.rint(without_spot).astype(np.int64),
        }
    )


class _Summed:
    """Sums of a fleet's services, made once per version of their rules."""

    def __init__(self, fleet: Fleet, book: RateBook) -> None:
        self.fleet = fleet
        self.book = book
        checks.raise_missing(fleet, {"service": ["every workload"]})
        reasons = Reasons(len(fleet))
        self.portions = checks.split_by_service(fleet, reasons, book)
        checks.check_columns(fleet, [portion.service for portion in self.portions])
        self.unknown = int(reasons.any.sum())
        currencies = {book.table(p.service.id).form.currency for p in self.portions}
        if len(currencies) > 1:
            raise InvalidValueError(
                f"The fleet is billed in {len(currencies)} currencies: {', '.join(sorted(currencies))}.",
                hint="re-price the workloads of one currency at a time.",
            )

    def totals(self, scenarios: Sequence[PriceScenario], options: Options) -> Array:
        """Cost, list cost, workloads priced, unpriced and without Spot of scenarios of one date."""
        legs = buying_legs(scenarios)
        totals = np.zeros((5, len(scenarios)))
        totals[3] = self.unknown
        parts = []
        for portion in self.portions:
            for moved, own in self._passes(portion, legs, options):
                sums = self._sums(moved, options)
                for leg in own:
                    totals[3, leg.scenario] += 0.0 if leg.is_spot else leg.share * sums.faulty
                if len(sums.workloads):
                    parts.append(Part(sums, own))
        if parts:
            totals += price_parts(parts, self.fleet, self.book, options, len(scenarios))
        return totals

    def _passes(
        self, portion: Portion, legs: Sequence[Leg], options: Options
    ) -> list[tuple[Portion, list[Leg]]]:
        """Legs by what they change that quantities themselves depend on."""
        service = portion.service.id
        reads = self.fleet.keep(
            ("reads", service), lambda: _columns_of_quantities(portion, self.book, options)
        )
        groups: dict[tuple[str | None, str | None], list[Leg]] = {}
        # Where the amount paid for depends on the option itself, as for machines with sustained
        # use, a share of a workload cannot be moved: it stays as it is bought.
        movable = [leg for leg in legs if not (leg.is_spot and "purchase_option" in reads)]
        for leg in movable:
            region = leg.region if "region" in reads else None
            option = leg.purchase_option if "purchase_option" in reads else None
            groups.setdefault((region, option), []).append(leg)
        return [(self._moved(portion, *key), own) for key, own in groups.items()]

    def _moved(self, portion: Portion, region: str | None, option: str | None) -> Portion:
        key = "moved", portion.service.id, region, option
        return self.fleet.keep(key, lambda: _moved(portion, region, option))

    def _sums(self, portion: Portion, options: Options) -> Sums:
        table = self.book.table(portion.service.id)
        key = (
            ("sums", id(portion), rules_version(table, options.on)),
            (options.month, options.sizes, tuple(sorted(options.assumptions.items()))),
        )

        def make() -> Sums:
            plan = plan_service(portion, self.book, options, [])
            return sum_quantities(plan, self.fleet.arrays["billing_account"], options)

        return self.fleet.keep(key, make)


class _Recorded(dict[str, Array]):
    """Columns that remember which of them were read."""

    def __init__(self, columns: Mapping[str, Array]) -> None:
        super().__init__(columns)
        self.read: set[str] = set()

    def __getitem__(self, name: str) -> Array:
        self.read.add(name)
        return super().__getitem__(name)


def _columns_of_quantities(portion: Portion, book: RateBook, options: Options) -> frozenset[str]:
    """Columns that the quantities of a service depend on."""
    plan = plan_service(portion, book, options, [])
    columns = _Recorded(rows_of(plan, slice(0, 1))[0])
    plan.service.quantities(columns, plan.rules)
    return frozenset(columns.read)


def _moved(portion: Portion, region: str | None, purchase_option: str | None) -> Portion:
    """Portion whose workloads are all in one region, or bought with one option."""
    if region is None and purchase_option is None:
        return portion
    moved = copy(portion)
    moved.forget()
    moved.columns = dict(portion.columns)
    if region is not None:
        moved.columns["region"] = np.array([0])
        moved.values = {**portion.values, "region": (region,)}
    if purchase_option is not None:
        moved.columns["purchase_option"] = np.array([PURCHASE_OPTIONS.index(purchase_option)])
    return moved
