"""External IPv4 addresses."""

from __future__ import annotations

from typing import Any

import pytest

import wharfage as wf

ADDRESS: dict[str, Any] = {
    "service": "gcp.external_ipv4",
    "region": "us-central1",
    "public_ipv4_count": 1,
}
ON = "2026-10-01"


def total(*rows: dict[str, Any], **options: Any) -> float:
    """Price addresses together."""
    return float(
        wf.estimate([{**ADDRESS, **row} for row in rows], on=ON, **options)
        .frame["monthly_cost"]
        .sum(skipna=False)
    )


def test_first_720_hours_are_free() -> None:
    """One address of a month of 720 hours costs nothing."""
    assert total({}, month="720h") == 0


def test_free_hours_do_not_grow_with_the_month() -> None:
    """In a month of 744 hours, 24 are charged."""
    assert total({}, month="744h") == pytest.approx(24 * 0.005)


def test_free_hours_are_shared() -> None:
    """Two rows of an account share the free hours."""
    assert total({}, {}) == pytest.approx(1460 * 0.005 - 3.6)


def test_each_account_has_free_hours() -> None:
    """Two accounts have 720 hours each."""
    rows = ({"billing_account": "a"}, {"billing_account": "b"})
    assert total(*rows) == pytest.approx(2 * 10 * 0.005)


def test_spot_machines_pay_half_and_have_no_free_hours() -> None:
    """An address on a Spot machine costs 0.0025 from the first hour."""
    assert total({"purchase_option": "spot"}) == pytest.approx(730 * 0.0025)


@pytest.mark.parametrize(("region", "hourly"), [("us-central1", 0.01), ("asia-northeast3", 0.015)])
def test_idle_addresses_cost_by_region(region: str, hourly: float) -> None:
    """A reserved address that nothing uses has a price of its region, from the second hour on."""
    assert total({"region": region, "ipv4_state": "idle"}) == pytest.approx(729 * hourly)


def test_idle_addresses_of_canada_have_no_free_hour() -> None:
    """Montreal's SKU has no first hour without a price."""
    row = {"region": "northamerica-northeast1", "ipv4_state": "idle"}
    assert total(row) == pytest.approx(730 * 0.011)


def test_attached_addresses_are_charged_story_27() -> None:
    """Addresses in use are charged, each of them; the free hours aside."""
    assert total({"public_ipv4_count": 3}, free_tier="none") == pytest.approx(3 * 730 * 0.005)
