"""Amazon EC2 instances by type and count."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import wharfage as wf

ON = "2026-10-01"
NODE: dict[str, Any] = {"service": "aws.ec2", "region": "us-east-1", "instance_type": "m5.large"}


def price(on: str = ON, **cells: Any) -> pd.Series:
    """Price one row of nodes."""
    return wf.estimate([{**NODE, **cells}], on=on).frame.iloc[0]


def reason(**cells: Any) -> str:
    """Give the reason why a row of nodes has no price."""
    row = price(**cells)
    assert pd.isna(row["monthly_cost"])
    return str(row["unpriced_reason"])


def test_size_comes_from_the_machine() -> None:
    """A node is billed as the size of its type, whatever the row asks for."""
    row = price(vcpu=64, memory_gib=1, replicas=3)
    assert (row["billed_vcpu"], row["billed_memory_gib"]) == (2, 8)
    assert row["monthly_cost"] == pytest.approx(730 * 0.096)


@pytest.mark.parametrize(
    ("machine", "near"), [("m5.larg", "m5.large"), ("t3.mediun", "t3.medium"), ("c6g.larg", "c6g")]
)
def test_unknown_type_offers_a_near_name(machine: str, near: str) -> None:
    """A misspelt machine type is answered with the one that was meant."""
    words = reason(instance_type=machine)
    assert words.startswith(f"unknown_instance_type: '{machine}'")
    assert f"did you mean '{near}" in words


def test_type_of_the_other_cloud_is_unknown() -> None:
    """A machine type of Google's is no machine type here."""
    assert reason(instance_type="n2-standard-4").startswith("unknown_instance_type")


@pytest.mark.parametrize("empty", ["", None, float("nan")])
def test_type_is_required(empty: object) -> None:
    """A node without a machine type has no price."""
    assert "instance_type" in reason(instance_type=empty)


def test_retired_type_keeps_its_price() -> None:
    """A type that is still in the price list, but whose size is told no more, is priced."""
    row = price(instance_type="g3.4xlarge")
    assert row["monthly_cost"] == pytest.approx(730 * 1.14)
    assert pd.isna(row["billed_vcpu"])


def test_type_that_the_region_lacks() -> None:
    """A type that is sold elsewhere only has no rate in the region, which the reason names."""
    words = reason(instance_type="m1.small", region="eu-south-2")
    assert words.startswith("unknown_rate")
    assert "eu-south-2" in words
    assert "m1.small" in words


def test_no_nodes_cost_nothing() -> None:
    """A count of zero is a price of zero, not a missing one."""
    row = price(node_count=0, public_ipv4_count=1)
    assert (row["monthly_cost"], row["monthly_list_cost"]) == (0, 0)
    assert row["cost_status"] == "exact"


@pytest.mark.parametrize("count", [1.5, 0.5, -1, float("inf"), "two"])
def test_count_is_whole(count: object) -> None:
    """A count of nodes that is no whole number is a fault of the row."""
    assert "node_count" in reason(node_count=count)


def test_disk_needs_a_type() -> None:
    """A disk without a type has no price, a type without a disk costs nothing."""
    assert "boot_disk_type" in reason(boot_disk_gib=20)
    assert price(boot_disk_type="gp3")["monthly_cost"] == price()["monthly_cost"]
    assert price(boot_disk_gib=0)["monthly_cost"] == price()["monthly_cost"]


@pytest.mark.parametrize("disk", ["pd-ssd", "io2"])
def test_disk_type_of_another_kind(disk: str) -> None:
    """A disk type that has no rate here leaves the row without a price."""
    assert disk in reason(boot_disk_gib=20, boot_disk_type=disk)


def test_disk_follows_the_hours_of_the_node() -> None:
    """Half a month of a node is half a month of its disk."""
    lines = wf.estimate(
        [{**NODE, "boot_disk_gib": 100, "boot_disk_type": "gp3", "hours_per_month": 365}], on=ON
    ).lines()
    quantities = lines.set_index("meter")["pricing_quantity"]
    assert quantities.to_dict() == {"instance_hours": 365, "boot_disk_gib_months": 50}


def test_windows_has_no_rate() -> None:
    """The tables hold Linux prices only."""
    assert reason(operating_system="windows").startswith("unknown_rate")


def test_requests_are_no_work_for_a_machine() -> None:
    """A machine is priced by count and hours."""
    words = reason(requests_per_month=1000, request_seconds=1)
    assert words.startswith("unsupported_demand")


def test_savings_plan_without_a_rate_story_29() -> None:
    """A Savings Plan that is sold, but whose rate is not known, is no guess."""
    words = reason(purchase_option="savings_plan_1yr_no_upfront")
    assert words.startswith("unknown_rate")


def test_savings_plan_keeps_the_list_cost() -> None:
    """Under a Savings Plan the list cost is still the one on demand."""
    row = price(instance_type="m7g.large", purchase_option="savings_plan_3yr_no_upfront")
    assert row["monthly_cost"] == pytest.approx(730 * 0.0414)
    assert row["monthly_list_cost"] == pytest.approx(730 * 0.0816)


def test_more_hours_than_the_month() -> None:
    """A node cannot run longer than the month."""
    assert "hours_per_month" in reason(hours_per_month=731)
