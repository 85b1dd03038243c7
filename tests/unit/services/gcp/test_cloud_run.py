"""Cloud Run services: sizes, requests, idle instances."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import wharfage as wf

ON = "2026-10-01"
HERE = {"region": "us-central1"}
REQUESTS = {"requests_per_month": 1e6, "request_seconds": 1}


def size(measure: Any, **cells: Any) -> tuple[float, float]:
    """Give the billed size of one instance."""
    found = measure("gcp.cloud_run", {**HERE, **cells})
    return float(found.billed_vcpu[0]), float(found.billed_memory_gib[0])


#: request-based, concurrency one: below one vCPU is legal
FRACTIONS = [
    ((0.01, 0.125), (0.08, 0.125)),
    ((0.08, 0.5), (0.08, 0.5)),
    ((0.08, 0.501), (0.5, 0.501)),
    ((0.0801, 0.5), (0.081, 0.5)),
    ((0.5, 1.0), (0.5, 1.0)),
    ((0.5, 1.001), (1, 1.001)),
    ((0.999, 0.5), (0.999, 0.5)),
    ((0.9991, 0.5), (1, 0.5)),
    ((1, 4), (1, 4)),
]

#: whole vCPUs: the memory raises the vCPU
WHOLE = [
    ((0.01, 0.01), (1, 0.125)),
    ((1, 0.5), (1, 0.5)),
    ((1, 4), (1, 4)),
    ((1, 4.001), (2, 4.001)),
    ((1.001, 0.5), (2, 0.5)),
    ((2, 8.001), (4, 8.001)),
    ((3, 0.5), (4, 2)),
    ((4, 16), (4, 16)),
    ((4, 16.001), (6, 16.001)),
    ((5, 1), (6, 4)),
    ((6, 24.001), (8, 24.001)),
    ((8, 32), (8, 32)),
    ((7, 1), (8, 4)),
]


@pytest.mark.parametrize(("asked", "got"), FRACTIONS, ids=str)
def test_sizes_below_one_vcpu(
    measure: Any, asked: tuple[float, float], got: tuple[float, float]
) -> None:
    """One request at a time may be served by a fraction of a vCPU, as memory allows."""
    assert size(measure, vcpu=asked[0], memory_gib=asked[1], **REQUESTS) == pytest.approx(got)


@pytest.mark.parametrize(("asked", "got"), WHOLE, ids=str)
def test_whole_sizes(measure: Any, asked: tuple[float, float], got: tuple[float, float]) -> None:
    """Instance-based services have 1, 2, 4, 6 or 8 vCPU, and memory within limits."""
    assert size(measure, vcpu=asked[0], memory_gib=asked[1]) == got


def test_concurrency_needs_a_whole_vcpu(measure: Any) -> None:
    """More than one request at a time needs one vCPU at least."""
    assert size(measure, vcpu=0.5, memory_gib=0.5, **REQUESTS, concurrency=2) == (1, 0.5)


def test_defaults(measure: Any) -> None:
    """An instance without a size has one vCPU and half a GiB."""
    assert size(measure) == (1, 0.5)


@pytest.mark.parametrize("asked", [(8.001, 1), (1, 32.001)], ids=str)
def test_larger_than_the_largest(measure: Any, asked: tuple[float, float]) -> None:
    """Above 8 vCPU or 32 GiB there is no instance."""
    found = measure("gcp.cloud_run", {**HERE, "vcpu": asked[0], "memory_gib": asked[1]})
    assert found.faults["illegal_size: larger than the largest Cloud Run instance"].all()


@pytest.mark.parametrize(
    ("seconds", "billed"),
    [(0, 0), (0.01, 0.1), (0.1, 0.1), (0.1 + 0.2, 0.3), (0.26, 0.3), (1, 1), (3600, 3600)],
)
def test_requests_round_up_to_100_ms(measure: Any, seconds: float, billed: float) -> None:
    """Each request is billed in steps of 100 ms."""
    work = {"requests_per_month": 3600, "request_seconds": seconds}
    found = measure("gcp.cloud_run", {**HERE, **work})
    assert found.meters["vcpu_hours"][0] == pytest.approx(billed)


def test_concurrency_shares_active_time(measure: Any) -> None:
    """Four requests at once take a quarter of the time."""
    work = {"requests_per_month": 3600, "request_seconds": 1, "concurrency": 4}
    assert measure("gcp.cloud_run", {**HERE, **work}).meters["vcpu_hours"][0] == 0.25


def test_idle_is_the_rest_of_the_warm_time_story_15(measure: Any) -> None:
    """Warm instances are idle where they are not active."""
    work = {"requests_per_month": 3600, "request_seconds": 10, "min_instances": 1}
    found = measure("gcp.cloud_run", {**HERE, **work})
    assert found.meters["idle_vcpu_hours"][0] == pytest.approx(730 - 10)


def test_no_idle_without_warm_instances_story_15(measure: Any) -> None:
    """Without warm instances there is no idle time."""
    found = measure("gcp.cloud_run", {**HERE, **REQUESTS})
    assert found.meters["idle_vcpu_hours"][0] == 0


def test_idle_is_never_negative_story_15(measure: Any) -> None:
    """Where requests keep more than the warm instances busy, none is idle."""
    work = {"requests_per_month": 1e8, "request_seconds": 1, "min_instances": 1}
    assert measure("gcp.cloud_run", {**HERE, **work}).meters["idle_vcpu_hours"][0] == 0


def test_instance_hours_ignore_the_minimum_story_2(measure: Any) -> None:
    """Always-on instances run as long as they run: no minimum scales them, no half is assumed."""
    workloads = [{**HERE, "replicas": 2, "min_instances": n} for n in (0, 1, 5)]
    assert measure("gcp.cloud_run", *workloads).meters["vcpu_hours"].tolist() == [1460] * 3


def test_requests_are_request_based(measure: Any) -> None:
    """A service with requests pays by the request unless it says otherwise."""
    assert measure("gcp.cloud_run", {**HERE, **REQUESTS}).meters["requests"][0] == 1e6


def test_instance_based_has_no_request_fee(measure: Any) -> None:
    """Instance-based services pay no fee per request."""
    work = {**REQUESTS, "billing_mode": "instance"}
    assert measure("gcp.cloud_run", {**HERE, **work}).meters["requests"][0] == 0


def test_instance_based_takes_replicas(measure: Any) -> None:
    """Instance-based services with requests run whole instances."""
    work = {**REQUESTS, "billing_mode": "instance", "replicas": 2}
    assert measure("gcp.cloud_run", {**HERE, **work}).meters["vcpu_hours"][0] == 1460


FAULTS = [
    ({"billing_mode": "request"}, "invalid_value: billing_mode 'request' needs requests_per_month"),
    (
        {**REQUESTS, "billing_mode": "request", "gpu_type": "nvidia-l4"},
        "not_offered: accelerators need billing_mode 'instance'",
    ),
    ({**REQUESTS, "request_seconds": 3600.1}, "request_timeout: longer than 3600 s"),
    ({**REQUESTS, "concurrency": 1001}, "invalid_value: concurrency above 1000"),
    ({"gpu_type": "nvidia-tesla-t4"}, "not_offered: Cloud Run has no such accelerator"),
    (
        {"gpu_type": "nvidia-l4", "gpu_count": 2},
        "illegal_size: more than 1 accelerator per instance",
    ),
]


@pytest.mark.parametrize(("cells", "fault"), FAULTS, ids=str)
def test_faults(measure: Any, cells: dict[str, Any], fault: str) -> None:
    """What Cloud Run does not run is a fault."""
    assert measure("gcp.cloud_run", {**HERE, **cells}).faults[fault].all()


@pytest.mark.parametrize(
    "cells", [{**REQUESTS, "request_seconds": 3600}, {**REQUESTS, "concurrency": 1000}], ids=str
)
def test_limits_are_allowed(measure: Any, cells: dict[str, Any]) -> None:
    """The longest request and the highest concurrency are no faults."""
    found = measure("gcp.cloud_run", {**HERE, **cells})
    assert not any(mask.any() for mask in found.faults.values())


@pytest.mark.parametrize(
    ("kind", "least"), [("nvidia-l4", (4, 16)), ("nvidia-rtx-pro-6000", (20, 80))]
)
def test_accelerators_need_a_size(measure: Any, kind: str, least: tuple[float, float]) -> None:
    """An accelerator comes with a least size."""
    assert size(measure, gpu_type=kind) == least


def test_accelerator_hours(measure: Any) -> None:
    """One accelerator is meant where no number is given."""
    found = measure("gcp.cloud_run", {**HERE, "gpu_type": "nvidia-l4", "replicas": 2})
    assert found.meters["gpu_hours"][0] == 1460


def test_zonal_redundancy_costs_more() -> None:
    """Redundancy across zones is on unless switched off, and costs more."""
    gpu = {"service": "gcp.cloud_run", **HERE, "gpu_type": "nvidia-l4"}
    fleet = [gpu, {**gpu, "gpu_zonal_redundancy": False}]
    cost = wf.estimate(fleet, on=ON, free_tier="none").frame["monthly_cost"]
    assert cost[0] > cost[1]


def unit_price(region: str, mode: str, meter: str) -> float:
    """Give the price of one second of a vCPU or GiB."""
    service = {"service": "gcp.cloud_run", "region": region, **REQUESTS, "billing_mode": mode}
    lines = wf.estimate([service], on=ON).lines().set_index("meter")
    return float(lines.loc[meter, "list_unit_price"])


RATES = [
    ("us-central1", "request", "vcpu_hours", 0.000024),
    ("us-central1", "instance", "vcpu_hours", 0.000018),
    ("us-central1", "request", "memory_gib_hours", 0.0000025),
    ("us-central1", "instance", "memory_gib_hours", 0.000002),
    ("asia-northeast3", "request", "vcpu_hours", 0.0000336),
    ("asia-northeast3", "instance", "vcpu_hours", 0.0000216),
    ("asia-northeast3", "request", "memory_gib_hours", 0.0000035),
    ("asia-northeast3", "instance", "memory_gib_hours", 0.0000024),
]


@pytest.mark.parametrize(("region", "mode", "meter", "price"), RATES, ids=str)
def test_rates_by_mode_and_tier_story_14(region: str, mode: str, meter: str, price: float) -> None:
    """Request-based and instance-based have their own rates, in both tiers of regions."""
    assert unit_price(region, mode, meter) == pytest.approx(price)


@pytest.mark.parametrize("region", ["us-central1", "asia-northeast3"])
@pytest.mark.parametrize("meter", ["vcpu_hours", "memory_gib_hours"])
def test_request_rates_are_above_instance_rates_story_14(region: str, meter: str) -> None:
    """A second that is paid by the request costs more than one of a whole life."""
    assert unit_price(region, "request", meter) > unit_price(region, "instance", meter)


def test_every_legal_vcpu_costs_more_story_1() -> None:
    """Each larger vCPU costs more than the one before: none is free."""
    service = {"service": "gcp.cloud_run", **HERE, "memory_gib": 4}
    fleet = [{**service, "vcpu": vcpu} for vcpu in (1, 2, 4, 6, 8)]
    cost = wf.estimate(fleet, on=ON, free_tier="none").frame["monthly_cost"].to_numpy()
    assert (np.diff(cost) > 0).all()
