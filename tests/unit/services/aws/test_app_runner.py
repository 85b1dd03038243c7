"""AWS App Runner: provisioned memory, active vCPU, activations, and what compare makes of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

import wharfage as wf
from wharfage.services.model import Quantities

ON = "2026-10-01"
SIZE: dict[str, Any] = {"region": "us-east-1", "vcpu": 1, "memory_gib": 2}
Measure = Callable[..., Quantities]


def meters(measure: Measure, assumptions: dict[str, Any] | None = None, **cells: Any) -> Any:
    """Give the quantities of one workload, by meter."""
    found = measure("aws.app_runner", {**SIZE, **cells}, assumptions=assumptions)
    return {name: float(quantity[0]) for name, quantity in found.meters.items()}


def compared(**cells: Any) -> pd.Series:
    """Compare one workload on App Runner."""
    return wf.compare([{**SIZE, **cells}], services=["aws.app_runner"], on=ON).frame.iloc[0]


def test_always_on_is_provisioned_and_active(measure: Measure) -> None:
    """Replicas that are always on bill vCPU and memory once, and no additional memory."""
    found = meters(measure, replicas=3)
    assert found["vcpu_hours"] == pytest.approx(3 * 730)
    assert found["provisioned_memory_gib_hours"] == pytest.approx(3 * 730 * 2)
    assert found["memory_gib_hours"] == 0


def test_there_is_no_scaling_to_zero(measure: Measure) -> None:
    """Without a single request the memory of one instance is billed, and no vCPU."""
    found = meters(measure, requests_per_month=0, request_seconds=1)
    assert found["provisioned_memory_gib_hours"] == pytest.approx(730 * 2)
    assert found["vcpu_hours"] == 0


def test_min_instances_are_provisioned(measure: Measure) -> None:
    """More provisioned instances bill more memory."""
    found = meters(measure, requests_per_month=0, request_seconds=1, min_instances=4)
    assert found["provisioned_memory_gib_hours"] == pytest.approx(4 * 730 * 2)


@pytest.mark.parametrize(
    ("seconds", "billed"), [(0.2, 60), (59.0, 60), (60.0, 60), (60.2, 61), (90.5, 91)]
)
def test_each_activation_bills_a_minute_at_the_least(
    measure: Measure, seconds: float, billed: float
) -> None:
    """A lone request bills whole seconds of vCPU, a minute at the least."""
    found = meters(measure, requests_per_month=100, request_seconds=seconds)
    assert found["vcpu_hours"] == pytest.approx(100 * billed / 3600)


def test_requests_back_to_back_bill_their_own_time(measure: Measure) -> None:
    """Without activations only the time of the requests is billed, to 100 ms each."""
    back_to_back = {"app_runner_activations_per_request": 0}
    found = meters(measure, back_to_back, requests_per_month=36_000, request_seconds=0.15)
    assert found["vcpu_hours"] == pytest.approx(36_000 * 0.2 / 3600)


def test_the_minimum_keeps_no_more_active_than_is_provisioned(measure: Measure) -> None:
    """A flood of short requests bills the provisioned instance all month, and no second one."""
    found = meters(measure, requests_per_month=10_000_000, request_seconds=0.1)
    assert found["vcpu_hours"] == pytest.approx(730)


def test_memory_beyond_provisioned_is_additional(measure: Measure) -> None:
    """Three busy instances and two provisioned bill the memory of one on top."""
    load = {"requests_per_month": 3 * 730 * 3600, "request_seconds": 1, "min_instances": 2}
    found = meters(measure, **load)
    assert found["vcpu_hours"] == pytest.approx(3 * 730)
    assert found["memory_gib_hours"] == pytest.approx(730 * 2)


def test_concurrent_requests_share_an_instance(measure: Measure) -> None:
    """Ten requests at once take a tenth of the time."""
    load = {"requests_per_month": 20 * 730 * 3600, "request_seconds": 1}
    assert meters(measure, **load, concurrency=10)["vcpu_hours"] == pytest.approx(2 * 730)


@pytest.mark.parametrize(
    ("asked", "billed"),
    [((0.1, 0.1), (0.25, 0.5)), ((0.5, 2), (1, 2)), ((1, 5), (2, 6)), ((3, 3), (4, 8))],
)
def test_sizes_round_up(
    measure: Measure, asked: tuple[float, float], billed: tuple[float, float]
) -> None:
    """The smallest of the eleven legal sizes that holds the request is billed."""
    size = {"vcpu": asked[0], "memory_gib": asked[1]}
    found = measure("aws.app_runner", {**SIZE, **size})
    assert found.billed_vcpu is not None
    assert found.billed_memory_gib is not None
    assert (found.billed_vcpu[0], found.billed_memory_gib[0]) == billed


def test_above_the_largest_size() -> None:
    """Thirteen GiB are more than an instance has."""
    row = wf.estimate([{"service": "aws.app_runner", **SIZE, "memory_gib": 13}], on=ON).frame.iloc[
        0
    ]
    assert row["unpriced_reason"].startswith("illegal_size")


def test_batch_runs_are_refused() -> None:
    """A batch run is no App Runner service."""
    row = compared(runs_per_month=10, run_seconds=60)
    assert not row["feasible"]
    assert row["reason"].startswith("unsupported_demand")


@pytest.mark.parametrize(
    "cells",
    [
        {"operating_system": "windows"},
        {"cpu_architecture": "arm64"},
        {"gpu_type": "nvidia-l4"},
        {"purchase_option": "spot"},
    ],
)
def test_what_app_runner_does_not_sell(cells: dict[str, Any]) -> None:
    """Windows, ARM, GPUs and Spot are infeasible."""
    row = compared(**cells)
    assert not row["feasible"]
    assert row["reason"].startswith("not_offered")


def test_compare_ranks_it() -> None:
    """App Runner is among the services that are compared by default, with a cost."""
    frame = wf.compare([SIZE], on=ON).frame
    row = frame[frame["service"] == "aws.app_runner"].iloc[0]
    assert row["monthly_cost"] == pytest.approx(730 * (0.064 + 2 * 0.007))


def test_seoul_has_no_app_runner() -> None:
    """In a region without App Runner there is no rate, and no rate of another region."""
    row = compared(region="ap-northeast-2")
    assert row["reason"].startswith("unknown_rate")
    assert pd.isna(row["monthly_cost"])


@pytest.mark.parametrize(("on", "is_said"), [("2026-04-29", False), ("2026-04-30", True)])
def test_closed_to_new_customers_is_said(on: str, is_said: bool) -> None:
    """From its closing on every result names the successor and its load balancer."""
    bill = wf.estimate([{"service": "aws.app_runner", **SIZE}], on=on)
    words = bill.assumptions.get("closed_to_new_customers", "")
    assert ("Express Mode" in words and "since 2026-04-30" in words) is is_said
