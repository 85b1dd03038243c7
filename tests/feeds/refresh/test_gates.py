"""What stops a refresh, in which words, and what each override does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import wharfage as wf
from wharfage.errors import FeedError, InvalidValueError
from wharfage.feeds.gates import GATES, parse_allowances
from wharfage.feeds.observation import Observation, Reading
from wharfage.feeds.refresh import refresh
from wharfage.rates.lookup import select_unit_prices

See = Callable[..., Observation]
Read = Callable[..., Reading]
SPOT = {"purchase_option": "spot"}


def stopped(book: wf.RateBook, given: Reading, **options: Any) -> FeedError:
    """Give the error of a refresh that must not pass."""
    with pytest.raises(FeedError) as caught:
        refresh(book, given, None, **options)
    return caught.value


@pytest.mark.parametrize(
    ("price", "words"),
    [
        ("40.48", "40.48 is 1,000 times more than 0.04048 of 2025-10-27: a slip of the unit?"),
        ("0.4048", "0.4048 is 10 times more than 0.04048"),
        ("0.00004048", "0.00004048 is 1,000 times less than 0.04048"),
        ("0", "0 follows 0.04048 of 2025-10-27"),
    ],
)
def test_slip_of_the_unit_stops(
    small: wf.RateBook, see: See, reading: Read, price: str, words: str
) -> None:
    """A price ten times its predecessor, or free, is a slip until someone says otherwise."""
    error = stopped(small, reading(see(price)))
    assert f"price_change: aws.fargate: vcpu_hours us-east-1 linux x86_64 on_demand: {words}" in str(error)  # fmt: skip
    assert "--allow price_change:aws.fargate takes the price as it is" in str(error)


def test_price_that_merely_doubles_passes(small: wf.RateBook, see: See, reading: Read) -> None:
    """Prices do change: less than tenfold is no slip."""
    assert len(refresh(small, reading(see("0.08")), None).changes) == 1


def test_allowed_slip_is_in_force_and_marked(
    small: wf.RateBook, out: Path, see: See, reading: Read
) -> None:
    """An override takes the price as it is; the rate says so, and the book opens."""
    given = reading(see("40.48"))
    result = refresh(small, given, out, allow=["price_change:aws.fargate:us-east-1"])
    assert result.passed[0]["gate"] == "price_change"
    book = wf.RateBook.open(out)
    text = (book.folder / "aws" / "fargate.rates.csv").read_text(encoding="utf-8")
    assert text.splitlines()[1].endswith(",price_change")
    assert wf.estimate(
        [{"service": "aws.fargate", "region": "us-east-1", "vcpu": 1, "memory_gib": 2}], rates=book
    ).lines()["list_unit_price"].max() == pytest.approx(40.48)


@pytest.mark.parametrize(
    "allow", ["price_change:aws.fargate:eu-west-1", "price_change:aws.eks", "spot_price"]
)
def test_override_of_another_place_does_not_help(
    small: wf.RateBook, see: See, reading: Read, allow: str
) -> None:
    """An override holds for its own gate, service and region only."""
    assert "1,000 times more" in str(stopped(small, reading(see("40.48")), allow=[allow]))


def test_new_rate_out_of_the_band_stops(small: wf.RateBook, see: See, reading: Read) -> None:
    """A rate without a predecessor is held against the other regions (R10)."""
    key = {"region": "me-south-1", "cpu_architecture": "arm64", **SPOT}
    error = stopped(small, reading(see("0.0005", key=key)))
    assert "price_change: aws.fargate: vcpu_hours me-south-1 linux arm64 spot" in str(error)
    assert "R10, aws/fargate.rates.csv:2" in str(error)


def test_spot_above_on_demand_stops(small: wf.RateBook, see: See, reading: Read) -> None:
    """Spot is never above the on-demand price of its day."""
    error = stopped(small, reading(see("0.0405", key=SPOT)))
    assert "spot_price: aws.fargate: vcpu_hours us-east-1 linux x86_64 spot" in str(error)
    assert "Spot 0.0405 is above on-demand 0.04048" in str(error)
    assert "--allow spot_price:aws.fargate takes the price as it is" in str(error)


def test_spot_is_held_against_the_on_demand_price_of_the_same_reading(
    small: wf.RateBook, see: See, reading: Read
) -> None:
    """A new on-demand price counts for the Spot price that was read with it."""
    rises = reading(see("0.0405", key=SPOT), see("0.05"))
    assert len(refresh(small, rises, None).changes) == 2
    falls = reading(see("0.03", key=SPOT), see("0.02"))
    assert "Spot 0.03 is above on-demand 0.02" in str(stopped(small, falls))


def test_allowed_spot_opens(small: wf.RateBook, out: Path, see: See, reading: Read) -> None:
    """A Spot price that someone let through does not break R10 of the new book."""
    refresh(small, reading(see("0.0405", key=SPOT)), out, allow=["spot_price"])
    assert wf.RateBook.open(out).newest_date == dt.date(2026, 12, 1)


def test_region_that_lacks_a_meter_stops(small: wf.RateBook, see: See, reading: Read) -> None:
    """A region read for vCPU and not for memory is half a region."""
    given = reading(
        see("0.04048"), see("0.004445", "memory_gib_hours"), see("0.05", region="eu-west-1")
    )
    error = stopped(small, given)
    assert "eu-west-1 was read for vcpu_hours (linux, x86_64) but not for memory_gib_hours" in str(error)  # fmt: skip
    assert "--allow missing_meter:aws.fargate leaves new rates of that region out" in str(error)


def test_meter_that_no_region_has_stops_if_the_feed_covers_it(
    small: wf.RateBook, see: See, reading: Read
) -> None:
    """With one region asked for, a lost meter shows by what the feed says it covers."""
    covers = {"aws.fargate": frozenset(("vcpu_hours", "memory_gib_hours"))}
    error = stopped(small, reading(see("0.04048"), covers=covers))
    assert "us-east-1 was read for vcpu_hours" in str(error)


def test_allowed_missing_meter_keeps_the_old_rate(
    small: wf.RateBook, out: Path, see: See, reading: Read
) -> None:
    """With the override the region keeps what it had, and takes the price that was read."""
    given = reading(
        see("0.04048"), see("0.004445", "memory_gib_hours"), see("0.05", region="eu-west-1")
    )
    refresh(small, given, out, allow=["missing_meter:aws.fargate:eu-west-1"])
    task = {"service": "aws.fargate", "region": "eu-west-1", "vcpu": 1, "memory_gib": 2}
    lines = wf.estimate([task], rates=wf.RateBook.open(out)).lines()
    assert lines["list_unit_price"].tolist() == pytest.approx([0.05, 0.004445])


def test_other_currency_stops(small: wf.RateBook, see: See, reading: Read) -> None:
    """A price in another currency is not compared at all."""
    error = stopped(small, reading(see("0.3", currency="CNY")))
    assert "the price is in CNY, the table is in USD" in str(error)
    assert "--allow currency:aws.fargate leaves those rates out" in str(error)


def test_allowed_currency_is_left_out(small: wf.RateBook, see: See, reading: Read) -> None:
    """The override leaves foreign prices out and takes the others."""
    given = reading(see("0.3", currency="CNY"), see("0.05", region="eu-west-1"))
    result = refresh(small, given, None, allow=["currency"])
    assert [change.region for change in result.changes] == ["eu-west-1"]


@pytest.mark.parametrize(
    ("tiers", "words"),
    [
        ([("0.30", "100")], "the tiers start at 100, not at 0"),
        ([("0.30", "0")], "the tier from 2000 is missing, which the book has"),
    ],
)
def test_tier_gap_stops(
    small: wf.RateBook,
    tier: See,
    reading: Read,
    tiers: list[tuple[str, str]],
    words: str,
) -> None:
    """A schedule without its first tier, or without one that the book has, is no schedule."""
    error = stopped(small, reading(*(tier(*given) for given in tiers)))
    assert f"tier_gap: aws.eks: requests: {words}" in str(error)
    assert "--allow tier_gap:aws.eks leaves those rates out" in str(error)


def test_whole_new_schedule_passes(small: wf.RateBook, tier: See, reading: Read) -> None:
    """A schedule with all its tiers is one change."""
    (change,) = refresh(small, reading(tier("0.30", "0"), tier("0.15", "2000")), None).changes
    assert [seen.price for seen in change.observations] == [Decimal("0.30"), Decimal("0.15")]


def test_two_prices_of_one_key_stop(small: wf.RateBook, see: See, reading: Read) -> None:
    """Two SKUs for one rate are a conflict, told with both."""
    given = reading(see("0.05", sku_id="ONE"), see("0.06", sku_id="TWO"))
    error = stopped(small, given)
    assert "two prices of 2026-12-01, 0.05 (SKU ONE) and 0.06 (SKU TWO)" in str(error)
    assert refresh(small, given, None, allow=["conflict"]).changes == ()


def test_other_unit_has_no_override(small: wf.RateBook, see: See, reading: Read) -> None:
    """A price per another unit is a fault of the feed."""
    error = stopped(small, reading(see("0.05", pricing_unit="mCPU-Hours")))
    assert "the price is per mCPU-Hours, the meter's unit is vCPU-Hours" in str(error)
    assert "the feed must be mended where there is no override" in str(error)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"service": "aws.nothing"}, "the book has no table of this service"),
        ({"meter": "vcpu_houres"}, "there is no meter 'vcpu_houres'; did you mean 'vcpu_hours'?"),
        ({"key": {"region": "us-east-1"}}, "the key is ['region'], not"),
        ({"observed_on": None}, "give effective_from or observed_on, one of them"),
        ({"price": Decimal(-1)}, "-1 is not a price"),
        ({"price": Decimal("NaN")}, "NaN is not a price"),
        ({"source": "nowhere"}, "source 'nowhere' is not in sources.yaml"),
    ],
)
def test_malformed_observation_stops(
    small: wf.RateBook, see: See, reading: Read, given: dict[str, Any], words: str
) -> None:
    """What is no observation of the book is told in words, never a traceback."""
    assert words in str(stopped(small, reading(replace(see("0.05"), **given))))


def test_every_finding_is_told_at_once(
    small: wf.RateBook, see: See, tier: See, reading: Read
) -> None:
    """One run names every gate, with a row each in the failures."""
    given = reading(
        see("40.48"),
        see("0.3", region="eu-west-1", currency="CNY"),
        see("0.2", region="eu-west-2", key=SPOT),
        tier("0.30", "0"),
    )
    error = stopped(small, given)
    assert set(error.failures["gate"]) >= {"price_change", "currency", "spot_price", "tier_gap"}
    assert list(error.failures) == ["gate", "service", "region", "rate", "message"]
    assert "nothing was written" in str(error)


def test_stopped_refresh_leaves_the_book(
    small: wf.RateBook, out: Path, see: See, reading: Read
) -> None:
    """What one gate stops changes nothing, though the other prices were fine."""
    refresh(small, reading(see("0.05")), out)
    book = wf.RateBook.open(out)
    later = {"observed_on": dt.date(2026, 12, 2)}
    with pytest.raises(FeedError):
        refresh(book, reading(see("0.06", **later), see("9", region="eu-west-1", **later)), out)
    assert wf.RateBook.open(out).digest == book.digest


def test_unknown_override_is_refused() -> None:
    """A misspelt gate is told, with the one that was meant."""
    with pytest.raises(InvalidValueError, match="did you mean 'price_change'"):
        parse_allowances(["price_chnge"])


@pytest.mark.parametrize("gate", GATES)
def test_every_gate_can_be_narrowed(gate: str) -> None:
    """Every override takes a service and a region."""
    (allowance,) = parse_allowances([f"{gate}:aws.ec2:eu-west-1"])
    assert allowance.covers(gate, "aws.ec2", "eu-west-1")
    assert not allowance.covers(gate, "aws.ec2", "eu-west-2")


def test_new_price_is_selected_from_its_day_on(
    small: wf.RateBook, out: Path, see: See, reading: Read
) -> None:
    """The new rate is in force on its own day and not on the one before."""
    refresh(small, reading(see("0.05")), out)
    table = wf.RateBook.open(out).table("aws.fargate")
    days = (dt.date(2026, 11, 30), dt.date(2026, 12, 1))
    found = [select_unit_prices(table, "vcpu_hours", day) for day in days]
    assert [0.05 in prices.price for prices in found] == [False, True]
