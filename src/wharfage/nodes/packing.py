"""Pods onto machine types at least cost, with a proof of how near the least the plan is.

Column generation gives the bound and the patterns; whole nodes come from rounding the fractions
and from an integer program over the patterns. The cheapest packing is taken, the baselines among
them.
"""

from __future__ import annotations

import time

import numpy as np

from wharfage.nodes.column_generation import Bound, generate_columns
from wharfage.nodes.diving import dive
from wharfage.nodes.first_fit import (
    as_packing,
    best_single_type,
    cheapest_per_vcpu,
    first_fit_decreasing,
    joined,
)
from wharfage.nodes.knapsack import Knapsacks
from wharfage.nodes.linear_programs import (
    FractionalKnapsacks,
    PatternProgram,
    spread_over_machines,
)
from wharfage.nodes.problem import (
    Floats,
    Ints,
    Packing,
    PackingProblem,
    PackingResult,
    most_per_node,
    unplaced_reasons,
)
from wharfage.nodes.rounding import cheapest_machines, without_surplus

#: most rounds of column generation
ROUNDS = 100
#: shares of the time after which the search for patterns, and the dive to whole nodes, must end
BOUND_SHARE, DIVE_SHARE = 0.5, 0.8


def pack(problem: PackingProblem, *, seconds: float = 10.0) -> PackingResult:
    """Choose machine types and node counts for pods, and bound what any choice costs.

    Parameters
    ----------
    problem : PackingProblem
        Groups of identical pods, and machine types.
    seconds : float
        When to stop looking for better. A safety: limits on rounds come first, so a problem that
        ends earlier has the same plan on every run.

    Returns
    -------
    PackingResult
        Plan, bound, gap and baselines. Pods that fit on no machine type are left out of all of
        them, and told apart in `unplaced`.

    Raises
    ------
    MissingExtraError
        If HiGHS is not installed.

    Examples
    --------
    >>> two = PackingProblem(
    ...     [[2], [3]], [2, 2], [[5], [6]], [1.0, 1.3], np.ones((2, 2)), [9, 9], ("cpu",)
    ... )
    >>> found = pack(two)
    >>> found.packing.pattern.tolist(), found.packing.nodes.tolist(), found.packing.cost
    ([[1, 1]], [2], 2.0)
    """
    deadline = time.monotonic() + seconds
    most = most_per_node(problem)
    count = np.where(most.any(axis=0), problem.count, 0)
    baselines = {
        "first_fit_decreasing_best_single_type": best_single_type(problem, count),
        "cheapest_per_vcpu_greedy": cheapest_per_vcpu(problem, count),
    }
    plans, bound = _plans(problem, count, most, deadline)
    best = min([*plans, *baselines.values()], key=lambda plan: plan.cost)
    lower = min(bound.lower, best.cost)
    return PackingResult(
        packing=best,
        unplaced=problem.count - count,
        unplaced_reason=unplaced_reasons(problem),
        lower_bound=lower,
        resource_bound=min(bound.resource, lower),
        gap=best.cost / lower - 1.0 if lower > 0.0 else 0.0,
        baselines=baselines,
        iterations=bound.iterations,
    )


def undominated(capacity: Ints, price: Floats, most: Ints) -> Ints:
    """Machine types worth considering: some pod fits, and none is as good in all and no dearer.

    Parameters
    ----------
    capacity : array of int (m, d)
    price : array (m,)
    most : array of int (m, k)
        Most pods of each group on one node.

    Returns
    -------
    array of int
        Rows of `capacity`, ascending.

    Examples
    --------
    >>> capacity, price = np.array([[4], [8], [3]]), np.array([1.0, 2.0, 1.0])
    >>> undominated(capacity, price, np.array([[4], [8], [3]]))
    array([0, 1])
    """
    useful = np.flatnonzero(most.any(axis=1))
    kept = np.zeros(0, np.int64)
    for machine in useful[np.lexsort((-capacity[useful].sum(axis=1), price[useful]))]:
        as_large = (capacity[kept] >= capacity[machine]).all(axis=1)
        if not (as_large & (most[kept] >= most[machine]).all(axis=1)).any():
            kept = np.append(kept, machine)
    return np.sort(kept)


def _plans(
    problem: PackingProblem, count: Ints, most: Ints, deadline: float
) -> tuple[list[Packing], Bound]:
    """Give packings of the pods that fit somewhere, and the bound on all of them."""
    groups = np.flatnonzero(count)
    if not len(groups):
        return [], Bound(0.0, 0.0, 0)
    machines = undominated(problem.capacity, problem.price, most[:, groups])
    core = PackingProblem(
        problem.demand[groups],
        count[groups],
        problem.capacity[machines],
        problem.price[machines],
        problem.may_run[np.ix_(groups, machines)],
        problem.max_per_node[groups],
        problem.dimensions,
    )
    knapsacks = Knapsacks(core.demand, core.capacity, most[np.ix_(machines, groups)])
    plans, bound = _core_plans(core, knapsacks, deadline)
    whole = []
    for plan in plans:
        pattern = np.zeros((len(plan.nodes), len(count)), np.int64)
        pattern[:, groups] = plan.pattern
        whole.append(as_packing(problem, machines[plan.machine], pattern, plan.nodes))
    return whole, bound


def _core_plans(
    core: PackingProblem, knapsacks: Knapsacks, deadline: float
) -> tuple[list[Packing], Bound]:
    """Give packings and bound of pods that all fit on machine types that all are of use."""
    started = time.monotonic()

    def at(share: float) -> float:
        return started + share * (deadline - started)

    fractional = FractionalKnapsacks(knapsacks)
    value, pods = spread_over_machines(knapsacks, fractional, core.count, core.price)
    spread = _first_fit_of_spread(core, pods)
    program = PatternProgram(core.count)
    program.add(core.price[spread.machine], spread.machine, spread.pattern)
    bound = generate_columns(
        program, knapsacks, fractional, core.price, value, rounds=ROUNDS, deadline=at(BOUND_SHARE)
    )
    machine, pattern, more = dive(program, knapsacks, core.price, deadline=at(DIVE_SHARE))
    rounded = np.concatenate([np.zeros(len(program.price), np.int64), more])
    program.add(core.price[machine], machine, pattern)
    whole = program.solve_whole(rounded, seconds=max(deadline - time.monotonic(), 0.0))
    first = np.zeros_like(whole)
    first[: len(spread.nodes)] = spread.nodes
    kinds = (first, rounded, whole)
    return [_trimmed(core, knapsacks, program.pattern, nodes) for nodes in kinds], bound


def _first_fit_of_spread(core: PackingProblem, pods: Floats) -> Packing:
    """Give the spread of pods over machine types in whole pods and nodes."""
    # Rounding the running sum keeps the number of each group.
    share = np.cumsum(pods, axis=0) / np.maximum(pods.sum(axis=0), np.finfo(np.float64).tiny)
    upto = np.rint(share * core.count).astype(np.int64)
    upto[-1] = core.count
    parts = np.diff(upto, axis=0, prepend=0)
    return joined(
        core,
        [
            first_fit_decreasing(core, machine, parts[machine])
            for machine in np.flatnonzero(parts.any(axis=1)).tolist()
        ],
    )


def _trimmed(core: PackingProblem, knapsacks: Knapsacks, pattern: Ints, nodes: Ints) -> Packing:
    """Take out surplus pods, and put what each node then holds on the cheapest machine type."""
    pattern, nodes = without_surplus(pattern, nodes, core.count)
    machine = cheapest_machines(knapsacks, core.price, pattern)
    return as_packing(core, machine, pattern, nodes)
