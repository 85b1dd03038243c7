"""The lines of a bill: one row per charge."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import wharfage as wf
from wharfage.columns import LINE_COLUMNS

ON = "2026-10-01"
FLEET: list[dict[str, Any]] = [
    {"service": "aws.fargate", "region": "us-east-1", "vcpu": 1, "memory_gib": 2},
    {
        "service": "aws.fargate",
        "region": "us-east-1",
        "vcpu": 1,
        "memory_gib": 2,
        "purchase_option": "spot",
    },
    {"service": "gcp.cloud_run", "region": "us-central1", "requests_per_month": 1e6},
    {"service": "gcp.cloud_run", "region": "us-central1", "vcpu": 4, "memory_gib": 8},
    {"service": "gcp.gke", "region": "us-central1"},
    {"service": "gcp.gke_autopilot", "region": "us-central1", "vcpu": 1, "memory_gib": 4},
    {"service": "aws.fargate", "region": "us-east-1", "vcpu": 1, "memory_gib": 2, "replicas": 0},
    {"service": "aws.fargate", "region": "nowhere", "vcpu": 1, "memory_gib": 2},
]
FLEET[2]["request_seconds"] = 1


@pytest.fixture(scope="module")
def bill() -> wf.Bill:
    """Price the fleet."""
    return wf.estimate(FLEET, on=ON)


@pytest.fixture(scope="module")
def lines(bill: wf.Bill) -> pd.DataFrame:
    """Give its lines."""
    return bill.lines()


def test_columns(lines: pd.DataFrame) -> None:
    """Lines have the contract's columns, in its order."""
    assert tuple(lines.columns) == LINE_COLUMNS


def test_columns_without_lines() -> None:
    """A bill without a charge has the same columns and no row."""
    nothing = wf.estimate([{**FLEET[0], "replicas": 0}], on=ON).lines()
    assert tuple(nothing.columns) == LINE_COLUMNS
    assert nothing.empty


@pytest.mark.parametrize(
    ("column", "cost"),
    [("effective_cost", "monthly_cost"), ("list_cost", "monthly_list_cost")],
)
def test_lines_add_up(bill: wf.Bill, lines: pd.DataFrame, column: str, cost: str) -> None:
    """The lines of each workload add up to its cost."""
    sums = lines.groupby("workload")[column].sum(min_count=1)
    priced = bill.frame.set_index("workload")[cost].dropna()
    assert sums.reindex(priced.index).fillna(0).to_dict() == pytest.approx(priced.to_dict())


def test_lines_are_in_the_order_of_the_workloads(lines: pd.DataFrame) -> None:
    """Lines follow the input's order."""
    assert lines["workload"].astype(int).is_monotonic_increasing


def test_what_is_not_used_has_no_line(lines: pd.DataFrame) -> None:
    """A meter without usage has no line."""
    assert (lines["pricing_quantity"] > 0).all()
    assert "7" not in set(lines["workload"])


def test_quantity_times_price_is_list_cost(lines: pd.DataFrame) -> None:
    """On every charge, quantity times price is the list cost."""
    charges = lines[~lines["meter"].str.startswith("credit:")].dropna(subset=["list_cost"])
    product = charges["pricing_quantity"] * charges["list_unit_price"]
    assert product.tolist() == pytest.approx(charges["list_cost"].tolist())


def test_spot_lists_the_on_demand_price(lines: pd.DataFrame) -> None:
    """The list unit price of a Spot line is the on-demand price."""
    by_workload = lines[lines["meter"] == "vcpu_hours"].set_index("workload")
    assert by_workload.loc["2", "list_unit_price"] == by_workload.loc["1", "list_unit_price"]
    assert by_workload.loc["2", "effective_cost"] < by_workload.loc["2", "list_cost"]


def test_contracted_is_list_without_an_overlay(lines: pd.DataFrame) -> None:
    """Without a negotiated overlay the contracted cost is the list cost."""
    charges = lines.dropna(subset=["list_cost"])
    assert charges["contracted_cost"].tolist() == charges["list_cost"].tolist()


def test_credits_are_negative_with_no_list_cost(lines: pd.DataFrame) -> None:
    """A credit is a line of its own: negative, with zero list cost."""
    credits_given = lines[lines["meter"].str.startswith("credit:")]
    assert len(credits_given)
    assert (credits_given["effective_cost"] < 0).all()
    assert (credits_given[["list_unit_price", "list_cost", "contracted_cost"]] == 0).all(axis=None)


def test_only_credits_are_negative(lines: pd.DataFrame) -> None:
    """No charge is negative."""
    charges = lines[~lines["meter"].str.startswith("credit:")]
    assert not (charges["effective_cost"] < 0).any()


def test_unpriced_lines_are_nan_story_5() -> None:
    """The lines of a workload without a price have no cost of any kind."""
    task = {**FLEET[0], "vcpu": 0.3, "memory_gib": 1}
    lines = wf.estimate([task], on=ON, sizes="strict").lines()
    assert len(lines)
    assert lines[["list_cost", "contracted_cost", "effective_cost"]].isna().all(axis=None)


def test_a_minor_meter_without_a_rate_has_a_nan_line() -> None:
    """A minor meter without a rate stands in the lines without a cost."""
    table = wf.RateBook.bundled().table("gcp.gke_autopilot")
    pods = [{"service": "gcp.gke_autopilot", "region": region} for region in table.regions]
    bill = wf.estimate(pods, on=ON)
    frame = bill.frame.set_index("workload")
    bounds = frame.index[frame["cost_status"] == "lower_bound"]
    lines = bill.lines()
    priced = frame.loc[lines["workload"], "monthly_cost"].notna().to_numpy()
    holes = lines[lines["effective_cost"].isna() & priced]
    assert set(holes["workload"]) == set(bounds)
    assert set(holes["meter"]) == {"ephemeral_storage_gib_hours"}


@pytest.mark.parametrize("column", ["rate_date", "rate_date_kind", "source"])
def test_every_cost_has_a_provenance(lines: pd.DataFrame, column: str) -> None:
    """Every line with a cost says which rate it comes from."""
    assert lines.loc[lines["effective_cost"].notna(), column].notna().all()


def test_rate_date_kinds(lines: pd.DataFrame) -> None:
    """A rate's date is its first day or the day it was read."""
    assert set(lines["rate_date_kind"].dropna()) <= {"effective", "observed"}


def test_rates_are_not_of_the_future(lines: pd.DataFrame) -> None:
    """No line uses a rate that is dated after the day that is priced."""
    assert (lines["rate_date"].dropna() <= ON).all()


def test_sources_are_known(lines: pd.DataFrame, book: wf.RateBook) -> None:
    """Every source is in the book's list."""
    assert set(lines["source"].dropna()) <= set(book.sources)


def test_pricing_units_are_the_providers(lines: pd.DataFrame) -> None:
    """Quantities stand in the provider's own unit."""
    cloud_run = lines[(lines["service"] == "gcp.cloud_run") & (lines["meter"] == "vcpu_hours")]
    assert set(cloud_run["pricing_unit"]) == {"vCPU-Seconds"}
    assert cloud_run["pricing_quantity"].max() == pytest.approx(4 * 730 * 3600)
