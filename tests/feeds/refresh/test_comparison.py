"""History: a new price is a new date; nothing that was stated before moves by a bit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

import wharfage as wf
from wharfage.errors import FeedError
from wharfage.feeds.observation import Observation, Reading
from wharfage.feeds.refresh import refresh
from wharfage.rates.document import read_document

See = Callable[..., Observation]
Read = Callable[..., Reading]
FLEET = [
    {"service": "aws.fargate", "region": region, "vcpu": 1, "memory_gib": 2, "purchase_option": option}
    for region in ("us-east-1", "eu-west-1", "ap-northeast-2")
    for option in ("on_demand", "spot")
]  # fmt: skip


@pytest.fixture(scope="module")
def after(
    tmp_path_factory: pytest.TempPathFactory, small: wf.RateBook, see: See, reading: Read
) -> wf.RateBook:
    """Give the small book after two refreshes."""
    out = tmp_path_factory.mktemp("history") / "rates"
    refresh(small, reading(see("0.05"), see("0.051", region="eu-west-1")), out)
    later = see("0.002", "memory_gib_hours", effective_from=dt.date(2027, 1, 1))
    refresh(wf.RateBook.open(out), reading(later), out)
    return wf.RateBook.open(out)


@settings(max_examples=25)
@drawn(day=st.dates(dt.date(2022, 11, 1), dt.date(2026, 11, 30)))
def test_estimate_for_a_past_date_keeps_its_bits(
    small: wf.RateBook, after: wf.RateBook, day: dt.date
) -> None:
    """Before the first new rate every cost is the same float, priced or not."""
    old, new = (wf.estimate(FLEET, rates=book, on=day).frame for book in (small, after))
    columns = ["monthly_cost", "monthly_list_cost", "cost_status", "unpriced_reason"]
    assert old[columns].equals(new[columns])


def test_new_prices_hold_from_their_days(after: wf.RateBook) -> None:
    """Each appended price is used from its own day on."""
    task = [{"service": "aws.fargate", "region": "us-east-1", "vcpu": 1, "memory_gib": 2}]
    costs = [
        wf.estimate(task, rates=after, on=day).lines()["list_unit_price"].tolist()
        for day in ("2026-11-30", "2026-12-01", "2027-01-01")
    ]
    assert costs == [[0.04048, 0.004445], [0.05, 0.004445], [0.05, 0.002]]


def test_tables_keep_every_byte(small: wf.RateBook, after: wf.RateBook) -> None:
    """A refresh writes beside the tables, never into them."""
    for name in ("aws/fargate.yaml", "aws/eks.yaml", "regions.yaml"):
        assert (after.folder / name).read_bytes() == (small.folder / name).read_bytes()


def test_sources_are_only_added_to(small: wf.RateBook, after: wf.RateBook) -> None:
    """The sources of the old book stand first, byte for byte."""
    old, new = ((book.folder / "sources.yaml").read_text("utf-8") for book in (small, after))
    assert new.startswith(old)
    assert read_document(after.folder / "sources.yaml").data["test_2026_12"]


def test_appended_lines_stay_as_they_are(after: wf.RateBook) -> None:
    """The second refresh added its line after those of the first."""
    lines = (after.folder / "aws" / "fargate.rates.csv").read_text("utf-8").splitlines()
    assert [line.split(",")[1] for line in lines[1:]] == ["eu-west-1", "us-east-1", "us-east-1"]


def test_kind_of_date_and_source_stand_in_the_lines(after: wf.RateBook) -> None:
    """A charge at an appended rate names its day, its kind of day and its source."""
    task = [{"service": "aws.fargate", "region": "us-east-1", "vcpu": 1, "memory_gib": 2}]
    lines = wf.estimate(task, rates=after, on="2027-01-01").lines()
    assert lines["rate_date"].astype(str).tolist() == ["2026-12-01", "2027-01-01"]
    assert lines["rate_date_kind"].tolist() == ["observed", "effective"]
    assert set(lines["source"]) == {"test_2026_12"}


def test_same_price_in_other_digits_is_the_same(
    small: wf.RateBook, see: See, reading: Read
) -> None:
    """0.040480 is 0.04048: prices are compared as numbers."""
    result = refresh(small, reading(see("0.0404800")), None)
    assert (result.same, result.changes) == (1, ())
    assert result.digest == small.digest


def test_older_reading_is_told_and_stays_out(small: wf.RateBook, see: See, reading: Read) -> None:
    """A price of a day before the newest rate of its key would rewrite the past."""
    early = see("0.03", effective_from=dt.date(2024, 1, 1))
    result = refresh(small, reading(early), None)
    assert result.changes == ()
    assert "0.03 of 2024-01-01, the book has 0.04048 of 2025-10-27" in result.older[0]["message"]


def test_other_price_of_the_same_day_is_told(small: wf.RateBook, see: See, reading: Read) -> None:
    """A day that has a price keeps it: another one needs a stated correction."""
    result = refresh(small, reading(see("0.05", observed_on=dt.date(2025, 10, 27))), None)
    assert len(result.older) == 1


def test_price_that_began_before_we_read_it_is_no_news(
    small: wf.RateBook, see: See, reading: Read
) -> None:
    """A provider's own first day before ours, at our newest price, confirms it."""
    result = refresh(small, reading(see("0.04048", effective_from=dt.date(2021, 3, 1))), None)
    assert (result.same, result.older, result.changes) == (1, (), ())


def test_new_key_is_added(small: wf.RateBook, see: See, reading: Read) -> None:
    """A key that the book does not have is added, without a price before."""
    key = {"cpu_architecture": "arm64", "purchase_option": "savings_plan_1yr_all_upfront"}
    (change,) = refresh(small, reading(see("0.02", key=key)), None).changes
    assert (change.kind, change.before) == ("added", None)


def test_withdrawn_rate_ends(small: wf.RateBook, out: Path, see: See, reading: Read) -> None:
    """No price from a day on is a dated end, told as such, and not a zero."""
    result = refresh(small, reading(see(None), see(None, "memory_gib_hours")), out)
    assert [change.kind for change in result.changes] == ["withdrawn", "withdrawn"]
    task = [{"service": "aws.fargate", "region": "us-east-1", "vcpu": 1, "memory_gib": 2}]
    frame = wf.estimate(task, rates=wf.RateBook.open(out)).frame
    assert frame["monthly_cost"].isna().all()
    assert "withdrawn" in frame["unpriced_reason"].item()


def test_half_a_withdrawal_stops(small: wf.RateBook, see: See, reading: Read) -> None:
    """A region that loses one of two meters is no longer complete (R7)."""
    with pytest.raises(FeedError, match=r"R7: aws.fargate: us-east-1 priced for memory_gib_hours"):
        refresh(small, reading(see(None)), None)


def test_unknown_region_is_told_and_stays_out(small: wf.RateBook, see: See, reading: Read) -> None:
    """A region that opened after this version was written stops nothing."""
    result = refresh(small, reading(see("0.05", region="eu-south-9")), None)
    assert result.changes == ()
    assert result.unplaced[0]["message"] == "'eu-south-9' is no region of the book"


def test_several_days_of_one_key_are_all_appended(
    small: wf.RateBook, see: See, reading: Read
) -> None:
    """A price history in one reading becomes one dated rate per change."""
    prices = ("0.011", "0.012", "0.012", "0.013")
    spot = [
        see(price, key={"purchase_option": "spot"}, observed_on=dt.date(2026, 12, day))
        for day, price in enumerate(prices, start=1)
    ]
    result = refresh(small, reading(*reversed(spot)), None)
    assert [change.date.day for change in result.changes] == [1, 2, 4]


def test_day_of_comparison_is_on_record(
    small: wf.RateBook, out: Path, see: See, reading: Read
) -> None:
    """The record says how much of the table was compared, and by which source."""
    refresh(small, reading(see("0.05"), see("0.05", region="eu-west-1")), out)
    (entry,) = wf.RateBook.open(out).refreshes
    assert (entry.read_on, entry.compared) == (dt.date(2026, 12, 1), 2)
    assert entry.sources == "test_2026_12"
    assert not entry.is_whole
