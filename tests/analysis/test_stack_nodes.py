"""Stacks on nodes that a plan chooses: who pays, what stands idle, DaemonSets, autoscalers, disks."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import wharfage as wf
from wharfage.services import find_service, service_ids

ON = "2026-10-01"
EKS = {"service": "aws.eks_nodes", "region": "ap-northeast-2", "on": ON}
GKE = {"service": "gcp.gke_standard", "region": "asia-northeast3", "on": ON}
NODES = [name for name in service_ids() if find_service(name).plans_nodes]
POD = "{requests: {cpu: 250m, memory: 128Mi}, limits: {cpu: 500m, memory: 256Mi}}"


def workload(
    name: str = "web", kind: str = "Deployment", resources: str = POD, spec: str = "", replicas: int = 3
) -> str:  # fmt: skip
    """Write a controller of pods."""
    count = "" if kind == "DaemonSet" else f"replicas: {replicas}"
    return f"""
apiVersion: apps/v1
kind: {kind}
metadata: {{name: {name}}}
spec:
  {count}
  template:
    metadata: {{labels: {{app: {name}}}}}
    spec: {{{spec}containers: [{{name: main, resources: {resources}}}]}}
---
"""


AGENT = workload("agent", "DaemonSet", "{requests: {cpu: 100m, memory: 200Mi}}")
SCALER = """
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec: {scaleTargetRef: {kind: Deployment, name: web}, minReplicas: 1, maxReplicas: 40}
---
"""


def bill(text: str, **keywords: Any) -> Any:
    """Price documents."""
    return wf.price_stack(wf.read_documents(text), **keywords)


def costs(found: Any) -> dict[str, float]:
    """Give the monthly cost of every row."""
    return dict(zip(found.frame["workload"], found.frame["monthly_cost"], strict=True))


def test_pods_pay_for_what_they_ask_and_the_rest_stands_idle() -> None:
    """A t3a.micro in Seoul, 0.0117 an hour, and 20 GiB of gp3 at 0.0912: 3 x (9 x 0.25 + 0.125) of 19 units."""
    whole = 730 * 0.0117 + 20 * 0.0912
    share = whole * 3 * (9 * 0.25 + 0.125) / (9 * 2 + 1)
    assert costs(bill(workload(), **EKS)) == pytest.approx(
        {"web": share, "nodes/t3a.micro": whole - share, "cluster/aws.eks/ap-northeast-2": 73.0}
    )


def test_nodes_of_gke_have_the_default_disk_and_a_credited_cluster() -> None:
    """An e2-micro in Seoul with 100 GiB of pd-balanced at 0.13, under the monthly credit."""
    found = bill(workload(), **GKE)
    lines = found.lines().set_index(["workload", "meter"])
    disk = lines.loc[("nodes/e2-micro", "boot_disk_gib_months")]
    assert (disk["pricing_quantity"], disk["list_unit_price"]) == pytest.approx((100, 0.13))
    assert costs(found)["cluster/gcp.gke/asia-northeast3"] == 0


@pytest.mark.parametrize("where", [EKS, GKE])
def test_lines_add_up_to_rows_and_total(where: dict[str, str]) -> None:
    """What is shared out of nodes is a line on either side: rows and total stay what they are."""
    found = bill(workload() + AGENT, **where)
    sums = found.lines().groupby("workload")["effective_cost"].sum()
    rows = found.frame.set_index("workload")["monthly_cost"]
    assert sums.reindex(rows.index).fillna(0.0).to_numpy() == pytest.approx(rows.to_numpy())
    assert found.total()["USD"] == pytest.approx(rows.sum())


def test_the_plan_is_that_of_plan_nodes() -> None:
    """The stack has the nodes that the same pods get by themselves."""
    pods = [{"workload": "web", "vcpu": 0.25, "memory_gib": 0.125, "replicas": 3}]
    disk = {"boot_disk_gib": 20, "boot_disk_type": "gp3"}
    plan = wf.plan_nodes(pods, **EKS, **disk)
    nodes = bill(workload(), **EKS).nodes
    assert nodes["monthly_cost"].sum() == pytest.approx(plan.hourly_nodes_cost * 730)
    assert nodes["idle_cost"].sum() == pytest.approx(plan.hourly_idle_cost * 730)


def test_addresses_of_pods_are_said_where_they_count() -> None:
    """How pods are counted by network interfaces is a matter of EKS, not of GKE."""
    assert "max_pods_mode eni" in bill(workload(), **EKS).assumptions["nodes"]
    assert "max_pods_mode" not in bill(workload(), **GKE).assumptions["nodes"]


@pytest.mark.parametrize(
    ("service", "region", "words"),
    [
        ("aws.eks_nodes", "us-east-1", "every planned node has one pod of it"),
        ("gcp.gke_autopilot", "us-central1", "one pod on each node that Autopilot makes; one is priced"),
    ],
)  # fmt: skip
def test_notes_are_true_of_the_platform(service: str, region: str, words: str) -> None:
    """What a DaemonSet or an absent request comes to is said per platform, by price and compare."""
    stack = wf.read_documents(workload(resources="{requests: {memory: 512Mi}}") + AGENT)
    found = wf.price_stack(stack, service=service, region=region, on=ON)
    compared = wf.compare_stack(stack, services=[service], region=region, on=ON)
    for notes in (found.notes, compared.notes):
        said = "; ".join(note.text for note in notes)
        assert words in said
        assert "platform's default" not in said
        assert ("its nodes keep none" in said) is (service == "aws.eks_nodes")
    default = "default_vcpu.gcp.gke_autopilot"
    assert (default in found.assumptions) is (service == "gcp.gke_autopilot")


def test_a_daemon_has_a_pod_on_every_node() -> None:
    """40 pods take several nodes; the DaemonSet pays 9 x 0.1 + 200/1024 units of each of them."""
    found = bill(workload(replicas=40) + AGENT, **EKS)
    nodes = found.frame[found.frame["part"] == "nodes"].set_index("instance_type")
    count = nodes["node_count"].astype(float)
    assert count.sum() > 1
    units = 9 * nodes["billed_vcpu"] + nodes["billed_memory_gib"]
    whole = found.nodes.set_index("instance_type")["monthly_cost"]
    expected = float((whole / units * (9 * 0.1 + 200 / 1024)).sum())
    assert costs(found)["agent"] == pytest.approx(expected)
    assert "every planned node has one pod of it" in [note.text for note in found.notes]
    assert not any("priced as one pod" in note.text for note in found.notes)


def test_room_for_daemons_is_kept() -> None:
    """A DaemonSet that takes half a vCPU leaves less of every node to pods."""
    greedy = workload("agent", "DaemonSet", "{requests: {cpu: 500m, memory: 512Mi}}")
    alone, together = (bill(text, **EKS) for text in (workload(), workload() + greedy))
    assert together.total()["USD"] > alone.total()["USD"]


def test_a_daemon_alone_is_one_pod() -> None:
    """Nothing else asks for nodes: one node, and the bill says why."""
    found = bill(AGENT, **EKS)
    assert found.frame.loc[found.frame["part"] == "nodes", "node_count"].tolist() == [1]
    assert any("planned as one pod" in note.text for note in found.notes)


@pytest.mark.parametrize("service", NODES)
def test_nodes_run_what_needs_the_host(service: str) -> None:
    """The host's network and process space are there where nodes are."""
    stack = wf.read_documents(workload(spec="hostNetwork: true, hostPID: true, "))
    totals = wf.compare_stack(stack, services=[service], region="us-east-1", on=ON).totals
    assert totals["is_complete"].tolist() == [True]


def test_totals_of_nodes_are_what_price_says() -> None:
    """Compare and price have one plan, and idle nodes have a column of their own."""
    stack = wf.read_documents(workload() + AGENT)
    services = ["aws.eks_nodes", "aws.ecs_managed_instances"]
    found = wf.compare_stack(stack, services=services, region="us-east-1", on=ON)
    totals = found.totals.set_index("service")
    for service in services:
        alone = wf.price_stack(stack, service=service, region="us-east-1", on=ON)
        assert totals.loc[service, "monthly_cost"] == pytest.approx(alone.total()["USD"])
        assert totals.loc[service, "idle_cost"] == pytest.approx(alone.nodes["idle_cost"].sum())


def test_autoscalers_are_planned_at_both_ends() -> None:
    """One pod and forty have nodes of their own; the range is that of two bills."""
    ends = [bill(workload(replicas=count), **EKS).total()["USD"] for count in (1, 40)]
    assert bill(workload() + SCALER, **EKS).range == pytest.approx(tuple(ends))
    stack = wf.read_documents(workload() + SCALER)
    row = wf.compare_stack(
        stack, services=["aws.eks_nodes"], region="ap-northeast-2", on=ON
    ).totals.iloc[0]
    assert (row["lowest_cost"], row["highest_cost"]) == pytest.approx(tuple(ends))


def test_without_autoscalers_there_is_no_range() -> None:
    """A stack of fixed size has neither least nor most."""
    totals = wf.compare_stack(
        wf.read_documents(workload()), services=["aws.eks_nodes"], region="us-east-1", on=ON
    ).totals
    assert totals[["lowest_cost", "highest_cost"]].isna().all(axis=None)


def test_a_stated_disk_takes_the_place_of_the_default() -> None:
    """50 GiB of gp3 at 0.0912 in Seoul."""
    lines = bill(workload(), usage={"boot_disk_gib": 50}, **EKS).lines().set_index("meter")
    assert lines.loc["boot_disk_gib_months", "list_cost"] == pytest.approx(50 * 0.0912)


def test_a_disk_whose_default_is_not_known_is_missing() -> None:
    """Instances of ECS have a disk too; nobody stated it, and the bill says so."""
    missing = bill(workload(), **{**EKS, "service": "aws.ecs_ec2"}).missing
    assert "boot_disk_gib" in [each.column for each in missing]


def test_public_nodes_have_an_address_each() -> None:
    """One node with a public address pays 730 x 0.005 more."""
    lines = bill(workload(), usage={"has_public_tasks": True}, **EKS).lines().set_index("meter")
    assert lines.loc["public_ipv4_hours", "list_cost"] == pytest.approx(3.65)


def test_spot_pods_have_spot_nodes() -> None:
    """Pods that must run on Spot get nodes of that option, beside those on demand."""
    spot = 'nodeSelector: {eks.amazonaws.com/capacityType: "SPOT"}, '
    nodes = bill(workload() + workload("cheap", spec=spot), **EKS).nodes
    assert set(nodes["purchase_option"]) == {"on_demand", "spot"}


def test_pods_without_any_request_are_refused_not_free() -> None:
    """Nodes are chosen by requests: without them there is a reason, and what would help."""
    found = bill(workload(resources="{}"), **EKS).frame.iloc[0]
    assert found["cost_status"] == "unpriced"
    assert "state resources.requests" in found["unpriced_reason"]


def test_half_a_request_is_planned_and_said() -> None:
    """A pod that asks for memory alone reserves no vCPU, as in Kubernetes."""
    found = bill(workload(resources="{requests: {memory: 512Mi}}"), **EKS)
    assert found.frame["cost_status"].iloc[0] == "exact"
    assert any("requests no vCPU" in note.text for note in found.notes)


def test_a_size_without_a_default_says_what_is_needed() -> None:
    """Fargate for ECS has no default size, where a Deployment need not state one."""
    found = bill(workload(resources="{}"), service="aws.fargate", region="us-east-1", on=ON)
    assert "state resources.requests" in found.frame["unpriced_reason"].iloc[0]


def test_windows_pods_are_left_out_with_the_reason() -> None:
    """Windows nodes are not planned; the reason is that alone."""
    spec = "nodeSelector: {kubernetes.io/os: windows}, "
    reason = bill(workload(spec=spec), **EKS).frame["unpriced_reason"].iloc[0]
    assert reason == "not_offered: nodes are planned for Linux only"


def test_pods_and_nodes_are_explained() -> None:
    """A pod's text has its part of which nodes; the nodes' has the machine and what stands idle."""
    found = bill(workload(), **EKS)
    text = found.explain("web")
    assert "3 pods at once of 0.25 vCPU and 0.125 GiB" in text
    assert "1 x t3a.micro" in text
    assert "3.89 of the 10.37 USD" in text
    text = found.explain("nodes/t3a.micro")
    assert "730 Hours x 0.0117 = 8.541 USD" in text
    assert "6.48 USD stand idle" in text


def test_a_changed_plan_shows_in_a_diff() -> None:
    """Forty pods instead of three: the pods cost more, and the nodes are others."""
    before, after = (wf.read_documents(workload(replicas=count)) for count in (3, 40))
    rows = wf.diff(before, after, **EKS).rows
    kinds = rows.set_index("workload")["change_kind"]
    assert kinds["web"] == "changed"
    assert kinds[[name for name in kinds.index if name.startswith("nodes/")]].ne("unchanged").all()
    assert rows["change"].sum() > 0


def test_one_gateway_serves_the_planned_machines() -> None:
    """Cloud NAT counts the planned nodes; a gateway on AWS has its hours and an address."""
    usage = {"nat_gib": 100}
    nodes = bill(workload(replicas=40), usage=usage, **GKE)
    rows = nodes.frame.set_index("workload")
    planned = rows.loc[rows["part"] == "nodes", "node_count"].sum()
    assert rows.loc["nat_gateway/stack", "node_count"] == planned
    found = costs(bill(workload(), usage=usage, **{**EKS, "region": "us-east-1"}))
    assert found["nat_gateway/stack"] == pytest.approx(730 * 0.045 + 100 * 0.045)
    assert found["public_ipv4/nat_gateway"] == pytest.approx(3.65)


def test_nodes_of_two_regions_are_planned_apart() -> None:
    """Workloads of two regions share no node."""
    row = {"vcpu": 0.5, "memory_gib": 1, "replicas": 2, "service": "aws.eks_nodes"}
    rows = [{**row, "workload": r, "region": r} for r in ("us-east-1", "eu-west-1")]
    nodes = wf.price_stack(wf.Stack(workloads=rows), on=ON).nodes
    assert sorted(nodes["region"]) == ["eu-west-1", "us-east-1"]
    assert isinstance(nodes, pd.DataFrame)
