"""From the catalog to a bill: read over a socket, refreshed, priced."""

from __future__ import annotations

from pathlib import Path

import pytest

import wharfage as wf
from wharfage.examples import example_fleet_path
from wharfage.feeds.refresh import refresh

from .conftest import Reader
from .shop import KUBERNETES, Shop, wire_sku

POD = {
    "service": "gcp.gke_autopilot",
    "region": "us-central1",
    "vcpu": 1,
    "memory_gib": 4,
    "compute_class": "balanced",
}


def cost(book: wf.RateBook, work: object, on: str) -> float:
    """Price work with a book."""
    return wf.estimate(work, rates=book, on=on).total(strict=False)["USD"]


def test_a_new_price_reaches_the_bill(
    shop: Shop, autopilot: Path, read_shop: Reader, book: wf.RateBook, tmp_path: Path
) -> None:
    """A price that the catalog publishes is in the refreshed book, which prices the example fleet."""
    sku = wire_sku("SKU-1", "0.0700", "us-central1")
    sku["pricingInfo"][0]["effectiveTime"] = "2026-09-01T07:00:00Z"
    shop.put(KUBERNETES, [sku])
    reading = read_shop(autopilot)
    refresh(book, reading, tmp_path / "rates")
    fresh = wf.RateBook.open(tmp_path / "rates")
    day = max(rate.observed_on for rate in reading.observations if rate.observed_on).isoformat()
    change = cost(fresh, [POD], day) - cost(book, [POD], day)
    before = wf.estimate([POD], rates=book, on=day).lines()
    paid = before.loc[before["meter"] == "vcpu_hours", "list_unit_price"].iloc[0]
    scale = before.loc[before["meter"] == "vcpu_hours", "pricing_quantity"].iloc[0] / 730
    assert change == pytest.approx(730 * (0.07 - paid * scale))
    assert cost(fresh, example_fleet_path(), day) == pytest.approx(
        cost(book, example_fleet_path(), day)
    )
    assert cost(fresh, [POD], "2026-05-01") == cost(book, [POD], "2026-05-01")
