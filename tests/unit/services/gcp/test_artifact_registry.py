"""Artifact Registry."""

from __future__ import annotations

from typing import Any

import pytest

import wharfage as wf

IMAGES: dict[str, Any] = {"service": "gcp.artifact_registry", "region": "asia-northeast3"}
ON = "2026-10-01"


def total(*rows: dict[str, Any], **options: Any) -> float:
    """Price repositories together."""
    return float(
        wf.estimate([{**IMAGES, **row} for row in rows], on=ON, **options)
        .frame["monthly_cost"]
        .sum(skipna=False)
    )


def reason(row: dict[str, Any]) -> str:
    """Give the reason why a repository has no price."""
    return str(wf.estimate([{**IMAGES, **row}], on=ON).frame["unpriced_reason"].iloc[0])


def test_half_a_gib_is_free() -> None:
    """Storage of half a GiB costs nothing, and a whole GiB the other half."""
    assert total({"storage_gib": 0.5}) == 0
    assert total({"storage_gib": 1}) == pytest.approx(0.05)


def test_free_part_is_given_once() -> None:
    """Two repositories of an account share the free part."""
    assert total({"storage_gib": 1}, {"storage_gib": 1}) == pytest.approx(0.15)


def test_free_part_can_be_left_out() -> None:
    """Without free tiers every GiB is charged."""
    assert total({"storage_gib": 1}, free_tier="none") == pytest.approx(0.10)


def test_storage_for_part_of_a_month() -> None:
    """A tenth of the month is a tenth of the GiB-months, of which half a one is free."""
    row = {"storage_gib": 100, "hours_per_month": 73}
    assert total(row) == pytest.approx((10 - 0.5) * 0.10)


def test_transfer_within_the_region_is_free() -> None:
    """Pulls in the region of the repository cost nothing."""
    assert total({"transfer_gib": 1000, "transfer_to": "same_region"}) == 0


@pytest.mark.parametrize(
    ("destination", "price"),
    [
        ("region_in_asia_pacific", 0.05),
        ("region_in_europe", 0.08),
        ("region_in_oceania", 0.15),
        ("internet_asia_pacific", 0.12),
        ("internet_china", 0.19),
    ],
)
def test_destination_decides(destination: str, price: float) -> None:
    """A GiB from Seoul has the price of the area that it reaches."""
    row = {"transfer_gib": 100, "transfer_to": destination}
    assert total(row) == pytest.approx(100 * price)


def test_destination_is_needed() -> None:
    """Data that goes nowhere is a fault of its row."""
    assert reason({"transfer_gib": 1}) == "required: transfer_to is empty"


def test_destination_is_not_needed_without_transfer() -> None:
    """Who sends nothing need not say where to."""
    assert total({"storage_gib": 0.1}) == 0


def test_unknown_destination_has_no_price() -> None:
    """A destination that the table does not list is unpriced, not free."""
    assert reason({"transfer_gib": 1, "transfer_to": "the_moon"}).startswith("unknown_rate")


def test_region_in_no_area_has_no_price() -> None:
    """A region that no SKU names is not given its neighbours' price."""
    row = {"region": "us-east7", "transfer_gib": 1, "transfer_to": "internet_north_america"}
    assert reason(row).startswith("unknown_rate")
