"""Data transfer out of Google Cloud."""

from __future__ import annotations

from typing import Any

import pytest

import wharfage as wf

SENT: dict[str, Any] = {"service": "gcp.data_transfer", "region": "us-central1"}
ON = "2026-10-01"


def bill(*rows: dict[str, Any], **options: Any) -> wf.Bill:
    """Price transfers together."""
    return wf.estimate([{**SENT, **row} for row in rows], on=ON, **options)


def total(*rows: dict[str, Any], **options: Any) -> float:
    """Give the cost of transfers together."""
    return float(bill(*rows, **options).frame["monthly_cost"].sum(skipna=False))


def sent(gib: float, to: str, **cells: Any) -> dict[str, Any]:
    """Give a row that sends data somewhere."""
    return {"transfer_gib": gib, "transfer_to": to, **cells}


@pytest.mark.parametrize(
    ("gib", "cost"),
    [
        (1024, 1024 * 0.19),
        (1025, 1024 * 0.19 + 0.18),
        (10240, 1024 * 0.19 + 9216 * 0.18),
        (10241, 1024 * 0.19 + 9216 * 0.18 + 0.15),
    ],
)
def test_premium_tiers(gib: float, cost: float) -> None:
    """To Australia the tiers break at 1 TiB and at 10 TiB."""
    assert total(sent(gib, "internet_australia")) == pytest.approx(cost)


def test_tiers_of_an_account_are_shared() -> None:
    """The split over workloads does not change the cost."""
    parts = [sent(gib, "internet_australia") for gib in (100, 900, 5000)]
    assert total(*parts) == pytest.approx(total(sent(6000, "internet_australia")))


def test_other_accounts_have_tiers_of_their_own() -> None:
    """A second account starts at the first tier."""
    parts = [sent(1000, "internet_australia", billing_account=name) for name in "ab"]
    assert total(*parts) == pytest.approx(2 * 1000 * 0.19)


def test_standard_tier_is_priced_by_the_source() -> None:
    """Iowa and Seoul have prices of their own; the free part is left aside."""
    iowa = sent(1000, "internet", network_kind="vm_standard")
    assert total(iowa, free_tier="none") == pytest.approx(85)
    assert total({**iowa, "region": "asia-northeast3"}, free_tier="none") == pytest.approx(119)


def test_standard_tier_has_a_free_part() -> None:
    """The first 200 GiB cost nothing."""
    assert total(sent(200, "internet", network_kind="vm_standard")) == 0


def test_free_part_is_worth_the_price_of_its_region() -> None:
    """In Seoul the first 200 GiB are free at Seoul's own price."""
    row = sent(300, "internet", network_kind="vm_standard", region="asia-northeast3")
    assert bill(row).frame["cost_status"].iloc[0] == "exact"
    lines = bill(row).lines()
    paid = lines["list_unit_price"].iloc[0]
    assert total(row) == pytest.approx(100 * paid)


def test_standard_tier_reaches_no_region() -> None:
    """A destination that the Standard tier does not price is unpriced."""
    row = sent(1, "europe-west1", network_kind="vm_standard")
    assert bill(row).frame["unpriced_reason"].iloc[0].startswith("unknown_rate")


@pytest.mark.parametrize(
    ("to", "price"), [("europe-west1", 0.05), ("us-east4", 0.02), ("asia-northeast3", 0.08)]
)
def test_regions(to: str, price: float) -> None:
    """From Iowa, the destination region decides."""
    assert total(sent(100, to), free_tier="none") == pytest.approx(100 * price)


def test_zones() -> None:
    """Another zone costs a cent a GiB, the own zone nothing."""
    assert total(sent(100, "other_zone")) == pytest.approx(1)
    assert total(sent(100, "same_zone")) == 0


def test_cloud_run_has_prices_of_its_own() -> None:
    """Cloud Run sends within Europe at 0.105, machines at 0.12."""
    row = sent(100, "internet_europe", region="europe-west1", network_kind="cloud_run")
    assert total(row) == pytest.approx(10.5)
    machine = sent(100, "internet_western_europe", region="europe-west1")
    assert total(machine) == pytest.approx(12)


def test_destination_is_needed() -> None:
    """Data that goes nowhere is a fault of its row."""
    reasons = bill({"transfer_gib": 1}).frame["unpriced_reason"]
    assert reasons.iloc[0] == "required: transfer_to is empty"


@pytest.mark.parametrize(
    ("to", "charged"), [("internet_emea", 99), ("europe-west1", 99), ("us-east4", 100)]
)
def test_first_gib_of_many_skus_is_free(to: str, charged: float) -> None:
    """The catalog has a first GiB without a price from Iowa to Europe, none within the Americas."""
    row = sent(100, to)
    assert total(row) / total(row, free_tier="none") == pytest.approx(charged / 100)


def test_first_gib_belongs_to_a_sku() -> None:
    """Iowa and South Carolina share the SKU to EMEA and its GiB; Dallas has a SKU of its own."""
    rows = [
        sent(1, "internet_emea", region=region)
        for region in ("us-central1", "us-east1", "us-south1")
    ]
    one = total(rows[0], free_tier="none")
    assert total(rows[0]) == 0
    assert total(*rows[:2]) == pytest.approx(one)
    assert total(*rows) == pytest.approx(one)


def test_cloud_run_has_a_free_gib_within_north_america() -> None:
    """Its first GiB from North America to North America is free, to Europe it is charged."""
    row = {"region": "us-central1", "network_kind": "cloud_run"}
    assert total(sent(1, "internet_north_america", **row)) == 0
    assert total(sent(1, "internet_europe", **row)) > 0


def test_no_region_sends_to_itself(book: wf.RateBook) -> None:
    """No rate stands for a transfer from a region to the same region, but for three that share."""
    form = book.table("gcp.data_transfer").form
    areas = form.region_groups["vm_area"][0].groups
    own = [
        (area, block.key["transfer_to"])
        for block in form.rates
        if block.meter == "transfer_gib" and block.prices
        for area in block.prices
        if areas[area] == [block.key["transfer_to"]]
    ]
    assert not own
