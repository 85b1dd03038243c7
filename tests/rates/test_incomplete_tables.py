"""R7 in detail: which gaps are found, on which day, and what is no gap."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from wharfage.rates.schema import TableForm

Break = Callable[..., Any]
Keep = Callable[..., Any]


def rate(meter: str, unit: str, day: str, cells: str, system: str | None = "windows") -> str:
    """Text of a list price, ready to be put before the first rate."""
    key = f"operating_system: {system}, purchase_option: on_demand" if system else ""
    return (
        f"rates:\n- meter: {meter}\n  key: {{{key}}}\n  pricing_unit: {unit}\n"
        f"  {day}\n  source: price_page\n  prices: {cells}\n"
    )


READ = "observed_on: 2026-01-01"
WINDOWS_CPU = rate("vcpu_hours", "vCPU-Hours", READ, '{us-east-1: "0.09"}')
WINDOWS_MEMORY = rate("memory_gib_hours", "GB-Hours", READ, '{us-east-1: "0.01"}')
LICENCE_METER = (
    "  os_licence_vcpu_hours: {pricing_unit: vCPU-Hours, key: [region, operating_system]}\n"
)
LICENCE = ("  requests:\n", LICENCE_METER + "  requests:\n")
LICENCE_RATE = (
    "rates:\n- meter: os_licence_vcpu_hours\n  key: {operating_system: windows}\n"
    "  pricing_unit: vCPU-Hours\n  observed_on: 2026-01-01\n  source: price_page\n"
    '  prices: {eu-west-1: "0.046"}\n'
)
NO_SEOUL_STORAGE = ('    ap-northeast-2: "0.000127"\n', "")


def test_variant_without_any_memory_price_is_a_gap(broken: Break) -> None:
    """Windows vCPU without a Windows memory price anywhere is found."""
    bad = broken(("rates:\n", WINDOWS_CPU))
    assert [fault["rule"] for fault in bad.faults] == ["R7"]
    assert "us-east-1 priced for vcpu_hours (windows) but not for memory" in str(bad.error)
    assert bad.faults[0]["line"] == bad.line("rates:") + 1


def test_variant_with_all_its_meters_is_none(kept: Keep) -> None:
    """Windows vCPU and memory in the same region are complete."""
    book = kept(("rates:\n", WINDOWS_CPU), ("rates:\n", WINDOWS_MEMORY))
    assert book.services() == ("aws.fargate",)


def test_price_that_comes_later_leaves_a_gap_before(broken: Break) -> None:
    """A memory price that starts in July leaves its region half priced from January on."""
    later = WINDOWS_MEMORY.replace("observed_on: 2026-01-01", "observed_on: 2026-07-01")
    bad = broken(("rates:\n", WINDOWS_CPU), ("rates:\n", later))
    assert "(1 region(s), on 2026-01-01)" in str(bad.error)


def test_gap_before_the_table_is_complete_is_none(kept: Keep) -> None:
    """Before available_from a region may be half priced."""
    later = WINDOWS_MEMORY.replace("observed_on: 2026-01-01", "observed_on: 2026-07-01")
    kept(
        ("rates:\n", WINDOWS_CPU),
        ("rates:\n", later),
        ("available_from: 2026-01-01", "available_from: 2026-07-01"),
    )


def test_rate_before_the_table_is_complete_counts_afterwards(broken: Break) -> None:
    """A price that was read before available_from is still in force then."""
    bad = broken(
        ("rates:\n", WINDOWS_CPU),
        ("available_from: 2026-01-01", "available_from: 2026-08-01"),
    )
    assert "(1 region(s), on 2026-08-01)" in str(bad.error)


def test_withdrawal_of_one_meter_is_a_gap_from_its_day_on(broken: Break) -> None:
    """A region that loses its memory price alone is half priced from that day on."""
    gone = rate(
        "memory_gib_hours", "GB-Hours", "effective_from: 2026-09-01", "{eu-west-1: null}", "linux"
    )
    bad = broken(("rates:\n", gone))
    assert "eu-west-1 priced for vcpu_hours (linux) but not for memory_gib_hours" in str(bad.error)
    assert "on 2026-09-01" in str(bad.error)


def test_storage_is_needed_by_every_variant(broken: Break) -> None:
    """A meter without variants, such as storage, must be priced wherever the others are."""
    bad = broken(NO_SEOUL_STORAGE)
    words = "ap-northeast-2 priced for vcpu_hours (linux) but not for ephemeral_storage_gib_hours"
    assert words in str(bad.error)


def test_minor_meter_is_not_needed(kept: Keep) -> None:
    """A meter that is marked minor may be missing."""
    minor = ("key: [region]\n", "key: [region]\n    minor: true\n")
    kept(NO_SEOUL_STORAGE, minor)


def test_optional_meter_is_not_needed(kept: Keep) -> None:
    """A meter that only some workloads use may be missing; who uses it has no price."""
    optional = ("key: [region]\n", "key: [region]\n    optional: true\n")
    kept(NO_SEOUL_STORAGE, optional)


def test_spot_is_not_needed_everywhere(kept: Keep) -> None:
    """Spot is priced in one region of the good table, and for vCPU only."""
    assert kept().services()


def test_licence_of_one_system_is_not_needed_by_the_other(broken: Break) -> None:
    """A meter that prices Windows somewhere is needed by Windows, and only by Windows."""
    bad = broken(
        ("rates:\n", WINDOWS_CPU), ("rates:\n", WINDOWS_MEMORY), LICENCE, ("rates:\n", LICENCE_RATE)
    )
    messages = [fault["message"] for fault in bad.faults]
    assert any(
        "us-east-1 priced for vcpu_hours (windows) but not for os_lic" in m for m in messages
    )
    assert not any("(linux)" in message for message in messages)


def test_region_is_followed_through_its_groups(broken: Break) -> None:
    """A region that joins a priced group is compared with the meters by region from that day on."""
    bad = broken(("tier_2: [ap-northeast-2]", "tier_2: [ap-northeast-2, sa-east-1]"))
    words = "sa-east-1 priced for idle_vcpu_hours (request) but not for ephemeral_storage_gib_hours"
    assert f"{words} (1 region(s), on 2026-03-01)" in str(bad.error)


def test_table_without_rates_takes_every_price_from_another() -> None:
    """Rates may be left empty only where each meter names the table that prices it."""
    table: dict[str, Any] = {
        "service": "aws.nodes",
        "title": "Nodes",
        "currency": "USD",
        "checked_on": "2026-11-23",
        "available_from": "2026-11-23",
        "purchase_options": ["on_demand"],
        "meters": {
            "instance_hours": {"pricing_unit": "Hours", "key": ["region"], "prices_of": "aws.ec2"}
        },
        "rates": [],
    }
    assert not TableForm.model_validate(table).rates
    del table["meters"]["instance_hours"]["prices_of"]
    with pytest.raises(ValidationError, match="may be empty only where every price comes"):
        TableForm.model_validate(table)
