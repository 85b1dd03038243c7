"""How much of a service the same work needs: contract section 6, column by column."""

from __future__ import annotations

from typing import Any

import pytest

import wharfage as wf

ON = "2026-10-01"
SIZE: dict[str, Any] = {"region": "us-east-1", "vcpu": 1, "memory_gib": 2}
REQUESTS = {"requests_per_month": 10_000_000, "request_seconds": 0.5}
WHOLE_INSTANCES = ("aws.fargate", "aws.fargate_eks", "gcp.gke_autopilot")


def hours(work: dict[str, Any], service: str, mode: str | None = None, **options: Any) -> float:
    """Billed hours of one workload of one vCPU on a service."""
    comparison = wf.compare([SIZE | work], services=[service], on=ON, **options)
    lines = comparison.components("1")
    own = lines[(lines["meter"] == "vcpu_hours") & (lines["billing_mode"].isna() | (mode is None))]
    if mode is not None:
        own = lines[(lines["meter"] == "vcpu_hours") & (lines["billing_mode"] == mode)]
    unit = {"vCPU-Hours": 1, "vCPU-Seconds": 3600, "mCPU-Hours": 1000}
    factor = next(f for name, f in unit.items() if name in str(own["pricing_unit"].iloc[0]))
    return float(own["pricing_quantity"].iloc[0]) / factor


@pytest.mark.parametrize("service", [*WHOLE_INSTANCES, "gcp.cloud_run_worker_pools"])
def test_always_on_is_replicas_times_hours(service: str) -> None:
    """Always-on work needs its replicas for its hours."""
    assert hours({"replicas": 3, "hours_per_month": 200}, service) == pytest.approx(600)


def test_always_on_cloud_run_is_instance_based() -> None:
    """Always-on work on Cloud Run is instance-based, replicas times hours."""
    assert hours({"replicas": 3}, "gcp.cloud_run", "instance") == pytest.approx(3 * 730)


@pytest.mark.parametrize(
    ("service", "seconds"),
    [("aws.fargate", 60), ("gcp.gke_autopilot", 7), ("gcp.cloud_run_jobs", 60)],
)
def test_runs_have_the_minimum_of_the_service(service: str, seconds: int) -> None:
    """A run of seven seconds is billed for the minimum of each service."""
    work = {"runs_per_month": 3600, "run_seconds": 7, "replicas": 2}
    assert hours(work, service) == pytest.approx(2 * seconds)


@pytest.mark.parametrize("service", WHOLE_INSTANCES)
def test_instances_follow_from_the_average_load(service: str) -> None:
    """5,000,000 s of requests over 2,628,000 s at 0.6 keep four instances; it is said."""
    assert hours(REQUESTS, service) == pytest.approx(4 * 730)
    frame = wf.compare([SIZE | REQUESTS], services=[service], on=ON).frame
    assert "sized_from_average_load" in frame["assumptions"].iloc[0]


@pytest.mark.parametrize(
    ("change", "instances"),
    [
        ({"replicas": 2}, 2),
        ({"replicas": 2, "min_instances": 9}, 2),
        ({"min_instances": 6}, 6),
        ({"concurrency": 80}, 1),
        ({"concurrency": 2, "min_instances": 1}, 2),
    ],
)
def test_replicas_win_over_the_load(change: dict[str, Any], instances: int) -> None:
    """Given replicas count; else min_instances, and the load over the concurrency."""
    assert hours(REQUESTS | change, "aws.fargate") == pytest.approx(instances * 730)


def test_target_utilization_is_an_assumption() -> None:
    """A lower target utilization needs more instances: 5,000,000 / (2,628,000 x 0.3) is 7."""
    given = {"target_utilization": 0.3}
    assert hours(REQUESTS, "aws.fargate", assumptions=given) == pytest.approx(7 * 730)


def test_cloud_run_bills_requests_by_time_or_by_instance() -> None:
    """Request-based Cloud Run bills the time of the requests, instance-based whole instances."""
    assert hours(REQUESTS, "gcp.cloud_run", "request") == pytest.approx(5_000_000 / 3600)
    assert hours(REQUESTS, "gcp.cloud_run", "instance") == pytest.approx(4 * 730)


def test_given_replicas_are_not_flagged() -> None:
    """Nothing is said of the load where the replicas are given."""
    work = SIZE | REQUESTS | {"replicas": 2}
    frame = wf.compare([work], services=["aws.fargate"], on=ON).frame
    assert frame["assumptions"].isna().all()
