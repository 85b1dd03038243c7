"""AWS Fargate tasks."""

from __future__ import annotations

from typing import Any

import pytest

import wharfage as wf

ON = "2026-10-01"
TASK: dict[str, Any] = {"region": "us-east-1", "vcpu": 1, "memory_gib": 2}
SECONDS = [0, 1, 59, 60, 61, 299, 300, 3600]
LINUX = [60, 60, 60, 60, 61, 299, 300, 3600]
WINDOWS = [300, 300, 300, 300, 300, 300, 300, 3600]


def cost(**cells: Any) -> float:
    """Price one task."""
    task = {"service": "aws.fargate", **TASK, **cells}
    return float(wf.estimate([task], on=ON).frame["monthly_cost"].item())


@pytest.mark.parametrize(("seconds", "billed"), list(zip(SECONDS, LINUX, strict=True)))
def test_linux_runs_story_19(measure: Any, seconds: int, billed: int) -> None:
    """A Linux run is billed to the second, for one minute at least."""
    found = measure("aws.fargate", {**TASK, "runs_per_month": 3600, "run_seconds": seconds})
    assert found.meters["vcpu_hours"][0] == pytest.approx(billed)


@pytest.mark.parametrize(("seconds", "billed"), list(zip(SECONDS, WINDOWS, strict=True)))
def test_windows_runs_story_19(measure: Any, seconds: int, billed: int) -> None:
    """A Windows run is billed to the second, for five minutes at least."""
    work = {"runs_per_month": 3600, "run_seconds": seconds, "operating_system": "windows"}
    found = measure("aws.fargate", {**TASK, **work})
    assert found.meters["vcpu_hours"][0] == pytest.approx(billed)


def test_part_of_a_second_is_a_second(measure: Any) -> None:
    """A run of 60.2 seconds is one of 61."""
    found = measure("aws.fargate", {**TASK, "runs_per_month": 3600, "run_seconds": 60.2})
    assert found.meters["vcpu_hours"][0] == pytest.approx(61)


def test_memory_raises_vcpu(measure: Any) -> None:
    """More memory than a size has takes the next vCPU."""
    found = measure("aws.fargate", {**TASK, "vcpu": 0.25, "memory_gib": 3})
    assert (found.billed_vcpu[0], found.billed_memory_gib[0]) == (0.5, 3)


@pytest.mark.parametrize(
    ("asked", "billed"), [(None, 0), (0, 0), (20, 0), (20.5, 0.5), (21, 1), (200, 180)]
)
def test_storage_beyond_what_is_included(measure: Any, asked: float, billed: float) -> None:
    """Twenty GiB of storage are included; the rest is billed."""
    found = measure("aws.fargate", {**TASK, "ephemeral_storage_gib": asked, "hours_per_month": 1})
    assert found.meters["ephemeral_storage_gib_hours"][0] == pytest.approx(billed)


def test_too_much_storage_is_a_fault(measure: Any) -> None:
    """More than 200 GiB of storage cannot be had."""
    found = measure("aws.fargate", {**TASK, "ephemeral_storage_gib": 200.1})
    fault = "illegal_size: more than 200 GiB of ephemeral storage"
    assert found.faults[fault].all()


def test_licence_of_windows(measure: Any) -> None:
    """Windows has a licence per vCPU."""
    found = measure("aws.fargate", {**TASK, "operating_system": "windows"})
    assert found.meters["os_licence_vcpu_hours"][0] == 730


def test_no_licence_of_linux(measure: Any) -> None:
    """Linux has none."""
    assert measure("aws.fargate", TASK).meters["os_licence_vcpu_hours"][0] == 0


@pytest.mark.parametrize(("vcpu", "is_fault"), [(4, False), (8, True)])
def test_largest_windows_task(measure: Any, vcpu: float, is_fault: bool) -> None:
    """Windows tasks have four vCPU at most."""
    task = {"vcpu": vcpu, "memory_gib": 16, "operating_system": "windows"}
    found = measure("aws.fargate", {**TASK, **task})
    assert found.faults["illegal_size: larger than the largest task"][0] == is_fault


@pytest.mark.parametrize(("on", "is_fault"), [("2025-12-31", True), ("2026-01-01", False)])
def test_32_vcpu_have_a_first_day(measure: Any, on: str, is_fault: bool) -> None:
    """Legal sizes are dated: 32 vCPU exist from 2026 on."""
    found = measure("aws.fargate", {**TASK, "vcpu": 32, "memory_gib": 60}, on=on)
    assert found.faults["illegal_size: larger than the largest task"][0] == is_fault


PLATFORMS = {
    ("linux", "x86_64", "on_demand"): 0.04048 + 2 * 0.004445,
    ("linux", "arm64", "on_demand"): 0.03238 + 2 * 0.00356,
    ("windows", "x86_64", "on_demand"): 0.046552 + 2 * 0.00511175 + 0.046,
}


@pytest.mark.parametrize("platform", PLATFORMS, ids="-".join)
def test_platforms_have_their_own_price_story_10(platform: tuple[str, str, str]) -> None:
    """Linux, ARM and Windows with its licence are three prices."""
    system, architecture, option = platform
    found = cost(operating_system=system, cpu_architecture=architecture, purchase_option=option)
    assert found == pytest.approx(730 * PLATFORMS[platform])


@pytest.mark.parametrize("architecture", ["x86_64", "arm64"])
def test_spot_is_cheaper_and_not_free_story_8(architecture: str) -> None:
    """Spot costs less than on demand, and more than nothing."""
    spot = cost(cpu_architecture=architecture, purchase_option="spot")
    assert 0 < spot < cost(cpu_architecture=architecture)


def test_spot_is_not_on_demand_story_9() -> None:
    """A Spot task does not cost what the same task on demand does, nor nothing."""
    assert cost(purchase_option="spot") == pytest.approx(cost() * 0.318, rel=0.05)


def test_ecs_tasks_are_not_free_story_36() -> None:
    """An ECS task costs what Fargate charges, although ECS itself is free."""
    assert cost() == pytest.approx(36.0401)


def test_savings_plan_is_read_not_derived_story_29() -> None:
    """A commitment that was not read for a region has no price, not a guessed one."""
    task = {"service": "aws.fargate", **TASK, "region": "ap-southeast-6"}
    task["purchase_option"] = "savings_plan_3yr_no_upfront"
    frame = wf.estimate([task], on=ON).frame
    assert frame["monthly_cost"].isna().all()
    assert frame["unpriced_reason"].notna().all()


@pytest.mark.parametrize("region", ["cn-north-1", "cn-northwest-1"])
def test_china_is_not_priced_as_elsewhere_story_33(region: str) -> None:
    """A partition without rates has no price, in any currency."""
    frame = wf.estimate([{"service": "aws.fargate", **TASK, "region": region}], on=ON).frame
    assert frame["monthly_cost"].isna().all()
    assert "un" in frame["unpriced_reason"].item()


def test_gb_hours_are_memory_story_35() -> None:
    """GB-hours of a task are memory, not storage."""
    bill = wf.estimate([{"service": "aws.fargate", **TASK, "ephemeral_storage_gib": 21}], on=ON)
    by_meter = bill.lines().set_index("meter")
    assert by_meter.loc["memory_gib_hours", "pricing_unit"] == "GB-Hours"
    assert by_meter.loc["memory_gib_hours", "pricing_quantity"] == 2 * 730
    assert by_meter.loc["ephemeral_storage_gib_hours", "pricing_quantity"] == 730
