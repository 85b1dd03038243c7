"""Which kind of work runs on which service, and the reason where it does not."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import wharfage as wf
from wharfage.services import find_service, service_ids

ON = "2026-10-01"
SIZE: dict[str, Any] = {"region": "ap-northeast-2", "vcpu": 1, "memory_gib": 2}
WORK: dict[str, dict[str, Any]] = {
    "always_on": {},
    "runs": {"runs_per_month": 100, "run_seconds": 30},
    "requests": {"requests_per_month": 1_000_000, "request_seconds": 0.2},
}
#: contract section 6: the kinds of work that each service runs
RUNS = {
    "aws.fargate": {"always_on", "runs", "requests"},
    "aws.fargate_eks": {"always_on", "runs", "requests"},
    "gcp.gke_autopilot": {"always_on", "runs", "requests"},
    "gcp.cloud_run": {"always_on", "requests"},
    "gcp.cloud_run_jobs": {"runs"},
    "gcp.cloud_run_worker_pools": {"always_on"},
}
#: what the reason of a service that cannot run it begins with, for work with one peculiarity
REFUSED: list[tuple[str, dict[str, Any], dict[str, str]]] = [
    (
        "gpu",
        {"gpu_type": "nvidia-l4"},
        {"aws.fargate": "not_offered", "aws.fargate_eks": "not_offered"},
    ),
    (
        "windows",
        {"operating_system": "windows"},
        {
            "aws.fargate_eks": "not_offered",
            "gcp.gke_autopilot": "not_offered",
            "gcp.cloud_run": "not_offered",
            "gcp.cloud_run_worker_pools": "not_offered",
        },
    ),
    (
        "arm",
        {"cpu_architecture": "arm64"},
        {
            "aws.fargate_eks": "not_offered",
            "gcp.cloud_run": "not_offered",
            "gcp.cloud_run_worker_pools": "not_offered",
        },
    ),
    (
        "large",
        {"vcpu": 12, "memory_gib": 48},
        {"gcp.cloud_run": "illegal_size", "gcp.cloud_run_worker_pools": "illegal_size"},
    ),
    (
        "huge",
        {"vcpu": 500, "memory_gib": 2000},
        {
            "aws.fargate": "illegal_size",
            "aws.fargate_eks": "illegal_size",
            "gcp.gke_autopilot": "illegal_size",
            "gcp.cloud_run": "illegal_size",
        },
    ),
    (
        "slow_requests",
        {"requests_per_month": 10, "request_seconds": 4000},
        {"gcp.cloud_run": "request_timeout"},
    ),
    ("long_run", {"runs_per_month": 1, "run_seconds": 700_000}, {"gcp.cloud_run_jobs": "task_"}),
]


@pytest.fixture(scope="module")
def by_kind() -> pd.DataFrame:
    """Compare one workload of each kind on every service."""
    fleet = [{"workload": kind, **SIZE, **demand} for kind, demand in WORK.items()]
    return wf.compare(fleet, services=list(RUNS), on=ON).frame


def test_by_default_every_service_that_runs_workloads_is_compared(book: wf.RateBook) -> None:
    """Services that run workloads are compared; fees, nodes, networks and storage are not."""
    frame = wf.compare([SIZE], on=ON).frame
    able = {name for name in service_ids() if find_service(name).runs_workloads}
    assert set(frame["service"]) == able & set(book.services())
    assert set(RUNS) <= set(frame["service"])
    assert not {"aws.eks", "aws.ec2", "gcp.gke", "gcp.compute_engine"} & set(frame["service"])


@pytest.mark.parametrize("kind", WORK)
@pytest.mark.parametrize("service", RUNS)
def test_kind_of_work_on_service(by_kind: pd.DataFrame, service: str, kind: str) -> None:
    """A service runs the kinds of work of the contract's table, and says why not else."""
    rows = by_kind[(by_kind["service"] == service) & (by_kind["workload"] == kind)]
    assert len(rows)
    if kind in RUNS[service]:
        assert rows["feasible"].all()
        assert rows["monthly_cost"].notna().all()
        assert rows["reason"].isna().all()
    else:
        assert not rows["feasible"].any()
        assert rows["reason"].str.startswith("unsupported_demand: ").all()


@pytest.mark.parametrize(
    ("change", "refused"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_refusal_is_an_answer_with_a_reason(
    change: dict[str, Any], refused: dict[str, str]
) -> None:
    """GPU, Windows, architecture, size and timeouts are refused by code, and run elsewhere."""
    frame = wf.compare([{**SIZE, **change}], services=list(RUNS), on=ON).frame
    for service, code in refused.items():
        rows = frame[frame["service"] == service]
        assert not rows["feasible"].any(), service
        assert rows["reason"].str.startswith(code).all(), rows["reason"].tolist()
    rest = frame[~frame["service"].isin(refused) & ~frame["feasible"]]
    assert rest["reason"].str.startswith(("unsupported_demand", "illegal_size")).all()


def test_infeasible_has_neither_cost_nor_rank(by_kind: pd.DataFrame) -> None:
    """A workload that cannot run somewhere has no number there at all."""
    none = by_kind[~by_kind["feasible"]]
    numbers = ["rank", "monthly_cost", "monthly_list_cost", "daily_cost", "saving"]
    assert len(none)
    assert none[numbers].isna().all(axis=None)


def test_feasible_without_a_rate_has_a_reason_and_no_rank() -> None:
    """A missing rate is no refusal: feasible, NaN, with the reason; so is a date too early."""
    plan = {**SIZE, "purchase_option": "savings_plan_1yr_no_upfront"}
    row = wf.compare([plan], services=["aws.fargate"], on=ON).frame.iloc[0]
    early = wf.compare([SIZE], services=["aws.fargate"], on="2015-01-01").frame.iloc[0]
    assert row["reason"].startswith("unknown_rate: vcpu_hours (ap-northeast-2, ")
    assert early["reason"].startswith("not_yet_priced: first observed ")
    for found in (row, early):
        assert found["feasible"]
        assert found[["rank", "monthly_cost", "monthly_list_cost", "daily_cost"]].isna().all()


def test_faulty_cell_refuses_the_workload_only() -> None:
    """A cell that cannot be read refuses one workload; the others are compared."""
    fleet = [{**SIZE, "workload": "bad", "vcpu": -1}, {**SIZE, "workload": "good"}]
    frame = wf.compare(fleet, services=["aws.fargate"], on=ON).frame.set_index("workload")
    assert frame.loc["bad", "reason"] == "invalid_value: vcpu is negative"
    assert frame.loc["good", "rank"] == 1
