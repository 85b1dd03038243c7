"""Tests of the oracle's reading of rate tables, on a small table of its own."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from .decimal_oracle import OracleBill, price_fleet
from .price_tables import unit_factor

ON = date(2026, 11, 23)


def _bill(row: dict[str, Any], tables: Path, on: date = ON) -> OracleBill:
    return price_fleet([row], tables, on=on)[0]


SMALL_TABLE = """
service: aws.fargate
purchase_options: [on_demand, spot, flexible_cud_1yr, savings_plan_1yr_no_upfront]
meters:
  vcpu_hours: {pricing_unit: vCPU-Seconds, key: [tier, operating_system, purchase_option]}
  memory_gib_hours: {pricing_unit: GB-Hours, key: [region]}
  ephemeral_storage_gib_hours: {pricing_unit: GB-Hours, key: [region], minor: true}
rates:
- meter: vcpu_hours
  key: {operating_system: linux, purchase_option: on_demand}
  pricing_unit: vCPU-Seconds
  observed_on: 2025-01-01
  prices: {tier_1: ["0.01", SKU], tier_2: "0.02"}
- meter: vcpu_hours
  key: {operating_system: linux, purchase_option: on_demand}
  pricing_unit: vCPU-Seconds
  effective_from: 2026-01-01
  prices: {tier_1: "0.03"}
- meter: memory_gib_hours
  key: {}
  pricing_unit: GB-Hours
  observed_on: 2025-01-01
  prices: {here: "1", there: "1", gone: "1"}
- meter: memory_gib_hours
  key: {}
  pricing_unit: GB-Hours
  observed_on: 2025-06-01
  prices: {gone: null}
region_groups:
  tier:
  - groups: {tier_1: [here, gone], tier_2: [there]}
  - effective_from: 2027-01-01
    groups: {tier_1: [here, there, gone], tier_2: []}
discounts:
- purchase_option: flexible_cud_1yr
  meters: [vcpu_hours]
  key: {operating_system: [linux]}
  fraction: "0.28"
  observed_on: 2025-06-01
not_offered:
- when: {purchase_option: [spot], region: [there]}
  why: not yet
  until: 2026-01-01
"""


@pytest.fixture
def small_tables(tmp_path: Path) -> Path:
    """Write the small table where the oracle looks for aws.fargate."""
    (tmp_path / "aws").mkdir()
    (tmp_path / "aws" / "fargate.yaml").write_text(SMALL_TABLE, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("region", "on", "vcpu_per_hour"),
    [
        ("here", date(2025, 1, 1), 36),
        ("here", date(2025, 12, 31), 36),
        ("here", date(2026, 1, 1), 108),
        ("there", date(2026, 1, 1), 72),
        ("there", date(2027, 1, 1), 108),
    ],
)
def test_the_newest_rate_on_or_before_the_day_holds(
    small_tables: Path, region: str, on: date, vcpu_per_hour: int
) -> None:
    """Rates and region groups change on their days, per region."""
    row = {
        "service": "aws.fargate",
        "region": region,
        "vcpu": 1,
        "memory_gib": 2,
        "hours_per_month": 1,
    }
    assert _bill(row, small_tables, on=on).monthly_cost == vcpu_per_hour + 2


@pytest.mark.parametrize(
    ("changes", "on", "reason"),
    [
        ({}, date(2024, 12, 31), "not_yet_priced"),
        ({"region": "gone"}, date(2025, 6, 1), "withdrawn"),
        ({"region": "elsewhere"}, ON, "invalid_value"),
        ({"purchase_option": "spot"}, ON, "unknown_rate"),
        ({"purchase_option": "savings_plan_1yr_no_upfront"}, ON, "unknown_rate"),
        ({"purchase_option": "cud_1yr"}, ON, "not_offered"),
        ({"purchase_option": "spot", "region": "there"}, date(2025, 12, 31), "not_offered"),
        ({"purchase_option": "spot", "region": "there"}, date(2026, 1, 1), "unknown_rate"),
        ({"purchase_option": "flexible_cud_1yr"}, date(2025, 5, 31), "unknown_rate"),
        ({"operating_system": "windows"}, ON, "unknown_rate"),
        ({"vcpu": None}, ON, "missing_value"),
        ({"vcpu": float("nan")}, ON, "missing_value"),
        ({"vcpu": float("inf")}, ON, "invalid_value"),
        ({"vcpu": "1"}, ON, "invalid_value"),
        ({"memory_gib": -1}, ON, "invalid_value"),
        ({"replicas": 1.5}, ON, "invalid_value"),
        ({"hours_per_month": 731}, ON, "invalid_value"),
        ({"runs_per_month": 1, "requests_per_month": 1}, ON, "invalid_value"),
        ({"runs_per_month": 1}, ON, "missing_value"),
    ],
)
def test_rows_without_a_price_say_why(
    small_tables: Path, changes: dict[str, Any], on: date, reason: str
) -> None:
    """A row without a price has its reason and no amount."""
    row = {"service": "aws.fargate", "region": "here", "vcpu": 1, "memory_gib": 2}
    bill = _bill({**row, **changes}, small_tables, on=on)
    assert not bill.priced
    assert (bill.reason or "").split(":")[0] == reason
    assert bill.monthly_cost is bill.monthly_list_cost is bill.gross is None
    assert not bill.lines


def test_a_discount_changes_only_its_meters(small_tables: Path) -> None:
    """A percentage option lowers the effective cost of its meters and leaves the list cost."""
    row = {
        "service": "aws.fargate",
        "region": "here",
        "vcpu": 1,
        "memory_gib": 2,
        "hours_per_month": 1,
    }
    bill = _bill({**row, "purchase_option": "flexible_cud_1yr"}, small_tables)
    assert bill.lines["vcpu_hours"] == (Decimal(1), Decimal(108), Decimal("77.76"))
    assert bill.lines["memory_gib_hours"] == (Decimal(2),) * 3
    assert bill.monthly_list_cost == Decimal(110)
    assert bill.monthly_cost == Decimal("79.76")


def test_a_minor_meter_without_a_rate_leaves_the_row_priced(small_tables: Path) -> None:
    """Storage without a rate is shown without a cost, and the rest is a lower bound."""
    row = {
        "service": "aws.fargate",
        "region": "here",
        "vcpu": 1,
        "memory_gib": 2,
        "hours_per_month": 1,
    }
    bill = _bill({**row, "ephemeral_storage_gib": 30}, small_tables)
    assert bill.priced
    assert bill.lower_bound
    assert bill.monthly_cost == 110
    assert bill.lines["ephemeral_storage_gib_hours"] == (Decimal(10), None, None)


def test_nothing_used_costs_nothing_whatever_the_price(small_tables: Path) -> None:
    """Zero replicas cost 0 even under an option without a rate."""
    row = {"service": "aws.fargate", "region": "here", "vcpu": 1, "memory_gib": 2, "replicas": 0}
    bill = _bill({**row, "purchase_option": "spot"}, small_tables)
    assert bill.priced
    assert bill.monthly_cost == 0


def test_a_known_region_without_a_rate_costs_nothing_only_where_nothing_is_used(
    small_tables: Path,
) -> None:
    """A region on the list has no rate, and one off the list is a fault."""
    listed = "regions: {aws: {here: Here, empty: Nothing here}}"
    (small_tables / "regions.yaml").write_text(listed, encoding="utf-8")
    row = {"service": "aws.fargate", "region": "empty", "vcpu": 1, "memory_gib": 2}
    assert (_bill(row, small_tables).reason or "").startswith("unknown_rate")
    assert _bill({**row, "replicas": 0}, small_tables).monthly_cost == 0
    unlisted = _bill({**row, "region": "there", "replicas": 0}, small_tables)
    assert (unlisted.reason or "").startswith("invalid_value")


@pytest.mark.parametrize(
    ("unit", "factor"),
    [
        ("vCPU-Hours", 1),
        ("GiB-Seconds", 3600),
        ("Hours", 1),
        ("Requests", 1),
        ("mCPU-Hours", 1000),
        ("GiB-Months", 1),
    ],
)
def test_unit_factor(unit: str, factor: int) -> None:
    """A price per second is 3600 times as much per hour."""
    assert unit_factor(unit) == factor


def test_an_unknown_pricing_unit_is_refused() -> None:
    """A unit that the oracle does not know is never guessed."""
    with pytest.raises(ValueError, match="GiB-Weeks"):
        unit_factor("GiB-Weeks")
