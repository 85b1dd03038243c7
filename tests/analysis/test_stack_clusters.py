"""Clusters and manifests together: one fee, the nodes that are stated, and what stays on a move."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import wharfage as wf

ON = "2026-10-01"
SEOUL = "ap-northeast-2"
DOCUMENTS = Path(__file__).parents[1] / "documents"
CLUSTER = (DOCUMENTS / "eks_nodes" / "cluster.yaml").read_text(encoding="utf-8")
WEB = (DOCUMENTS / "eks_deployment" / "web.yaml").read_text(encoding="utf-8")
#: two t3.medium in Seoul at 0.052 an hour, each with 20 GiB gp3 at 0.0912
NODES = 2 * (730 * 0.052 + 20 * 0.0912)
AGENT = """
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent}
spec:
  template:
    metadata: {labels: {app: agent}}
    spec: {containers: [{name: main, resources: {requests: {cpu: 100m, memory: 200Mi}}}]}
"""


def stack(*texts: str) -> wf.Stack:
    """Read documents that stand together."""
    return wf.read_documents("\n---\n".join(texts))


def bill(*texts: str, **keywords: Any) -> Any:
    """Price documents that stand together."""
    return wf.price_stack(stack(*texts), on=ON, **keywords)


def costs(found: Any) -> dict[str, float]:
    """Give the monthly cost of every row."""
    return dict(zip(found.frame["workload"], found.frame["monthly_cost"], strict=True))


def said(found: Any) -> str:
    """Give the notes of a result as text."""
    return "\n".join(f"{note.workload}: {note.text}" for note in found.notes)


def test_the_fee_of_a_stated_cluster_is_charged_once() -> None:
    """One EKS cluster is 73.00 a month, whether a document or a platform asks for it."""
    found = bill(CLUSTER, WEB, service="aws.fargate_eks")
    assert found.parts.set_index("part")["monthly_cost"]["cluster"] == pytest.approx(73.0)
    assert [name for name in costs(found) if name.startswith("cluster/")] == ["cluster/prod"]


def test_pods_are_where_their_cluster_is() -> None:
    """Beside a cluster with nodes, manifests need neither --service nor --region."""
    row = bill(CLUSTER, WEB).frame.iloc[0]
    assert (row["service"], row["region"]) == ("aws.eks_nodes", SEOUL)


def test_stated_nodes_are_paid_for_and_none_is_planned() -> None:
    """Three pods of 0.25 vCPU and 0.125 GiB pay 3 x 2.375 of 2 x 22 units; the rest stands idle."""
    found = bill(CLUSTER, WEB)
    share = NODES * 3 * (9 * 0.25 + 0.125) / (2 * (9 * 2 + 4))
    assert costs(found)["web"] == pytest.approx(share)
    assert costs(found)["nodes/prod/web"] == pytest.approx(NODES - share)
    assert len(found.nodes) == 0
    assert "pods run on nodes/prod/web, as the documents state" in said(found)
    # 73.00 for the cluster, 43.07 and 3.65 for its NAT gateway, 16.425 and 7.30 for the balancer
    assert found.total()["USD"] == pytest.approx(NODES + 73 + 43.07 + 3.65 + 16.425 + 7.3)


def test_lines_of_stated_nodes_add_up() -> None:
    """What pods pay is a line on either side, so that rows and total stay what they are."""
    found = bill(CLUSTER, WEB, AGENT)
    sums = found.lines().groupby("workload")["effective_cost"].sum()
    rows = found.frame.set_index("workload")["monthly_cost"]
    assert sums.reindex(rows.index).fillna(0.0).to_numpy() == pytest.approx(rows.to_numpy())


def test_a_daemon_has_a_pod_on_every_stated_node() -> None:
    """Two nodes hold two pods of 9 x 0.1 + 200/1024 units, of 2 x 22."""
    found = bill(CLUSTER, AGENT)
    assert costs(found)["agent"] == pytest.approx(NODES * 2 * (0.9 + 200 / 1024) / 44)
    assert "agent: every node has one pod of it" in said(found)


def test_pods_without_room_are_named() -> None:
    """Each node leaves 1,930 millicores, seven pods of 250: 14 of 40 fit, and the nodes are paid whole."""
    found = bill(CLUSTER, WEB.replace("replicas: 3", "replicas: 40"))
    assert "web: 26 of its 40 pods have no room on the nodes of the documents" in said(found)
    assert costs(found)["web"] == pytest.approx(NODES)
    assert costs(found)["nodes/prod/web"] == pytest.approx(0.0, abs=1e-9)
    assert "40 pods at once" in found.explain("web")


def test_pods_for_spot_have_no_room_on_demand() -> None:
    """Pods that select Spot nodes wait for ever on nodes that are bought on demand."""
    spot = '      nodeSelector: {eks.amazonaws.com/capacityType: "SPOT"}\n      containers:'
    web = WEB.replace("      containers:", spot, 1)
    assert "its pods ask for Spot" in said(bill(CLUSTER, web))
    assert "its pods ask for Spot" not in said(bill(CLUSTER + "  spot: true\n", web))


def test_a_machine_without_a_size_is_said() -> None:
    """Of a launch template nothing is known: no price of the nodes, and none of the pods."""
    cluster = CLUSTER.replace("instanceType: t3.medium", "launchTemplate: {id: lt-1}")
    row = bill(cluster, WEB).frame.iloc[0]
    assert (
        row["unpriced_reason"] == "unknown_rate: the nodes that the documents state have no price"
    )


def test_ranges_of_node_groups_move_the_bill() -> None:
    """From one to four nodes, each at 39.784."""
    low, high = bill(CLUSTER).range
    fixed = 73 + 43.07 + 3.65
    assert (low, high) == pytest.approx((fixed + NODES / 2, fixed + 2 * NODES))


def test_ranges_of_pools_of_gke_move_the_bill() -> None:
    """A pool of 2 that may have 1 to 5 nodes of the same cost."""
    text = (DOCUMENTS / "gke_nodes" / "clusters.json").read_text(encoding="utf-8")
    data = json.loads(text)
    pool = data[0]["nodePools"][0]
    pool["autoscaling"] = {"enabled": True, "minNodeCount": 1, "maxNodeCount": 5}
    found = bill(json.dumps(data))
    one = costs(found)["nodes/shop/default-pool"] / 2
    assert found.range == pytest.approx((one, 5 * one))


def test_ranges_of_mixed_groups_and_their_volumes() -> None:
    """One on demand and the rest on Spot; each node has a volume more."""
    group = """nodeGroups:
- name: web
  instanceType: t3.medium
  minSize: 1
  desiredCapacity: 2
  maxSize: 4
  volumeSize: 20
  additionalVolumes: [{volumeSize: 10, volumeType: gp3}]
  instancesDistribution: {onDemandBaseCapacity: 1, onDemandPercentageAboveBaseCapacity: 0}
"""
    found = stack(CLUSTER.split("managedNodeGroups:")[0] + group)
    assert {(r["workload"], r["column"]): (r["low"], r["high"]) for r in found.ranges} == {
        ("nodes/prod/web-spot", "node_count"): (0, 3),
        ("disk/prod/web-volume-1", "count"): (1, 4),
    }


def test_a_region_of_an_option_is_that_of_a_cluster_without_one() -> None:
    """The file names no region, and the command does."""
    text = CLUSTER.replace(f"  region: {SEOUL}\n", "")
    assert set(bill(text, region="us-east-1").frame["region"]) == {"us-east-1"}
    assert set(bill(text, WEB, region="us-east-1").frame["region"]) == {"us-east-1"}


def test_stated_gateways_process_the_data() -> None:
    """Nobody gets a second gateway for its data: 100 GiB at 0.059 in Seoul."""
    found = costs(bill(CLUSTER, WEB, usage={"nat_gib": 100}))
    assert found["nat_gateway/prod"] == pytest.approx(43.07 + 5.9)
    assert "nat_gateway/stack" not in found


def test_images_of_a_cluster_alone_are_priced() -> None:
    """5 GiB in ECR in Seoul at 0.10, beside a cluster without manifests."""
    assert costs(bill(CLUSTER, usage={"registry_gib": 5}))["registry/stack"] == pytest.approx(0.5)


def compared(*texts: str, **keywords: Any) -> Any:
    """Compare documents on a few platforms."""
    services = ["aws.eks_nodes", "aws.fargate_eks", "gcp.gke_standard", "aws.fargate"]
    return wf.compare_stack(stack(*texts), services=services, on=ON, **keywords)


def test_what_belongs_to_a_cluster_stays_there() -> None:
    """GKE has neither nodes nor NAT of EKS; EKS on Fargate keeps fee and NAT, and has no nodes."""
    found = compared(CLUSTER, WEB)
    parts = found.parts.groupby("platform")["workload"].agg(set)
    assert not {name for name in parts["gcp.gke_standard"] if "prod" in name}
    assert parts["aws.fargate"] == {"web", "load_balancer/web", "public_ipv4/web"}
    kept = {name for name in parts["aws.fargate_eks"] if "prod" in name}
    assert kept == {"cluster/prod", "nat_gateway/prod", "public_ipv4/prod/nat"}
    assert "nodes/prod/web of the documents: not needed there, and left out" in said(found)


def test_planned_nodes_stand_beside_stated_ones() -> None:
    """Compare has the nodes of the documents, as price does, and those that a plan would choose."""
    found = compared(CLUSTER, WEB)
    totals = found.totals.set_index(["service", "nodes"])["monthly_cost"]
    assert totals["aws.eks_nodes", "stated"] == pytest.approx(bill(CLUSTER, WEB).total()["USD"])
    assert totals["aws.eks_nodes", "planned"] < totals["aws.eks_nodes", "stated"]
    ends = found.totals.set_index(["service", "nodes"])["highest_cost"]
    assert ends.notna().to_dict() == {key: key[1] == "stated" for key in ends.index}


def test_nodes_without_room_rank_after_a_plan() -> None:
    """A stack that does not fit is no complete answer, and the reason says so."""
    found = compared(CLUSTER, WEB.replace("replicas: 3", "replicas: 40"))
    totals = found.totals.set_index(["service", "nodes"])
    assert not totals.loc[("aws.eks_nodes", "stated"), "is_complete"]
    assert totals.loc[("aws.eks_nodes", "planned"), "is_complete"]
    assert "26 of its 40 pods have no room" in "; ".join(found.left_out["reason"])


def test_options_that_stated_nodes_do_not_have_are_planned() -> None:
    """Compared as Spot, nodes that are bought on demand are no answer."""
    found = compared(CLUSTER, WEB, purchase_options=["on_demand", "spot"]).totals
    own = found[found["service"] == "aws.eks_nodes"]
    assert set(zip(own["purchase_option"], own["nodes"], strict=True)) == {
        ("on_demand", "stated"), ("on_demand", "planned"), ("spot", "planned"),
    }  # fmt: skip


def test_room_is_compared_where_no_work_is_stated() -> None:
    """A t3.medium leaves 1.93 vCPU to pods; work of that size on each of two nodes is compared."""
    found = compared(CLUSTER)
    totals = found.totals.set_index(["service", "nodes"])["monthly_cost"]
    assert totals["aws.eks_nodes", "stated"] == pytest.approx(bill(CLUSTER).total()["USD"])
    # two tasks of 2 vCPU and 4 GB in Seoul
    assert found.totals.set_index("service")["monthly_cost"]["aws.fargate"] == pytest.approx(
        2 * 730 * (2 * 0.04656 + 4 * 0.00511)
    )
    assert "1.93 vCPU and 3.17 GiB on each" in said(found)


def test_explicit_regions_move_a_stack_that_names_its_own() -> None:
    """--regions asks for regions, whatever a document says."""
    found = compared(CLUSTER, WEB, regions=["us-west-2", SEOUL])
    assert set(found.totals["region"]) == {"us-west-2", SEOUL}


def test_advice_on_a_cluster_is_about_nodes() -> None:
    """Documents of a cluster say that it is Kubernetes, on nodes of one's own."""
    assert wf.advise(stack=stack(CLUSTER), on=ON).use_case.id == "full_control_kubernetes"
