"""Pools of nodes: the pods of one purchase option in one zone, packed and bounded.

On-demand and Spot pods have nodes of their own, and so has every zone. Zones that hold the same
pods are packed once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from wharfage.columns import PURCHASE_OPTIONS
from wharfage.nodes.knapsack import Knapsacks
from wharfage.nodes.linear_programs import FractionalKnapsacks, spread_over_machines
from wharfage.nodes.machines import Machines, Site
from wharfage.nodes.packing import pack, undominated
from wharfage.nodes.pods import ANY, CPU, DIMENSIONS, GPU, MEMORY, SLOTS, Pods, pods_of_groups
from wharfage.nodes.problem import (
    Flags,
    Floats,
    Ints,
    Packing,
    PackingProblem,
    PackingResult,
    most_per_node,
)
from wharfage.nodes.shapes import Shapes, merge_shapes
from wharfage.schedules.rounding import round_up
from wharfage.services.accelerators import NO_GPU

#: relative spread of cost per machine price up to which one bound serves for both
PROPORTIONAL = 1e-3


@dataclass(frozen=True)
class Pool:
    """Nodes of one purchase option in zones that hold the same pods.

    Attributes
    ----------
    machines : Machines
        Machine types of the pool.
    groups : array of int (g,)
        Groups of pods that are in it.
    shapes : Shapes
        The groups as they were packed.
    count : array of int (g,)
        Pods of each group in one zone.
    zones : int
        Zones with these pods.
    problem : PackingProblem
        What was packed, at the cost of nodes all told.
    result : PackingResult
        The plan of one zone.
    price_bound, cost_bound : float
        Least that machines alone, and nodes all told, can cost in one zone. [USD per hour]
    """

    machines: Machines
    groups: Ints
    shapes: Shapes
    count: Ints
    zones: int
    problem: PackingProblem
    result: PackingResult
    price_bound: float
    cost_bound: float

    @property
    def packing(self) -> Packing:
        """Nodes of one zone."""
        return self.result.packing

    def price_of(self, packing: Packing) -> float:
        """Machines alone, of a packing of the pool. [USD per hour]."""
        return float(packing.nodes @ self.machines.price[packing.machine])

    def unplaced(self) -> list[tuple[int, str]]:
        """Groups that fit on no machine, with the reason."""
        return unplaced_groups(self.groups, self.shapes, self.machines, self.result.unplaced_reason)


def unplaced_groups(
    groups: Ints, shapes: Shapes, machines: Machines, reasons: Sequence[str | None]
) -> list[tuple[int, str]]:
    """Groups whose cell fits on no machine, with the reason in full."""
    found = []
    for group, cell in zip(groups.tolist(), shapes.cell.tolist(), strict=True):
        why = reasons[cell]
        if why is not None:
            found.append((group, _because(why, machines)))
    return found


def _because(why: str, machines: Machines) -> str:
    if not len(machines):
        return machines.why_none
    if why.startswith("no "):
        return f"no_machine_type: {why} (of those with a price as {machines.option})"
    return f"too_large: its {why} is more than any machine that may run it leaves to pods"


def growth_cost(pool: Pool, load: Floats) -> float:
    """Least that so many more pods cost, once there are many: nodes all told. [USD per hour].

    Pods and nodes may be cut into pieces here, so that the number of pods does not matter.

    Parameters
    ----------
    pool : Pool
        Packed pods.
    load : array (g,)
        Pods of each group in one zone, not rounded up.
    """
    problem = pool.problem
    many = replace(problem, count=np.full_like(problem.count, ANY))
    most = most_per_node(many)
    groups = np.flatnonzero(most.any(axis=0) & (problem.count > 0))
    if not len(groups):
        return 0.0
    machines = undominated(problem.capacity, problem.price, most[:, groups])
    knapsacks = Knapsacks(
        problem.demand[groups], problem.capacity[machines], most[np.ix_(machines, groups)]
    )
    count, price = problem.count[groups], problem.price[machines]
    value, _ = spread_over_machines(knapsacks, FractionalKnapsacks(knapsacks), count, price)
    return float(value @ np.bincount(pool.shapes.cell, weights=load)[groups])


def list_pools(pods: Pods, site: Site, names: list[str | None]) -> list[Pool]:
    """Every pool of a fleet, packed.

    Parameters
    ----------
    pods : Pods
        Groups of pods.
    site : Site
        Where they run.
    names : list (k,)
        Machine type that each group asks for; None where any will do.
    """
    options = pods.traits["option"].to_numpy()
    dealt = deal_to_zones(pods, zone_count(pods, site))
    parts = []
    for option in np.unique(options):
        groups = np.flatnonzero(options == option)
        zones, number = np.unique(dealt[:, groups], axis=0, return_counts=True)
        parts += [(option, groups, count, int(n)) for count, n in zip(zones, number, strict=True)]
    seconds = site.settings.seconds / max(len(parts), 1)
    pools = []
    for option, groups, count, same_zones in parts:
        machines = site.machines(PURCHASE_OPTIONS[option])
        whole = unpacked(pods, groups, count, machines, site, names)
        pools.append(pack_pool(whole, same_zones, seconds))
        site.packed(len(pools), len(parts))
    return pools


@dataclass(frozen=True)
class Unpacked:
    """Groups of one pool as packing takes them: cells of `shapes` instead of groups.

    `problem` is what is packed, at the cost of nodes all told; `cheapest` is what bounds machines
    alone: the smallest pods of every cell, at the price of machines.
    """

    machines: Machines
    groups: Ints
    shapes: Shapes
    count: Ints
    problem: PackingProblem
    cheapest: PackingProblem


def unpacked(
    pods: Pods, groups: Ints, count: Ints, machines: Machines, site: Site, names: list[str | None]
) -> Unpacked:
    """Groups, merged where they are many, with the machines that may run them."""
    traits = pods.traits.iloc[groups]
    kinds = traits.drop(columns="option").assign(name=[names[group] or "" for group in groups])
    apart = kinds.groupby(list(kinds.columns)).ngroup().to_numpy()
    apart = np.column_stack([apart, pods.demand[groups][:, [SLOTS, GPU]]])
    _, apart = np.unique(apart, axis=0, return_inverse=True)
    shapes = merge_shapes(pods.demand[groups], apart.ravel())
    first = np.unique(shapes.cell, return_index=True)[1]
    total = np.bincount(shapes.cell, weights=count, minlength=len(first))
    may_run = may_run_on(traits.iloc[first], [names[g] for g in groups[first]], machines, site)
    used = _dimensions(pods.demand[groups])
    limit = traits["max_per_node"].to_numpy()[first]

    def problem(demand: Ints, price: Floats) -> PackingProblem:
        return PackingProblem(
            demand[:, used], total, machines.capacity[:, used], price, may_run, limit,
            tuple(DIMENSIONS[place] for place in used),
        )  # fmt: skip

    return Unpacked(
        machines,
        groups,
        shapes,
        count,
        problem(shapes.largest, machines.cost),
        problem(shapes.smallest, machines.price),
    )


def pack_pool(whole: Unpacked, zones: int, seconds: float) -> Pool:
    """Pack the pods of one pool, and bound what any plan of them costs."""
    machines, shapes = whole.machines, whole.shapes
    ratio = machines.price / machines.cost
    least, most = (ratio.min(), ratio.max()) if len(ratio) else (1.0, 1.0)
    is_proven = shapes.is_exact and most <= least * (1.0 + PROPORTIONAL)
    result = pack(whole.problem, seconds=seconds if is_proven else seconds / 2)
    cost_bound = result.lower_bound if shapes.is_exact else 0.0
    price_bound = cost_bound * least
    if not is_proven:
        other = pack(whole.cheapest, seconds=seconds / 2).lower_bound
        price_bound = max(price_bound, other)
        cost_bound = max(cost_bound, other / most)
    return Pool(
        machines, whole.groups, shapes, whole.count, zones, whole.problem, result,
        float(price_bound), float(cost_bound),
    )  # fmt: skip


def may_run_on(
    traits: pd.DataFrame, names: list[str | None], machines: Machines, site: Site
) -> Flags:
    """Whether each machine may run each group: architecture, GPU type, name."""
    gpu = traits["gpu_type"].to_numpy()[:, None]
    has_gpu = machines.of("gpu_type")[None, :] != NO_GPU
    allowed = traits["cpu_architecture"].to_numpy()[:, None] == machines.of("cpu_architecture")
    allowed &= np.where(
        gpu == NO_GPU, site.settings.share_gpu_nodes | ~has_gpu, gpu == machines.of("gpu_type")
    )
    named = np.array([name is not None for name in names], dtype=bool)
    wanted = np.array([name or "" for name in names], dtype=object)
    return np.asarray(allowed & (~named[:, None] | (wanted[:, None] == machines.names)))


def zone_count(pods: Pods, site: Site) -> int:
    """Zones of the plan: as asked, else as many as some workload must be spread over."""
    if site.settings.zones is not None:
        return int(site.settings.zones)
    return int(pods.traits["min_zones"].max()) if len(pods) else 1


def deal_to_zones(pods: Pods, zones: int) -> Ints:
    """Pods of each group in each zone, as evenly as whole pods allow: (zones, k).

    Where a workload must be spread, each of its parts is dealt out on its own.
    """
    total = pods_of_groups(pods)
    if zones == 1:
        return total[None, :]
    found = _dealt(np.where(pods.traits["min_zones"].to_numpy() > 1, 0, total), zones)
    spread = np.flatnonzero(pods.traits["min_zones"].to_numpy()[pods.group] > 1)
    own = _dealt(round_up(pods.load[spread], 1.0).astype(np.int64), zones)
    np.add.at(found.T, pods.group[spread], own.T)
    return found


def _dealt(count: Ints, zones: int) -> Ints:
    """Deal whole pods out to zones in turn; one goes on where the last ended."""
    each, rest = np.divmod(count, zones)
    start = np.cumsum(rest) - rest
    turn = (np.arange(zones)[:, None] - start[None, :]) % zones
    return np.asarray(each[None, :] + (turn < rest[None, :]), dtype=np.int64)


def _dimensions(demand: Ints) -> list[int]:
    """Dimensions that matter: CPU, memory and slots, and others that some pod asks for."""
    asked = np.flatnonzero(demand.any(axis=0)).tolist()
    return sorted({CPU, MEMORY, SLOTS, *asked})
