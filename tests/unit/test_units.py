"""Months and pricing units."""

from __future__ import annotations

import pytest

from wharfage.columns import METERS
from wharfage.errors import InvalidValueError
from wharfage.units import PRICING_UNITS, parse_month


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("730h", 730),
        ("720h", 720),
        ("744h", 744),
        ("672h", 672),
        ("730.5h", 730.5),
        ("2026-02", 672),
        ("2028-02", 696),
        ("2026-03", 744),
        ("2026-11", 720),
        (" 730h ", 730),
    ],
)
def test_month_hours_story_17(text: str, hours: float) -> None:
    """A month has the hours that are written, or the real hours of that calendar month in UTC."""
    assert parse_month(text).hours == hours


@pytest.mark.parametrize(
    "text",
    [
        "",
        "730",
        "h",
        "0h",
        "-1h",
        "nanh",
        "1e3h",
        "2026-13",
        "2026-00",
        "2026-2",
        "February",
        "9999h",
    ],
)
def test_other_months_are_refused(text: str) -> None:
    """Anything that is not a month fails, and says how to write one."""
    with pytest.raises(InvalidValueError, match="is not a month") as caught:
        parse_month(text)
    assert "2026-02" in str(caught.value)


def test_month_in_seconds() -> None:
    """The default month has 2,628,000 seconds."""
    assert parse_month("730h").seconds == 2_628_000


def test_month_per_day() -> None:
    """A day is 24 of the month's hours."""
    assert parse_month("720h").per_day == pytest.approx(1 / 30)


def test_month_keeps_its_text() -> None:
    """A month remembers how it was written."""
    assert parse_month("2026-02").text == "2026-02"


@pytest.mark.parametrize(
    ("unit", "canonical", "factor"),
    [
        ("mCPU-Hours", "vCPU-Hours", 1000),
        ("vCPU-Seconds", "vCPU-Hours", 3600),
        ("GiB-Seconds", "GiB-Hours", 3600),
        ("GPU-Seconds", "GPU-Hours", 3600),
        ("1M Requests", "Requests", 1e-6),
    ],
)
def test_pricing_units_per_canonical_unit_story_18(
    unit: str, canonical: str, factor: float
) -> None:
    """One canonical unit holds so many pricing units: an mCPU price is not a vCPU price."""
    assert PRICING_UNITS[unit] == (canonical, factor)


def test_fargate_gb_is_gib_story_16() -> None:
    """What AWS prints as GB-hours of a task are GiB-hours: no 7 percent are lost."""
    assert PRICING_UNITS["GB-Hours"] == PRICING_UNITS["GiB-Hours"]


def test_every_meter_can_be_priced() -> None:
    """Each meter's canonical unit has at least one pricing unit."""
    assert {meter.unit for meter in METERS.values()} <= {unit for unit, _ in PRICING_UNITS.values()}
