"""Ranks, baseline and savings of a comparison."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import wharfage as wf
from wharfage.errors import InvalidValueError, UnpricedError

ON = "2026-10-01"
COLUMNS = [
    "workload", "service", "region", "purchase_option", "billing_mode", "rank", "monthly_cost",
    "monthly_list_cost", "daily_cost", "feasible", "reason", "assumptions", "is_baseline", "saving",
]  # fmt: skip
SIZE: dict[str, Any] = {"vcpu": 1, "memory_gib": 2}
FLEET: list[dict[str, Any]] = [
    {**SIZE, "workload": "task", "service": "aws.fargate", "region": "us-east-1"},
    {
        **SIZE,
        "workload": "web",
        "service": "gcp.cloud_run",
        "region": "us-east4",
        "requests_per_month": 2_000_000,
        "request_seconds": 0.3,
    },
    {
        **SIZE,
        "workload": "job",
        "service": "gcp.cloud_run_jobs",
        "region": "us-east4",
        "runs_per_month": 500,
        "run_seconds": 90,
    },
    {**SIZE, "workload": "new", "region": "us-east-1"},
    {**SIZE, "workload": "huge", "region": "us-east-1", "vcpu": 900},
    {"workload": "fee", "service": "aws.eks", "region": "us-east-1"},
]
SERVICES = [
    "aws.fargate",
    "aws.fargate_eks",
    "gcp.cloud_run",
    "gcp.cloud_run_jobs",
    "gcp.cloud_run_worker_pools",
    "gcp.gke_autopilot",
]
#: what tells the rows of one workload apart
KEY = ["service", "region", "purchase_option", "billing_mode"]


@pytest.fixture(scope="module")
def comparison() -> wf.Comparison:
    """Compare the fleet on demand and on Spot."""
    options = ["on_demand", "spot"]
    return wf.compare(FLEET, services=SERVICES, purchase_options=options, on=ON)


@pytest.fixture(scope="module")
def frame(comparison: wf.Comparison) -> pd.DataFrame:
    """One row per workload and scenario."""
    return comparison.frame


def test_columns_are_the_contracts(frame: pd.DataFrame) -> None:
    """The columns are the contract's, in its order, then the saving."""
    assert frame.columns.tolist() == COLUMNS


def test_types_do_not_depend_on_the_content(frame: pd.DataFrame) -> None:
    """Texts, numbers and flags keep their type whether or not a cell is empty."""
    work = {"region": "us-east-1", **SIZE}
    other = wf.compare([work], services=["aws.fargate"], on=ON).frame
    assert other.dtypes.to_dict() == frame.dtypes.to_dict()
    assert not (other["reason"] == "").any()


def test_workloads_stand_in_input_order(frame: pd.DataFrame) -> None:
    """Workloads keep their order; within one, ranked rows come first."""
    assert frame["workload"].drop_duplicates().tolist() == ["task", "web", "job", "new", "huge"]
    for _, rows in frame.groupby("workload"):
        ranks = rows["rank"].to_numpy(dtype=float, na_value=np.inf)
        assert (np.diff(ranks[np.isfinite(ranks)]) == 1).all()
        assert np.isfinite(ranks[: np.isfinite(ranks).sum()]).all()


def test_ranks_count_from_one_over_priced_rows(frame: pd.DataFrame) -> None:
    """Ranks are 1, 2, 3 … by cost over feasible and priced rows, and on no other row."""
    has_rank = frame["rank"].notna()
    assert (has_rank == (frame["feasible"] & frame["monthly_cost"].notna())).all()
    for _, rows in frame[has_rank].groupby("workload"):
        by_cost = rows.sort_values(["monthly_cost", *KEY])
        assert by_cost["rank"].tolist() == list(range(1, len(rows) + 1))


def test_ties_go_by_service_region_and_option() -> None:
    """Work that costs nothing anywhere is ranked by name."""
    work = {**SIZE, "replicas": 0}
    frame = wf.compare(
        [work],
        services=["gcp.gke_autopilot", "aws.fargate"],
        regions=["us-west1", "us-east-1", "us-central1", "eu-west-1"],
        purchase_options=["spot", "on_demand"],
        on=ON,
    ).frame
    assert (frame["monthly_cost"] == 0).all()
    assert frame["rank"].tolist() == list(range(1, 9))
    keys = list(zip(frame["service"], frame["region"], frame["purchase_option"], strict=True))
    assert keys == sorted(keys)


def test_workload_that_runs_nowhere_has_no_rank(frame: pd.DataFrame) -> None:
    """A workload above every limit has reasons only."""
    huge = frame[frame["workload"] == "huge"]
    assert not huge["feasible"].any()
    assert huge["rank"].isna().all()
    assert huge["reason"].notna().all()


def test_daily_cost_follows_from_the_month(frame: pd.DataFrame) -> None:
    """A day is the month's cost times 24 over its hours."""
    priced = frame[frame["monthly_cost"].notna()]
    assert priced["daily_cost"].tolist() == pytest.approx(
        (priced["monthly_cost"] * 24 / 730).tolist()
    )


def test_baseline_is_where_a_workload_runs(frame: pd.DataFrame) -> None:
    """One row is the baseline: own service, region, option and way of billing."""
    found = frame[frame["is_baseline"]].set_index("workload")
    assert found["service"].to_dict() == {
        "task": "aws.fargate",
        "web": "gcp.cloud_run",
        "job": "gcp.cloud_run_jobs",
    }
    assert found.loc["web", "billing_mode"] == "request"
    assert (found["purchase_option"] == "on_demand").all()


def test_saving_is_the_baseline_less_the_cost(frame: pd.DataFrame) -> None:
    """The saving is zero on the baseline, negative where it is dearer, empty without one."""
    assert (frame.loc[frame["is_baseline"], "saving"] == 0).all()
    own = frame[frame["is_baseline"]].set_index("workload")["monthly_cost"]
    expected = frame["workload"].map(own) - frame["monthly_cost"]
    pd.testing.assert_series_equal(frame["saving"], expected, check_names=False)


def test_saving_counts_against_a_service_that_is_not_compared() -> None:
    """A saving is against today's cost even if today's service is no scenario."""
    row = wf.compare(FLEET[:1], services=["gcp.gke_autopilot"], on=ON).frame.iloc[0]
    today = wf.estimate(FLEET[:1], on=ON).frame["monthly_cost"].iloc[0]
    assert row["saving"] == pytest.approx(today - row["monthly_cost"])
    assert not row["is_baseline"]


def test_baseline_with_an_accelerator_is_instance_based() -> None:
    """Requests on a GPU are billed by instance today, so that is the baseline."""
    work = FLEET[1] | {"gpu_type": "nvidia-l4", "vcpu": 4, "memory_gib": 16}
    frame = wf.compare([work], services=["gcp.cloud_run"], on=ON).frame
    assert frame[frame["is_baseline"]]["billing_mode"].tolist() == ["instance"]
    assert frame.set_index("billing_mode").loc["request", "reason"].startswith("not_offered: ")


def test_fees_are_left_out(comparison: wf.Comparison) -> None:
    """Cluster fees and explicit nodes are no workloads; they are left out and named."""
    assert comparison.left_out == ("fee",)
    assert "fee" not in set(comparison.frame["workload"])


def test_fleet_of_fees_is_refused() -> None:
    """A fleet without any workload cannot be compared."""
    with pytest.raises(InvalidValueError, match="has no workloads"):
        wf.compare(FLEET[-1:], on=ON)


def test_order_of_rows_changes_nothing(frame: pd.DataFrame) -> None:
    """The same fleet in another order gives the same rows."""
    again = wf.compare(
        FLEET[::-1], services=SERVICES[::-1], purchase_options=["spot", "on_demand"], on=ON
    ).frame
    expected, found = (
        part.sort_values(["workload", *KEY], ignore_index=True) for part in (frame, again)
    )
    pd.testing.assert_frame_equal(found, expected, rtol=1e-12)


def test_same_call_gives_the_same_bits(frame: pd.DataFrame) -> None:
    """Nothing depends on threads, time or chance."""
    again = wf.compare(FLEET, services=SERVICES, purchase_options=["on_demand", "spot"], on=ON)
    pd.testing.assert_frame_equal(again.frame, frame, check_exact=True)


def test_doubt_is_shown() -> None:
    """A price that is not exact says so, since the ranking hangs on it."""
    work = {**SIZE, "region": "us-central1", "purchase_option": "spot"}
    frame = wf.compare([work], services=["gcp.gke_autopilot"], on=ON).frame
    status = wf.estimate([{**work, "service": "gcp.gke_autopilot"}], on=ON).frame["cost_status"]
    assert status.iloc[0] == "doubtful"
    assert frame["assumptions"].iloc[0] == "doubtful"


def test_strict_raises_for_a_missing_rate_only() -> None:
    """With strict a feasible scenario without a rate raises; an infeasible one never does."""
    wf.compare(FLEET[:1], services=["gcp.cloud_run_jobs"], strict=True, on=ON)
    with pytest.raises(UnpricedError, match="not_yet_priced"):
        wf.compare(FLEET[:1], services=["aws.fargate"], strict=True, on="2015-01-01")


def test_components_add_up(comparison: wf.Comparison) -> None:
    """The charges of a workload add up to its cost in every scenario."""
    frame = comparison.frame
    for row in frame[(frame["workload"] == "web") & frame["feasible"]].to_dict("records"):
        lines = comparison.components("web")
        own = lines[
            (lines["service"] == row["service"])
            & (lines["purchase_option"] == row["purchase_option"])
            & (lines["billing_mode"].isna() | (lines["billing_mode"] == row["billing_mode"]))
        ]
        assert own["effective_cost"].sum() == pytest.approx(row["monthly_cost"])


def test_components_of_nobody(comparison: wf.Comparison) -> None:
    """An id that is not in the fleet is refused with near ones."""
    with pytest.raises(InvalidValueError, match="There is no workload 'wep'") as caught:
        comparison.components("wep")
    assert "did you mean 'web'" in str(caught.value)


def test_components_of_unused_work_are_empty() -> None:
    """Work that uses nothing has no charge, and the frame still has its columns."""
    unused = wf.compare([{**SIZE, "region": "us-east-1", "replicas": 0}], on=ON)
    assert {"service", "meter", "billing_mode"} <= set(unused.components("1").columns)
    assert not len(unused.components("1"))
