"""Load balancers, NAT gateways, public addresses and data transfer of AWS."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import wharfage as wf

ON = "2026-10-01"
INTERNET: dict[str, Any] = {
    "service": "aws.data_transfer",
    "region": "us-east-1",
    "transfer_to": "internet",
}


def price(service: str, *, region: str = "us-east-1", **cells: Any) -> pd.Series:
    """Price one row without free tiers."""
    row = {"service": service, "region": region, **cells}
    return wf.estimate([row], on=ON, free_tier="none").frame.iloc[0]


def balancer(kind: str | None = "application", **cells: Any) -> pd.Series:
    """Price one load balancer."""
    return price("aws.load_balancer", load_balancer_type=kind, **cells)


@pytest.mark.parametrize(
    ("kind", "hour"),
    [("application", 0.0225), ("network", 0.0225), ("gateway", 0.0125), ("classic", 0.025)],
)
def test_each_type_has_its_hour_story_27(kind: str, hour: float) -> None:
    """Four types of load balancer have three prices."""
    assert balancer(kind)["monthly_cost"] == pytest.approx(730 * hour)


@pytest.mark.parametrize(("hours", "billed"), [(0, 0), (0.01, 1), (1, 1), (1.0001, 2), (720, 720)])
def test_a_started_hour_is_whole(hours: float, billed: float) -> None:
    """Load balancers and NAT gateways bill started hours whole."""
    assert balancer(hours_per_month=hours)["monthly_cost"] == pytest.approx(billed * 0.0225)
    nat = price("aws.nat_gateway", hours_per_month=hours)
    assert nat["monthly_cost"] == pytest.approx(billed * 0.045)


@pytest.mark.parametrize(
    ("units", "gib", "billed"), [(0, 100, 100), (500, 100, 500), (100, 0, 100), (0.5, 0, 0.5)]
)
def test_units_are_the_largest_dimension(units: float, gib: float, billed: float) -> None:
    """Bytes take capacity units only where more are not stated."""
    found = balancer(lcu_hours=units, transfer_gib=gib, hours_per_month=0)
    assert found["monthly_cost"] == pytest.approx(billed * 0.008)


def test_units_from_bytes_are_said() -> None:
    """Capacity units that follow from bytes alone are an assumption."""
    row = {"service": "aws.load_balancer", "region": "us-east-1", "load_balancer_type": "network"}
    bill = wf.estimate([{**row, "transfer_gib": 5}], on=ON)
    assert "lcu_from_bytes" in bill.assumptions


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"kind": None}, "required: load_balancer_type"),
        ({"kind": "classic", "lcu_hours": 5}, "invalid_value: a Classic"),
        ({"kind": "gateway", "transfer_gib": 5}, "required: lcu_hours"),
        ({"kind": "internal_passthrough"}, "not_offered"),
    ],
)
def test_load_balancers_that_cannot_be_priced(cells: dict[str, Any], reason: str) -> None:
    """A type that is missing or of another cloud, or units that it has not, give a reason."""
    assert balancer(**cells)["unpriced_reason"].startswith(reason)


def test_hours_without_unit_price() -> None:
    """Where only the hour is known, a load balancer with units has no price."""
    cells: dict[str, Any] = {"region": "ap-southeast-6", "load_balancer_type": "application"}
    assert price("aws.load_balancer", **cells)["monthly_cost"] == pytest.approx(730 * 0.02646)
    lacking = price("aws.load_balancer", **cells, lcu_hours=1)
    assert lacking["unpriced_reason"].startswith("unknown_rate: lcu_hours")


def test_gateways_share_no_data_story_27() -> None:
    """Three gateways bill three times the hours, and the data once."""
    found = price("aws.nat_gateway", region="ap-northeast-2", replicas=3, transfer_gib=100)
    assert found["monthly_cost"] == pytest.approx(3 * 730 * 0.059 + 100 * 0.059)


@pytest.mark.parametrize("state", ["in_use", "idle"])
def test_addresses_cost_the_same_idle_story_27(state: str) -> None:
    """An address costs half a cent an hour, whatever it does."""
    found = price("aws.public_ipv4", public_ipv4_count=4, ipv4_state=state)
    assert found["monthly_cost"] == pytest.approx(4 * 730 * 0.005)


@pytest.mark.parametrize(
    ("gib", "cost"),
    [
        (1, 0.09),
        (10_240, 921.6),
        (10_241, 921.685),
        (51_200, 921.6 + 40_960 * 0.085),
        (200_000, 921.6 + 40_960 * 0.085 + 102_400 * 0.07 + 46_400 * 0.05),
    ],
)
def test_tiers_of_the_internet(gib: float, cost: float) -> None:
    """The first 10 TB, the next 40, the next 100 and the rest have prices of their own."""
    found = price("aws.data_transfer", transfer_to="internet", transfer_gib=gib)
    assert found["monthly_cost"] == pytest.approx(cost)


def test_tiers_belong_to_the_account() -> None:
    """Two halves of one account cost what the whole costs."""
    halves = wf.estimate([{**INTERNET, "transfer_gib": 25_600}] * 2, on=ON).total()["USD"]
    whole = wf.estimate([{**INTERNET, "transfer_gib": 51_200}], on=ON).total()["USD"]
    assert halves == pytest.approx(whole)


@pytest.mark.parametrize(("gib", "cost"), [(0, 0), (60, 0), (100, 0), (101, 0.09)])
def test_a_hundred_gb_are_free(gib: float, cost: float) -> None:
    """The first hundred GB of an account cost nothing, the next one does."""
    bill = wf.estimate([{**INTERNET, "transfer_gib": gib}], on=ON)
    assert bill.total()["USD"] == pytest.approx(cost, abs=1e-9)


def test_govcloud_has_no_free_part() -> None:
    """A GB of GovCloud is charged, and leaves the hundred to the other regions."""
    rows = [
        {**INTERNET, "region": region, "transfer_gib": 100}
        for region in ("us-gov-east-1", "us-east-1")
    ]
    costs = wf.estimate(rows, on=ON).frame["monthly_cost"]
    assert costs.tolist() == pytest.approx([15.5, 0])


def test_the_free_part_is_shared_over_regions() -> None:
    """Two regions of one account have one free part between them."""
    rows = [
        {**INTERNET, "region": region, "transfer_gib": 100} for region in ("us-east-1", "eu-west-1")
    ]
    assert wf.estimate(rows, on=ON).total()["USD"] == pytest.approx(9.00)


@pytest.mark.parametrize(
    ("region", "to", "each"),
    [
        ("us-west-2", "us-east-1", 0.02),
        ("us-east-1", "us-east-2", 0.01),
        ("ap-northeast-2", "ap-northeast-1", 0.08),
        ("us-east-1", "zone", 0.02),
    ],
)
def test_transfer_inside_aws(region: str, to: str, each: float) -> None:
    """Regions bill what leaves; zones bill it twice."""
    found = price("aws.data_transfer", region=region, transfer_to=to, transfer_gib=10)
    assert found["monthly_cost"] == pytest.approx(10 * each)


@pytest.mark.parametrize(
    ("region", "to", "reason"),
    [
        ("us-east-1", None, "required: transfer_to"),
        ("us-east-1", "us-east-9", "unknown_rate: transfer_gib (us-east-1, us-east-9)"),
        ("us-east-1", "us-east-1", "unknown_rate"),
        ("eu-west-1", "zone", "unknown_rate: zone_transfer_gib (eu-west-1)"),
    ],
)
def test_transfer_without_a_price(region: str, to: str | None, reason: str) -> None:
    """A destination that is missing or unknown, or a rate that nobody read, is no zero."""
    found = price("aws.data_transfer", region=region, transfer_to=to, transfer_gib=10)
    assert found["unpriced_reason"].startswith(reason)
