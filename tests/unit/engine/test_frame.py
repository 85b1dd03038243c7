"""The result frame: one row per workload."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import wharfage as wf
from wharfage.columns import RESULT_COLUMNS

ON = "2026-10-01"
TASK: dict[str, Any] = {"service": "aws.fargate", "region": "us-east-1", "vcpu": 1, "memory_gib": 2}
COSTS = ["daily_cost", "monthly_cost", "monthly_list_cost"]
FLEET = [
    {**TASK, "workload": "a", "team": "x"},
    {**TASK, "workload": "bad", "vcpu": -1, "team": "y"},
    {**TASK, "workload": "spot", "purchase_option": "spot", "team": "z"},
]


def frame(*fleet: dict[str, Any], **options: Any) -> pd.DataFrame:
    """Price workloads."""
    return wf.estimate(list(fleet) or FLEET, on=ON, **options).frame


def test_results_stand_after_the_inputs() -> None:
    """The frame holds the inputs, then the results in the contract's order."""
    assert list(frame().columns)[-len(RESULT_COLUMNS) :] == list(RESULT_COLUMNS)


def test_inputs_are_kept() -> None:
    """Every input column is there, the user's own too."""
    assert frame()["team"].tolist() == ["x", "y", "z"]


def test_input_order_is_kept() -> None:
    """Workloads stay in the order of the input, whatever their services."""
    mixed = [{"service": "gcp.gke_autopilot", "region": "us-central1"}, TASK]
    names = frame(*[{**row, "workload": str(n)} for n, row in enumerate(mixed * 3)])
    assert names["workload"].tolist() == ["0", "1", "2", "3", "4", "5"]


def test_the_index_is_kept() -> None:
    """A table with an index of its own gets it back."""
    table = pd.DataFrame([TASK, TASK], index=["p", "q"])
    assert wf.estimate(table).frame.index.tolist() == ["p", "q"]


def test_workload_is_added() -> None:
    """Where there are no ids, the row numbers stand first."""
    table = frame(TASK, TASK)
    assert table.columns[0] == "workload"
    assert table["workload"].tolist() == ["1", "2"]


def test_old_results_are_replaced() -> None:
    """A result that is priced again has its result columns once."""
    again = wf.estimate(frame(TASK), on=ON).frame
    assert again.columns.is_unique
    assert again["monthly_cost"].item() == pytest.approx(36.0401)


@pytest.mark.parametrize("month", ["730h", "720h", "2026-02"])
def test_daily_cost_follows_from_the_month_story_17(month: str) -> None:
    """A day costs 24 of the month's hours."""
    row = frame(TASK, month=month).iloc[0]
    hours = {"730h": 730, "720h": 720, "2026-02": 672}[month]
    assert row["daily_cost"] * hours / 24 == pytest.approx(row["monthly_cost"])


def test_daily_cost_does_not_depend_on_the_month_story_17() -> None:
    """An always-on task costs the same per day in every month."""
    days = [frame(TASK, month=month)["daily_cost"].item() for month in ("730h", "720h", "2028-02")]
    assert days == pytest.approx([days[0]] * 3)


def test_no_replicas_cost_nothing() -> None:
    """No replicas cost exactly zero, and are priced."""
    row = frame({**TASK, "replicas": 0}).iloc[0]
    assert (row["monthly_cost"], row["cost_status"]) == (0.0, "exact")


@pytest.mark.parametrize("column", [*COSTS, "billed_vcpu", "billed_memory_gib"])
def test_an_unpriced_row_is_nan_story_5(column: str) -> None:
    """A row without a price is NaN in every column of figures, never zero."""
    assert np.isnan(frame()[column][1])


def test_an_unpriced_row_has_a_reason_story_5() -> None:
    """A row without a price says so, and why."""
    row = frame().iloc[1]
    assert row["cost_status"] == "unpriced"
    assert row["unpriced_reason"].startswith("invalid_value: ")


def test_a_priced_row_has_no_reason() -> None:
    """A row with a price has no reason."""
    assert frame()["unpriced_reason"].isna().tolist() == [True, False, True]


@pytest.mark.parametrize("column", ["workload", "cost_status", "unpriced_reason"])
def test_text_columns_have_one_type_whatever_stands_in_them(column: str) -> None:
    """A fleet without a reason has the columns that one with reasons has."""
    good, bad = frame(TASK), frame(TASK, {**TASK, "vcpu": -1})
    assert good[column].dtype == bad[column].dtype


def test_every_status_stands_in_its_row() -> None:
    """Statuses that differ from row to row stay with their rows."""
    spot = {**TASK, "purchase_option": "spot"}
    table = wf.estimate([TASK, spot, {**TASK, "vcpu": -1}, TASK], on="2027-02-01").frame
    assert table["cost_status"].tolist() == ["exact", "doubtful", "unpriced", "exact"]


def test_list_cost_of_spot_is_on_demand() -> None:
    """The list cost of a Spot row is what the same usage costs on demand."""
    listed = frame()["monthly_list_cost"]
    assert listed[2] == listed[0] > frame()["monthly_cost"][2]


def test_billed_size_is_per_replica() -> None:
    """The billed size is one replica's."""
    row = frame({**TASK, "vcpu": 0.9, "replicas": 7}).iloc[0]
    assert (row["billed_vcpu"], row["billed_memory_gib"]) == (1, 2)


def test_clusters_have_no_size() -> None:
    """What has no size has no billed size, and still a price."""
    row = frame({"service": "aws.eks", "region": "us-east-1"}).iloc[0]
    assert np.isnan(row["billed_vcpu"])
    assert row["monthly_cost"] == pytest.approx(73)


def test_minor_meter_without_a_rate_is_a_lower_bound() -> None:
    """A row whose minor meter has no rate is priced without it, and says so."""
    pods = [
        {"service": "gcp.gke_autopilot", "region": region, "ephemeral_storage_type": kind}
        for region in wf.RateBook.bundled().table("gcp.gke_autopilot").regions
        for kind in ("ssd", "standard")
    ]
    table = frame(*pods)
    bounds = table[table["cost_status"] == "lower_bound"]
    assert len(bounds)
    assert bounds["monthly_cost"].notna().all()


def test_stale_spot_is_doubtful_story_12() -> None:
    """A Spot rate that was read more than 90 days before is doubtful."""
    spot = {**TASK, "purchase_option": "spot"}
    late = wf.estimate([spot], on="2027-02-01").frame
    assert late["cost_status"].item() == "doubtful"


def test_full_precision_story_21() -> None:
    """Nothing is rounded: a small task costs its exact fraction of a cent."""
    tiny = {**TASK, "vcpu": 0.25, "memory_gib": 0.5, "runs_per_month": 1, "run_seconds": 60}
    cost = frame(tiny)["monthly_cost"].item()
    assert cost == pytest.approx((0.25 * 0.04048 + 0.5 * 0.004445) / 60, rel=1e-12)


@pytest.mark.parametrize("size", [0.3, 3.0])
def test_strict_sizes_make_illegal_ones_faults_story_20(size: float) -> None:
    """With strict sizes an illegal size has no price."""
    row = frame({**TASK, "vcpu": size}, sizes="strict").iloc[0]
    assert row["unpriced_reason"].startswith("illegal_size")


def test_strict_sizes_leave_legal_ones() -> None:
    """With strict sizes a legal size costs what it does."""
    assert frame(TASK, sizes="strict")["monthly_cost"].item() == pytest.approx(36.0401)
