"""What differs between two books, or between two dates of one, on real dated changes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import wharfage as wf
from wharfage.errors import InvalidValueError
from wharfage.rates.diff import BookOn, RateDiff, diff_rates, open_sides, rates_in_force

Kept = Callable[..., wf.RateBook]


def between(before: str, after: str) -> RateDiff:
    """Compare the bundled book on two days."""
    return diff_rates(*open_sides(f"bundled@{before}", f"bundled@{after}"))


@pytest.fixture(scope="module")
def july() -> RateDiff:
    """Give what changed in the bundled book between 19 and 31 July 2026."""
    return between("2026-07-19", "2026-07-31")


def test_windows_fargate_fell_after_2022() -> None:
    """us-east-1 Windows vCPU: 0.09148 in November 2022, 0.046552 in October 2025."""
    frame = between("2022-12-01", "2025-12-01").frame
    rate = frame[
        (frame["service"] == "aws.fargate")
        & (frame["meter"] == "vcpu_hours")
        & (frame["region"] == "us-east-1")
        & (frame["variant"] == "windows x86_64 on_demand")
    ]
    assert rate["change"].tolist() == ["changed"]
    assert rate[["price_before", "price_after"]].to_numpy().tolist() == [["0.09148", "0.046552"]]
    assert rate["percent"].item() == pytest.approx(-49.1124, abs=1e-4)


def test_bare_metal_of_july_2026_rose(july: RateDiff) -> None:
    """45 bare-metal types of us-east-1 cost 6 to 10 percent more from 2026-07-20 on."""
    frame = july.frame
    own = frame[(frame["service"] == "aws.ec2") & (frame["region"] == "us-east-1")]
    own = own[own["change"] == "changed"]
    assert len(own) == 45
    assert own["variant"].str.contains("metal").all()
    assert own["percent"].between(5.9, 10.1).all()


def test_spot_of_compute_engine_moved(july: RateDiff) -> None:
    """The price list of 2026-07-30 has other Spot prices than the catalog of 2026-04-30."""
    frame = july.frame
    own = frame[(frame["service"] == "gcp.compute_engine") & (frame["change"] == "changed")]
    assert len(own) > 1_000
    assert own["variant"].str.contains("spot").mean() > 0.9
    assert set(own["rate_date_after"]) == {"2026-07-30"}


def test_counts_by_region_add_up(july: RateDiff) -> None:
    """Added, removed and changed rates by service and region are those of the list."""
    by_region = july.by_region()
    sums = by_region[["added", "removed", "changed"]].sum()
    counts = july.frame["change"].value_counts()
    assert all(sums[change] == counts.get(change, 0) for change in sums.index)
    assert not by_region.duplicated(["service", "region"]).any()


def test_book_beside_itself_differs_in_nothing(book: wf.RateBook) -> None:
    """The same book on the same day has no difference."""
    side = BookOn(book, dt.date(2026, 10, 1))
    assert diff_rates(side, side).frame.empty
    assert diff_rates(side, side).by_region().empty


def test_added_removed_and_changed(good: Path, kept: Kept) -> None:
    """A rate that came, one that went and one that changed are told apart."""
    after = kept(
        ('    ap-northeast-2: ["0.04656", SKU1]', '    ap-northeast-2: ["0.0512", SKU1]'),
        ('    zonal: "0.10"', '    zonal: "0.10"\n    regional: "0.10"'),
        ('    us-east-1: "0.0121"', '    eu-west-1: "0.0121"'),
    )
    day = dt.date(2026, 7, 1)
    frame = diff_rates(BookOn(wf.RateBook.open(good), day), BookOn(after, day)).frame
    told = frame[["change", "meter", "region", "price_before", "price_after"]]
    assert told.fillna("-").to_numpy().tolist() == [
        ["added", "cluster_hours", "", "-", "0.10"],
        ["changed", "vcpu_hours", "ap-northeast-2", "0.04656", "0.0512"],
        ["added", "vcpu_hours", "eu-west-1", "-", "0.0121"],
        ["removed", "vcpu_hours", "us-east-1", "0.0121", "-"],
    ]


def test_same_number_in_other_digits_is_no_difference(good: Path, kept: Kept) -> None:
    """0.10 is 0.1."""
    day = dt.date(2026, 7, 1)
    after = kept(('zonal: "0.10"', 'zonal: "0.1000"'))
    assert diff_rates(BookOn(wf.RateBook.open(good), day), BookOn(after, day)).frame.empty


def test_region_that_changed_its_group_shows(good: Path) -> None:
    """A region that moved to a cheaper group has changed prices, though no rate moved."""
    book = wf.RateBook.open(good)
    days = (dt.date(2026, 2, 1), dt.date(2026, 4, 1))
    frame = diff_rates(*(BookOn(book, day) for day in days)).frame
    own = frame[frame["meter"] == "idle_vcpu_hours"]
    assert own[["region", "price_before", "price_after"]].to_numpy().tolist() == [
        ["eu-west-1", "0.0000035", "0.0000025"]
    ]


def test_percentage_off_is_compared(good: Path, kept: Kept) -> None:
    """A discount that changed is told per meter, in its own unit."""
    day = dt.date(2026, 7, 1)
    after = kept(('fraction: "0.17"', 'fraction: "0.2"'))
    (row,) = diff_rates(BookOn(wf.RateBook.open(good), day), BookOn(after, day)).frame.to_dict("records")  # fmt: skip
    assert (row["variant"], row["pricing_unit"]) == ("cud_1yr linux", "off list")
    assert (row["price_before"], row["price_after"]) == ("0.17", "0.2")


def test_tiers_are_rates_of_their_own(good: Path, kept: Kept) -> None:
    """A change of the second tier leaves the first alone."""
    day = dt.date(2026, 7, 1)
    after = kept(('price: "0.20"', 'price: "0.25"'))
    frame = diff_rates(BookOn(wf.RateBook.open(good), day), BookOn(after, day)).frame
    assert frame["tier_start"].tolist() == [2000.0]
    assert frame["percent"].tolist() == pytest.approx([25.0])


def test_rates_in_force_are_those_that_are_looked_up(book: wf.RateBook) -> None:
    """Every on-demand vCPU price of Fargate in force is the one that `rates show` shows."""
    from wharfage.outputs.rates import rate_frame

    day = dt.date(2026, 10, 1)
    found = rates_in_force(book.table("aws.fargate"), day)
    shown = rate_frame(book, "aws.fargate", on=day)
    prices = found[found["pricing_unit"] != "off list"]["price"]
    assert sorted(prices) == sorted(shown["list_unit_price"])


def test_withdrawn_rate_is_not_in_force(kept: Kept) -> None:
    """A rate that ends is removed from its day on."""
    book = kept(
        ("rates:\n", "rates:\n- meter: cluster_hours\n  key: {}\n  pricing_unit: Hours\n  effective_from: 2026-08-01\n  source: price_page\n  prices:\n    zonal: null\n"),
    )  # fmt: skip
    frame = diff_rates(BookOn(book, dt.date(2026, 7, 31)), BookOn(book, dt.date(2026, 8, 1))).frame
    assert frame[["change", "meter"]].to_numpy().tolist() == [["removed", "cluster_hours"]]


def test_percent_of_a_free_rate_is_nothing(good: Path, kept: Kept) -> None:
    """From zero there is no percentage: NaN, not infinite."""
    day = dt.date(2026, 7, 1)
    before = kept(('zonal: "0.10"', 'zonal: "0"'))
    frame = diff_rates(BookOn(before, day), BookOn(wf.RateBook.open(good), day)).frame
    assert frame["change"].tolist() == ["changed"]
    assert np.isnan(frame["percent"].item())


def test_default_day_is_the_newest_of_both(good: Path, kept: Kept) -> None:
    """Two books are compared on the day that both are used on: the newest date of either."""
    kept(("effective_from: 2026-06-01", "effective_from: 2026-07-01"))
    sides = open_sides(str(good), str(good.with_name("kept")))
    assert [side.on for side in sides] == [dt.date(2026, 7, 1)] * 2


@pytest.mark.parametrize(
    ("before", "words"),
    [
        ("bundle", "There is no rate book 'bundle'"),
        ("bundled@July", "on='July' is not a date"),
        ("/no/such/folder", "There is no rate book '/no/such/folder'"),
    ],
)
def test_unknown_book_is_told(before: str, words: str) -> None:
    """A book that is not there, or a date that is none, is a message."""
    with pytest.raises(InvalidValueError, match=words):
        open_sides(before, "bundled")


def test_frame_has_its_columns_even_when_empty(book: wf.RateBook) -> None:
    """No difference is an empty frame of the same form."""
    side = BookOn(book, dt.date(2026, 10, 1))
    frame = diff_rates(side, side).frame
    assert isinstance(frame, pd.DataFrame)
    assert {"service", "region", "meter", "change", "percent"} <= set(frame)
