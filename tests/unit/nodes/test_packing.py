"""Packing on cases small enough to know the answer."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest

from wharfage.errors import InvalidValueError, MissingExtraError
from wharfage.nodes.diving import dive
from wharfage.nodes.first_fit import best_single_type, cheapest_per_vcpu, first_fit_decreasing
from wharfage.nodes.knapsack import Knapsacks, best_patterns, surrogate_upper
from wharfage.nodes.linear_programs import PatternProgram
from wharfage.nodes.packing import pack, undominated
from wharfage.nodes.problem import Packing, PackingProblem, packing_faults
from wharfage.nodes.rounding import without_surplus


def problem(**changed: Any) -> PackingProblem:
    """Give two groups and three machine types, with changes."""
    given = {
        "demand": [[500, 1024], [1000, 4096]],
        "count": [6, 3],
        "capacity": [[1930, 7000], [3920, 15000], [7910, 30000]],
        "price": [0.096, 0.192, 0.384],
        "may_run": np.ones((2, 3)),
        "max_per_node": [110, 110],
    }
    return PackingProblem(**{**given, **changed})


def test_known_optimum() -> None:
    """Pods of 4 and 3 on nodes of 7 pair up, however the dearer and larger node tempts."""
    pairs = PackingProblem([[4], [3]], [5, 5], [[7], [10]], [1, 1.5], np.ones((2, 2)), [9, 9])
    found = pack(pairs)
    assert found.packing.pattern.tolist() == [[1, 1]]
    assert found.packing.nodes.tolist() == [5]
    assert found.gap == pytest.approx(0.0, abs=1e-6)


def test_bound_sees_whole_pods() -> None:
    """Pods of 3 on nodes of 5 need a node each: the bound knows it, the resource bound does not."""
    found = pack(PackingProblem([[3]], [10], [[5]], [1.0], [[True]], [9]))
    assert found.lower_bound == pytest.approx(10.0)
    assert found.resource_bound <= 10.0
    assert found.packing.cost == 10.0


def test_one_per_node() -> None:
    """Anti-affinity buys a node per pod, of the cheapest type."""
    found = pack(problem(max_per_node=[1, 110], count=[6, 0]))
    assert found.packing.nodes.sum() == 6
    assert found.packing.cost == pytest.approx(6 * 0.096)


def test_two_groups_share_one_per_node_nodes() -> None:
    """One pod of each group may share a node even where two of one group may not."""
    found = pack(problem(max_per_node=[1, 1], count=[4, 4]))
    assert found.packing.nodes.sum() == 4
    assert found.packing.pattern.max() == 1


def test_machine_types_that_may_not_run_a_group_hold_none_of_it() -> None:
    """A group that only the dearest type may run is on that type."""
    found = pack(problem(may_run=[[True, True, True], [False, False, True]]))
    on = found.packing.pattern[:, 1] > 0
    assert set(found.packing.machine[on]) == {2}


@pytest.mark.parametrize(
    ("demand", "may_run", "reason"),
    [
        ([9000, 1024], [True, True, True], "cpu"),
        ([500, 31000], [True, True, True], "memory"),
        ([9000, 31000], [True, True, True], "cpu and memory"),
        ([500, 1024], [False, False, False], "no machine type may run it"),
        ([2000, 1024], [True, False, False], "cpu"),
    ],
)
def test_unplaced_pods_have_a_reason(demand: list[int], may_run: list[bool], reason: str) -> None:
    """A pod that fits nowhere says which dimension fails; the rest is planned."""
    given = problem(demand=[demand, [1000, 4096]], may_run=[may_run, [True, True, True]])
    found = pack(given)
    assert found.unplaced_reason == (reason, None)
    assert found.unplaced.tolist() == [6, 0]
    assert found.packing.pods().tolist() == [0, 3]


def test_dimensions_met_by_different_types_only() -> None:
    """A pod whose CPU fits one type and whose memory another fails on the nearest of them."""
    found = pack(PackingProblem([[3, 3]], [1], [[4, 1], [1, 4]], [1.0, 1.0], [[True, True]], [9]))
    assert found.unplaced_reason == ("memory",)


def test_zero_per_node_is_a_reason() -> None:
    """A group of which no node may hold a pod stays unplaced."""
    assert pack(problem(max_per_node=[0, 9])).unplaced_reason[0] == "no pod of it may be on a node"


def test_no_pods_cost_nothing() -> None:
    """Zero pods: no node, no cost, no gap."""
    found = pack(problem(count=[0, 0]))
    assert (found.packing.cost, found.lower_bound, found.gap) == (0.0, 0.0, 0.0)
    assert found.unplaced_reason == (None, None)


def test_no_groups_at_all() -> None:
    """A problem without a group has the empty plan."""
    empty = PackingProblem(np.zeros((0, 2)), [], [[4, 4]], [1.0], np.zeros((0, 1)), [])
    assert len(pack(empty).packing.nodes) == 0


def test_no_machine_types() -> None:
    """Without machine types every pod is unplaced."""
    none = PackingProblem([[1, 1]], [2], np.zeros((0, 2)), [], np.zeros((1, 0)), [9])
    assert pack(none).unplaced.tolist() == [2]


def test_pod_that_needs_nothing() -> None:
    """Pods without any demand share one node of the cheapest type."""
    found = pack(problem(demand=[[0, 0], [0, 0]]))
    assert found.packing.cost == pytest.approx(0.096)


def test_same_plan_twice() -> None:
    """The same problem gives the same plan."""
    first, second = pack(problem(count=[61, 37])), pack(problem(count=[61, 37]))
    assert first.packing.pattern.tolist() == second.packing.pattern.tolist()
    assert first.packing.nodes.tolist() == second.packing.nodes.tolist()
    assert first.lower_bound == second.lower_bound


def test_without_time_there_is_a_plan_and_a_bound() -> None:
    """Out of time at once: a feasible plan and the resource bound remain."""
    given = problem(count=[61, 37])
    found = pack(given, seconds=0.0)
    assert packing_faults(given, found.packing, found.unplaced) == []
    assert 0.0 < found.lower_bound <= found.packing.cost
    assert found.iterations == 0


def test_many_pods_are_no_harder_than_few() -> None:
    """A hundred thousand pods of two kinds take as few kinds of node as a hundred."""
    found = pack(problem(count=[60_000, 40_000]))
    assert len(found.packing.nodes) < 10
    assert found.gap < 1e-3


def test_first_fit_decreasing_is_that_of_single_pods() -> None:
    """Handling identical pods together opens the nodes that one pod at a time would."""
    rng = np.random.default_rng(5)
    demand, count = rng.integers(1, 9, (6, 2)), rng.integers(1, 9, 6)
    given = PackingProblem(demand, count, [[17, 15]], [1.0], np.ones((6, 1)), [3] * 6)
    rooms: list[Any] = []
    held: list[Any] = []
    for group in np.argsort(-(demand / [17, 15]).max(axis=1), kind="stable"):
        for _ in range(count[group]):
            for node, room in enumerate(rooms):
                if (room >= demand[group]).all() and held[node][group] < 3:
                    break
            else:
                node = len(rooms)
                rooms.append(np.array([17, 15]))
                held.append(np.zeros(6, int))
            rooms[node] = rooms[node] - demand[group]
            held[node][group] += 1
    found = first_fit_decreasing(given, 0, count)
    each = np.repeat(found.pattern, found.nodes, axis=0).tolist()
    assert sorted(each) == sorted(pods.tolist() for pods in held)


def test_best_single_type_is_the_cheapest() -> None:
    """The baseline takes the type on which first-fit decreasing costs least."""
    given = problem()
    costs = [first_fit_decreasing(given, machine, given.count).cost for machine in range(3)]
    assert best_single_type(given, given.count).cost == pytest.approx(min(costs))


def test_baseline_has_a_type_per_node_pool() -> None:
    """Groups that may run on different types get a single type each."""
    apart = problem(may_run=[[True, False, False], [False, False, True]])
    assert set(best_single_type(apart, apart.count).machine) == {0, 2}


def test_cheapest_per_vcpu_looks_at_vcpu_only() -> None:
    """The greedy rule buys the cheapest vCPU that holds the pod, whatever its memory wastes."""
    given = problem(price=[0.096, 0.19, 0.384])
    assert set(cheapest_per_vcpu(given, given.count).machine) == {1}


def test_dominated_types_are_left_out() -> None:
    """A type that is smaller and no cheaper is of no use; so is one that holds nothing."""
    capacity = np.array([[4, 4], [4, 3], [8, 8], [0, 9]])
    most = np.array([[2], [2], [4], [0]])
    assert undominated(capacity, np.array([1.0, 1.0, 3.0, 0.1]), most).tolist() == [0, 2]


def test_larger_type_that_may_not_run_a_group_dominates_nothing() -> None:
    """A type is kept where it runs a group that the better one may not."""
    capacity, price = np.array([[4], [8]]), np.array([1.0, 1.0])
    assert undominated(capacity, price, np.array([[2, 2], [0, 4]])).tolist() == [0, 1]


def test_narrow_search_keeps_its_bound() -> None:
    """A search that keeps one label gives a bound that is not below the best pattern."""
    room = Knapsacks(np.array([[5], [4], [3]]), np.array([[13]]), np.array([[2, 3, 4]]))
    value, weight, none = np.array([5.1, 4.0, 3.05]), np.array([[1.05]]), np.zeros(1)
    exact = best_patterns(room, value, weight, none, labels=1000)
    narrow = best_patterns(room, value, weight, none, labels=1)
    assert exact.value[0] == pytest.approx(13.25)
    assert narrow.upper[0] >= exact.value[0]
    assert surrogate_upper(room, value, weight)[0] >= exact.value[0]


def test_dive_without_time_places_every_pod() -> None:
    """Out of time, the patterns that are known must do, and they do."""
    room = Knapsacks(np.array([[4], [3]]), np.array([[7]]), np.array([[1, 2]]))
    program = PatternProgram(np.array([5, 8]))
    program.add(np.ones(2), np.zeros(2, np.int64), np.array([[1, 1], [0, 2]]))
    machine, pattern, nodes = dive(program, room, np.ones(1), deadline=0.0)
    assert (nodes @ pattern >= [5, 8]).all()
    assert set(machine) == {0}
    assert nodes.sum() == 7


def test_surplus_is_taken_out() -> None:
    """Pods placed more often than there are are taken out, and none is lost."""
    pattern, nodes = without_surplus(np.array([[3, 1]]), np.array([4]), np.array([8, 4]))
    assert (nodes @ pattern).tolist() == [8, 4]
    assert nodes.sum() == 4


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"count": [6]}, "count has shape"),
        ({"price": [0.1, 0.0, 0.2]}, "not a positive number"),
        ({"price": [0.1, np.nan, 0.2]}, "not a positive number"),
        ({"count": [1, -1]}, "count of a packing problem"),
        ({"demand": [[0.5, 1], [1, 1]]}, "demand of a packing problem"),
        ({"demand": [1, 2]}, "two axes"),
        ({"dimensions": ("cpu",)}, "dimensions"),
    ],
)
def test_bad_problems_are_refused(changed: dict[str, Any], words: str) -> None:
    """A problem that makes no sense is refused in words."""
    with pytest.raises(InvalidValueError, match=words):
        problem(**changed)


@pytest.mark.parametrize(
    ("machine", "pattern", "nodes", "cost", "words"),
    [
        (0, [9, 0], 1, 0.096, "capacity"),
        (0, [3, 0], 1, 0.096, "lost"),
        (1, [6, 3], 1, 0.5, "cost"),
    ],
)
def test_checker_sees_faults(
    machine: int, pattern: list[int], nodes: int, cost: float, words: str
) -> None:
    """The checker of packings names what is wrong."""
    packing = Packing(np.array([machine]), np.array([pattern]), np.array([nodes]), cost)
    faults = packing_faults(problem(), packing, np.zeros(2, np.int64))
    assert any(words in fault for fault in faults)


def test_missing_solver_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without HiGHS the error says what to install."""
    monkeypatch.setitem(sys.modules, "highspy", None)
    with pytest.raises(MissingExtraError, match="pip install highspy"):
        pack(problem())
