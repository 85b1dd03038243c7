"""Stacks of documents on a platform: every row, with the arithmetic by hand."""

from __future__ import annotations

from typing import Any

import pytest

import wharfage as wf
from wharfage.analysis.platforms import read_guide
from wharfage.analysis.stacks import without
from wharfage.columns import BOOT_DISK_TYPES, LOAD_BALANCER_TYPES
from wharfage.services import find_service

ON = "2026-10-01"
EKS = {"service": "aws.fargate_eks", "region": "us-east-1", "on": ON}
AUTOPILOT = {"service": "gcp.gke_autopilot", "region": "us-central1", "on": ON}

POD = "{requests: {cpu: 250m, memory: 128Mi}, limits: {cpu: 500m, memory: 256Mi}}"


def deployment(resources: str = POD, replicas: int = 3, spec: str = "", name: str = "web") -> str:
    """Write a Deployment."""
    return f"""
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}}}
spec:
  replicas: {replicas}
  template:
    metadata: {{labels: {{app: {name}}}}}
    spec: {{{spec}containers: [{{name: main, image: nginx, resources: {resources}}}]}}
---
"""


def service(name: str = "web") -> str:
    """Write a Service of type LoadBalancer."""
    return f"""
apiVersion: v1
kind: Service
metadata: {{name: {name}}}
spec: {{type: LoadBalancer, selector: {{app: {name}}}, ports: [{{port: 80}}]}}
---
"""


def claim(storage_class: str = "", modes: str = "[ReadWriteOnce]") -> str:
    """Write a PersistentVolumeClaim of 10 GiB."""
    named = f"storageClassName: {storage_class}, " if storage_class else ""
    return f"""
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {{name: data}}
spec: {{{named}accessModes: {modes}, resources: {{requests: {{storage: 10Gi}}}}}}
---
"""


def costs(bill: wf.Bill) -> dict[str, float]:
    """Give the monthly cost of every row."""
    return dict(zip(bill.frame["workload"], bill.frame["monthly_cost"], strict=True))


def priced(text: str, **keywords: Any) -> dict[str, float]:
    """Give the monthly cost of every row of documents."""
    return costs(wf.price_stack(wf.read_documents(text), **keywords))


def test_eks_deployment_with_load_balancer() -> None:
    """3 x (0.25 vCPU x 0.04048 + 0.5 GiB x 0.004445) x 730, NLB, 2 addresses and the cluster."""
    assert priced(deployment() + service(), **EKS) == pytest.approx(
        {
            "web": 3 * (0.25 * 0.04048 + 0.5 * 0.004445) * 730,
            "load_balancer/web": 730 * 0.0225,
            "public_ipv4/web": 2 * 730 * 0.005,
            "cluster/aws.eks/us-east-1": 73.0,
        }
    )


def test_gke_deployment_with_load_balancer_story_24() -> None:
    """Memory grows to 1 GiB a vCPU, 1 GiB of storage each, one rule, and the fee is credited."""
    assert priced(deployment() + service(), **AUTOPILOT) == pytest.approx(
        {
            "web": 3 * 730 * (0.25 * 0.0445 + 0.25 * 0.0049225 + 1 * 0.0001389),
            "load_balancer/web": 730 * 0.025,
            "cluster/gcp.gke/us-central1": 0.0,
        },
        rel=1e-4,
    )


def test_a_load_balancer_alone_is_of_the_platform_s_cloud() -> None:
    """A document without workloads is priced on the cloud that was asked for."""
    bill = wf.price_stack(wf.read_documents(service()), **AUTOPILOT)
    assert bill.frame["service"].tolist() == ["gcp.load_balancer"]
    assert bill.frame["monthly_cost"].tolist() == pytest.approx([730 * 0.025])


def test_autopilot_spot_deployment_story_12() -> None:
    """5 replicas of 500m and 1 GiB at the Spot rate of 2026-07-06, storage at list."""
    spot = 'nodeSelector: {cloud.google.com/gke-spot: "true"}, terminationGracePeriodSeconds: 25, '
    text = deployment("{requests: {cpu: 500m, memory: 1Gi}}", 5, spot)
    bill = wf.price_stack(wf.read_documents(text), **AUTOPILOT)
    lines = bill.lines().set_index("meter")
    assert lines.loc["vcpu_hours", "pricing_quantity"] == pytest.approx(5 * 0.5 * 730)
    assert lines.loc["memory_gib_hours", "pricing_quantity"] == pytest.approx(5 * 730)
    assert lines.loc["vcpu_hours", "list_cost"] == pytest.approx(1825 * 0.0445)
    assert 0 < lines.loc["vcpu_hours", "effective_cost"] < 0.5 * 1825 * 0.0445
    storage = lines.loc["ephemeral_storage_gib_hours"]
    assert storage["effective_cost"] == storage["list_cost"] == pytest.approx(0.507, abs=1e-3)


def test_node_groups() -> None:
    """Two t3.medium at 0.0416 and two e2-medium at 0.03350571 an hour, with their clusters."""
    rows = [
        {"workload": "eks", "service": "aws.eks_nodes", "region": "us-east-1", "instance_type": "t3.medium", "node_count": 2},
        {"workload": "eks-fee", "service": "aws.eks", "region": "us-east-1"},
        {"workload": "gke", "service": "gcp.gke_standard", "region": "us-central1", "instance_type": "e2-medium", "node_count": 2},
        {"workload": "gke-fee", "service": "gcp.gke", "region": "us-central1", "cluster_type": "zonal"},
    ]  # fmt: skip
    assert costs(wf.estimate(rows, on=ON)) == pytest.approx(
        {"eks": 60.736, "eks-fee": 73.0, "gke": 1460 * 0.03350571, "gke-fee": 0.0}
    )


@pytest.mark.parametrize("nodes", [1, 4])
def test_node_groups_at_their_bounds(nodes: int) -> None:
    """An autoscaled group of one to four t3.medium costs 30.368 each."""
    row = {"service": "aws.eks_nodes", "region": "us-east-1", "instance_type": "t3.medium"}
    bill = wf.estimate([{**row, "node_count": nodes}], on=ON)
    assert bill.total()["USD"] == pytest.approx(nodes * 30.368)


def test_images_in_seoul() -> None:
    """10 GiB are 1.00 in ECR, and 0.95 in Artifact Registry with its free half GiB."""
    rows = [
        {"workload": "ecr", "service": "aws.ecr", "region": "ap-northeast-2", "storage_gib": 10},
        {"workload": "gar", "service": "gcp.artifact_registry", "region": "asia-northeast3", "storage_gib": 10},
    ]  # fmt: skip
    assert costs(wf.estimate(rows, on=ON)) == pytest.approx({"ecr": 1.0, "gar": 0.95})


def test_images_of_a_stack() -> None:
    """The registry follows the cloud of the platform."""
    usage = {"registry_gib": 10}
    here = {"service": "aws.fargate_eks", "region": "ap-northeast-2", "on": ON}
    there = {"service": "gcp.gke_autopilot", "region": "asia-northeast3", "on": ON}
    assert priced(deployment(), usage=usage, **here)["registry/stack"] == pytest.approx(1.0)
    assert priced(deployment(), usage=usage, **there)["registry/stack"] == pytest.approx(0.95)


def test_missing_amounts_are_said_not_invented_story_27() -> None:
    """Nobody stated capacity units, logs and data: they are listed, and cost nothing here."""
    bill = wf.price_stack(wf.read_documents(deployment() + service()), **EKS)
    assert [each.column for each in bill.missing] == [
        "lcu_hours",
        "transfer_gib",
        "nat_gib",
        "log_gib",
        "storage_gib",
    ]
    assert "lcu_hours" not in set(bill.lines()["meter"])


def test_stated_amounts_are_priced() -> None:
    """100 LCU-hours at 0.006, 10 GiB of logs at 0.50, and nothing is missing but data and images."""
    usage = {"lcu_hours": 100, "log_gib": 10}
    bill = wf.price_stack(wf.read_documents(deployment() + service()), usage=usage, **EKS)
    found = costs(bill)
    assert found["load_balancer/web"] == pytest.approx(16.425 + 0.6)
    assert found["logs/stack"] == pytest.approx(5.0)
    assert [each.column for each in bill.missing] == ["transfer_gib", "nat_gib", "storage_gib"]


def test_forwarding_rules_are_counted_together() -> None:
    """Two Services share the price of the first five rules, 18.25, instead of paying it twice."""
    text = deployment() + service() + deployment(name="api") + service("api")
    found = priced(text, **AUTOPILOT)
    assert found["load_balancer/external_passthrough"] == pytest.approx(18.25)
    assert sum(name.startswith("load_balancer") for name in found) == 1


@pytest.mark.parametrize("platform", ["gcp.gke_autopilot", "gcp.cloud_run"])
def test_data_has_a_destination_in_every_region(platform: str, book: wf.RateBook) -> None:
    """Users are taken to be in the region's part of the world, for which the table has a price."""
    row = {"workload": "web", "vcpu": 1, "memory_gib": 1, "service": platform}
    lost = []
    for region in book.table("gcp.cloud_run").regions:
        stack = wf.Stack(workloads=[{**row, "region": region}])
        frame = wf.price_stack(stack, on=ON, usage={"transfer_gib": 100}).frame
        if frame.set_index("workload").loc["transfer/internet", "cost_status"] != "exact":
            lost.append(region)
    # Bangkok has no rate of Cloud Run's own for what leaves.
    assert set(lost) <= {"asia-southeast3", "asia-southeast4", "us-east7"}


@pytest.mark.parametrize(
    ("storage_class", "aws", "gcp"),
    [("", 0.8, 1.0), ("gp2", 1.0, 1.0), ("premium-rwo", 0.8, 1.7), ("fast", 0.8, 1.0)],
)
def test_disks_follow_their_class(storage_class: str, aws: float, gcp: float) -> None:
    """10 GiB: gp3 0.08, gp2 0.10, pd-balanced 0.10, pd-ssd 0.17 a GiB-month; else the default."""
    text = deployment() + claim(storage_class)
    assert priced(text, **{**EKS, "service": "aws.fargate"})["disk/data"] == pytest.approx(aws)
    assert priced(text, **AUTOPILOT)["disk/data"] == pytest.approx(gcp)


def test_shared_volumes_are_unpriced_not_free_story_5() -> None:
    """A file system that nodes share has no price here, and the total says so."""
    text = deployment() + claim(modes="[ReadWriteMany]")
    bill = wf.price_stack(wf.read_documents(text), **AUTOPILOT)
    row = bill.frame.set_index("workload").loc["disk/data"]
    assert row["monthly_cost"] != row["monthly_cost"]
    assert row["unpriced_reason"].startswith("not_priced: a file system")
    with pytest.raises(wf.UnpricedError):
        bill.total()


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ("hostNetwork: true, ", "host's network"),
        ("volumes: [{name: v, hostPath: {path: /}}], ", "files of a host"),
    ],
)
def test_a_platform_says_what_it_cannot_run(spec: str, words: str) -> None:
    """A pod that needs a part of the host stays in the bill, unpriced, with the reason."""
    bill = wf.price_stack(wf.read_documents(deployment(spec=spec)), **EKS)
    row = bill.frame.iloc[0]
    assert row["cost_status"] == "unpriced"
    assert words in row["unpriced_reason"]


def test_kubernetes_needs_a_platform_story_6() -> None:
    """Documents of Kubernetes name no platform; none is chosen for them."""
    with pytest.raises(wf.WorkloadError, match=r"name no platform \(first 'web'\)"):
        wf.price_stack(wf.read_documents(deployment()), region="us-east-1")


def test_a_region_is_needed_story_6() -> None:
    """Nor is a region."""
    with pytest.raises(wf.WorkloadError, match="name no region"):
        wf.price_stack(wf.read_documents(deployment()), service="aws.fargate_eks")


def test_range_of_an_autoscaler() -> None:
    """2 to 10 replicas cost 2 to 10 times one, beside the cluster."""
    scaler = """
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec: {scaleTargetRef: {kind: Deployment, name: web}, minReplicas: 2, maxReplicas: 10}
"""
    bill = wf.price_stack(wf.read_documents(deployment() + scaler), **EKS)
    each = (0.25 * 0.04048 + 0.5 * 0.004445) * 730
    assert bill.range == pytest.approx((2 * each + 73, 10 * each + 73))


def test_jobs_on_cloud_run_are_jobs() -> None:
    """A CronJob on Cloud Run is a job, and a run length can be given beside the documents."""
    text = """
apiVersion: batch/v1
kind: CronJob
metadata: {name: report}
spec: {schedule: "0 * * * *", jobTemplate: {spec: {template: {spec: {containers: [{name: r}]}}}}}
"""
    stack = wf.read_documents(text, traffic={"run_seconds": 60})
    bill = wf.price_stack(stack, service="gcp.cloud_run", region="us-central1", on=ON)
    assert bill.frame["service"][0] == "gcp.cloud_run_jobs"
    assert bill.frame["cost_status"][0] == "exact"


def test_endpoints_are_included_on_cloud_run() -> None:
    """Cloud Run has an endpoint of its own: no load balancer and no address is priced."""
    found = priced(deployment() + service(), service="gcp.cloud_run", region="us-central1", on=ON)
    assert list(found) == ["web"]


def test_public_tasks_have_an_address_each() -> None:
    """Three ECS tasks with a public address pay 3 x 3.65."""
    where = {**EKS, "service": "aws.fargate"}
    found = priced(deployment(), usage={"has_public_tasks": True}, **where)
    assert found["public_ipv4/tasks of web"] == pytest.approx(3 * 3.65)


def test_every_row_is_explained() -> None:
    """Each row of a stack has its arithmetic as text."""
    bill = wf.price_stack(wf.read_documents(deployment() + service()), **EKS)
    for name in bill.frame["workload"]:
        assert "monthly cost" in bill.explain(name)


def test_parts_add_up_to_the_total() -> None:
    """The sums by part are the total."""
    bill = wf.price_stack(wf.read_documents(deployment() + service() + claim()), **AUTOPILOT)
    assert bill.parts["monthly_cost"].sum() == pytest.approx(bill.total()["USD"])


def test_usage_with_a_slip_is_refused() -> None:
    """An amount of an unknown name is named, with the nearest known one."""
    with pytest.raises(wf.WorkloadError, match="usage has no 'log_gb'") as caught:
        wf.price_stack(wf.read_documents(deployment()), usage={"log_gb": 1}, **EKS)
    assert "log_gib" in str(caught.value)


def test_without_takes_riders_along() -> None:
    """What rides with a workload alone goes with it."""
    stack = wf.read_documents(deployment() + service() + deployment(name="api"))
    left = without(stack, ["web"])
    assert [row["workload"] for row in left.workloads] == ["api"]
    assert left.riders == []


def test_guide_names_services_that_exist() -> None:
    """Platforms, clouds and sources of the guide hang together."""
    guide = read_guide()
    for platform in guide.platforms:
        assert find_service(platform.service).runs_workloads
        assert platform.source in guide.sources
        assert platform.boot_disk is None or platform.boot_disk.source in guide.sources
        assert platform.successor is None or guide.platform(platform.successor)
        assert platform.jobs is None or find_service(platform.jobs).runs_workloads
    for cloud in guide.clouds.values():
        assert not find_service(cloud.events.service).runs_workloads
        for name in ("load_balancer", "disk", "public_ipv4", "nat", "logs", "registry", "transfer"):
            assert not find_service(getattr(cloud, name)).runs_workloads
        assert set(cloud.disks.values()) | {cloud.default_disk} <= set(BOOT_DISK_TYPES)
        types = {name for kind in cloud.load_balancers.values() for name in kind.values()}
        assert types <= set(LOAD_BALANCER_TYPES)
        assert cloud.load_balancer_zones.source in guide.sources
