"""Services of nodes in a comparison, beside those that bill each workload."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import wharfage as wf
from wharfage.analysis.fleet_sizes import COLUMNS
from wharfage.services import find_service, service_ids

ON = "2026-10-01"
SIZE: dict[str, Any] = {"vcpu": 0.5, "memory_gib": 1, "region": "us-east-1"}
FLEET: list[dict[str, Any]] = [
    {**SIZE, "workload": "web", "replicas": 12},
    {**SIZE, "workload": "job", "runs_per_month": 730, "run_seconds": 1800},
    {**SIZE, "workload": "api", "requests_per_month": 3e6, "request_seconds": 0.5},
    {**SIZE, "workload": "other", "replicas": 4, "billing_account": "b"},
    {**SIZE, "workload": "huge", "vcpu": 9000},
]
NODES = [name for name in service_ids() if find_service(name).plans_nodes]


@pytest.fixture(scope="module")
def comparison() -> wf.Comparison:
    """Compare a fleet on nodes of EKS and GKE, on Fargate, Cloud Run and Autopilot."""
    services = ["aws.eks_nodes", "aws.fargate", "aws.fargate_eks", "gcp.gke_autopilot"]
    return wf.compare(FLEET, services=[*services, "gcp.gke_standard", "gcp.cloud_run"], on=ON)


def rows_of(comparison: wf.Comparison, service: str) -> pd.DataFrame:
    """Rows of one service, by workload."""
    frame = comparison.frame
    return frame[frame["service"] == service].set_index("workload")


def test_every_service_of_nodes_is_compared_by_default() -> None:
    """Without a list, the five services of nodes are among the services."""
    frame = wf.compare([SIZE], on=ON).frame.set_index("service")
    assert set(NODES) <= set(frame.index)
    assert frame.loc[NODES, "rank"].notna().all()


def test_costs_are_those_of_the_plan(comparison: wf.Comparison) -> None:
    """A workload pays its part of the plan of its region and account."""
    alone = wf.plan_nodes(
        FLEET[3:4], service="aws.eks_nodes", region="us-east-1", on=ON, seconds=4.0
    )
    cost = rows_of(comparison, "aws.eks_nodes").loc["other", "monthly_cost"]
    assert cost == pytest.approx(alone.pods["monthly_cost"].iloc[0])


def test_idle_nodes_are_a_shared_cost(comparison: wf.Comparison) -> None:
    """Workloads, idle nodes and clusters of both accounts are the total."""
    totals = comparison.totals.set_index("service").loc["aws.eks_nodes"]
    shared = comparison.shared_costs
    own = shared[shared["service"] == "aws.eks_nodes"]
    assert own["kind"].value_counts().to_dict() == {"cluster": 2, "idle_nodes": 2}
    assert totals["idle_cost"] == pytest.approx(
        own.loc[own["kind"] == "idle_nodes", "monthly_cost"].sum()
    )
    assert totals["monthly_cost"] == pytest.approx(
        rows_of(comparison, "aws.eks_nodes")["monthly_cost"].sum() + own["monthly_cost"].sum()
    )


def test_work_that_is_not_always_on_is_flagged(comparison: wf.Comparison) -> None:
    """Runs and requests count by their load, and say so; always-on work does not."""
    notes = rows_of(comparison, "aws.eks_nodes")["assumptions"]
    assert "sized_from_average_load" in notes["job"]
    assert "sized_from_average_load" in notes["api"]
    assert "sized_from_average_load" not in notes["web"]


def test_too_large_is_infeasible(comparison: wf.Comparison) -> None:
    """What no machine holds has a reason, and neither cost nor rank."""
    for service in ("aws.eks_nodes", "gcp.gke_standard"):
        row = rows_of(comparison, service).loc["huge"]
        assert row["reason"].startswith("too_large: its cpu")
        assert not row["feasible"]
        assert pd.isna(row["rank"])
        assert pd.isna(row["monthly_cost"])


def test_waste_is_told(comparison: wf.Comparison) -> None:
    """Legal sizes waste nothing on Fargate; the 256 MiB of EKS Fargate and free room on nodes do."""
    totals = comparison.totals.set_index("service")
    assert totals.loc["aws.fargate", ["unused_vcpu", "unused_memory"]].tolist() == [0.0, 0.0]
    # 1 GiB and the overhead take the size of 2 GiB.
    assert totals.loc["aws.fargate_eks", "unused_memory"] == pytest.approx(0.5)
    assert 0 < totals.loc["aws.eks_nodes", "unused_vcpu"] < 1
    assert (totals["unused_vcpu"].dropna() >= -1e-12).all()


def test_size_from_which_nodes_are_cheaper(comparison: wf.Comparison) -> None:
    """So many times the fleet costs on nodes what it costs on Fargate, by a comparison of it."""
    sizes = comparison.break_even
    assert tuple(sizes.columns) == COLUMNS
    web = [{**SIZE, "workload": "web", "replicas": 1, "region": "us-east-1"}]
    services = ["aws.eks_nodes", "aws.fargate"]
    found = wf.compare(web, services=services, on=ON)
    times = found.break_even["cheaper_from"].iloc[0]
    assert times > 1

    def cost(replicas: int) -> dict[str, float]:
        fleet = [{**web[0], "replicas": replicas}]
        totals = wf.compare(fleet, services=services, on=ON).totals
        return dict(zip(totals["service"], totals["monthly_cost"], strict=True))

    few, many = cost(max(int(times / 2), 1)), cost(int(times * 2))
    assert few["aws.eks_nodes"] > few["aws.fargate"]
    assert many["aws.eks_nodes"] < many["aws.fargate"]


def test_components_of_nodes_are_a_share(comparison: wf.Comparison) -> None:
    """The charge of a workload on nodes is its share of them."""
    lines = comparison.components("web")
    own = lines[lines["service"] == "aws.eks_nodes"]
    assert own["meter"].tolist() == ["node_share"]
    cost = rows_of(comparison, "aws.eks_nodes").loc["web", "monthly_cost"]
    assert own["effective_cost"].sum() == pytest.approx(cost)


def test_spot_nodes_are_cheaper() -> None:
    """Each purchase option is a scenario with nodes of its own."""
    options = ["on_demand", "spot", "cud_1yr"]
    frame = wf.compare(FLEET[:1], services=["aws.eks_nodes"], purchase_options=options, on=ON).frame
    cost = frame.set_index("purchase_option")["monthly_cost"]
    assert cost["spot"] < cost["on_demand"]
    refused = frame.set_index("purchase_option").loc["cud_1yr", "reason"]
    assert refused == "not_offered: aws.eks_nodes is not sold as cud_1yr"


def test_explicit_nodes_are_no_workloads() -> None:
    """A row that names its machine is left out; a pod of the same service is compared."""
    node = {"service": "aws.eks_nodes", "region": "us-east-1", "instance_type": "m5.large"}
    pod = {**SIZE, "service": "aws.eks_nodes"}
    found = wf.compare([node, pod], services=["aws.eks_nodes", "aws.fargate"], on=ON)
    assert found.left_out == ("1",)
    baseline = found.frame[found.frame["is_baseline"]]
    assert baseline["service"].tolist() == ["aws.eks_nodes"]
    assert baseline["saving"].iloc[0] == pytest.approx(0.0)


def test_unknown_region_is_a_reason() -> None:
    """A region that no cloud has is infeasible on nodes too."""
    frame = wf.compare([{**SIZE, "region": "us-east-9"}], services=["aws.eks_nodes"], on=ON).frame
    assert frame["reason"].iloc[0].startswith("unknown_region: 'us-east-9'")


def test_date_before_any_price_is_no_refusal() -> None:
    """Nodes without a rate on a date are feasible, and have a reason and no rank."""
    row = wf.compare([SIZE], services=["aws.eks_nodes"], on="2015-01-01").frame.iloc[0]
    assert row["feasible"]
    assert row["reason"].startswith("unknown_rate: ")
    assert pd.isna(row["rank"])
