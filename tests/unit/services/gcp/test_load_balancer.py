"""Cloud Load Balancing."""

from __future__ import annotations

from typing import Any

import pytest

import wharfage as wf

WEB: dict[str, Any] = {
    "service": "gcp.load_balancer",
    "region": "us-central1",
    "load_balancer_type": "global_external_application",
}
ON = "2026-10-01"
MODELLED = (
    "global_external_application",
    "global_external_proxy",
    "regional_external_application",
    "regional_external_proxy",
    "external_passthrough",
    "regional_internal_proxy",
    "internal_passthrough",
)


def total(**cells: Any) -> float:
    """Price one row."""
    return float(wf.estimate([{**WEB, **cells}], on=ON).frame["monthly_cost"].sum(skipna=False))


def reason(**cells: Any) -> str:
    """Give the reason why a row has no price."""
    return str(wf.estimate([{**WEB, **cells}], on=ON).frame["unpriced_reason"].iloc[0])


@pytest.mark.parametrize("count", [1, 2, 5])
def test_first_five_rules_share_one_price(count: int) -> None:
    """One to five rules cost 0.025 an hour together."""
    assert total(forwarding_rule_count=count) == pytest.approx(730 * 0.025)


@pytest.mark.parametrize("count", [6, 12])
def test_further_rules_add_to_it(count: int) -> None:
    """Each rule beyond five costs 0.01 an hour."""
    expected = 730 * (0.025 + (count - 5) * 0.01)
    assert total(forwarding_rule_count=count) == pytest.approx(expected)


def test_no_rules_cost_nothing() -> None:
    """Without rules only the data is charged."""
    assert total(forwarding_rule_count=0) == 0


def test_one_rule_is_the_default() -> None:
    """An empty count means one rule."""
    assert total() == pytest.approx(18.25)


def test_data_is_charged_by_the_gib_story_27() -> None:
    """Data adds its own price."""
    assert total(transfer_gib=1000) - total() == pytest.approx(8)


def test_half_a_month_story_27() -> None:
    """Rules are charged for the hours that they exist."""
    assert total(hours_per_month=365) == pytest.approx(18.25 / 2)


def test_global_rules_have_one_price_everywhere() -> None:
    """A global rule costs the same from Seoul, where a regional one is dearer."""
    assert total(region="asia-northeast3") == pytest.approx(18.25)
    regional = total(region="asia-northeast3", load_balancer_type="external_passthrough")
    assert regional == pytest.approx(730 * 0.038)


def test_type_is_needed() -> None:
    """A load balancer of no type is a fault of its row."""
    assert reason(load_balancer_type=None) == "required: load_balancer_type is empty"


def test_types_of_the_other_cloud_are_refused() -> None:
    """A type of Elastic Load Balancing is not sold here."""
    assert reason(load_balancer_type="application").startswith("not_offered")


def test_internal_application_is_not_priced() -> None:
    """A type that is billed by proxies has no price, rather than a wrong one."""
    found = reason(load_balancer_type="regional_internal_application")
    assert found.startswith("unknown_rate")


def test_every_region_has_every_type(book: wf.RateBook) -> None:
    """All meters of all types are priced in the same 45 regions."""
    blocks = book.table("gcp.load_balancer").form.rates
    assert {block.key["load_balancer_type"] for block in blocks} == set(MODELLED)
    (regions,) = {frozenset(block.prices or ()) for block in blocks}
    assert len(regions) == 45
