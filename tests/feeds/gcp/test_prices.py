"""From the catalog's units and tiers to the table's: exact, and never guessed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from google.cloud.billing_v1.types import cloud_catalog as types
from google.protobuf import json_format
from hypothesis import given
from hypothesis import strategies as st

from wharfage.feeds.gcp.mapping import bundled_mapping, read_mapping
from wharfage.feeds.gcp.pricing import Price, price_of
from wharfage.feeds.gcp.sku import Sku, sku_of

from .shop import KUBERNETES, Tiers, wire_sku, wire_tier

UNITS = read_mapping(bundled_mapping()).conversions


def sku(*args: Any, **changes: Any) -> Sku:
    """Send a SKU through the client's message class."""
    message = types.Sku.pb(types.Sku())
    json_format.ParseDict(wire_sku("SKU-1", *args, **changes), message)
    return sku_of(message, KUBERNETES)


def price(found: Sku, unit: str) -> Price | str:
    """Price a SKU with the bundled conversions."""
    return price_of(found, unit, UNITS)


@pytest.mark.parametrize(
    ("text", "unit", "display", "pricing_unit", "expected"),
    [
        # Autopilot vCPU, us-central1, 3194-8714-B3AD: counted in thousandths
        ("0.0000445", "h", 1000, "vCPU-Hours", "0.0445"),
        # Autopilot Arm vCPU, us-central1: the same unit name, counted whole
        ("0.03216", "h", 1, "vCPU-Hours", "0.03216"),
        # Autopilot T4 premium, us-central1: thousandths of a GPU
        ("0.000042", "h", 1000, "GPU-Hours", "0.042"),
        # C4D memory, us-central1, is by the decimal GB: 10^9 bytes
        ("0.003495578", "GBy.h", 1, "GiB-Hours", "0.003753348297654272"),
        ("0.0049225", "GiBy.h", 1, "GiB-Hours", "0.0049225"),
        ("0.000024", "s", 1, "vCPU-Seconds", "0.000024"),
        ("0.000024", "s", 1, "vCPU-Hours", "0.0864"),
        ("0.0000025", "GiBy.s", 1, "GiB-Seconds", "0.0000025"),
        ("0.0001867", "s", 1, "GPU-Seconds", "0.0001867"),
        ("0.1", "GiBy.mo", 1, "GiB-Months", "0.1"),
        # shown per million, priced per request
        ("0.0000004", "count", 1000000, "Requests", "0.0000004"),
        # the last digit that the wire can carry
        ("12.000000001", "h", 1, "Hours", "12.000000001"),
    ],
)
def test_the_unit_comes_from_the_sku_story_18(
    text: str, unit: str, display: int, pricing_unit: str, expected: str
) -> None:
    """A price is converted by what the SKU says of its unit, without losing a digit."""
    assert price(sku(text, unit=unit, display=display), pricing_unit) == Price(
        ((Decimal(0), Decimal(expected)),), "USD"
    )


@given(whole=st.integers(0, 10**6), nanos=st.integers(0, 10**9 - 1))
def test_no_digit_of_money_is_lost(whole: int, nanos: int) -> None:
    """Units and billionths give the decimal number that they spell."""
    spelled = f"{whole}.{nanos:09d}"
    found = sku(spelled)
    assert found.tiers[0].price == Decimal(spelled)


@pytest.mark.parametrize(
    ("unit", "display", "pricing_unit"),
    [
        ("mo", 1, "Hours"),
        ("GiBy.mo", 1, "GiB-Hours"),
        ("GiBy.h", 1, "vCPU-Hours"),
        ("h", 100, "vCPU-Hours"),
        ("h", 1000, "Hours"),
    ],
)
def test_an_unknown_unit_is_reported(unit: str, display: int, pricing_unit: str) -> None:
    """A unit that no line of units.csv converts gives words, not a number."""
    said = price(sku("0.1", unit=unit, display=display), pricing_unit)
    assert isinstance(said, str)
    assert said.startswith(f"cannot be read as {pricing_unit}: usage unit '{unit}' of ")


def test_a_unit_that_contradicts_its_name_is_reported() -> None:
    """An hour of 60 seconds is no hour."""
    wire = wire_sku("SKU-1")
    wire["pricingInfo"][0]["pricingExpression"]["baseUnitConversionFactor"] = 60
    message = types.Sku.pb(types.Sku())
    json_format.ParseDict(wire, message)
    said = price(sku_of(message, KUBERNETES), "vCPU-Hours")
    assert said == "cannot be read as vCPU-Hours: usage unit 'h' of 60 's', display quantity 1"


@pytest.mark.parametrize(
    ("tiers", "expected"),
    [
        # external IPv4 on a standard VM: 720 hours a month are free, and held as a credit
        ([(0, "0"), (720, "0.005")], [("0", "0.005")]),
        # Standard tier egress from us-central1: 200 GiB free, then three prices
        (
            [(0, "0"), (200, "0.085"), (10240, "0.065"), (153600, "0.045")],
            [("0", "0.085"), ("10240", "0.065"), ("153600", "0.045")],
        ),
        # tiers may begin at a fraction, and come in any order
        ([(0.5, "0.04"), (0, "0.05")], [("0", "0.05"), ("0.5", "0.04")]),
        ([(0, "0.05"), (100, "0")], [("0", "0.05"), ("100", "0")]),
    ],
)
def test_tiers(tiers: Tiers, expected: list[tuple[str, str]]) -> None:
    """A free first tier is left to the credit; the other tiers stay as they are."""
    found = price(sku(tiers), "Hours")
    assert found == Price(tuple((Decimal(s), Decimal(p)) for s, p in expected), "USD")


def test_tiers_of_thousandths_start_in_whole_units() -> None:
    """A tier from 5,000 thousandths of a vCPU on is one from 5 vCPU on."""
    found = price(sku([(0, "0.00002"), (5000, "0.00001")], display=1000), "vCPU-Hours")
    assert found == Price(((Decimal(0), Decimal("0.02")), (Decimal(5), Decimal("0.01"))), "USD")


@pytest.mark.parametrize(
    ("tiers", "said"),
    [
        ([], "the catalog states no price (no tier): not priced, not free"),
        (
            [(0, "0")],
            "is priced at 0 in every tier: free or not sold, the catalog does not say which",
        ),
        ([(10, "0.05")], "its first tier starts at 10, not at 0"),
    ],
)
def test_what_is_no_price_is_said(tiers: Tiers, said: str) -> None:
    """No tier is not a price of 0, and neither is 0 for everything."""
    assert price(sku(tiers), "Hours") == said


def test_a_negative_price_is_said() -> None:
    """Nothing is paid to the customer."""
    wire = wire_sku("SKU-1")
    money = wire["pricingInfo"][0]["pricingExpression"]["tieredRates"][0]["unitPrice"]
    money.update(units="0", nanos=-5)
    message = types.Sku.pb(types.Sku())
    json_format.ParseDict(wire, message)
    assert price(sku_of(message, KUBERNETES), "Hours") == "has a negative price"


def test_a_sku_without_any_pricing_is_said() -> None:
    """A SKU may come without pricing at all."""
    said = price(sku(pricingInfo=[]), "Hours")
    assert said == "the catalog states no price (no tier): not priced, not free"


def test_several_currencies_in_one_sku_are_said() -> None:
    """Tiers of one price are of one currency."""
    wire = wire_sku("SKU-1", [(0, "0.05")])
    rates = wire["pricingInfo"][0]["pricingExpression"]["tieredRates"]
    rates.append(wire_tier(10, "0.04", "EUR"))
    message = types.Sku.pb(types.Sku())
    json_format.ParseDict(wire, message)
    assert price(sku_of(message, KUBERNETES), "Hours") == "has several currencies: EUR, USD"


def test_the_newest_of_a_timeline_is_taken() -> None:
    """Of several prices of a SKU the one with the newest time is in force."""
    wire = wire_sku("SKU-1", "0.06")
    older = wire_sku("SKU-1", "0.05")["pricingInfo"][0] | {"effectiveTime": "2026-01-01T00:00:00Z"}
    wire["pricingInfo"].append(older)
    message = types.Sku.pb(types.Sku())
    json_format.ParseDict(wire, message)
    assert str(price(sku_of(message, KUBERNETES), "Hours")) == "0.06 USD"
