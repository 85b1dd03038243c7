"""Registries, disks, logs and events of AWS."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import wharfage as wf

ON = "2026-10-01"
DISK: dict[str, Any] = {"boot_disk_type": "gp3", "storage_gib": 100}


def price(service: str, *, on: str = ON, region: str = "us-east-1", **cells: Any) -> pd.Series:
    """Price one row."""
    return wf.estimate([{"service": service, "region": region, **cells}], on=on).frame.iloc[0]


@pytest.mark.parametrize(("hours", "share"), [(None, 1.0), (365, 0.5), (0, 0.0)])
def test_storage_is_part_of_a_month(hours: float | None, share: float) -> None:
    """Images that are kept for half of the month cost half."""
    found = price("aws.ecr", storage_gib=10, hours_per_month=hours)
    assert found["monthly_cost"] == pytest.approx(10 * 0.10 * share)


def test_a_full_month_is_a_month_whatever_its_length() -> None:
    """A GB-month costs the same in February."""
    row = {"service": "aws.ecr", "region": "us-east-1", "storage_gib": 10}
    bills = [wf.estimate([row], on=ON, month=month) for month in ("2026-02", "730h", "2026-03")]
    assert [bill.total()["USD"] for bill in bills] == pytest.approx([1.0, 1.0, 1.0])


@pytest.mark.parametrize(
    ("iops", "throughput", "more"),
    [(None, None, 0), (3000, 125, 0), (3001, 125, 0.005), (3000, 126, 0.04), (16_000, 1000, 100)],
)
def test_performance_beyond_what_is_included(
    iops: float | None, throughput: float | None, more: float
) -> None:
    """Of gp3 3,000 IOPS and 125 MiB/s come with the capacity."""
    found = price("aws.ebs", **DISK, iops=iops, throughput_mibps=throughput)
    assert found["monthly_cost"] == pytest.approx(8 + more)


def test_every_volume_has_what_is_included() -> None:
    """Three volumes are billed beyond what each includes."""
    found = price("aws.ebs", **DISK, iops=4000, replicas=3)
    assert found["monthly_cost"] == pytest.approx(3 * (8 + 5))


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"boot_disk_type": None}, "required: boot_disk_type"),
        ({"boot_disk_type": "gp2", "iops": 100}, "invalid_value: only gp3"),
        ({"boot_disk_type": "pd-ssd"}, "not_offered"),
        ({"region": "eu-west-1", "throughput_mibps": 200}, "unknown_rate: throughput_mibps_months"),
    ],
)
def test_volumes_that_cannot_be_priced(cells: dict[str, Any], reason: str) -> None:
    """A type that is missing or foreign, or performance without a rate, gives a reason."""
    assert price("aws.ebs", **{**DISK, **cells})["unpriced_reason"].startswith(reason)


@pytest.mark.parametrize(("region", "status"), [("us-east-1", "exact"), ("eu-west-1", "doubtful")])
def test_old_rates_of_iops_are_doubtful(region: str, status: str) -> None:
    """The hand copy of 2021 is doubtful where no later reading stands."""
    assert price("aws.ebs", **DISK, region=region, iops=4000)["cost_status"] == status


@pytest.mark.parametrize(
    ("log_class", "cost"), [(None, 100), ("infrequent_access", 50), ("vended", 100)]
)
def test_log_classes(log_class: str | None, cost: float) -> None:
    """The infrequent access class costs half to ingest."""
    found = price("aws.cloudwatch_logs", log_gib=200, log_class=log_class)
    assert found["monthly_cost"] == pytest.approx(cost)


def test_standard_logs_have_no_tiers() -> None:
    """However much is ingested, a GB of standard logs costs the same."""
    found = price("aws.cloudwatch_logs", log_gib=100_000)
    assert found["monthly_cost"] == pytest.approx(50_000)


def test_vended_tiers_belong_to_the_account() -> None:
    """Two sources of vended logs share the tiers of their account."""
    row = {"service": "aws.cloudwatch_logs", "region": "us-east-1", "log_class": "vended"}
    total = wf.estimate([{**row, "log_gib": 10_240}] * 2, on=ON).total()["USD"]
    assert total == pytest.approx(10_240 * 0.5 + 10_240 * 0.25)


@pytest.mark.parametrize(
    ("kind", "cost"), [("custom", 1.0), ("pipe", 0.4), ("api_destination", 0.2)]
)
def test_a_million_events(kind: str, cost: float) -> None:
    """A million events cost what the list says of a million."""
    found = price("aws.eventbridge", events_per_month=1_000_000, event_kind=kind)
    assert found["monthly_cost"] == pytest.approx(cost)


@pytest.mark.parametrize(
    ("kind", "reason"), [(None, "required: event_kind"), ("bus", "not_offered")]
)
def test_events_without_a_kind(kind: str | None, reason: str) -> None:
    """A kind that is missing or of another cloud gives a reason."""
    found = price("aws.eventbridge", events_per_month=5, event_kind=kind)
    assert found["unpriced_reason"].startswith(reason)


def test_pipes_are_not_known_everywhere() -> None:
    """A region without a price for pipes has none, though it has one for events."""
    cells: dict[str, Any] = {"region": "us-gov-east-1", "events_per_month": 1_000_000}
    assert price("aws.eventbridge", **cells, event_kind="custom")["monthly_cost"] > 0
    lacking = price("aws.eventbridge", **cells, event_kind="pipe")
    assert lacking["unpriced_reason"].startswith("unknown_rate")
