"""Credits: by account, over services, never more than was spent."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import wharfage as wf

ON = "2026-10-01"
SERVICE: dict[str, Any] = {
    "service": "gcp.cloud_run",
    "region": "us-central1",
    "requests_per_month": 1e7,
    "request_seconds": 0.1,
}
JOB: dict[str, Any] = {
    "service": "gcp.cloud_run_jobs",
    "region": "us-central1",
    "runs_per_month": 1e4,
    "run_seconds": 60,
}


def credit(*fleet: dict[str, Any], **options: Any) -> dict[str, float]:
    """Give the credits of a fleet, by pool."""
    lines = wf.estimate(list(fleet), on=ON, **options).lines()
    given = lines[lines["meter"].str.startswith("credit:")]
    sums: dict[str, float] = given.groupby("meter")["effective_cost"].sum().to_dict()
    return sums


FULL = {
    "credit:gcp.cloud_run.memory": -0.90,
    "credit:gcp.cloud_run.requests": -0.80,
    "credit:gcp.cloud_run.vcpu": -4.32,
}


def test_a_large_service_draws_everything() -> None:
    """A large service gets the whole of each credit."""
    assert credit({**SERVICE, "memory_gib": 4}) == pytest.approx(FULL)


def test_two_services_share_one_credit_story_22() -> None:
    """Credits belong to the account: two services do not get them twice."""
    assert credit({**SERVICE, "memory_gib": 4}, {**SERVICE, "memory_gib": 4}) == (
        pytest.approx(FULL)
    )


def test_jobs_share_with_services_story_22() -> None:
    """Services and jobs draw from the same pool."""
    assert credit({**SERVICE, "memory_gib": 4}, JOB)["credit:gcp.cloud_run.vcpu"] == (
        pytest.approx(-4.32)
    )


def test_credits_per_mode_are_an_assumption() -> None:
    """Assumed per mode, jobs have a credit of their own."""
    found = credit({**SERVICE, "memory_gib": 4}, JOB, assumptions={"cloud_run_credit": "per_mode"})
    assert found["credit:gcp.cloud_run.vcpu.request"] == pytest.approx(-4.32)
    assert found["credit:gcp.cloud_run.vcpu.instance"] == pytest.approx(-4.32)


def test_each_account_has_its_own_story_22() -> None:
    """Two billing accounts have two credits."""
    fleet = [{**SERVICE, "memory_gib": 4, "billing_account": name} for name in ("a", "b")]
    assert credit(*fleet) == pytest.approx({name: 2 * cost for name, cost in FULL.items()})


def test_small_use_is_covered_and_no_more_story_22() -> None:
    """A service within the allowance costs nothing, never less."""
    small = wf.estimate([{**SERVICE, "requests_per_month": 1000}], on=ON)
    assert small.total()["USD"] == pytest.approx(0, abs=1e-12)
    assert small.total()["USD"] >= 0


@pytest.mark.parametrize("requests", [1_999_999, 2_000_000, 2_000_001])
def test_requests_at_the_boundary_story_22(requests: int) -> None:
    """Two million requests are free; each one after them is not."""
    lines = wf.estimate([{**SERVICE, "requests_per_month": requests}], on=ON).lines()
    own = lines[lines["meter"].isin(["requests", "credit:gcp.cloud_run.requests"])]
    expected = max(requests - 2_000_000, 0) * 0.4e-6
    assert own["effective_cost"].sum() == pytest.approx(expected, abs=1e-12)


def test_none_without_free_tier() -> None:
    """Without free tiers there is no credit."""
    assert credit(SERVICE, free_tier="none") == {}


def test_shares_are_in_proportion() -> None:
    """A service that uses three times as much gets three times the credit."""
    fleet = [{**SERVICE, "requests_per_month": count} for count in (1e7, 3e7)]
    frame = wf.estimate(fleet, on=ON).frame
    saved: pd.Series = frame["monthly_list_cost"] - frame["monthly_cost"]
    assert saved[1] == pytest.approx(3 * saved[0])


def test_unpriced_workloads_do_not_draw() -> None:
    """A workload without a price takes nothing from the others."""
    bad = {**SERVICE, "vcpu": -1, "memory_gib": 4}
    assert credit({**SERVICE, "memory_gib": 4}, bad) == pytest.approx(FULL)
