"""What holds for the cost of every fleet."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from .strategies import BY_SERVICE, Workload, few, fleets, free_tiers, numbers, price

#: allowed difference, relative to the cost before credits
RELATIVE = 1e-9

#: quantity and the work that it is a quantity of
GROWING: list[tuple[str, str, Workload, Any]] = [
    (service, column, work, amounts)
    for services, column, work, amounts in [
        (("aws.fargate", "gcp.gke_autopilot", "gcp.cloud_run"), "replicas", {}, st.integers(0, 50)),
        (("aws.fargate", "gcp.gke_autopilot"), "hours_per_month", {}, numbers(0, 730)),
        (
            ("aws.fargate", "gcp.gke_autopilot", "gcp.cloud_run_jobs"),
            "runs_per_month",
            {"run_seconds": 61.5},
            numbers(0, 1e6),
        ),
        (
            ("aws.fargate", "gcp.gke_autopilot", "gcp.cloud_run_jobs"),
            "run_seconds",
            {"runs_per_month": 10},
            numbers(0, 1e5),
        ),
        (
            ("aws.fargate", "gcp.gke_autopilot", "gcp.cloud_run"),
            "requests_per_month",
            {"request_seconds": 0.25, "min_instances": 1},
            numbers(0, 1e9),
        ),
        (
            ("gcp.cloud_run",),
            "request_seconds",
            {"requests_per_month": 1e6, "min_instances": 1},
            numbers(0, 60),
        ),
        (("aws.eks", "gcp.gke"), "cluster_count", {}, st.integers(0, 50)),
        (
            tuple(s for s in BY_SERVICE if s not in ("aws.eks", "gcp.gke", "gcp.cloud_run_jobs")),
            "vcpu",
            {},
            numbers(0.01, 8),
        ),
        (
            tuple(s for s in BY_SERVICE if s not in ("aws.eks", "gcp.gke", "gcp.cloud_run_jobs")),
            "memory_gib",
            {},
            numbers(0.01, 32),
        ),
        (
            ("gcp.cloud_run",),
            "vcpu",
            {"requests_per_month": 1e6, "request_seconds": 1},
            numbers(0.01, 8),
        ),
        (
            ("gcp.cloud_run",),
            "memory_gib",
            {"requests_per_month": 1e6, "request_seconds": 1},
            numbers(0.01, 32),
        ),
    ]
    for service in services
]


@given(fleets, free_tiers)
@few
def test_costs_are_never_negative(fleet: list[Workload], free_tier: str) -> None:
    """Nothing costs less than nothing, whatever the credits."""
    assert (price(fleet, free_tier).frame["monthly_cost"] >= 0).all()


@given(fleets, free_tiers)
@few
def test_lines_add_up_to_the_total(fleet: list[Workload], free_tier: str) -> None:
    """All lines of a bill add up to its total."""
    bill = price(fleet, free_tier)
    lines = bill.lines()
    scale = float(lines["list_cost"].sum()) + 1
    total = bill.total()["USD"]
    assert float(lines["effective_cost"].sum()) == pytest.approx(total, abs=scale * RELATIVE)


@given(fleets, free_tiers)
@few
def test_effective_cost_is_at_most_list_cost(fleet: list[Workload], free_tier: str) -> None:
    """No purchase option and no credit makes anything dearer than its list price."""
    frame = price(fleet, free_tier).frame
    assert (frame["monthly_cost"] <= frame["monthly_list_cost"] * (1 + RELATIVE)).all()


@pytest.mark.parametrize(
    ("service", "column", "work", "amounts"),
    GROWING,
    ids=[f"{service}-{column}-{'-'.join(work)}" for service, column, work, _ in GROWING],
)
@given(data=st.data())
@few
def test_more_never_costs_less(
    service: str, column: str, work: Workload, amounts: Any, data: st.DataObject
) -> None:
    """Asking for more of anything never lowers the list of costs without free tiers."""
    region = "us-east-1" if service.startswith("aws") else "us-central1"
    more = sorted(data.draw(st.lists(amounts, min_size=2, max_size=8)))
    base = {"service": service, "region": region, "vcpu": 1, "memory_gib": 4, **work}
    frame = price([{**base, column: amount} for amount in more], "none").frame
    cost = frame["monthly_cost"].to_numpy()
    assert np.all(np.diff(cost) >= -cost[:-1] * RELATIVE)


@given(numbers(0.08, 8), numbers(0.08, 8), st.booleans())
@few
def test_cloud_run_vcpu_is_never_free_story_1(one: float, two: float, by_request: bool) -> None:
    """Cloud Run costs strictly more wherever the legal vCPU is larger."""
    base: Workload = {"service": "gcp.cloud_run", "region": "us-central1", "memory_gib": 0.5}
    if by_request:
        base |= {"requests_per_month": 1e6, "request_seconds": 1}
    small, large = (
        price([{**base, "vcpu": vcpu} for vcpu in sorted((one, two))], "none")
        .frame[["billed_vcpu", "monthly_cost"]]
        .to_numpy()
    )
    assert large[1] > small[1] or large[0] == small[0]
