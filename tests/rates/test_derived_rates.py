"""Rates that follow from another price: shares, dates, rounding, and what a listed rate changes."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import wharfage as wf
from wharfage.rates.book import bundled_folder
from wharfage.rates.lookup import UnitPrices, select_unit_prices

BOOK = wf.RateBook.bundled()
AUTO, MANAGED = "aws.eks_auto_mode", "aws.ecs_managed_instances"


def fees(service: str, on: str, book: wf.RateBook = BOOK) -> UnitPrices:
    """Give the fees of a service on a day."""
    return select_unit_prices(book.table(service), "management_hours", dt.date.fromisoformat(on))


def key(prices: UnitPrices, region: str, machine: str) -> int:
    """Give the place of one fee."""
    machines = prices.meter.values[0]
    return prices.places.index(region) * len(machines) + machines.index(machine)


def fee(service: str, region: str, machine: str, on: str, book: wf.RateBook = BOOK) -> float:
    """Give one fee."""
    prices = fees(service, on, book)
    return float(prices.price[key(prices, region, machine)])


@pytest.mark.parametrize(
    ("on", "machine", "expected"),
    [
        ("2026-06-30", "g6.xlarge", 0.09658),
        ("2026-07-01", "g6.xlarge", 0.06277),
        ("2026-06-30", "gr6.4xlarge", 0.1847),
        ("2026-07-01", "gr6.4xlarge", 0.12006),
        ("2026-06-30", "p4d.24xlarge", 2.63492),
        ("2026-07-01", "p4d.24xlarge", 1.05397),
        ("2026-07-01", "inf2.xlarge", 0.09098),
        ("2026-07-01", "c7g.xlarge", 0.0174),
    ],
)
@pytest.mark.parametrize("service", [AUTO, MANAGED])
def test_share_of_the_price_by_family_and_day(
    service: str, on: str, machine: str, expected: float
) -> None:
    """12 percent to five decimals; from July 2026 7.8 for the G families, 4.8 for P."""
    assert fee(service, "us-east-1", machine, on) == expected


def test_announced_cut_without_a_reading_is_doubtful() -> None:
    """No fee of a P machine was read after the cut, so theirs are doubtful; those of G are not."""
    prices = fees(AUTO, "2026-10-01")
    doubtful = [
        bool(prices.doubtful[key(prices, "us-east-1", name)])
        for name in ("p4d.24xlarge", "trn1.2xlarge", "g5.xlarge", "m5.large")
    ]
    assert doubtful == [True, True, False, False]


@pytest.mark.parametrize(
    ("region", "machine", "on", "source"),
    [
        ("us-east-1", "t4g.medium", "2026-09-27", "aws_eks_pricing_page"),
        ("us-east-1", "t4g.medium", "2026-09-28", "aws_eks_offer_2026_09_28"),
        ("us-east-1", "t4g.large", "2026-09-28", "aws_eks_pricing_page"),
    ],
)
def test_listed_fee_takes_over_on_its_day(region: str, machine: str, on: str, source: str) -> None:
    """A fee that was read counts from its own day, for its own machine and region."""
    prices = fees(AUTO, on)
    row = int(prices.row[key(prices, region, machine)])
    assert prices.meter.rate(row).source == source


def test_listed_fees_are_what_the_share_gives() -> None:
    """All twelve fees that were read come out of the share of the day before, to the last digit."""
    prices = fees(AUTO, "2026-10-01")
    listed = np.flatnonzero(~prices.is_derived & (prices.row >= 0))
    before = fees(AUTO, "2026-09-17")
    assert len(listed) == 12
    np.testing.assert_array_equal(prices.price[listed], before.price[listed])


def test_a_fee_follows_a_later_price() -> None:
    """A bare-metal machine that became dearer in July 2026 has a dearer fee from that day."""
    days = ("2026-07-19", "2026-07-20")
    before, after = (fee(AUTO, "us-east-1", "c6g.metal", day) for day in days)
    assert (before, after) == (0.26112, 0.27679)


def test_a_price_in_force_at_the_cut_is_carried_to_it() -> None:
    """The fee of the cut has the day of the cut, a documented one, not that of the price."""
    prices = fees(AUTO, "2026-07-02")
    rate = prices.meter.rate(int(prices.row[key(prices, "eu-west-1", "g5.xlarge")]))
    assert (rate.date, rate.date_kind) == (dt.date(2026, 7, 1), "effective")


def test_no_fee_before_the_service() -> None:
    """Managed Instances have no fee before the day on which they came."""
    assert np.isnan(fees(MANAGED, "2025-09-29").price).all()
    assert not np.isnan(fees(MANAGED, "2025-09-30").price).all()


def test_no_fee_where_the_service_has_none() -> None:
    """GovCloud has Auto Mode fees, and none of Managed Instances."""
    priced = [
        {place for place in BOOK.table(name).meters["management_hours"].places if "gov" in place}
        for name in (AUTO, MANAGED)
    ]
    assert priced == [{"us-gov-east-1", "us-gov-west-1"}, set()]


def test_rates_that_are_listed_elsewhere_are_not_derived() -> None:
    """A table without derived rates has no mark on them."""
    ec2 = BOOK.table("aws.ec2").meters["instance_hours"]
    assert ec2.is_derived is None


def test_a_fee_by_formula_is_said() -> None:
    """The bill says which fees no list holds, and explains the word."""
    rows = [
        {"service": AUTO, "region": "us-east-1", "instance_type": name, "workload": name}
        for name in ("t4g.medium", "t4g.large")
    ]
    bill = wf.estimate(rows, on="2026-10-01")
    assert "(1 workloads)" in bill.assumptions["management_hours_by_formula"]
    assert "management_hours_by_formula" not in bill.explain("t4g.medium")
    assert "share of the on-demand price" in bill.explain("t4g.large")


@pytest.fixture
def opened(tmp_path: Path) -> Callable[..., wf.RateBook]:
    """Give a way to open two tables with something replaced in the second."""

    def open_book(old: str, new: str, *, with_prices: bool = True) -> wf.RateBook:
        shutil.copy(bundled_folder() / "sources.yaml", tmp_path)
        shutil.copy(bundled_folder() / "regions.yaml", tmp_path)
        shutil.copytree(
            bundled_folder() / "aws",
            tmp_path / "aws",
            ignore=lambda _, names: {
                name
                for name in names
                if name.endswith(".yaml")
                and name not in ({"ec2.yaml"} if with_prices else set())
                and name != "ecs_managed_instances.yaml"
            },
        )
        path = tmp_path / "aws" / "ecs_managed_instances.yaml"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return wf.RateBook.open(tmp_path)

    return open_book


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('fraction: "0.12"', 'fraction: "12"', "fraction 12 is the whole price or more"),
        (
            "  effective_from: 2025-09-30\n",
            "",
            "a derived rate needs effective_from or observed_on",
        ),
        ("- meter: management_hours", "- meter: fee_hours", "there is no meter 'fee_hours'"),
        ('key: {instance_type: ["*"], ', "key: {", "names patterns of"),
        ("aws_ecs_pricing_page", "aws_ecs_page", "source 'aws_ecs_page' is not in sources.yaml"),
        ("decimals: 5", "digits: 5", "'digits' is not known here"),
    ],
)
def test_bad_entries_are_named(
    opened: Callable[..., wf.RateBook], old: str, new: str, words: str
) -> None:
    """An entry that cannot be right is refused in words."""
    with pytest.raises(wf.RateError, match=words):
        opened(old, new)


def test_without_the_prices_there_is_no_fee(opened: Callable[..., wf.RateBook]) -> None:
    """A book without the table of the prices derives nothing, and says nothing wrong."""
    meters: Any = opened("decimals: 5", "decimals: 5", with_prices=False).table(MANAGED).meters
    assert len(meters["management_hours"]) == 0


def test_decimals_are_data(opened: Callable[..., wf.RateBook]) -> None:
    """The provider's rounding is that of the table."""
    book = opened("decimals: 5", "decimals: 3")
    assert fee(MANAGED, "us-east-1", "c6a.2xlarge", "2026-06-30", book) == 0.037
