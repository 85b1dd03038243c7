"""First-fit packings: what simpler rules would buy, the baselines of every plan.

Identical pods and identical nodes are handled together, so the work grows with the number of
groups, not of pods; the packing is that of first-fit decreasing one pod at a time.
"""

from __future__ import annotations

import numpy as np

from wharfage.nodes.problem import Flags, Floats, Ints, Packing, PackingProblem, most_per_node

#: the dimension that a price per vCPU is taken over
VCPU = 0


def first_fit_decreasing(problem: PackingProblem, machine: int, count: Ints) -> Packing:
    """Put pods on nodes of one machine type, the largest first, each on the first node with room.

    Parameters
    ----------
    problem : PackingProblem
    machine : int
        Machine type, which can run every group that has pods.
    count : array of int (k,)
        Pods of each group to place.

    Returns
    -------
    Packing

    Examples
    --------
    >>> two = PackingProblem([[4], [3]], [2, 2], [[7]], [1.0], [[True], [True]], [9, 9])
    >>> found = first_fit_decreasing(two, 0, two.count)
    >>> found.pattern.tolist(), found.nodes.tolist(), found.cost
    ([[1, 1]], [2], 2.0)
    """
    capacity = problem.capacity[machine]
    most = most_per_node(problem)[machine]
    share = (problem.demand / np.maximum(capacity, 1)).max(axis=1)
    order = np.argsort(-share, kind="stable")
    order = order[count[order] > 0]
    room = np.zeros((0, len(capacity)), np.int64)
    pattern = np.zeros((0, len(count)), np.int64)
    nodes = np.zeros(0, np.int64)
    for group in order:
        demand = problem.demand[group]
        # As many new nodes as there are pods: those that get none are never bought.
        room = np.vstack([room, capacity])
        pattern = np.vstack([pattern, np.zeros_like(count)])
        nodes = np.append(nodes, count[group])
        fit = np.minimum(_fit(room, demand), most[group])
        before = np.cumsum(fit * nodes) - fit * nodes
        taken = np.clip(count[group] - before, 0, fit * nodes)
        full, rest = np.divmod(taken, np.maximum(fit, 1))
        part = (rest > 0).astype(np.int64)
        idle = nodes - full - part
        idle[-1] = 0
        # Nodes filled up, then one filled in part, then those that got nothing, in their order.
        number = np.stack([full, part, idle], axis=1).ravel()
        pods = np.stack([fit, rest, np.zeros_like(fit)], axis=1).ravel()[number > 0]
        kind = np.repeat(np.arange(len(nodes)), 3)[number > 0]
        nodes = number[number > 0]
        room = room[kind] - pods[:, None] * demand
        pattern = pattern[kind]
        pattern[:, group] = pods
    return as_packing(problem, np.full(len(nodes), machine), pattern, nodes)


def best_single_type(problem: PackingProblem, count: Ints) -> Packing:
    """First-fit decreasing on the machine type for which it costs least.

    Groups that may not run on the same machine types (GPU, architecture) get a type of their own;
    so do pods that the type of most others cannot hold.
    """
    _, node_pool = np.unique(problem.may_run, axis=0, return_inverse=True)
    parts = []
    for pool in range(int(node_pool.max(initial=-1)) + 1):
        left = np.where(node_pool.ravel() == pool, count, 0)
        while left.any():
            part = _cheapest_first_fit(problem, left)
            parts.append(part)
            left = left - part.pods()
    return joined(problem, parts)


def cheapest_per_vcpu(problem: PackingProblem, count: Ints) -> Packing:
    """First-fit decreasing with each group on the type that has the cheapest vCPU and holds it."""
    rate = problem.price / np.maximum(problem.capacity[:, VCPU], 1)
    held = most_per_node(problem) > 0
    choice = np.full(len(count), -1)
    placed = np.flatnonzero(count)
    if len(placed):
        choice[placed] = np.where(held[:, placed], rate[:, None], np.inf).argmin(axis=0)
    return joined(
        problem,
        [
            first_fit_decreasing(problem, machine, np.where(choice == machine, count, 0))
            for machine in np.unique(choice[placed])
        ],
    )


def as_packing(problem: PackingProblem, machine: Ints, pattern: Ints, nodes: Ints) -> Packing:
    """Give a packing with its cost, equal kinds of node together, in the order of machine types."""
    kept = nodes > 0
    rows = np.column_stack([machine[kept], pattern[kept]]).astype(np.int64)
    kinds, place = np.unique(rows, axis=0, return_inverse=True)
    number = np.bincount(place.ravel(), weights=nodes[kept], minlength=len(kinds)).astype(np.int64)
    return Packing(kinds[:, 0], kinds[:, 1:], number, float(number @ problem.price[kinds[:, 0]]))


def joined(problem: PackingProblem, parts: list[Packing]) -> Packing:
    """Give several packings of one problem as one."""
    none = np.zeros(0, np.int64)
    return as_packing(
        problem,
        np.concatenate([none, *(part.machine for part in parts)]),
        np.concatenate([np.zeros((0, len(problem.count)), np.int64), *(p.pattern for p in parts)]),
        np.concatenate([none, *(part.nodes for part in parts)]),
    )


def _cheapest_first_fit(problem: PackingProblem, count: Ints) -> Packing:
    """First-fit decreasing on the best of the types that can hold the most groups."""
    held: Flags = (most_per_node(problem) > 0) & (count > 0)
    groups = held.sum(axis=1)
    able = np.flatnonzero(groups == groups.max())
    load = np.where(held, count, 0) @ problem.demand
    filled = np.ceil(load / np.maximum(problem.capacity, 1)).max(axis=1)
    least: Floats = problem.price * np.maximum(filled, 1.0)
    best: Packing | None = None
    for machine in able[np.argsort(least[able], kind="stable")]:
        if best is not None and least[machine] >= best.cost:
            break
        found = first_fit_decreasing(problem, machine, np.where(held[machine], count, 0))
        if best is None or found.cost < best.cost:
            best = found
    if best is None:
        return joined(problem, [])
    return best


def _fit(room: Ints, demand: Ints) -> Ints:
    """How many pods of one demand fit in each room."""
    asked = demand > 0
    fit = room[:, asked] // demand[asked]
    return np.asarray(fit.min(axis=1, initial=np.iinfo(np.int32).max), np.int64)
