"""The public verbs: read a fleet, price it, and hold the result."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from wharfage.analysis.compare import ComparedFleet, cell_faults, compare_fleet
from wharfage.analysis.node_scenarios import PlannedFleet, node_assumptions
from wharfage.analysis.reprice import encode
from wharfage.analysis.sizes import size_frame
from wharfage.engine.assemble import line_frame, workload_frame
from wharfage.engine.estimate import price_fleet
from wharfage.engine.failures import raise_unpriced
from wharfage.engine.fleet import Fleet
from wharfage.engine.options import read_options
from wharfage.engine.priced import PricedFleet
from wharfage.errors import InvalidValueError, did_you_mean
from wharfage.inputs.fleet import read_fleet
from wharfage.outputs.explain import assumption_lines, explain_workload
from wharfage.outputs.total import Total
from wharfage.rates.age import warn_if_stale
from wharfage.rates.book import RateBook, open_book
from wharfage.rates.rules import Assumption
from wharfage.units import DEFAULT_MONTH


class Bill:
    """What a fleet costs, with everything needed to check it."""

    def __init__(self, priced: PricedFleet) -> None:
        self._priced = priced

    @property
    def on(self) -> dt.date:
        """Date whose rates and rules were used."""
        return self._priced.options.on

    @property
    def month(self) -> str:
        """Month that was priced, as given."""
        return self._priced.options.month.text

    @property
    def rate_book_digest(self) -> str:
        """Digest of the rate book."""
        return self._priced.book.digest

    @property
    def warnings(self) -> list[str]:
        """Columns of the fleet that look misspelt."""
        return list(self._priced.fleet.warnings)

    @cached_property
    def assumptions(self) -> dict[str, str]:
        """Everything that was taken for granted, by name, in words."""
        return assumption_lines(self._priced)

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One row per workload in input order: the inputs, costs per day and month, status, reason."""
        return workload_frame(self._priced)

    def lines(self) -> pd.DataFrame:
        """One row per charge, credits as lines of their own.

        Returns
        -------
        DataFrame
            The columns of ``wharfage.columns.LINE_COLUMNS``; the effective costs of a workload
            add up to its monthly cost.
        """
        return line_frame(self._priced)

    @property
    def sizes(self) -> pd.DataFrame:
        """What each workload asks for and what is billed for it. [vCPU and GiB of all replicas]."""
        return size_frame(self._priced)

    def plot(self, kind: str | None = None, **options: Any) -> Any:  # noqa: ANN401  a chart
        """Picture of the bill, as :func:`wharfage.plot` draws it."""
        from wharfage.api_pictures import plot  # noqa: PLC0415  pictures are optional

        return plot(self, kind, **options)

    def explain(self, workload: str | int) -> str:
        """Arithmetic of one workload as text, from what was requested to what it costs.

        Raises
        ------
        InvalidValueError
            If the fleet has no such workload.
        """
        ids = self._priced.fleet.workloads
        found = np.flatnonzero(ids == str(workload))
        if not len(found):
            raise InvalidValueError(
                f"There is no workload {workload!r} in the fleet of {len(ids):,}.",
                hint=did_you_mean(str(workload), map(str, ids[:100_000]))
                or f"the first is {ids[0]!r}.",
            )
        return explain_workload(self._priced, int(found[0]))

    def total(self, *, strict: bool = True) -> Total:
        """Monthly cost of the fleet, by currency.

        Parameters
        ----------
        strict : bool
            Refuse to add a fleet with holes; with False, add what is priced and say how many
            workloads are missing.

        Raises
        ------
        UnpricedError
            If any workload is unpriced and `strict` is true; all of them are in ``failures``.
        """
        priced = self._priced
        if strict and priced.missing:
            raise_unpriced(priced)
        return Total(
            priced.totals(),
            rows=len(priced.fleet),
            missing=priced.missing,
            lower_bounds=priced.count([r.lower_bound for r in priced.services.values()]),
            doubtful=priced.count([r.doubtful for r in priced.services.values()]),
        )

    def __repr__(self) -> str:
        """Short description with the total of what is priced."""
        return f"<Bill of {len(self._priced.fleet):,} workloads on {self.on}: {self.total(strict=False)}>"


class Comparison:
    """The same work on every service, ranked."""

    def __init__(self, compared: ComparedFleet) -> None:
        self._compared = compared

    @property
    def on(self) -> dt.date:
        """Date whose rates and rules were used."""
        return self._compared.options.on

    @property
    def month(self) -> str:
        """Month that was priced, as given."""
        return self._compared.options.month.text

    @property
    def rate_book_digest(self) -> str:
        """Digest of the rate book."""
        return self._compared.book.digest

    @property
    def currency(self) -> str:
        """Currency of the costs, as the tables of the services say."""
        compared = self._compared
        services = dict.fromkeys(entry.scenario.service for entry in compared.scenarios)
        found = dict.fromkeys(compared.book.table(name).form.currency for name in services)
        return ", ".join(found)

    @property
    def left_out(self) -> tuple[str, ...]:
        """Ids of rows that are no workloads, such as cluster fees."""
        return self._compared.left_out

    @property
    def frame(self) -> pd.DataFrame:
        """One row per workload and scenario, ranked by marginal cost within the workload."""
        return self._compared.frame

    @property
    def shared_costs(self) -> pd.DataFrame:
        """Clusters that the scenarios need, net of credits, and idle nodes; the column `kind` tells."""
        return self._compared.shared_costs

    @property
    def totals(self) -> pd.DataFrame:
        """The fleet in every scenario, shared costs included."""
        return self._compared.totals

    @property
    def break_even(self) -> pd.DataFrame:
        """Multiple of the fleet from which nodes are cheaper than each other service."""
        return self._compared.break_even

    @property
    def faults(self) -> pd.DataFrame:
        """Workloads with a cell that cannot be used: row (from 1), workload, reason."""
        return cell_faults(self._compared.fleet)

    def components(self, workload: str | int) -> pd.DataFrame:
        """Charges of one workload in every scenario: why one is cheaper than another."""
        return self._compared.components(str(workload))

    @property
    def component_totals(self) -> pd.DataFrame:
        """Charges of the fleet in every scenario by meter, shared costs included."""
        return self._compared.component_totals

    def plot(self, kind: str | None = None, **options: Any) -> Any:  # noqa: ANN401  a chart
        """Picture of the comparison, as :func:`wharfage.plot` draws it."""
        from wharfage.api_pictures import plot  # noqa: PLC0415  pictures are optional

        return plot(self, kind, **options)

    @cached_property
    def assumptions(self) -> dict[str, str]:
        """Everything that was taken for granted, by name, in words."""
        said: dict[str, str] = {}
        for entry in self._compared.scenarios:
            said |= assumption_lines(entry.priced)
            if isinstance(entry.priced, PlannedFleet):
                said |= node_assumptions(entry.priced)
        return said

    def __repr__(self) -> str:
        """Short description."""
        count = len(self._compared.scenarios)
        return f"<Comparison of {len(self._compared.fleet):,} workloads in {count} scenarios>"


def estimate(
    fleet: object,
    *,
    rates: RateBook | str | Path | None = None,
    on: str | dt.date | None = None,
    month: str = DEFAULT_MONTH,
    free_tier: str = "account",
    sizes: str = "round_up",
    strict: bool = False,
    before_first: str | None = None,
    assumptions: Mapping[str, Assumption] | None = None,
) -> Bill:
    """Bill of a fleet: exact daily and monthly cost of every workload.

    Parameters
    ----------
    fleet : DataFrame, Arrow stream, path, list of dicts or Fleet
        One row per workload; the columns of ``wharfage.columns.FLEET_COLUMNS``. A fleet that
        :func:`wharfage.encode` has read is priced again without being read again.
    rates : RateBook or path, optional
        The bundled book by default.
    on : date or ISO text, optional
        Date whose rates and rules are used; the newest date of any rate by default.
    month : str
        ``730h``, other hours such as ``720h``, or a calendar month such as ``2026-02``.
    free_tier : {"account", "none"}
        Whether credits and free tiers are given, once per billing account.
    sizes : {"round_up", "strict"}
        Whether an illegal size is rounded up, or is a fault.
    strict : bool
        Raise if any workload is unpriced.
    before_first : {"nearest"}, optional
        Price a date before the first rate with the oldest one, and call it doubtful.
    assumptions : mapping, optional
        Values for what providers leave open; the names are in the rate tables.

    Returns
    -------
    Bill
        Costs in the currency of the rate tables. A workload that cannot be priced is NaN with
        its reason, never 0.

    Raises
    ------
    WorkloadError
        If the fleet cannot be read, or an argument makes no sense.
    UnpricedError
        If `strict` and any workload is unpriced.

    Examples
    --------
    >>> bill = estimate(
    ...     [{"service": "aws.fargate", "region": "ap-northeast-2", "vcpu": 0.5, "memory_gib": 1}],
    ...     on="2026-10-01",
    ... )
    >>> round(bill.frame["daily_cost"][0], 5)
    0.68136
    """
    book = open_book(rates)
    options = read_options(book, on, month, free_tier, sizes, before_first, assumptions)
    priced = price_fleet(encode(fleet), book, options)
    warn_if_stale(book, priced.services, options.on)
    if strict and priced.missing:
        raise_unpriced(priced)
    return Bill(priced)


def compare(
    fleet: object,
    *,
    services: Sequence[str] | None = None,
    regions: Sequence[str] | None = None,
    purchase_options: Sequence[str] | None = None,
    rates: RateBook | str | Path | None = None,
    on: str | dt.date | None = None,
    month: str = DEFAULT_MONTH,
    free_tier: str = "account",
    sizes: str = "round_up",
    strict: bool = False,
    before_first: str | None = None,
    assumptions: Mapping[str, Assumption] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Comparison:
    """Fleet on every service that can run it, ranked per workload and in total.

    Parameters
    ----------
    fleet : DataFrame, Arrow stream, path or list of dicts
        Workloads; their own `service` and `region`, if any, are the baseline.
    services : sequence of str, optional
        Services to compare; every one that runs workloads by default.
    regions : sequence of str, optional
        Regions to compare, of any cloud. By default each workload's own region, and on the other
        cloud the one in the same metropolitan area.
    purchase_options : sequence of str, optional
        Options to compare; each workload's own by default.
    rates, on, month, free_tier, sizes, strict, before_first, assumptions
        As for :func:`estimate`; with `strict`, a feasible scenario without a rate raises.
    progress : callable, optional
        Called as ``progress(done, total)`` with numbers of scenarios while they are priced.

    Returns
    -------
    Comparison
        Infeasible scenarios have a reason, and neither cost nor rank.

    Raises
    ------
    WorkloadError
        If the fleet cannot be read, or an argument makes no sense.
    UnknownServiceError
        If a service is unknown.

    Examples
    --------
    >>> work = [{"region": "us-east-1", "vcpu": 1, "memory_gib": 2}]
    >>> compare(work, services=["aws.fargate", "gcp.cloud_run"]).frame["service"].tolist()
    ['aws.fargate', 'gcp.cloud_run']
    """
    book = open_book(rates)
    options = read_options(book, on, month, free_tier, sizes, before_first, assumptions)
    compared = compare_fleet(
        fleet if isinstance(fleet, Fleet) else read_fleet(fleet),
        book,
        options,
        services=_several(services),
        regions=_several(regions),
        purchase_options=_several(purchase_options),
        progress=progress,
    )
    used = {entry.scenario.service for entry in compared.scenarios}
    warn_if_stale(book, sorted(used), options.on)
    if strict:
        for entry in compared.scenarios:
            if (entry.feasible & entry.priced.reasons.any).any():
                raise_unpriced(entry.priced, entry.feasible)
    return Comparison(compared)


def _several(names: Sequence[str] | None) -> Sequence[str] | None:
    return [names] if isinstance(names, str) else names
