"""The result of a plan: nodes, what they cost and leave idle, who pays, and how good it is."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from wharfage.engine.fleet import Fleet
from wharfage.engine.reasons import Reasons
from wharfage.nodes.attribution import pod_costs
from wharfage.nodes.machines import Site
from wharfage.nodes.node_bill import NodeBill, bill_nodes, cluster_cost
from wharfage.nodes.pods import Pods, pods_of_groups
from wharfage.nodes.pools import Pool, growth_cost, zone_count
from wharfage.nodes.problem import Floats
from wharfage.services.demand import SIZED_FROM_AVERAGE_LOAD

if TYPE_CHECKING:
    from wharfage.nodes.over_time import NodesOverTime


@dataclass(frozen=True)
class NodePlan:
    """Nodes for a fleet of pods, with their cost and a proof of how good the choice is.

    Costs are in the currency of the rate tables; an hour is one of the month that was priced.
    """

    site: Site
    fleet: Fleet
    planned: Pods
    pools: tuple[Pool, ...]
    over_time: NodesOverTime | None = None
    left_out: tuple[str, ...] = ()

    @property
    def service(self) -> str:
        """Service that the nodes belong to."""
        return self.site.service

    @property
    def region(self) -> str:
        """Region of the nodes."""
        return self.site.region

    @property
    def on(self) -> dt.date:
        """Date whose rates and rules were used."""
        return self.site.options.on

    @property
    def month(self) -> str:
        """Month that was priced, as given."""
        return self.site.options.month.text

    @property
    def rate_book_digest(self) -> str:
        """Digest of the rate book."""
        return self.site.book.digest

    @cached_property
    def zones(self) -> int:
        """Zones that the nodes are in."""
        return zone_count(self.planned, self.site)

    @cached_property
    def bill(self) -> NodeBill:
        """Bill of the nodes."""
        return bill_nodes(self.site, self.pools, self.planned.demand)

    @property
    def nodes(self) -> pd.DataFrame:
        """One row per machine type and purchase option: count, price, fee, cost, utilization.

        Prices and fees are per node and hour, costs of all nodes. Utilization is the share of
        what nodes leave to pods, DaemonSets taken off; NaN where they leave none.
        """
        return self.bill.nodes

    @cached_property
    def node_count(self) -> int:
        """Nodes in all."""
        return int(sum(pool.packing.nodes.sum() * pool.zones for pool in self.pools))

    @cached_property
    def pods(self) -> pd.DataFrame:
        """One row per workload in input order: its pods, its part of the cost, or the reason.

        `hourly_cost` and `monthly_cost` are for what it asks for; `monthly_idle_cost` is its part
        of the idle capacity, in proportion. The cluster fee belongs to no pod. In a plan over
        time these are averages over all of it, on nodes that an autoscaler adds and removes.
        """
        hourly, idle = self.attributed
        hours = self.site.options.month.hours
        return pd.DataFrame(
            {
                "workload": self.fleet.workloads,
                "pods": self.planned.replicas,
                "vcpu": self.planned.requested[:, 0],
                "memory_gib": self.planned.requested[:, 1],
                "hourly_cost": hourly,
                "monthly_cost": hourly * hours,
                "monthly_idle_cost": idle * hours,
                "assumptions": np.array([None, SIZED_FROM_AVERAGE_LOAD])[
                    self.planned.is_average.astype(int)
                ],
                "reason": self.reasons.text(),
            }
        )

    @cached_property
    def unplaced(self) -> pd.DataFrame:
        """Workloads that no node of the plan holds: workload, pods and the reason."""
        found = self.pods[self.reasons.any]
        return found[["workload", "pods", "vcpu", "memory_gib", "reason"]].reset_index(drop=True)

    @cached_property
    def reasons(self) -> Reasons:
        """Why workloads are not in the plan."""
        reasons = Reasons(len(self.fleet))
        for row, text in zip(*self._refused, strict=True):
            reasons.add(row, text)
        return reasons

    @cached_property
    def _refused(self) -> tuple[list[np.ndarray], list[str]]:
        own = self.planned.reasons
        rows = [np.flatnonzero(own.codes == code) for code in range(1, len(own.texts))]
        texts = own.texts[1:]
        by_text: dict[str, set[int]] = {}
        found = [pair for pool in self.pools for pair in pool.unplaced()]
        for group, why in found if self.over_time is None else self.over_time.unplaced:
            by_text.setdefault(why, set()).add(group)
        for why, groups in by_text.items():
            members = np.isin(self.planned.group, list(groups))
            rows.append(np.unique(self.planned.row[members]))
            texts = [*texts, why]
        return rows, texts

    @cached_property
    def attributed(self) -> tuple[Floats, Floats]:
        """Cost of each workload and its part of what stands idle (n,). [USD per hour]."""
        if self.over_time is not None:
            hourly, idle = (
                np.where(self.reasons.any, np.nan, part) for part in self.over_time.attributed
            )
            return hourly, idle
        each = np.full(len(self.planned), np.nan)
        pods = self.planned
        placed = np.zeros(len(pods), dtype=bool)
        for pool in self.pools:
            cost = pod_costs(pool, pods.demand)
            known = ~np.isnan(cost)
            # Zones that hold other numbers of pods have other nodes: the mean over their pods.
            where, weight = pool.groups[known], pool.count[known] * pool.zones
            before = np.where(placed[where], each[where], 0.0)
            each[where] = before + cost[known] * weight
            placed[where] = True
        total = np.zeros(len(pods))
        for pool in self.pools:
            np.add.at(total, pool.groups, pool.count * pool.zones)
        each = each / np.where(total > 0, total, 1.0)
        each[total == 0] = 0.0
        hourly = np.zeros(len(self.fleet))
        np.add.at(hourly, pods.row, np.nan_to_num(each)[pods.group] * pods.load)
        hourly[self.reasons.any] = np.nan
        used = np.nansum(hourly)
        share = hourly / used if used > 0 else hourly
        return hourly, share * max(self.hourly_nodes_cost - used, 0.0)

    @cached_property
    def hourly_idle_cost(self) -> float:
        """Cost of what no pod asks for on the nodes. [USD per hour]."""
        return max(self.hourly_nodes_cost - float(np.nansum(self.attributed[0])), 0.0)

    @cached_property
    def hourly_node_cost(self) -> float:
        """Machines alone: no fees, disks or addresses. [USD per hour]."""
        return self.bill.machine_cost / self.site.options.month.hours

    @cached_property
    def hourly_nodes_cost(self) -> float:
        """Nodes with fees, disks and addresses, without the cluster. [USD per hour]."""
        return float(self.nodes["hourly_cost"].sum()) if len(self.nodes) else 0.0

    @cached_property
    def hourly_cluster_cost(self) -> float:
        """Fee of the cluster, credits taken off; 0 without nodes. [USD per hour]."""
        if not self.node_count:
            return 0.0
        return cluster_cost(self.site, self.zones) / self.site.options.month.hours

    @property
    def hourly_cost(self) -> float:
        """Everything: nodes, fees, disks, addresses, cluster. [USD per hour]."""
        return self.hourly_nodes_cost + self.hourly_cluster_cost

    @property
    def monthly_cost(self) -> float:
        """Everything, over the month. [USD per month]."""
        return self.hourly_cost * self.site.options.month.hours

    @cached_property
    def lower_bound(self) -> float:
        """No plan of the placed pods has machines for less. [USD per hour]."""
        if self.over_time is not None:
            return self.over_time.peak_bound
        return float(sum(pool.price_bound * pool.zones for pool in self.pools))

    @cached_property
    def cost_lower_bound(self) -> float:
        """No plan of the placed pods has nodes, fees and disks included, for less. [USD per hour]."""
        return float(sum(pool.cost_bound * pool.zones for pool in self.pools))

    @cached_property
    def growth_cost(self) -> float:
        """Least that the same pods once more cost in a fleet of many, no cluster. [USD per hour]."""
        pods = self.planned
        load = np.bincount(pods.group, weights=pods.load, minlength=len(pods))
        part = load / np.maximum(pods_of_groups(pods), 1)
        return float(sum(growth_cost(p, p.count * part[p.groups]) * p.zones for p in self.pools))

    @property
    def gap(self) -> float:
        """Machines of the plan over the bound, less 1."""
        return self.hourly_node_cost / self.lower_bound - 1.0 if self.lower_bound > 0 else 0.0

    @cached_property
    def baselines(self) -> pd.DataFrame:
        """What simpler rules would buy: nodes, cost, and what that is above the plan.

        `hourly_node_cost` is machines alone, `hourly_cost` with fees, disks and addresses but
        without the cluster; `excess` is the latter over the plan's, less 1.
        """
        found = []
        for name in next((list(pool.result.baselines) for pool in self.pools), []):
            parts = [(pool, pool.result.baselines[name]) for pool in self.pools]
            cost = sum(part.cost * pool.zones for pool, part in parts)
            found.append(
                {
                    "baseline": name,
                    "node_count": int(sum(p.nodes.sum() * pool.zones for pool, p in parts)),
                    "hourly_node_cost": sum(pool.price_of(p) * pool.zones for pool, p in parts),
                    "hourly_cost": cost,
                    "excess": cost / self.hourly_nodes_cost - 1.0 if self.node_count else 0.0,
                }
            )
        columns = ["baseline", "node_count", "hourly_node_cost", "hourly_cost", "excess"]
        return pd.DataFrame(found, columns=columns)

    @cached_property
    def assumptions(self) -> dict[str, str]:
        """Everything that was taken for granted, by name, in words."""
        from wharfage.nodes.plan_assumptions import plan_assumptions  # noqa: PLC0415  it reads this

        return plan_assumptions(self)

    def __repr__(self) -> str:
        """Short description."""
        return (
            f"<NodePlan of {len(self.fleet):,} workloads on {self.node_count:,} nodes of"
            f" {self.service} in {self.region}: {self.hourly_cost:.4f} per hour, gap {self.gap:.2%}>"
        )
