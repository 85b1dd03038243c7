"""The same work on every service that can run it, ranked.

Each scenario prices the whole fleet with its own free-tier pools. Clusters are shared costs: one
per service, region and billing account, kept apart from the marginal cost that ranks a workload.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wharfage.analysis.component_totals import component_totals
from wharfage.analysis.fleet_sizes import break_even
from wharfage.analysis.node_scenarios import PlannedFleet, plan_scenario
from wharfage.analysis.ranked_frame import is_baseline, ranked_frame
from wharfage.analysis.scenarios import PricedScenario, is_shown, list_scenarios, move_fleet
from wharfage.analysis.shared_costs import IDLE, shared_costs
from wharfage.analysis.unused import mean_replicas, unused_shares
from wharfage.columns import PURCHASE_OPTIONS
from wharfage.engine.assemble import line_frame
from wharfage.engine.chosen_rows import only_workloads
from wharfage.engine.estimate import price_fleet
from wharfage.engine.fleet import EMPTY, Fleet, encode_fleet
from wharfage.engine.plan import Options
from wharfage.engine.priced import PricedFleet
from wharfage.engine.reasons import Reasons, code_of
from wharfage.errors import InvalidValueError, MissingColumnError, did_you_mean
from wharfage.rates.book import RateBook
from wharfage.services import find_service, service_ids

#: codes of reasons that mean "has no rate", as against "cannot run there"
WITHOUT_RATE = {"unknown_rate", "not_yet_priced", "withdrawn"}


@dataclass(frozen=True)
class ComparedFleet:
    """A fleet priced in every scenario.

    Attributes
    ----------
    fleet : Fleet
        The workloads that were compared.
    left_out : tuple of str
        Ids of rows that are no workloads (cluster fees, explicit nodes).
    baseline : array (n,)
        Monthly cost of each workload where it runs today; NaN if it runs nowhere yet.
    """

    fleet: Fleet
    left_out: tuple[str, ...]
    book: RateBook
    options: Options
    scenarios: tuple[PricedScenario, ...]
    baseline: NDArray[np.float64]

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One row per workload and scenario, ranked within the workload."""
        return ranked_frame(self.fleet, self.scenarios, self._baseline_cost, self.options)

    @cached_property
    def _baseline_cost(self) -> NDArray[np.float64]:
        """Cost of the scenario that is the baseline; else of the workload where it runs today."""
        cost = self.baseline.copy()
        for entry in self.scenarios:
            own = is_baseline(self.fleet, entry) & entry.shown
            cost[own] = entry.priced.monthly_cost[own]
        return cost

    @cached_property
    def shared_costs(self) -> pd.DataFrame:
        """Clusters that the scenarios need, net of credits, and idle nodes: per region and account."""
        parts = [part for part in self._shared if len(part)]
        return pd.concat(parts, ignore_index=True) if parts else self._shared[0]

    @cached_property
    def _shared(self) -> list[pd.DataFrame]:
        return [shared_costs(entry, self.options) for entry in self.scenarios]

    @cached_property
    def totals(self) -> pd.DataFrame:
        """The fleet in every scenario, shared costs included; complete answers first, cheapest first.

        What has no price is left out of the sums and counted: workloads and clusters alike. Where
        no workload has a price, `workload_cost` and `monthly_cost` are NaN.
        `idle_cost` is the part of the shared cost that stands idle on nodes; `unused_vcpu` and
        `unused_memory` are the shares of what is paid for that no workload asked for.
        """
        rows = []
        for number, entry in enumerate(self.scenarios):
            cost = entry.priced.monthly_cost
            shared = self._shared[number]
            clusters = shared["monthly_cost"]
            own = clusters.sum()
            workloads = int((~np.isnan(cost)).sum())
            work = float(np.nansum(cost)) if workloads else float("nan")
            infeasible = int((~entry.feasible).sum())
            rows.append(
                {
                    "service": entry.scenario.service,
                    "region": entry.scenario.region,
                    "purchase_option": entry.scenario.purchase_option,
                    "billing_mode": entry.scenario.billing_mode,
                    "workloads": len(cost),
                    "priced": workloads,
                    "infeasible": infeasible,
                    "unpriced": len(cost) - workloads - infeasible,
                    "unpriced_clusters": int(clusters.isna().sum()),
                    "workload_cost": work,
                    "shared_cost": float(own),
                    "monthly_cost": work + float(own),
                    "idle_cost": float(clusters[shared["kind"] == IDLE].sum()),
                    **unused_shares(entry.priced, self._replicas),
                    "_scenario": number,
                }
            )
        frame = pd.DataFrame(rows)
        order = ["priced", "unpriced_clusters", "monthly_cost", "_scenario"]
        frame = frame.sort_values(order, ascending=[False, True, True, True], ignore_index=True)
        frame.insert(0, "rank", np.arange(1, len(frame) + 1))
        return frame.drop(columns="_scenario")

    @cached_property
    def component_totals(self) -> pd.DataFrame:
        """Charges of the fleet in every scenario by meter, shared costs included."""
        return component_totals(self.scenarios, self._shared)

    @cached_property
    def _replicas(self) -> NDArray[np.float64]:
        """Replicas of each workload that run at once on average: its weight in unused shares."""
        return mean_replicas(self.fleet, self.options)

    @cached_property
    def break_even(self) -> pd.DataFrame:
        """Size of the fleet, as a multiple, from which nodes are cheaper than other services."""
        return break_even(self.scenarios, self._shared, self.options)

    def components(self, workload: str) -> pd.DataFrame:
        """Charges of one workload in every scenario that can price it: why one is cheaper."""
        row = np.flatnonzero(self.fleet.workloads == workload)
        if not len(row):
            ids = self.fleet.workloads
            raise InvalidValueError(
                f"There is no workload {workload!r} among the {len(ids):,} compared.",
                hint=did_you_mean(workload, ids[:100_000]) or f"the first is {ids[0]!r}.",
            )
        parts = []
        for entry in self.scenarios:
            if entry.shown[row].all():
                lines = (
                    entry.priced.lines(int(row[0]))
                    if isinstance(entry.priced, PlannedFleet)
                    else line_frame(entry.priced, row)
                )
                option = PURCHASE_OPTIONS[int(entry.priced.fleet.arrays["purchase_option"][row][0])]
                mode = entry.scenario.billing_mode
                parts.append(lines.assign(purchase_option=option, billing_mode=mode))
        used = [part for part in parts if len(part)]
        return pd.concat(used, ignore_index=True) if used else parts[0]


def compare_fleet(
    frame: pd.DataFrame | Fleet,
    book: RateBook,
    options: Options,
    *,
    services: Sequence[str] | None,
    regions: Sequence[str] | None,
    purchase_options: Sequence[str] | None,
    progress: Callable[[int, int], None] | None = None,
) -> ComparedFleet:
    """Fleet priced in every scenario; `progress` is told how many are, and of how many.

    Raises
    ------
    InvalidValueError
        If a service, region or option is unknown, or the fleet holds no workload.
    """
    whole = frame if isinstance(frame, Fleet) else encode_fleet(frame)
    workloads, left_out = only_workloads(whole)
    _check_comparable(workloads, left_out, regions)
    scenarios = []
    listed = list_scenarios(workloads, book, services, regions, purchase_options, nodes=True)
    for scenario in listed:
        moved = move_fleet(workloads, scenario, book.regions)
        if find_service(scenario.service).plans_nodes:
            priced: PricedFleet = plan_scenario(moved, scenario.service, book, options)
        else:
            priced = price_fleet(moved, book, options)
        feasible = is_feasible(priced)
        scenarios.append(PricedScenario(scenario, priced, is_shown(workloads, scenario), feasible))
        if progress is not None:
            progress(len(scenarios), len(listed))
    return ComparedFleet(
        workloads, left_out, book, options, tuple(scenarios), _baseline(workloads, book, options)
    )


def _check_comparable(fleet: Fleet, left_out: Sequence[str], regions: Sequence[str] | None) -> None:
    """Raise if there is nothing to compare, or nowhere to compare it.

    Raises
    ------
    InvalidValueError
        If the fleet holds no workload.
    MissingColumnError
        If neither the fleet nor `regions` says where.
    """
    if not len(fleet):
        raise InvalidValueError(
            f"The fleet has no workloads: its {len(left_out):,} rows are cluster fees or nodes.",
            hint="estimate prices them; compare moves what runs on them.",
        )
    if regions is None and (fleet.arrays["region"] == EMPTY).all():
        raise MissingColumnError(
            f"No region to compare in: none of the {len(fleet):,} workloads has one.",
            hint="fill the column 'region', or give regions.",
        )


def cell_faults(fleet: Fleet) -> pd.DataFrame:
    """Workloads with a cell that no scenario can use, or with a service that does not exist."""
    reasons = Reasons(len(fleet))
    used = {"region", "billing_account"}.union(
        *(find_service(name).columns for name in service_ids() if find_service(name).runs_workloads)
    )
    for fault in fleet.faults:
        if fault.column in used:
            reasons.add(fault.rows, fault.reason)
    for code, name in enumerate(fleet.values["service"]):
        if name not in service_ids():
            hint = did_you_mean(name, service_ids()) or "it has no baseline"
            rows = np.flatnonzero(fleet.arrays["service"] == code)
            reasons.add(rows, f"unknown_service: {name!r} ({hint.rstrip('?')})")
    rows = np.flatnonzero(reasons.any)
    return pd.DataFrame(
        {"row": rows + 1, "workload": fleet.workloads[rows], "reason": reasons.text()[rows]}
    )


def is_feasible(priced: PricedFleet) -> NDArray[np.bool_]:
    """True where a workload can run; a feasible one may still lack a rate."""
    texts = priced.reasons.texts
    lacks_rate_only = [all(code_of(t) in WITHOUT_RATE for t in text.split("; ")) for text in texts]
    lacks_rate_only[0] = True
    return np.array(lacks_rate_only)[priced.reasons.codes]


def _baseline(fleet: Fleet, book: RateBook, options: Options) -> NDArray[np.float64]:
    """Cost of every workload where it runs today; NaN where it runs nowhere yet."""
    if not {"service", "region"} <= fleet.given:
        return np.full(len(fleet), np.nan)
    everything = Fleet(
        fleet.table, fleet.ids, fleet.arrays, fleet.values,
        frozenset({*fleet.given, "vcpu", "memory_gib"}), fleet.faults,
    )  # fmt: skip
    return price_fleet(everything, book, options).monthly_cost
