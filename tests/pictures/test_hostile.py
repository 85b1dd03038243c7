"""Pictures of nothing, and options that make no sense."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import wharfage as wf
from wharfage.errors import InvalidValueError, UnpricedError

ON = "2026-10-01"
WEB = {"service": "aws.fargate", "region": "us-east-1", "vcpu": 0.5, "memory_gib": 1}
LOST = {**WEB, "region": "eu-west-9"}
SERVED = {"vcpu": 1, "memory_gib": 2, "request_seconds": 0.2}


@pytest.mark.parametrize("top", ["x", 1.5, True, None, float("nan")], ids=repr)
def test_top_is_a_whole_number(bill: wf.Bill, top: object) -> None:
    """What is no whole number is a fault, not an error of Python."""
    with pytest.raises(InvalidValueError, match="not a whole number"):
        wf.plot(bill, top=top)


@pytest.mark.parametrize("kind", ["ranking", "regions"])
def test_comparison_without_a_price(kind: str) -> None:
    """A comparison of which no scenario has a price cannot be drawn."""
    with pytest.raises(UnpricedError, match="nothing to draw"):
        wf.plot(wf.compare([LOST, {**LOST, "vcpu": 1}], on=ON), kind)


@pytest.mark.parametrize("kind", ["break_even", "load"])
def test_break_even_without_a_price(kind: str) -> None:
    """Contenders that have no price anywhere have no lines."""
    found = wf.breakeven(
        "aws.fargate", "gcp.cloud_run", between=(1, 1e6), region="us-east-1", workload=SERVED,
        on="2010-01-01",
    )  # fmt: skip
    with pytest.raises(UnpricedError, match="none of 2 contenders"):
        wf.plot(found, kind)


def test_name_with_a_region_is_not_placed_again(subtitle_of: Callable[[Any], str]) -> None:
    """A contender that names its region is not said to be in it."""
    found = wf.breakeven(
        "aws.fargate@us-east-1", "gcp.cloud_run", between=(0, 1e6), region="us-central1",
        workload=SERVED, on=ON,
    )  # fmt: skip
    said = subtitle_of(wf.plot(found))
    assert "@us-east-1 in" not in said
    assert "gcp.cloud_run in us-central1" in said


def test_tornado_says_who_is_left_out(subtitle_of: Callable[[Any], str]) -> None:
    """A swing of the priced part says how many have no price."""
    found = wf.ranges([WEB, LOST], inputs={"replicas": (1, 2, 5)}, draws=8, on=ON)
    assert "1 of 2 workloads have no price" in subtitle_of(wf.plot(found, "tornado"))


def test_no_region_is_every_region() -> None:
    """An empty list of regions is as none given."""
    book = wf.RateBook.bundled()
    assert wf.plot(book, service="gcp.gke", region=[])
