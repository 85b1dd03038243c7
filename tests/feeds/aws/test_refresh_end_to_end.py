"""From a provider's answer to a bill: read over a socket, refreshed, priced."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import wharfage as wf
from wharfage.examples import example_fleet_path
from wharfage.feeds.refresh import refresh

from .conftest import Read
from .local_aws import LocalAws
from .price_list import REGIONS, Item, ecs_items, item

DEARER = "0.0504800000"
TASK = {"service": "aws.fargate", "region": "us-east-1", "vcpu": 1, "memory_gib": 2}


def dearer_vcpu() -> list[Item]:
    """Give the Fargate products, with a dearer vCPU-hour in us-east-1."""
    usage_type = "USE1-Fargate-vCPU-Hours:perCPU"
    changed = item("AmazonECS", "8CESGAFWKAJ98PME", REGIONS[0], usage_type, DEARER, unit="hours")
    return [changed, *(one for one in ecs_items() if "8CESGAFWKAJ98PME" not in str(one))]


def cost(book: wf.RateBook, work: Any, on: str | None = None) -> float:
    """Price work with a book."""
    return wf.estimate(work, rates=book, on=on).total(strict=False)["USD"]


@pytest.mark.parametrize("source", ["bulk", "api"])
def test_a_new_price_reaches_the_bill(
    source: str, aws: LocalAws, read_aws: Read, book: wf.RateBook, tmp_path: Path
) -> None:
    """A price that AWS publishes is in the refreshed book, which prices the example fleet."""
    aws.publish(*dearer_vcpu())
    reading = read_aws("aws.fargate", regions=REGIONS, source=source)
    refresh(book, reading, tmp_path / "rates")
    fresh = wf.RateBook.open(tmp_path / "rates")
    day = "2026-10-06"
    assert cost(fresh, [TASK], day) - cost(book, [TASK], day) == pytest.approx(730 * 0.01)
    assert cost(fresh, example_fleet_path(), day) > cost(book, example_fleet_path(), day)
    for past in ("2026-10-01", "2026-05-01"):
        assert cost(fresh, example_fleet_path(), past) == cost(book, example_fleet_path(), past)
