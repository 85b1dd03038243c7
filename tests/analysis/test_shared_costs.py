"""Clusters that scenarios need, and the totals of the fleet that include them."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import wharfage as wf

ON = "2026-10-01"
SERVICES = ["aws.fargate", "aws.fargate_eks", "gcp.gke_autopilot"]
WORK: dict[str, Any] = {"vcpu": 1, "memory_gib": 2}
#: two accounts; account a is in two metropolitan areas, with two workloads in one
FLEET = [
    {**WORK, "workload": "1", "region": "us-east-1", "billing_account": "a"},
    {**WORK, "workload": "2", "region": "us-east-1", "billing_account": "a"},
    {**WORK, "workload": "3", "region": "ap-northeast-2", "billing_account": "a"},
    {**WORK, "workload": "4", "region": "us-east-1", "billing_account": "b"},
    {**WORK, "workload": "5", "region": "eu-west-1", "billing_account": "b", "vcpu": 900},
]
#: a cluster costs 0.10 an hour on both clouds
FEE = 73.0


@pytest.fixture(scope="module")
def comparison() -> wf.Comparison:
    """Compare the fleet on one service without and two with clusters."""
    return wf.compare(FLEET, services=SERVICES, on=ON)


def clusters(comparison: wf.Comparison, service: str) -> pd.DataFrame:
    """Clusters of one service."""
    shared = comparison.shared_costs
    return shared[shared["service"] == service]


@pytest.mark.parametrize("service", ["aws.fargate_eks", "gcp.gke_autopilot"])
def test_one_cluster_per_region_and_account(comparison: wf.Comparison, service: str) -> None:
    """Workloads of one account in one region share a cluster; what cannot run needs none."""
    places = clusters(comparison, service)[["billing_account", "region"]]
    seoul, virginia = {
        "aws.fargate_eks": ("ap-northeast-2", "us-east-1"),
        "gcp.gke_autopilot": ("asia-northeast3", "us-east4"),
    }[service]
    expected = [("a", seoul), ("a", virginia), ("b", virginia)]
    assert list(places.itertuples(index=False, name=None)) == expected


def test_service_without_a_cluster_shares_nothing(comparison: wf.Comparison) -> None:
    """Tasks on Fargate need no cluster fee."""
    assert clusters(comparison, "aws.fargate").empty


def test_every_eks_cluster_is_paid(comparison: wf.Comparison) -> None:
    """EKS has no credit: three clusters, three fees."""
    found = clusters(comparison, "aws.fargate_eks")
    assert found["monthly_cost"].tolist() == pytest.approx([FEE] * 3)
    assert found["cluster_service"].unique().tolist() == ["aws.eks"]


def test_credit_once_per_account_and_scenario(comparison: wf.Comparison) -> None:
    """74.40 once per account: two clusters of account a cost 71.60, the one of b nothing."""
    found = clusters(comparison, "gcp.gke_autopilot").groupby("billing_account")["monthly_cost"]
    assert found.sum().to_dict() == pytest.approx({"a": 2 * FEE - 74.40, "b": 0.0}, abs=1e-9)


def test_each_scenario_has_its_own_credit() -> None:
    """On demand and Spot are two answers, and each has the full 74.40."""
    shared = wf.compare(
        FLEET[:1], services=["gcp.gke_autopilot"], purchase_options=["on_demand", "spot"], on=ON
    ).shared_costs
    assert shared["monthly_list_cost"].tolist() == pytest.approx([FEE, FEE])
    assert shared["monthly_cost"].tolist() == pytest.approx([0.0, 0.0], abs=1e-9)


def test_no_credit_without_a_free_tier() -> None:
    """free_tier="none" drops the 74.40 too."""
    options = {"services": ["gcp.gke_autopilot"], "free_tier": "none", "on": ON}
    assert wf.compare(FLEET[:1], **options).shared_costs["monthly_cost"].sum() == pytest.approx(FEE)


def test_clusters_stay_out_of_the_ranking(comparison: wf.Comparison) -> None:
    """A workload is ranked by marginal cost: no cluster fee is in any row."""
    frame = comparison.frame.set_index(["workload", "service"])
    for service in SERVICES:
        fleet = [{**FLEET[0], "service": service}]
        if service.startswith("gcp."):
            fleet[0]["region"] = "us-east4"
        cost = wf.estimate(fleet, on=ON).frame["monthly_cost"].iloc[0]
        assert frame.loc[("1", service), "monthly_cost"] == pytest.approx(cost)


def test_totals_hold_workloads_and_clusters(comparison: wf.Comparison) -> None:
    """A total is the workloads that can run plus the clusters, and says how many cannot."""
    frame, totals = comparison.frame, comparison.totals.set_index("service")
    for service in SERVICES:
        own = frame[frame["service"] == service]["monthly_cost"].sum()
        shared = clusters(comparison, service)["monthly_cost"].sum()
        row = totals.loc[service]
        assert row["workload_cost"] == pytest.approx(own)
        assert row["shared_cost"] == pytest.approx(shared)
        assert row["monthly_cost"] == pytest.approx(own + shared)
        assert (row["workloads"], row["priced"], row["infeasible"]) == (5, 4, 1)


def test_totals_are_ranked_with_clusters() -> None:
    """The fleet's ranking counts the clusters, the workloads' ranking does not."""
    totals = wf.compare(FLEET[:1], services=SERVICES, on=ON).totals
    assert totals["rank"].tolist() == [1, 2, 3]
    assert totals["monthly_cost"].is_monotonic_increasing
    assert totals["service"].tolist()[-1] == "aws.fargate_eks"


def test_complete_answers_come_first() -> None:
    """A service that runs less of the fleet never wins by leaving work out."""
    job = {**WORK, "region": "us-east-1", "runs_per_month": 9, "run_seconds": 60}
    services = ["gcp.cloud_run_jobs", "aws.fargate"]
    totals = wf.compare([job, {**WORK, "region": "us-east-1"}], services=services, on=ON).totals
    assert totals["service"].tolist() == ["aws.fargate", "gcp.cloud_run_jobs"]
    assert totals["priced"].tolist() == [2, 1]


def test_cluster_without_a_rate_is_counted() -> None:
    """A cluster that has no rate is never passed over: the total says how many are missing."""
    unused = {**FLEET[0], "replicas": 0}
    early = wf.compare([unused], services=["aws.fargate_eks"], on="2015-01-01")
    assert early.shared_costs["reason"].str.startswith("not_yet_priced").all()
    assert early.totals[["priced", "unpriced_clusters"]].iloc[0].tolist() == [1, 1]
