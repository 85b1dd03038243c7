"""GKE Autopilot admission, in millicores and MiB."""

from __future__ import annotations

import math
from typing import Any

import pytest

import wharfage as wf

GIB = 1024
ON = "2026-10-01"


def admitted(measure: Any, **cells: Any) -> tuple[int, int]:
    """Give the size of one pod after admission."""
    options = {"assumptions": cells.pop("assumptions", None)}
    for name in ("vcpu", "init_vcpu"):
        if name in cells:
            cells[name] = cells[name] / 1000
    for name in ("memory_gib", "init_memory_gib"):
        if name in cells:
            cells[name] = cells[name] / GIB
    found = measure("gcp.gke_autopilot", {"region": "us-central1", **cells}, **options)
    return round(found.billed_vcpu[0] * 1000), round(found.billed_memory_gib[0] * GIB)


#: requested millicores and MiB -> admitted, on clusters that support bursting
BURSTING = [
    ((10, 10), (50, 52)),
    ((50, 52), (50, 52)),
    ((51, 53), (51, 53)),
    ((730, 512), (730, 748)),
    ((500, 2 * GIB), (500, 2 * GIB)),
    ((1000, 1000), (1000, 1024)),
    ((1000, 1024), (1000, 1024)),
    ((1000, 1025), (1000, 1025)),
    ((1000, 6656), (1000, 6656)),
    ((1000, 6657), (1001, 6657)),
    ((50, 1024), (154, 1024)),
    ((30_000, 30 * GIB), (30_000, 30 * GIB)),
]

#: the same without bursting: steps of a quarter vCPU, larger minimums
PLAIN = [
    ((10, 10), (250, 512)),
    ((250, 512), (250, 512)),
    ((251, 512), (500, 512)),
    ((730, 512), (750, 768)),
    ((750, 768), (750, 768)),
    ((1000, 6657), (1001, 6657)),
]

#: by class: ratio and minimum
CLASSES = [
    ("balanced", (1000, 8 * GIB), (1000, 8 * GIB)),
    ("balanced", (1000, 8 * GIB + 1), (1001, 8 * GIB + 1)),
    ("balanced", (1000, 10), (1000, 1024)),
    ("scale_out", (10, 10), (250, 1024)),
    ("scale_out", (1000, 1024), (1000, 4 * GIB)),
    ("scale_out", (250, 4 * GIB), (1000, 4 * GIB)),
    ("general_purpose", (250, 4 * GIB), (616, 4 * GIB)),
]


@pytest.mark.parametrize(("asked", "got"), BURSTING, ids=str)
def test_admission_with_bursting(
    measure: Any, asked: tuple[int, int], got: tuple[int, int]
) -> None:
    """A pod is raised to the minimum, then to a ratio that its class allows."""
    assert admitted(measure, vcpu=asked[0], memory_gib=asked[1]) == got


@pytest.mark.parametrize(("asked", "got"), PLAIN, ids=str)
def test_admission_without_bursting(
    measure: Any, asked: tuple[int, int], got: tuple[int, int]
) -> None:
    """Without bursting the vCPU goes up in steps of 250m, before the ratio is looked at."""
    assert admitted(measure, vcpu=asked[0], memory_gib=asked[1], bursting=False) == got


@pytest.mark.parametrize(("compute_class", "asked", "got"), CLASSES, ids=str)
def test_admission_by_class_story_13(
    measure: Any, compute_class: str, asked: tuple[int, int], got: tuple[int, int]
) -> None:
    """Each class has its own ratio of memory to vCPU."""
    found = admitted(measure, vcpu=asked[0], memory_gib=asked[1], compute_class=compute_class)
    assert found == got


def test_default_pod(measure: Any) -> None:
    """A pod without requests has half a vCPU and 2 GiB."""
    assert admitted(measure) == (500, 2048)


def test_each_default_for_itself(measure: Any) -> None:
    """An empty memory request is filled in even if the vCPU is given."""
    assert admitted(measure, vcpu=1000) == (1000, 2048)


def test_step_is_an_assumption(measure: Any) -> None:
    """The step on bursting clusters can be set."""
    step = {"autopilot_bursting_cpu_step_millicores": 50.0}
    assert admitted(measure, vcpu=730, memory_gib=800, assumptions=step) == (750, 800)


def test_six_containers_of_50m_are_300m(measure: Any) -> None:
    """Noise of floats does not cost a millicore."""
    step = {"autopilot_bursting_cpu_step_millicores": 50.0}
    pod = {"vcpu": sum([0.05] * 6) * 1000, "memory_gib": 1024}
    assert admitted(measure, **pod, assumptions=step) == (300, 1024)


def test_init_containers_count_by_resource(measure: Any) -> None:
    """Per resource the larger of running and init containers counts."""
    pod = {"vcpu": 500, "memory_gib": 1024, "init_vcpu": 100, "init_memory_gib": 2048}
    assert admitted(measure, **pod) == (500, 2048)


def test_init_containers_can_be_ignored(measure: Any) -> None:
    """An assumption leaves init containers out."""
    pod = {"vcpu": 500, "memory_gib": 1024, "init_memory_gib": 2048}
    ignore = {"autopilot_init_containers": "ignore"}
    assert admitted(measure, **pod, assumptions=ignore) == (500, 1024)


LIMITS = [
    ("general_purpose", "x86_64", 30, 110),
    ("balanced", "x86_64", 222, 851),
    ("scale_out", "x86_64", 54, 216),
    ("scale_out", "arm64", 43, 172),
]
TOO_LARGE = "illegal_size: larger than the compute class allows"


@pytest.mark.parametrize(("name", "architecture", "vcpu", "memory"), LIMITS, ids=str)
def test_largest_pod(
    measure: Any, name: str, architecture: str, vcpu: float, memory: float
) -> None:
    """The largest pod of a class is admitted."""
    pod = {"compute_class": name, "cpu_architecture": architecture}
    size = {"vcpu": vcpu, "memory_gib": memory}
    found = measure("gcp.gke_autopilot", {"region": "us-central1", **pod, **size})
    assert not found.faults[TOO_LARGE].any()


@pytest.mark.parametrize(("name", "architecture", "vcpu", "memory"), LIMITS, ids=str)
@pytest.mark.parametrize("by", [(0.1, 0), (0, 0.1)], ids=str)
def test_larger_than_the_largest_pod(
    measure: Any,
    name: str,
    architecture: str,
    vcpu: float,
    memory: float,
    by: tuple[float, float],
) -> None:
    """A pod above the class maximum is rejected, never clamped."""
    pod = {"compute_class": name, "cpu_architecture": architecture}
    size = {"vcpu": vcpu + by[0], "memory_gib": memory + by[1]}
    found = measure("gcp.gke_autopilot", {"region": "us-central1", **pod, **size})
    assert found.faults[TOO_LARGE].all()


@pytest.mark.parametrize(
    ("asked", "billed"), [(None, 1), (0, 10 / GIB), (0.001, 10 / GIB), (1, 1), (10, 10)]
)
def test_storage_from_the_first_gib(measure: Any, asked: float, billed: float) -> None:
    """Ephemeral storage is billed from the first GiB; an empty request is one GiB."""
    pod = {"region": "us-central1", "ephemeral_storage_gib": asked, "hours_per_month": 1}
    found = measure("gcp.gke_autopilot", pod)
    assert found.meters["ephemeral_storage_gib_hours"][0] == pytest.approx(billed)


def test_storage_is_not_the_memory_story_13(measure: Any) -> None:
    """The storage request has nothing to do with the memory request."""
    pod = {"region": "us-central1", "memory_gib": 8, "hours_per_month": 1}
    assert measure("gcp.gke_autopilot", pod).meters["ephemeral_storage_gib_hours"][0] == 1


def test_too_much_storage(measure: Any) -> None:
    """More than ten GiB of storage is a fault."""
    pod = {"region": "us-central1", "ephemeral_storage_gib": 10.1}
    found = measure("gcp.gke_autopilot", pod)
    assert found.faults["illegal_size: more than 10 GiB of ephemeral storage"].all()


@pytest.mark.parametrize("seconds", [0, 1, 59, 60.5])
def test_runs_have_no_minimum(measure: Any, seconds: float) -> None:
    """A run is billed in whole seconds, without a minimum."""
    pod = {"region": "us-central1", "vcpu": 1, "runs_per_month": 3600, "run_seconds": seconds}
    found = measure("gcp.gke_autopilot", pod)
    assert found.meters["vcpu_hours"][0] == pytest.approx(-(-seconds // 1))


@pytest.mark.parametrize(
    "cells",
    [{"compute_class": "performance"}, {"compute_class": "accelerator"}, {"gpu_type": "nvidia-l4"}],
    ids=str,
)
def test_node_billed_pods_are_not_general_purpose_story_13(cells: dict[str, str]) -> None:
    """Pods that are billed by the node are dearer than plain ones, or unpriced; never the same."""
    pod = {"service": "gcp.gke_autopilot", "region": "us-central1", "vcpu": 4, "memory_gib": 16}
    plain, special = wf.estimate([pod, {**pod, **cells}], on=ON).frame["monthly_cost"]
    assert math.isnan(special) or special > plain


def meter_prices(compute_class: str, option: str) -> dict[str, float]:
    """Give what one vCPU, one GiB and one GiB of storage cost in an hour."""
    pod = {"service": "gcp.gke_autopilot", "region": "us-central1", "purchase_option": option}
    size = {"vcpu": 1, "memory_gib": 4, "ephemeral_storage_gib": 1, "hours_per_month": 1}
    bill = wf.estimate([{**pod, **size, "compute_class": compute_class}], on=ON)
    lines = bill.lines().set_index("meter")
    prices: dict[str, float] = (lines["effective_cost"] / lines["pricing_quantity"]).to_dict()
    return prices


@pytest.mark.parametrize("name", ["general_purpose", "balanced", "scale_out"])
@pytest.mark.parametrize("meter", ["vcpu_hours", "memory_gib_hours"])
def test_spot_is_cheaper_in_every_class_story_13(name: str, meter: str) -> None:
    """Every class has a Spot price of its own below its on-demand price."""
    assert 0 < meter_prices(name, "spot")[meter] < meter_prices(name, "on_demand")[meter]


@pytest.mark.parametrize("option", ["spot", "on_demand"])
@pytest.mark.parametrize("meter", ["vcpu_hours", "memory_gib_hours"])
def test_classes_have_their_own_price_story_13(option: str, meter: str) -> None:
    """Balanced is not priced as general-purpose, nor is Scale-Out."""
    names = ["general_purpose", "balanced", "scale_out"]
    assert len({meter_prices(name, option)[meter] for name in names}) == 3


def test_spot_storage_is_at_list_story_13() -> None:
    """Spot changes vCPU and memory, not storage."""
    spot = meter_prices("general_purpose", "spot")["ephemeral_storage_gib_hours"]
    assert spot == meter_prices("general_purpose", "on_demand")["ephemeral_storage_gib_hours"]


def test_a_region_without_the_class_is_not_free_story_7() -> None:
    """Scale-Out has no rate in europe-north2: its pods have no price, and general ones have."""
    pod = {"service": "gcp.gke_autopilot", "region": "europe-north2"}
    fleet = [{**pod, "compute_class": name} for name in ("scale_out", "general_purpose")]
    without, priced = wf.estimate(fleet, on=ON).frame.to_dict("records")
    assert math.isnan(without["monthly_cost"])
    assert without["unpriced_reason"].startswith("unknown_rate: vcpu_hours (europe-north2")
    assert priced["monthly_cost"] > 0
