"""Packing on random fleets: feasible, bounded from below, never costlier than the baselines."""

from __future__ import annotations

import itertools
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wharfage.nodes.packing import pack
from wharfage.nodes.problem import PackingProblem, most_per_node, packing_faults


@st.composite
def problems(draw: st.DrawFn, *, groups: int, pods: int, types: int) -> PackingProblem:
    """Draw a problem: any demands, prices and permissions."""
    k, m, d = draw(st.integers(1, groups)), draw(st.integers(1, types)), draw(st.integers(1, 3))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    size = draw(st.sampled_from([6, 60, 100_000]))
    return PackingProblem(
        rng.integers(0, size, (k, d)),
        rng.integers(0, pods + 1, k),
        rng.integers(0, 3 * size, (m, d)),
        rng.integers(1, 50, m) / 16.0,
        rng.random((k, m)) < draw(st.sampled_from([0.5, 1.0])),
        rng.choice([1, 2, 1000], k),
    )


def least_cost(problem: PackingProblem) -> float:
    """Give the cost of the best packing, found by trying all of them."""
    most = most_per_node(problem)
    count = np.where(most.any(axis=0), problem.count, 0)
    price: dict[tuple[int, ...], float] = {}
    for machine, limits in enumerate(most):
        for pattern in itertools.product(*(range(limit + 1) for limit in limits)):
            fits = (pattern @ problem.demand <= problem.capacity[machine]).all()
            if fits and any(pattern):
                least = min(price.get(pattern, np.inf), float(problem.price[machine]))
                price[pattern] = least

    @cache
    def cost(left: tuple[int, ...]) -> float:
        if not any(left):
            return 0.0
        rests = (
            (tuple(have - put for have, put in zip(left, pattern, strict=True)), node)
            for pattern, node in price.items()
        )
        return min((node + cost(rest) for rest, node in rests if min(rest) >= 0), default=np.inf)

    return cost(tuple(int(pods) for pods in count))


@settings(max_examples=60, deadline=None)
@given(problems(groups=12, pods=40, types=8))
def test_plans_are_feasible_bounded_and_no_costlier_than_baselines(
    problem: PackingProblem,
) -> None:
    """Every pod is placed as it must be, at no more than the baselines and no less than the bound."""
    found = pack(problem)
    assert packing_faults(problem, found.packing, found.unplaced) == []
    assert found.resource_bound <= found.lower_bound <= found.packing.cost
    for baseline in found.baselines.values():
        assert packing_faults(problem, baseline, found.unplaced) == []
        assert found.packing.cost <= baseline.cost


@settings(max_examples=60, deadline=None)
@given(problems(groups=3, pods=3, types=3))
def test_bound_and_plan_enclose_the_best(problem: PackingProblem) -> None:
    """The cost of the best plan of all lies between the bound and the plan."""
    best = least_cost(problem)
    found = pack(problem)
    assert found.lower_bound <= best * (1.0 + 1e-12)
    assert found.packing.cost >= best * (1.0 - 1e-12)


@settings(max_examples=40, deadline=None)
@given(problems(groups=3, pods=3, types=3))
def test_small_fleets_are_packed_at_nearly_the_best_cost(problem: PackingProblem) -> None:
    """On fleets of a few pods the plan is within a third of the best plan of all."""
    assert pack(problem).packing.cost <= least_cost(problem) * (4.0 / 3.0) + 1e-9


@settings(max_examples=40, deadline=None)
@given(problems(groups=8, pods=20, types=6))
def test_unplaced_pods_fit_nowhere(problem: PackingProblem) -> None:
    """Pods are left out if and only if no machine type holds one, and then all of the group."""
    found = pack(problem)
    nowhere = ~most_per_node(problem).any(axis=0)
    assert found.unplaced.tolist() == np.where(nowhere, problem.count, 0).tolist()
    reasons = [reason is not None for reason in found.unplaced_reason]
    assert reasons == (nowhere & (problem.count > 0)).tolist()


@settings(max_examples=30, deadline=None)
@given(problems(groups=6, pods=20, types=5), st.integers(2, 50))
def test_bound_grows_with_the_fleet(problem: PackingProblem, times: int) -> None:
    """So many times the pods cost at most so many times the plan."""
    more = PackingProblem(
        problem.demand,
        problem.count * times,
        problem.capacity,
        problem.price,
        problem.may_run,
        problem.max_per_node,
    )
    assert pack(more).lower_bound <= pack(problem).packing.cost * times * (1.0 + 1e-9)


def test_strategies_reach_real_plans() -> None:
    """The brute force of this file finds what is known: two pairs on two nodes."""
    pairs = PackingProblem([[4], [3]], [2, 2], [[7], [9]], [1.0, 1.5], np.ones((2, 2)), [9, 9])
    assert least_cost(pairs) == pytest.approx(2.0)
