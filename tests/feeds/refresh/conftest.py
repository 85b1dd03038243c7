"""A small book to refresh: the bundled Fargate table, and a toy table with tiers."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import wharfage as wf
from wharfage.feeds.observation import Observation, Reading
from wharfage.rates.book import bundled_folder
from wharfage.rates.lock import write_lock

TIERED = """\
service: aws.eks
title: a toy with tiers
currency: USD
checked_on: 2026-11-23
available_from: 2026-01-01
purchase_options: [on_demand]
meters:
  requests:
    pricing_unit: 1M Requests
    key: []
rates:
- meter: requests
  key: {}
  pricing_unit: 1M Requests
  observed_on: 2026-01-01
  source: aws_eks_feed_2025_10
  price: "0.40"
- meter: requests
  key: {}
  pricing_unit: 1M Requests
  tier_start: "2000"
  observed_on: 2026-01-01
  source: aws_eks_feed_2025_10
  price: "0.20"
"""

UNITS = {"vcpu_hours": "vCPU-Hours", "memory_gib_hours": "GB-Hours", "requests": "1M Requests"}
VARIANT = {
    "operating_system": "linux",
    "cpu_architecture": "x86_64",
    "purchase_option": "on_demand",
}
DAY = dt.date(2026, 12, 1)
SOURCE = {
    "publisher": "Amazon Web Services",
    "page": "AmazonECS price list",
    "read_as": "served by a test",
    "published": "2026-12-01",
}
SEE = Callable[..., Observation]


def write_small_book(folder: Path) -> Path:
    """Write the small book, with its lock."""
    bundled = bundled_folder()
    (folder / "aws").mkdir(parents=True)
    for name in ("sources.yaml", "regions.yaml", "aws/fargate.yaml"):
        shutil.copyfile(bundled / name, folder / name)
    (folder / "aws" / "eks.yaml").write_text(TIERED, encoding="utf-8")
    write_lock(wf.RateBook.open(folder))
    return folder


def see(
    price: str | None,
    meter: str = "vcpu_hours",
    region: str = "us-east-1",
    **given: Any,
) -> Observation:
    """Give one observation of Fargate, Linux on x86, on demand, unless told otherwise."""
    dated = {"observed_on": DAY} if "effective_from" not in given else {}
    key = {"region": region, **VARIANT, **given.pop("key", {})}
    facts = {"currency": "USD", "source": "test_2026_12", "pricing_unit": UNITS[meter], **dated}
    number = None if price is None else Decimal(price)
    return Observation("aws.fargate", meter, key, number, **{**facts, **given})


def tier(price: str, start: str, **given: Any) -> Observation:
    """Give one tier of the toy table."""
    facts = {"currency": "USD", "source": "test_2026_12", "pricing_unit": "1M Requests"}
    dated = {"observed_on": DAY, "tier_start": Decimal(start)}
    return Observation("aws.eks", "requests", {}, Decimal(price), **{**facts, **dated, **given})


def reading(*observations: Observation, **given: Any) -> Reading:
    """Give a reading with its source."""
    return Reading(list(observations), sources={"test_2026_12": SOURCE}, **given)


@pytest.fixture(scope="session")
def small_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of the small book; nobody writes there."""
    return write_small_book(tmp_path_factory.mktemp("books") / "small")


@pytest.fixture(scope="session")
def small(small_folder: Path) -> wf.RateBook:
    """Give the small book."""
    return wf.RateBook.open(small_folder)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Give a place for refreshed books."""
    return tmp_path / "refreshed"


@pytest.fixture(scope="session", name="see")
def see_fixture() -> SEE:
    """Give a function that makes an observation."""
    return see


@pytest.fixture(scope="session", name="tier")
def tier_fixture() -> SEE:
    """Give a function that makes an observation of the tiered toy."""
    return tier


@pytest.fixture(scope="session", name="reading")
def reading_fixture() -> Callable[..., Reading]:
    """Give a function that makes a reading."""
    return reading
