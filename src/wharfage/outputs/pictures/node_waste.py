"""Waste of a node plan: what pods ask for, what nodes leave to pods, and what nodes are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from wharfage.errors import UnpricedError
from wharfage.nodes.pods import CPU, MEMORY
from wharfage.outputs.pictures.components import grouped
from wharfage.outputs.pictures.theme import finished
from wharfage.outputs.pictures.waste import RESOURCES, percent, sized_bars
from wharfage.outputs.pictures.words import (
    check_top,
    rates_line,
    some,
)
from wharfage.units import MIB_PER_GIB, MILLICORES_PER_VCPU

if TYPE_CHECKING:
    from wharfage.nodes.node_plan import NodePlan

REQUESTED, ROOM, NODE = "requested", "room", "node"
STAGES = {
    REQUESTED: "pods ask for",
    ROOM: "free for pods",
    NODE: "kept by the system and DaemonSets",
}
DIMENSIONS = {"vcpu": (CPU, MILLICORES_PER_VCPU), "memory_gib": (MEMORY, MIB_PER_GIB)}


def waste(result: NodePlan, *, top: int = 20) -> Any:  # noqa: ANN401  a chart
    """Bars of the nodes of each machine type: what pods ask for, what is free, what is kept.

    Parameters
    ----------
    result : NodePlan
        All nodes; a plan over time counts every node that it ever has.
    top : int
        Machine types; all others are one bar of their own.

    Returns
    -------
    Chart
        vCPU and GiB of memory. Workloads that no node holds are named.
    """
    check_top(top)
    rows = node_sizes(result)
    if rows.empty:
        raise UnpricedError(
            f"There is nothing to draw: the plan has no nodes, and none of its {len(result.pods):,} workloads is on one.",
            hint="plan.unplaced says why.",
        )
    names = grouped(rows[f"{NODE}_vcpu"], top)
    order = list(dict.fromkeys(names.values()))
    rows = rows.groupby(rows.index.map(names)).sum().reindex(order)
    left_out = result.unplaced["workload"].astype(str).tolist()
    lines = [
        f"{result.node_count:,} nodes of {result.service} in {result.region}; " + _whole(rows),
        f"On no node: {some(left_out)}" if left_out else "",
        rates_line(result),
    ]
    title = "What pods ask for, and what their nodes are [vCPU and GiB]"
    return finished(sized_bars(rows, STAGES), title, lines)


def node_sizes(plan: NodePlan) -> pd.DataFrame:
    """Sizes of all nodes by machine type: requested, room for pods, nominal. [vCPU and GiB]."""
    nodes = plan.nodes
    if nodes.empty:
        return pd.DataFrame()
    room = _room(plan)
    label = (
        nodes["instance_type"].astype(str)
        + ", "
        + nodes["node_count"]
        .map("{:,} nodes".format)
        .str.replace("^1 nodes$", "1 node", regex=True)
    )
    label = label.where(
        nodes["purchase_option"] == "on_demand", label + ", " + nodes["purchase_option"]
    )
    columns: dict[str, Any] = {}
    for resource, share in (("vcpu", "cpu_utilization"), ("memory_gib", "memory_utilization")):
        keys = zip(nodes["instance_type"], nodes["purchase_option"], strict=True)
        there = np.array([room[resource].get(key, 0.0) for key in keys])
        used = there * np.nan_to_num(nodes[share].to_numpy(float))
        columns[f"{REQUESTED}_{resource}"] = used
        columns[f"{ROOM}_{resource}"] = there
        columns[f"{NODE}_{resource}"] = (nodes[resource] * nodes["node_count"]).to_numpy(float)
    # A type with several kinds of accelerator has a row for each.
    return pd.DataFrame(columns).groupby(label.to_numpy(), sort=False).sum()


def _room(plan: NodePlan) -> dict[str, dict[tuple[str, str], float]]:
    """What all nodes of a type leave to pods, by type and purchase option."""
    found: dict[str, dict[tuple[str, str], float]] = {name: {} for name in DIMENSIONS}
    for pool in plan.pools:
        at, option = pool.packing.machine, pool.machines.option
        count = pool.packing.nodes * pool.zones
        for resource, (dimension, unit) in DIMENSIONS.items():
            size = pool.machines.capacity[at, dimension] * count / unit
            own = found[resource]
            for name, value in zip(pool.machines.names[at], size, strict=True):
                own[(name, option)] = own.get((name, option), 0.0) + float(value)
    return found


def _whole(rows: pd.DataFrame) -> str:
    words = []
    for name, title in RESOURCES.items():
        paid, asked = rows[f"{NODE}_{name}"].sum(), rows[f"{REQUESTED}_{name}"].sum()
        share = percent(1.0 - asked / paid) if paid > 0 else "0 %"
        words.append(f"{share} of {title.split(' [')[0]}")
    return " and ".join(words) + " is asked for by no pod"
