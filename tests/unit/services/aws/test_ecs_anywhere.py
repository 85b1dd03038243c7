"""Amazon ECS Anywhere: registered machines by the hour."""

from __future__ import annotations

from typing import Any

import pytest

import wharfage as wf

ON = "2026-10-01"


def cost(**cells: Any) -> float:
    """Price registered machines."""
    row = {"service": "aws.ecs_anywhere", "region": "us-east-1", **cells}
    return float(wf.estimate([row], on=ON).frame.iloc[0]["monthly_cost"])


def test_machines_cost_their_hours() -> None:
    """Two machines for a month cost 1,460 hours at 0.01025."""
    assert cost(node_count=2) == pytest.approx(2 * 730 * 0.01025)


@pytest.mark.parametrize(("seconds", "hours"), [(0, 1), (3599, 1), (3600, 1), (5400, 1.5)])
def test_a_registration_bills_an_hour_at_the_least(seconds: float, hours: float) -> None:
    """Short registrations are an hour each, longer ones what they last."""
    assert cost(runs_per_month=10, run_seconds=seconds) == pytest.approx(10 * hours * 0.01025)


def test_half_an_hour_is_one() -> None:
    """A machine that is there for half an hour of the month bills one."""
    assert cost(hours_per_month=0.5) == pytest.approx(0.01025)


def test_none_costs_nothing() -> None:
    """No hours, or no machine, cost nothing."""
    assert cost(hours_per_month=0) == cost(node_count=0) == 0


def test_whole_hours_are_an_assumption() -> None:
    """Rounded up to hours, ninety minutes are two."""
    row = {"service": "aws.ecs_anywhere", "region": "us-east-1", "hours_per_month": 1.5}
    bill = wf.estimate([row], on=ON, assumptions={"ecs_anywhere_increment_seconds": 3600})
    assert bill.frame.iloc[0]["monthly_cost"] == pytest.approx(2 * 0.01025)


def test_offer_to_new_accounts_is_not_given() -> None:
    """The free hours of new accounts are said to be left out, and none is deducted."""
    bill = wf.estimate([{"service": "aws.ecs_anywhere", "region": "us-east-1"}], on=ON)
    assert "six months" in bill.assumptions["new_account_offers"]
    assert not bill.lines()["meter"].str.startswith("credit").any()


def test_requests_are_not_served_by_registered_machines() -> None:
    """Requests say nothing of how many machines there are: the row has no price."""
    row = {"service": "aws.ecs_anywhere", "region": "us-east-1"}
    bill = wf.estimate([{**row, "requests_per_month": 1e6, "request_seconds": 1}], on=ON)
    reason = bill.frame["unpriced_reason"].iloc[0]
    assert reason == "unsupported_demand: nodes are priced by count and hours"
