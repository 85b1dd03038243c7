"""Persistent Disk and Hyperdisk."""

from __future__ import annotations

from typing import Any

import pytest

import wharfage as wf

DISK: dict[str, Any] = {
    "service": "gcp.persistent_disk",
    "region": "us-central1",
    "storage_gib": 100,
    "boot_disk_type": "hyperdisk-balanced",
}
ON = "2026-10-01"


def total(**cells: Any) -> float:
    """Price one row of disks."""
    return float(wf.estimate([{**DISK, **cells}], on=ON).frame["monthly_cost"].sum(skipna=False))


def reason(**cells: Any) -> str:
    """Give the reason why a row has no price."""
    return str(wf.estimate([{**DISK, **cells}], on=ON).frame["unpriced_reason"].iloc[0])


@pytest.mark.parametrize(
    ("kind", "price"),
    [
        ("pd-standard", 0.04),
        ("pd-balanced", 0.10),
        ("pd-ssd", 0.17),
        ("pd-balanced-regional", 0.20),
        ("hyperdisk-balanced", 0.08),
    ],
)
def test_capacity(kind: str, price: float) -> None:
    """Each type has its price by the GiB and month."""
    row = {**DISK, "boot_disk_type": kind, "region": "us-central1"}
    bill = wf.estimate([row], on=ON, free_tier="none")
    assert bill.frame["monthly_cost"].iloc[0] == pytest.approx(100 * price)


@pytest.mark.parametrize(("gib", "charged"), [(29, 0), (30, 0), (31, 1), (100, 70)])
def test_first_30_gib_of_standard_disks_are_free(gib: float, charged: float) -> None:
    """In Iowa, 0.04 a GiB and month beyond 30."""
    assert total(boot_disk_type="pd-standard", storage_gib=gib) == pytest.approx(0.04 * charged)


def test_free_disks_are_of_some_regions() -> None:
    """Northern Virginia's SKU has no free part, that of Columbus has."""
    cells = {"boot_disk_type": "pd-standard", "storage_gib": 30}
    assert total(region="us-east4", **cells) == pytest.approx(30 * 0.044)
    assert total(region="us-east5", **cells) == 0


def test_other_disks_have_no_free_part() -> None:
    """Only standard disks have one."""
    assert total(boot_disk_type="pd-balanced", storage_gib=30) == pytest.approx(3)


@pytest.mark.parametrize(("iops", "extra"), [(0, 0), (3000, 0), (3001, 0.005), (5000, 10)])
def test_iops_beyond_the_baseline(iops: float, extra: float) -> None:
    """Hyperdisk Balanced includes 3000 IOPS."""
    assert total(iops=iops) == pytest.approx(8 + extra)


@pytest.mark.parametrize(("mibps", "extra"), [(140, 0), (150, 0.4)])
def test_throughput_beyond_the_baseline(mibps: float, extra: float) -> None:
    """Hyperdisk Balanced includes 140 MiB/s."""
    assert total(throughput_mibps=mibps) == pytest.approx(8 + extra)


def test_baseline_belongs_to_each_disk() -> None:
    """Two disks of 3000 IOPS pay for none of them."""
    assert total(replicas=2, iops=3000) == pytest.approx(16)


def test_time_is_prorated() -> None:
    """Half a month costs half, performance included."""
    whole = total(iops=5000)
    assert total(iops=5000, hours_per_month=365) == pytest.approx(whole / 2)


def test_month_does_not_change_the_price() -> None:
    """A whole month costs the same, however long it is."""
    bill = wf.estimate([DISK], on=ON, month="744h")
    assert float(bill.frame["monthly_cost"].sum(skipna=False)) == pytest.approx(8)


def test_type_is_needed() -> None:
    """A disk of no type is a fault of its row."""
    assert reason(boot_disk_type=None) == "required: boot_disk_type is empty"


def test_performance_that_is_not_sold() -> None:
    """A Persistent Disk has no IOPS to provision."""
    assert reason(boot_disk_type="pd-balanced", iops=1).startswith("not_offered")


def test_performance_that_must_be_stated() -> None:
    """A type that is sold by its performance is not priced without one."""
    assert reason(boot_disk_type="pd-extreme") == (
        "required: iops is empty, and this disk type is sold by it"
    )
    assert reason(boot_disk_type="hyperdisk-throughput").startswith("required: throughput_mibps")


@pytest.mark.parametrize("kind", ["gp2", "gp3"])
def test_types_of_the_other_cloud_are_not_offered(kind: str) -> None:
    """A type of Amazon EBS is refused by name."""
    assert reason(boot_disk_type=kind) == "not_offered: these disks belong to Amazon EBS"
