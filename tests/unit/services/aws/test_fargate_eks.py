"""AWS Fargate for EKS pods."""

from __future__ import annotations

from typing import Any

import pytest

POD: dict[str, Any] = {"region": "us-east-1"}
MIB = 1 / 1024


def size(measure: Any, **cells: Any) -> tuple[float, float]:
    """Give the billed size of one pod."""
    found = measure("aws.fargate_eks", {**POD, **cells})
    return float(found.billed_vcpu[0]), float(found.billed_memory_gib[0])


def test_small_pod_story_11(measure: Any) -> None:
    """A pod of 150m and 150Mi is billed for a quarter vCPU and half a GiB."""
    assert size(measure, vcpu=0.15, memory_gib=150 * MIB) == (0.25, 0.5)


def test_pod_without_requests(measure: Any) -> None:
    """A pod that asks for nothing is billed for the smallest size."""
    assert size(measure) == (0.25, 0.5)


@pytest.mark.parametrize(
    ("memory", "billed"),
    [
        (0.25, (0.25, 0.5)),
        (0.25 + MIB, (0.25, 1)),
        (0.75, (0.25, 1)),
        (1, (0.25, 2)),
        (1.75, (0.25, 2)),
        (2, (0.5, 3)),
        (119.75, (16, 120)),
    ],
)
def test_overhead_edge_story_11(measure: Any, memory: float, billed: tuple[float, float]) -> None:
    """256 MiB are added to the memory before the size is looked up."""
    assert size(measure, memory_gib=memory) == billed


def test_one_gib_takes_the_next_size_story_11(measure: Any) -> None:
    """A request of exactly one GiB does not fit into the size of one GiB."""
    assert size(measure, vcpu=0.25, memory_gib=1) == (0.25, 2)


def test_init_containers_count_by_resource_story_11(measure: Any) -> None:
    """Per resource the larger of running and init containers counts."""
    pod = {"vcpu": 0.25, "memory_gib": 3, "init_vcpu": 1, "init_memory_gib": 1}
    assert size(measure, **pod) == (1, 4)


def test_init_containers_are_not_added(measure: Any) -> None:
    """Init containers run before the others: they are not added to them."""
    assert size(measure, vcpu=0.25, init_vcpu=0.25) == (0.25, 0.5)


@pytest.mark.parametrize("cells", [{"vcpu": 16.1}, {"memory_gib": 119.8}], ids=str)
def test_largest_pod(measure: Any, cells: dict[str, float]) -> None:
    """A pod above 16 vCPU and 120 GiB, overhead included, is a fault."""
    found = measure("aws.fargate_eks", {**POD, **cells})
    assert found.faults["illegal_size: larger than the largest pod"].all()


def test_largest_pod_is_an_assumption(measure: Any) -> None:
    """The limit of 16 vCPU can be raised."""
    found = measure(
        "aws.fargate_eks", {**POD, "vcpu": 32}, assumptions={"eks_fargate_max_vcpu": 32}
    )
    assert not found.faults["illegal_size: larger than the largest pod"].any()


@pytest.mark.parametrize(("asked", "billed"), [(None, 0), (0, 0), (5, 0), (6, 1), (175, 170)])
def test_storage_is_provisioned_with_overhead(measure: Any, asked: float, billed: float) -> None:
    """Storage is billed for what is provisioned beyond 20 GiB."""
    found = measure("aws.fargate_eks", {**POD, "ephemeral_storage_gib": asked})
    assert found.meters["ephemeral_storage_gib_hours"][0] == pytest.approx(billed * 730)


def test_too_much_storage(measure: Any) -> None:
    """More than 175 GiB of storage is a fault."""
    found = measure("aws.fargate_eks", {**POD, "ephemeral_storage_gib": 175.1})
    assert found.faults["illegal_size: more than 175 GiB of ephemeral storage"].all()


@pytest.mark.parametrize(("seconds", "billed"), [(0, 60), (59, 60), (60, 60), (61, 61)])
def test_runs_have_a_minimum_story_19(measure: Any, seconds: float, billed: float) -> None:
    """A pod is billed to the second, for one minute at least."""
    work = {"vcpu": 1, "runs_per_month": 3600, "run_seconds": seconds}
    found = measure("aws.fargate_eks", {**POD, **work})
    assert found.meters["vcpu_hours"][0] == pytest.approx(billed)
