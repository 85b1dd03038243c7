"""Cloud NAT."""

from __future__ import annotations

from typing import Any

import pytest

import wharfage as wf

GATEWAY: dict[str, Any] = {"service": "gcp.cloud_nat", "region": "europe-west1"}
ON = "2026-10-01"


def total(**cells: Any) -> float:
    """Price one gateway."""
    return float(wf.estimate([{**GATEWAY, **cells}], on=ON).frame["monthly_cost"].sum(skipna=False))


@pytest.mark.parametrize(
    ("machines", "hourly"), [(0, 0), (1, 0.0014), (14, 0.0196), (32, 0.0448), (33, 0.044)]
)
def test_hourly_price_by_machines(machines: int, hourly: float) -> None:
    """The price grows with the machines up to 32 and is 0.044 above."""
    assert total(node_count=machines) == pytest.approx(730 * hourly)


def test_data_is_charged_in_both_directions_story_27() -> None:
    """A GiB costs 0.045, whichever way it goes."""
    assert total(node_count=0, transfer_gib=1000) == pytest.approx(45)


def test_addresses_are_charged() -> None:
    """Each address of a gateway costs 0.005 an hour, without a free part."""
    assert total(node_count=0, public_ipv4_count=2) == pytest.approx(2 * 730 * 0.005)


def test_price_is_the_same_everywhere() -> None:
    """The region does not matter."""
    cells = {"node_count": 3, "transfer_gib": 10, "public_ipv4_count": 1}
    assert total(**cells) == total(**cells, region="asia-northeast3")


def test_missing_address_is_said() -> None:
    """A gateway without an address is priced without it, and that is said."""
    said = wf.estimate([{**GATEWAY, "node_count": 1}], on=ON).assumptions
    assert "no_nat_address_priced" in said


def test_largest_price_is_not_known_before_it_was_read() -> None:
    """The maximum was read in August 2026: before, a large gateway has no price."""
    bill = wf.estimate([{**GATEWAY, "node_count": 40}], on="2026-05-01")
    assert bill.frame["unpriced_reason"].iloc[0].startswith("not_yet_priced")
