"""Compute Engine machines by type and count."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import wharfage as wf

ON = "2026-10-01"
NODE: dict[str, Any] = {
    "service": "gcp.compute_engine",
    "region": "us-central1",
    "instance_type": "n1-standard-4",
}
LIST = 0.189999
T4 = {"gpu_type": "nvidia-tesla-t4"}


def price(on: str = ON, **cells: Any) -> pd.Series:
    """Price one row of nodes."""
    options = {"assumptions": cells.pop("assumptions", None)}
    return wf.estimate([{**NODE, **cells}], on=on, **options).frame.iloc[0]


def reason(**cells: Any) -> str:
    """Give the reason why a row of nodes has no price."""
    row = price(**cells)
    assert pd.isna(row["monthly_cost"])
    return str(row["unpriced_reason"])


@pytest.mark.parametrize(
    ("hours", "paid"),
    [(0, 1), (1, 1), (182.5, 1), (273.75, 2.8 / 3), (365, 0.9), (547.5, 0.8), (730, 0.7)],
)
def test_sustained_use_of_a_part_of_the_month(hours: float, paid: float) -> None:
    """Only the hours in each quarter of the month get that quarter's price."""
    row = price(hours_per_month=hours)
    assert row["monthly_cost"] == pytest.approx(hours * LIST * paid, rel=1e-12)
    assert row["monthly_list_cost"] == pytest.approx(hours * LIST, rel=1e-12)


@pytest.mark.parametrize(
    ("machine", "paid"),
    [
        ("n2-standard-4", 0.8002),
        ("n2d-standard-4", 0.8002),
        ("c2-standard-4", 0.8002),
        ("m1-ultramem-40", 0.7),
        ("g1-small", 0.7),
        ("e2-standard-4", 1),
        ("c2d-standard-4", 1),
        ("t2d-standard-4", 1),
        ("n4-standard-4", 1),
    ],
)
def test_sustained_use_by_family_story_28(machine: str, paid: float) -> None:
    """The discount of a full month depends on the family, and most families have none."""
    row = price(instance_type=machine)
    assert row["monthly_cost"] / row["monthly_list_cost"] == pytest.approx(paid, rel=1e-12)


@pytest.mark.parametrize(
    "without",
    [
        {"sustained_use": False},
        {"assumptions": {"sustained_use_account": "invoiced"}},
    ],
    ids=["row", "account"],
)
def test_sustained_use_can_be_refused(without: dict[str, Any]) -> None:
    """A row or a billing account can do without the discount."""
    assert price(**without)["monthly_cost"] == pytest.approx(730 * LIST, rel=1e-12)


def test_more_runs_than_hours_get_the_full_discount() -> None:
    """Runs beside each other are a full month at most."""
    row = price(runs_per_month=1000, run_seconds=3600)
    assert row["monthly_cost"] == pytest.approx(1000 * LIST * 0.7, rel=1e-12)


def test_gpu_shares_the_discount() -> None:
    """GPUs of an N1 machine get the discount of the machine; one is the default."""
    assert price(**T4)["monthly_cost"] == pytest.approx(730 * (LIST + 0.35) * 0.7, rel=1e-12)


@pytest.mark.parametrize("machine", ["n2-standard-4", "e2-medium", "g2-standard-4"])
def test_gpu_on_another_machine_is_not_offered(machine: str) -> None:
    """GPUs are attached to N1 machines only."""
    assert reason(instance_type=machine, **T4).startswith("not_offered")


def test_gpu_that_is_not_attached_has_no_rate() -> None:
    """A GPU that comes built in only has no price of its own."""
    assert reason(gpu_type="nvidia-l4").startswith("unknown_rate")


def test_gpu_count_needs_a_type() -> None:
    """A number of GPUs of no type is a fault of the row, and so is a fraction of one."""
    assert "gpu_type" in reason(gpu_count=2)
    assert "gpu_count" in reason(gpu_count=1.5, **T4)


def test_unknown_type_offers_a_near_name() -> None:
    """A misspelt machine type is answered with a near one."""
    words = reason(instance_type="n1-standard-3")
    assert words.startswith("unknown_instance_type: 'n1-standard-3'")
    assert "did you mean 'n1-standard-" in words


def test_type_that_the_region_lacks() -> None:
    """A type that is sold elsewhere only has no rate in the region, which the reason names."""
    words = reason(region="europe-north2")
    assert words.startswith("unknown_rate")
    assert "europe-north2" in words


@pytest.mark.parametrize("count", [1.5, -1])
def test_count_is_whole(count: float) -> None:
    """A count of nodes that is no whole number is a fault of the row."""
    assert "node_count" in reason(node_count=count)


def test_no_nodes_cost_nothing() -> None:
    """A count of zero is a price of zero, GPUs and disks included."""
    row = price(node_count=0, boot_disk_gib=100, boot_disk_type="pd-ssd", **T4)
    assert (row["monthly_cost"], row["monthly_list_cost"]) == (0, 0)


def test_disk_needs_a_type() -> None:
    """A disk without a type has no price."""
    assert "boot_disk_type" in reason(boot_disk_gib=20)


def test_spot_address_has_no_credit() -> None:
    """The free address-hours are for machines that are not Spot."""
    bill = wf.estimate([{**NODE, "public_ipv4_count": 1, "purchase_option": "spot"}], on=ON).lines()
    assert not bill["meter"].str.startswith("credit").any()


@pytest.mark.parametrize(
    ("machine", "option"),
    [
        ("f1-micro", "cud_1yr"),
        ("e2-medium", "flexible_cud_1yr"),
        ("g2-standard-4", "flexible_cud_3yr"),
        ("n1-standard-4", "savings_plan_1yr_no_upfront"),
    ],
)
def test_commitment_that_does_not_cover_a_machine(machine: str, option: str) -> None:
    """A commitment that is not sold for a machine type is not offered."""
    words = reason(instance_type=machine, purchase_option=option)
    assert words.startswith("not_offered")


@pytest.mark.parametrize(
    ("option", "paid"), [("flexible_cud_1yr", 0.72), ("flexible_cud_3yr", 0.54)]
)
def test_flexible_commitment(option: str, paid: float) -> None:
    """A flexible commitment is a part of the list price, without sustained use."""
    row = price(purchase_option=option)
    assert row["monthly_cost"] == pytest.approx(730 * LIST * paid, rel=1e-12)
    assert row["monthly_list_cost"] == pytest.approx(730 * LIST, rel=1e-12)


@pytest.mark.parametrize(
    "machine", ["n2-standard-2", "n2d-highcpu-2", "e2-medium", "c4-standard-4"]
)
def test_spot_machines_are_neither_free_nor_on_demand_story_8(machine: str) -> None:
    """Every family has a Spot price of its own: 60 percent of the list price at the most."""
    spot = price(instance_type=machine, purchase_option="spot")
    assert 0 < spot["monthly_cost"] <= 0.6001 * spot["monthly_list_cost"]


def test_preemptible_highcpu_costs_dollars_not_hundreds_story_12() -> None:
    """An hour of an n2d-highcpu-2 is 0.018054 on Spot, and 0.062376 at list."""
    row = price(instance_type="n2d-highcpu-2", purchase_option="spot")
    assert row["monthly_cost"] == pytest.approx(730 * 0.018054)
    assert row["monthly_list_cost"] == pytest.approx(730 * 0.062376)


@pytest.mark.parametrize(
    ("machine", "gib"), [("n2-highmem-4", 32), ("n2-standard-4", 16), ("n2-highcpu-4", 4)]
)
def test_memory_belongs_to_the_machine_story_13(machine: str, gib: float) -> None:
    """High-memory machines have 8 GiB a vCPU, not 4."""
    assert price(instance_type=machine)["billed_memory_gib"] == gib


@pytest.mark.parametrize("family", ["c4", "c4a"])
def test_built_in_ssd_is_charged_story_28(family: str) -> None:
    """A machine with a built-in SSD costs more than the same without one."""
    bare, built_in = (
        price(instance_type=f"{family}-standard-4{end}")["monthly_cost"] for end in ("", "-lssd")
    )
    assert built_in > bare + 30


def test_custom_machines_are_refused_not_guessed_story_28() -> None:
    """The price of a custom machine is no multiple of a predefined one: it has none here."""
    assert reason(instance_type="e2-custom-4-8192").startswith("unknown_instance_type")
