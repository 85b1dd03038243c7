"""What the nodes of a plan cost, by the one billing rule there is: that of the service's own rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from wharfage.columns import COST_STATUSES, GPU_TYPES
from wharfage.engine.assemble import line_frame, status_codes
from wharfage.engine.estimate import price_fleet
from wharfage.engine.fleet import encode_fleet
from wharfage.engine.priced import PricedFleet
from wharfage.nodes.machines import Site
from wharfage.nodes.pods import CPU, GPU, MEMORY, SLOTS
from wharfage.nodes.pools import Pool
from wharfage.services import find_service
from wharfage.services.accelerators import NO_GPU

#: meters of the machine itself
MACHINE_METERS = ("instance_hours", "gpu_hours")
FEE_METER = "management_hours"
#: what pods use of nodes, by column of a demand
UTILIZATION = {
    "cpu_utilization": CPU,
    "memory_utilization": MEMORY,
    "pod_slot_utilization": SLOTS,
    "gpu_utilization": GPU,
}
NODE_COLUMNS = (
    "instance_type", "node_count", "purchase_option", "vcpu", "memory_gib", "gpu_type",
    "gpu_count", "pods", "hourly_price", "hourly_fee", "hourly_cost", "monthly_cost",
    *UTILIZATION, "cost_status",
)  # fmt: skip


@dataclass(frozen=True)
class NodeBill:
    """Bill of the nodes of a plan.

    Attributes
    ----------
    nodes : DataFrame
        One row per machine type and purchase option; the columns of ``NODE_COLUMNS``.
        Prices and fees are per node and hour; costs are of all nodes.
    priced : PricedFleet
        The same rows, as an estimate prices them.
    machine_cost : float
        Machines alone. [USD per month]
    """

    nodes: pd.DataFrame
    priced: PricedFleet | None
    machine_cost: float


def bill_nodes(site: Site, pools: Sequence[Pool], demand: np.ndarray) -> NodeBill:
    """Bill of all nodes of some pools.

    Parameters
    ----------
    site : Site
        Where they run.
    pools : sequence of Pool
        Packed pods.
    demand : array of int (k, 5)
        What one pod of each group asks for.
    """
    parts = [_kinds(site, pool, demand) for pool in pools]
    parts = [part for part in parts if len(part)]
    if not parts:
        return NodeBill(pd.DataFrame(columns=list(NODE_COLUMNS)), None, 0.0)
    kinds = pd.concat(parts, ignore_index=True)
    by = ["purchase_option", "instance_type", "gpu_type", "gpu_count", "is_attached"]
    rows = kinds.groupby(by, sort=False, as_index=False).agg(
        {name: "first" if name in ("vcpu", "memory_gib") else "sum" for name in kinds.columns if name not in by}
    )  # fmt: skip
    attached = {
        "gpu_type": np.where(rows["is_attached"], rows["gpu_type"], "none"),
        "gpu_count": np.where(rows["is_attached"], rows["gpu_count"], np.nan),
    }
    named = rows[["instance_type", "node_count", "purchase_option"]]
    priced = site.price_nodes(named.assign(**attached) if rows["is_attached"].any() else named)
    return _bill(site, rows, priced)


def cluster_cost(site: Site, zones: int) -> float:
    """Fee of the cluster that the nodes belong to, credits taken off. [USD per month].

    A cluster with nodes in several zones is a regional one, where that is a kind of its own.
    """
    cluster = find_service(site.service).cluster
    if cluster is None:
        return 0.0
    kind = {"cluster_type": "regional"} if "cluster_type" in cluster and zones > 1 else {}
    row = pd.DataFrame([{**cluster, **kind, "region": site.region}])
    return float(price_fleet(encode_fleet(row), site.book, site.options).monthly_cost[0])


def _kinds(site: Site, pool: Pool, demand: np.ndarray) -> pd.DataFrame:
    """One row per kind of node of a pool: numbers, and what pods use of all nodes of the kind."""
    packing, machines = pool.packing, pool.machines
    at = packing.machine
    nodes = packing.nodes * pool.zones
    # Merged shapes: what the pods of a cell ask for on average.
    cells = len(pool.shapes.largest)
    count = np.bincount(pool.shapes.cell, weights=pool.count, minlength=cells)
    own = demand[pool.groups]
    total = np.zeros((cells, own.shape[1]))
    np.add.at(total, pool.shapes.cell, own * pool.count[:, None])
    mean = total / np.maximum(count, 1)[:, None]
    used = (packing.pattern @ mean) * nodes[:, None]
    gpu_type = machines.of("gpu_type")[at].astype(np.int64)
    columns = {
        "instance_type": machines.names[at],
        "node_count": nodes,
        "purchase_option": machines.option,
        "vcpu": machines.of("vcpu")[at],
        "memory_gib": machines.of("memory_gib")[at],
        "gpu_type": np.array(GPU_TYPES, dtype=object)[gpu_type],
        "gpu_count": np.where(gpu_type == NO_GPU, 0, machines.of("gpu_count")[at]),
        "is_attached": site.is_attached(gpu_type),
        "pods": packing.pattern.sum(axis=1) * nodes,
    }
    for name, place in UTILIZATION.items():
        columns[name] = used[:, place]
        columns[f"room.{name}"] = machines.capacity[at, place] * nodes
    return pd.DataFrame(columns)


def _bill(site: Site, rows: pd.DataFrame, priced: PricedFleet) -> NodeBill:
    hours, number = site.options.month.hours, rows["node_count"].to_numpy()
    lines = line_frame(priced)
    place = lines["workload"].astype(int).to_numpy() - 1

    def cost_of(*meters: str) -> np.ndarray:
        wanted = lines["meter"].isin(meters).to_numpy()
        return np.bincount(
            place[wanted], weights=lines["effective_cost"].to_numpy()[wanted], minlength=len(rows)
        )

    machine = cost_of(*MACHINE_METERS)
    monthly = priced.monthly_cost + site.settings.node_fee * number * hours
    columns = {
        "hourly_price": machine / hours / number,
        "hourly_fee": cost_of(FEE_METER) / hours / number,
        "hourly_cost": monthly / hours,
        "monthly_cost": monthly,
        "cost_status": np.array(COST_STATUSES, dtype=object)[status_codes(priced)],
    }
    for name in UTILIZATION:
        room = rows[f"room.{name}"].to_numpy()
        columns[name] = np.where(room > 0, rows[name] / np.where(room > 0, room, 1), np.nan)
    whole = rows.assign(**columns).sort_values("monthly_cost", ascending=False, ignore_index=True)
    return NodeBill(whole[list(NODE_COLUMNS)], priced, float(machine.sum()))
