"""Plans for pods that start and end."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import wharfage as wf
from wharfage.errors import InvalidValueError
from wharfage.nodes.fixed_fleet import left_over
from wharfage.nodes.problem import PackingProblem

HOUR = 3600
#: on an m5.large, one such pod to a node
POD: dict[str, Any] = {"vcpu": 1.5, "memory_gib": 1}
PRICE = 0.096


def plan(*pods: dict[str, Any], **changed: Any) -> wf.NodePlan:
    """Plan pods on m5.large nodes of EKS in Virginia."""
    given = {"service": "aws.eks_nodes", "region": "us-east-1", "on": "2026-10-01"}
    return wf.plan_nodes(list(pods), **{**given, "instance_types": "m5.large", **changed})


def test_autoscaler_and_fixed_fleet() -> None:
    """Two pods for an hour each, one after the other: two node-hours on one node."""
    found = plan(
        {**POD, "start_seconds": 0, "end_seconds": HOUR},
        {**POD, "start_seconds": HOUR, "end_seconds": 2 * HOUR},
    )
    over = found.over_time
    assert over is not None
    assert (over.hours, over.node_hours, over.distinct_steps) == (2.0, 2.0, 1)
    assert over.cost == pytest.approx(2 * PRICE)
    assert found.node_count == 1


def test_peak_sizes_the_fixed_fleet() -> None:
    """Three pods at once in one of four hours: six node-hours, and twelve of a fixed fleet."""
    found = plan(
        {**POD, "start_seconds": 0, "end_seconds": 4 * HOUR},
        {**POD, "start_seconds": HOUR, "end_seconds": 2 * HOUR, "replicas": 2},
    )
    over = found.over_time
    assert over is not None
    assert over.node_hours == 6.0
    assert found.node_count * over.hours == 12.0
    assert over.frame["pods"].tolist() == [1, 3, 1]
    assert found.lower_bound <= found.hourly_node_cost * (1 + 1e-9)


def test_pod_counts_in_every_step_that_it_touches() -> None:
    """Ten minutes across the full hour are two steps of an hour, and one of a day."""
    pod = {**POD, "start_seconds": HOUR - 300, "end_seconds": HOUR + 300}
    for step, hours in ((1.0, 2.0), (24.0, 24.0)):
        over = plan(pod, step_hours=step).over_time
        assert over is not None
        assert over.node_hours == hours


def test_pods_without_an_end_stay_to_the_last() -> None:
    """A pod that never ends runs as long as anything does; alone, for the month."""
    over = plan(POD, {**POD, "start_seconds": 0, "end_seconds": 5 * HOUR}).over_time
    assert over is not None
    assert over.node_hours == 10.0
    alone = plan({**POD, "start_seconds": 0}).over_time
    assert alone is not None
    assert alone.hours == 730.0


def test_pod_of_no_time_costs_nothing() -> None:
    """A pod that ends as it starts needs no node of its own."""
    found = plan({**POD, "start_seconds": 0, "end_seconds": 2 * HOUR},
                 {**POD, "start_seconds": HOUR, "end_seconds": HOUR})  # fmt: skip
    over = found.over_time
    assert over is not None
    assert over.node_hours == 2.0
    assert found.pods["hourly_cost"].iloc[1] == 0.0


def test_attribution_over_time_adds_up() -> None:
    """What pods pay and what stands idle, averaged, are what the autoscaler's nodes cost."""
    found = plan(
        {**POD, "start_seconds": 0, "end_seconds": 4 * HOUR},
        {"vcpu": 0.2, "memory_gib": 3, "start_seconds": HOUR, "end_seconds": 2 * HOUR},
    )
    over = found.over_time
    assert over is not None
    hourly = found.pods["hourly_cost"].sum() + found.pods["monthly_idle_cost"].sum() / 730
    assert hourly * over.hours == pytest.approx(over.cost)


def test_too_large_a_pod_is_told() -> None:
    """A pod that fits nowhere has its reason, the rest its plan."""
    found = plan({**POD, "start_seconds": 0}, {"vcpu": 99, "memory_gib": 1, "start_seconds": 0})
    assert found.unplaced["workload"].tolist() == ["2"]
    assert found.unplaced["reason"].iloc[0].startswith("too_large: its cpu")
    assert found.node_count == 1


def test_other_pods_at_other_times_still_fit() -> None:
    """The fixed fleet holds a step that the costliest step's nodes do not."""
    found = plan(
        {"vcpu": 30, "memory_gib": 8, "start_seconds": 0, "end_seconds": HOUR},
        {
            "vcpu": 1,
            "memory_gib": 28,
            "start_seconds": HOUR,
            "end_seconds": 2 * HOUR,
            "replicas": 4,
        },
        instance_types=["c5.9xlarge", "r5.xlarge"],
    )
    counts = found.nodes.set_index("instance_type")["node_count"]
    assert counts["c5.9xlarge"] >= 1
    assert not len(found.unplaced)
    # 64.9 GiB of the large node hold two of the four; the rest has nodes of its own.
    assert counts["r5.xlarge"] == 2


def test_left_over_counts_what_does_not_fit() -> None:
    """First-fit decreasing on given nodes leaves what has no room, and mind who may share."""
    two = PackingProblem([[4], [3]], [9, 9], [[7]], [1.0], [[True], [True]], [9, 1])
    rest = left_over(two, np.array([0]), np.array([2]), np.array([1, 4]))
    assert rest.tolist() == [0, 2]


def test_one_zone_only() -> None:
    """Demand over time in several zones is refused."""
    with pytest.raises(InvalidValueError, match="a single zone"):
        plan({**POD, "start_seconds": 0}, zones=2)
