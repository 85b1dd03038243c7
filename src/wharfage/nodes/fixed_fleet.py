"""A fixed fleet that holds the pods of every step, though each step has other pods."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from wharfage.nodes.machines import Machines, Site
from wharfage.nodes.pods import Pods
from wharfage.nodes.pools import Pool, Unpacked, pack_pool, unpacked
from wharfage.nodes.problem import Ints, PackingProblem


def fixed_fleet(
    pods: Pods,
    groups: Ints,
    steps: Sequence[Ints],
    machines: Machines,
    site: Site,
    names: list[str | None],
) -> list[Pool]:
    """Pools that together hold each of the steps, its pods placed anew.

    Parameters
    ----------
    pods, groups
        Groups of pods, and those of one purchase option.
    steps : sequence of array of int (g,)
        Pods of each group; the first step has nodes of its own, the next only what it lacks.
    machines, site, names
        Machines to choose from, where, and those asked for by name.

    Returns
    -------
    list of Pool
    """
    pools: list[Pool] = []
    whole: Unpacked | None = None
    for step in steps:
        rest = step
        if whole is not None:
            machine = np.concatenate([pool.packing.machine for pool in pools])
            nodes = np.concatenate([pool.packing.nodes for pool in pools])
            rest = _missing_pods(whole, machine, nodes, step)
        if not rest.any():
            continue
        part = unpacked(pods, groups, rest, machines, site, names)
        whole = part if whole is None else whole
        pools.append(pack_pool(part, 1, site.settings.seconds))
    return pools


def left_over(problem: PackingProblem, machine: Ints, nodes: Ints, count: Ints) -> Ints:
    """Pods that first-fit decreasing cannot place on nodes that are there.

    Parameters
    ----------
    problem : PackingProblem
        Groups and machine types; its own counts are not read.
    machine, nodes : array of int (p,)
        Machine type and number of the nodes.
    count : array of int (k,)
        Pods of each group.

    Returns
    -------
    array of int (k,)

    Examples
    --------
    >>> one = PackingProblem([[3]], [9], [[7]], [1.0], [[True]], [9])
    >>> left_over(one, np.array([0]), np.array([2]), np.array([5]))
    array([1])
    """
    room, nodes = problem.capacity[machine], nodes.copy()
    rest = np.zeros_like(count)
    # Largest first, by the share of the largest node there is; the fullest nodes first.
    share = (problem.demand / np.maximum(problem.capacity.max(axis=0), 1)).max(axis=1)
    used = np.flatnonzero(count)
    for group in used[np.argsort(-share[used], kind="stable")]:
        demand = problem.demand[group]
        asked = demand > 0
        fit = (room[:, asked] // demand[asked]).min(axis=1, initial=problem.max_per_node[group])
        fit = np.where(problem.may_run[group, machine], np.minimum(fit, count[group]), 0)
        order = np.lexsort((room[:, 0], fit == 0))
        room, nodes, machine, fit = room[order], nodes[order], machine[order], fit[order]
        before = np.cumsum(fit * nodes) - fit * nodes
        taken = np.clip(count[group] - before, 0, fit * nodes)
        rest[group] = count[group] - taken.sum()
        full, part = np.divmod(taken, np.maximum(fit, 1))
        some = (part > 0).astype(np.int64)
        number = np.stack([full, some, nodes - full - some], axis=1).ravel()
        pods = np.stack([fit, part, np.zeros_like(fit)], axis=1).ravel()
        kind = np.repeat(np.arange(len(nodes)), 3)[number > 0]
        room = room[kind] - pods[number > 0][:, None] * demand
        machine, nodes = machine[kind], number[number > 0]
    return rest


def _missing_pods(whole: Unpacked, machine: Ints, nodes: Ints, step: Ints) -> Ints:
    """Pods of each group of a step without a place; of a cell, those of its last groups."""
    cell = whole.shapes.cell
    by_cell = np.bincount(cell, weights=step, minlength=len(whole.shapes.largest)).astype(np.int64)
    rest = left_over(whole.problem, machine, nodes, by_cell)
    order = np.argsort(cell, kind="stable")
    upto = np.cumsum(step[order])
    before = upto - step[order]
    opened = np.searchsorted(cell[order], cell[order])
    before = before - before[opened]
    missing = np.zeros_like(step)
    missing[order] = np.clip(rest[cell[order]] - before, 0, step[order])
    return missing
