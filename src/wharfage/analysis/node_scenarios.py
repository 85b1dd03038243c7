"""Scenarios of pods on shared nodes: a plan for each region and account, its cost split by workload.

A workload pays for what it asks for of the nodes; what no workload asks for is a shared cost, like
the cluster. A plan over time has no place here: every workload counts by its pods at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wharfage.columns import LINE_COLUMNS
from wharfage.engine.chosen_rows import take_rows
from wharfage.engine.fleet import EMPTY, Fleet
from wharfage.engine.plan import Options
from wharfage.engine.priced import PricedFleet
from wharfage.engine.reasons import Reasons
from wharfage.errors import InvalidValueError, did_you_mean
from wharfage.nodes.machines import Site
from wharfage.nodes.node_plan import NodePlan
from wharfage.nodes.plan import plan_fleet
from wharfage.nodes.settings import PlanSettings
from wharfage.rates.book import RateBook
from wharfage.services.demand import SIZED_FROM_AVERAGE_LOAD

Array = NDArray[np.float64]

#: seconds after which a plan of a comparison stops looking for better
SECONDS = 4.0
NODE_SHARE = "node_share"
IDLE_IS_SHARED = "idle_nodes_are_a_shared_cost"


@dataclass(frozen=True)
class PlacePlan:
    """Plan of the workloads of one region and billing account."""

    plan: NodePlan
    rows: NDArray[np.intp]
    account: str

    @property
    def per_list(self) -> float:
        """List cost of its nodes over what they cost."""
        priced = self.plan.bill.priced
        return 1.0 if priced is None else float(priced.list_cost.sum() / priced.monthly_cost.sum())


@dataclass(frozen=True)
class PlannedFleet(PricedFleet):
    """A fleet whose cost is its part of the nodes of a plan."""

    places: tuple[PlacePlan, ...] = ()

    @cached_property
    def monthly_cost(self) -> Array:
        """Cost of what each workload asks for; NaN where it is on no node."""
        return self._spread(lambda place: place.plan.pods["monthly_cost"].to_numpy())

    @cached_property
    def list_cost(self) -> Array:
        """The same at the list price of the nodes."""
        return self._spread(
            lambda place: place.plan.pods["monthly_cost"].to_numpy() * place.per_list
        )

    @cached_property
    def doubtful(self) -> NDArray[np.bool_]:
        """True where a node of the plan has a doubtful price."""
        return self._flags_of(lambda place: "doubtful" in set(place.plan.nodes["cost_status"]))

    @cached_property
    def lower_bound(self) -> NDArray[np.bool_]:
        """No meter of nodes is minor."""
        return np.zeros(len(self.fleet), dtype=bool)

    @property
    def is_average(self) -> NDArray[np.bool_]:
        """True where a workload counts by its average load."""
        found = np.zeros(len(self.fleet), dtype=bool)
        for place in self.places:
            found[place.rows] = place.plan.planned.is_average
        return found

    def notes(self) -> dict[str, NDArray[np.intp]]:
        """Rows of which something is to be said, by note."""
        placed = ~np.isnan(self.monthly_cost)
        return {
            SIZED_FROM_AVERAGE_LOAD: np.flatnonzero(self.is_average & placed),
            IDLE_IS_SHARED: np.flatnonzero(placed),
        }

    def lines(self, row: int) -> pd.DataFrame:
        """Charges of one workload: its share of the nodes."""
        cost, list_cost = self.monthly_cost[row], self.list_cost[row]
        if np.isnan(cost) or cost == 0:
            return pd.DataFrame(columns=list(LINE_COLUMNS))
        region = self.fleet.values["region"][self.fleet.arrays["region"][row]]
        hours = self.options.month.hours
        cells = {
            "workload": self.fleet.workloads[row],
            "service": self.fleet.values["service"][0],
            "region": region,
            "meter": NODE_SHARE,
            "pricing_quantity": hours,
            "pricing_unit": "Hours",
            "list_unit_price": list_cost / hours,
            "list_cost": list_cost,
            "contracted_cost": list_cost,
            "effective_cost": cost,
        }
        return pd.DataFrame([cells]).reindex(columns=list(LINE_COLUMNS))

    def idle_costs(self) -> pd.DataFrame:
        """Cost of what stands idle, per region and account. [currency per month]."""
        hours = self.options.month.hours
        rows = [
            {
                "region": place.plan.region,
                "billing_account": place.account,
                "monthly_list_cost": place.plan.hourly_idle_cost * hours * place.per_list,
                "monthly_cost": place.plan.hourly_idle_cost * hours,
            }
            for place in self.places
            if place.plan.node_count
        ]
        columns = ["region", "billing_account", "monthly_list_cost", "monthly_cost"]
        return pd.DataFrame(rows, columns=columns)

    def _spread(self, values: Callable[[PlacePlan], Array]) -> Array:
        whole = np.full(len(self.fleet), np.nan)
        for place in self.places:
            whole[place.rows] = values(place)
        whole[self.reasons.any] = np.nan
        return whole

    def _flags_of(self, flag: Callable[[PlacePlan], bool]) -> NDArray[np.bool_]:
        found = np.zeros(len(self.fleet), dtype=bool)
        for place in self.places:
            found[place.rows] = flag(place)
        return found


def plan_scenario(
    fleet: Fleet,
    service: str,
    book: RateBook,
    options: Options,
    settings: PlanSettings | None = None,
) -> PlannedFleet:
    """Fleet on the nodes of one service, with a plan for each region and billing account.

    Parameters
    ----------
    fleet : Fleet
        Moved to the service; regions are those of its provider.
    service : str
        A service that plans nodes.
    book, options
        As for an estimate.
    settings : PlanSettings
        What every node has, and when to stop looking for better; nothing but its machine by default.
    """
    never = np.broadcast_to(np.float64(np.nan), len(fleet))
    fleet = replace(fleet, arrays={**fleet.arrays, "start_seconds": never, "end_seconds": never})
    reasons = _place_faults(fleet, service, book)
    region, account = fleet.arrays["region"], fleet.arrays["billing_account"]
    keys = pd.DataFrame({"region": region, "account": account})
    able = np.flatnonzero(~reasons.any)
    settings = settings or PlanSettings(seconds=SECONDS)
    places = []
    for own in keys.iloc[able].groupby(["region", "account"]).indices.values():
        rows = able[own]
        region_code, account_code = region[rows[0]], account[rows[0]]
        site = Site(book, options, service, fleet.values["region"][region_code], settings)
        try:
            plan = plan_fleet(take_rows(fleet, rows), site)
        except InvalidValueError as none:
            reasons.add(rows, f"unknown_rate: {none.message.rstrip('.')}")
            continue
        account_name = fleet.values["billing_account"][account_code]
        places.append(PlacePlan(plan, rows, account_name))
        for code, text in enumerate(plan.reasons.texts[1:], start=1):
            reasons.add(rows[np.flatnonzero(plan.reasons.codes == code)], text)
    return PlannedFleet(fleet, book, options, {}, reasons, {}, tuple(places))


def unused_on_nodes(places: Sequence[PlacePlan]) -> tuple[float, float]:
    """Shares of the vCPU and of the memory of nodes that no workload asks for; NaN without nodes."""
    asked, there = np.zeros(2), np.zeros(2)
    for place in places:
        pods, nodes = place.plan.pods, place.plan.nodes
        placed = pods[pods["reason"].isna()]
        asked += (placed[["vcpu", "memory_gib"]].mul(placed["pods"], axis=0)).sum().to_numpy(float)
        if len(nodes):
            sizes = nodes[["vcpu", "memory_gib"]].astype(float).mul(nodes["node_count"], axis=0)
            there += sizes.sum().to_numpy(float)
    share = np.where(there > 0, 1.0 - asked / np.where(there > 0, there, 1.0), np.nan)
    return float(share[0]), float(share[1])


def _place_faults(fleet: Fleet, service: str, book: RateBook) -> Reasons:
    """Why workloads have no place: cells of region and account, and regions that are not known."""
    reasons = Reasons(len(fleet))
    faulty = np.zeros(len(fleet), dtype=bool)
    for cell in fleet.faults:
        if cell.column in ("region", "billing_account"):
            reasons.add(cell.rows, cell.reason)
            faulty[cell.rows] = True
    region = fleet.arrays["region"]
    empty = np.flatnonzero((region == EMPTY) & ~faulty)
    reasons.add(empty, "required: region is empty")
    provider = service.split(".", 1)[0]
    known = book.regions.of_provider(provider)
    for code, name in enumerate(fleet.values["region"]):
        if name not in known:
            hint = did_you_mean(name, known) or f"{provider} has {len(known)} regions"
            rows = np.flatnonzero((region == code) & ~faulty)
            reasons.add(rows, f"unknown_region: {name!r} ({hint.rstrip('?')})")
    return reasons


def node_assumptions(priced: PlannedFleet) -> dict[str, str]:
    """What the plans of a scenario took for granted, by name, in words."""
    said: dict[str, str] = {}
    kept = ("nodes", "attribution", "no_boot_disk_priced", "gpu_nodes", "merged_shapes")
    for place in priced.places:
        said |= {name: text for name, text in place.plan.assumptions.items() if name in kept}
    if said:
        said[IDLE_IS_SHARED] = "a workload pays for what it asks for, the rest is shared"
    average = int((priced.is_average & ~np.isnan(priced.monthly_cost)).sum())
    if average:
        words = "average pods at once, rounded up for all alike together"
        said[f"sized_from_average_load.{priced.fleet.values['service'][0]}"] = (
            f"{words} ({average:,} workloads)"
        )
    return said
