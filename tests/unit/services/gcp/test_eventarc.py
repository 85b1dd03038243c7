"""Eventarc Advanced."""

from __future__ import annotations

from typing import Any

import pytest

import wharfage as wf

EVENTS: dict[str, Any] = {
    "service": "gcp.eventarc",
    "region": "us-central1",
    "events_per_month": 1e6,
}
ON = "2026-10-01"


def reason(**cells: Any) -> str:
    """Give the reason why a row has no price."""
    return str(wf.estimate([{**EVENTS, **cells}], on=ON).frame["unpriced_reason"].iloc[0])


@pytest.mark.parametrize(
    ("kind", "cost"), [("bus", 1.0), ("pipeline", 0.5), ("transformation", 0.4)]
)
def test_a_million_events(kind: str, cost: float) -> None:
    """Each step of a million events has its price."""
    bill = wf.estimate([{**EVENTS, "event_kind": kind}], on=ON)
    assert float(bill.frame["monthly_cost"].sum(skipna=False)) == pytest.approx(cost)


def test_step_is_needed() -> None:
    """Events of no step are a fault of their row."""
    assert reason() == "required: event_kind is empty"


def test_events_of_the_other_cloud_are_refused() -> None:
    """A custom event is one of Amazon EventBridge."""
    assert reason(event_kind="custom").startswith("not_offered")
