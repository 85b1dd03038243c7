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
    assert total(boot_disk_type=kind) == pytest.approx(100 * price)


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


def test_types_of_the_other_cloud_have_no_price() -> None:
    """An EBS type is unpriced here."""
    assert reason(boot_disk_type="gp3").startswith("unknown_rate")
