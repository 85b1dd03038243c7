"""Whole stacks on every platform: ranks, what rides along, and what cannot run, with why."""

from __future__ import annotations

import functools
from typing import Any

import pytest

import wharfage as wf
from wharfage.api_stack_results import StackComparison
from wharfage.services import find_service, service_ids

ON = "2026-10-01"
NODES = [name for name in service_ids() if find_service(name).plans_nodes]


def pod(name: str, spec: str = "", resources: str = "{cpu: 250m, memory: 512Mi}") -> str:
    """Write a Deployment of two replicas."""
    return f"""
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}}}
spec:
  replicas: 2
  template:
    metadata: {{labels: {{app: {name}}}}}
    spec:
      {spec}
      containers: [{{name: main, resources: {{requests: {resources}}}}}]
---
"""


SERVICE = """
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 80}]}
---
"""


DAEMON = pod("agent").replace("Deployment", "DaemonSet").replace("  replicas: 2\n", "")


def compared(text: str, region: str | None = "us-east-1", **keywords: Any) -> StackComparison:
    """Compare documents; what is compared on every platform is compared once."""
    if not keywords and region:
        return everywhere(text, region)
    return wf.compare_stack(wf.read_documents(text), region=region, on=ON, **keywords)


@functools.cache
def everywhere(text: str, region: str) -> StackComparison:
    """Compare documents on every platform."""
    return wf.compare_stack(wf.read_documents(text), region=region, on=ON)


def reasons(text: str, service: str) -> str:
    """Give the reasons why a platform leaves something out."""
    left_out = compared(text, services=[service]).left_out
    return "; ".join(left_out["reason"])


def test_totals_are_what_price_says() -> None:
    """Each platform's total is the bill of the stack there."""
    text = pod("web") + SERVICE
    stack = wf.read_documents(text)
    totals = compared(text).totals.set_index("service")
    for name, region in (("aws.fargate_eks", "us-east-1"), ("gcp.gke_autopilot", "us-east4")):
        bill = wf.price_stack(stack, service=name, region=region, on=ON)
        assert totals.loc[name, "monthly_cost"] == pytest.approx(bill.total()["USD"])
        assert totals.loc[name, "region"] == region


def test_complete_platforms_come_first_then_the_cheapest() -> None:
    """A platform that leaves out the DaemonSet ranks after one that runs it, however cheap."""
    totals = compared(pod("web") + DAEMON).totals
    assert set(totals.loc[totals["is_complete"], "service"]) == {"gcp.gke_autopilot", *NODES}
    assert totals["is_complete"].is_monotonic_decreasing
    assert totals.loc[totals["is_complete"], "monthly_cost"].is_monotonic_increasing
    assert totals["infeasible"].is_monotonic_increasing


@pytest.mark.parametrize(
    ("text", "service", "words"),
    [
        (DAEMON, "aws.fargate_eks", "DaemonSets"),
        (DAEMON, "aws.fargate", "daemon tasks"),
        (DAEMON, "gcp.cloud_run", "no nodes"),
        (pod("web", "hostNetwork: true"), "gcp.gke_autopilot", "host's network"),
        (pod("web", "hostNetwork: true"), "aws.fargate", "awsvpc"),
        (pod("web", "hostPID: true"), "gcp.gke_autopilot", "process space"),
        (pod("web", "volumes: [{name: v, hostPath: {path: /}}]"), "gcp.gke_autopilot", "/var/log"),
        (pod("web", "nodeSelector: {kubernetes.io/os: windows}"), "gcp.gke_autopilot", "indows"),
        (pod("web", resources="{cpu: 1, memory: 200Gi}"), "aws.fargate_eks", "illegal_size"),
        (pod("web", resources="{cpu: 1, memory: 40Gi}"), "gcp.cloud_run", "illegal_size"),
        (pod("web") + SERVICE, "gcp.cloud_run_worker_pools", "no endpoint"),
    ],
)  # fmt: skip
def test_infeasible_says_why(text: str, service: str, words: str) -> None:
    """A platform that cannot run a workload says what is in the way."""
    assert words in reasons(text, service)


def test_privileged_containers() -> None:
    """Privileged containers run on nodes, and on no platform without them."""
    text = pod("web").replace("{name: main,", "{name: main, securityContext: {privileged: true},")
    totals = compared(text).totals.set_index("service")
    assert totals.loc[NODES, "can_run"].eq(1).all()
    others = totals.drop(NODES)
    assert others["can_run"].eq(0).all()
    assert others["rank"].isna().all()
    assert others["monthly_cost"].isna().all()


def test_gpus_do_not_run_on_fargate() -> None:
    """A GPU is not sold on Fargate, and is on Autopilot."""
    text = pod(
        "web",
        "nodeSelector: {cloud.google.com/gke-accelerator: nvidia-l4}",
        "{cpu: 4, memory: 16Gi, nvidia.com/gpu: 1}",
    ).replace("{requests: {cpu: 4", "{limits: {nvidia.com/gpu: 1}, requests: {cpu: 4")
    totals = compared(text, region="us-central1").totals.set_index("service")
    assert totals.loc["gcp.gke_autopilot", "can_run"] == 1
    assert totals.loc["aws.fargate", "can_run"] == 0


def test_long_requests_do_not_run_on_app_runner() -> None:
    """App Runner ends a request after 120 s."""
    known = {"requests_per_month": 1000, "request_seconds": 200}
    stack = wf.read_documents(pod("web") + SERVICE, traffic=known)
    found = wf.compare_stack(stack, services=["aws.app_runner"], region="us-east-1", on=ON)
    assert "after 120 s" in found.left_out["reason"][0]


def test_what_is_left_out_takes_its_riders_along() -> None:
    """The load balancer of a workload that cannot run is not in the total."""
    text = pod("web", "hostNetwork: true") + SERVICE + pod("api")
    found = compared(text, services=["aws.fargate"])
    assert found.parts["part"].tolist() == ["workload"]


def test_an_included_endpoint_is_replaced_elsewhere() -> None:
    """A Cloud Run service needs a load balancer on Fargate: 16.43 and two addresses, 7.30."""
    text = """
apiVersion: serving.knative.dev/v1
kind: Service
metadata: {name: hello}
spec: {template: {spec: {containers: [{image: hello, resources: {limits: {cpu: 1000m, memory: 512Mi}}}]}}}
"""
    found = compared(text, services=["aws.fargate", "gcp.cloud_run"])
    totals = found.totals.set_index("service")
    assert totals.loc["aws.fargate", "rider_cost"] == pytest.approx(730 * 0.0225 + 2 * 730 * 0.005)
    assert totals.loc["gcp.cloud_run", "rider_cost"] == 0


def test_app_runner_is_for_existing_customers() -> None:
    """The result says so, and names the successor."""
    totals = compared(pod("web")).totals.set_index("service")
    assert "2026-04-30" in totals.loc["aws.app_runner", "remark"]
    assert "aws.fargate" in totals.loc["aws.app_runner", "remark"]


def test_both_billing_modes_of_cloud_run_are_shown() -> None:
    """With traffic, Cloud Run is shown request-based and instance-based."""
    known = {"requests_per_month": 1e6, "request_seconds": 0.2}
    stack = wf.read_documents(pod("web") + SERVICE, traffic=known)
    found = wf.compare_stack(stack, services=["gcp.cloud_run"], region="us-east-1", on=ON)
    assert set(found.totals["billing_mode"]) == {"request", "instance"}


def test_limited_needs_are_noted() -> None:
    """What a platform meets in part is said, with its name."""
    text = pod("web").replace("{name: main,", "{name: main, ports: [{hostPort: 80, containerPort: 80}],")  # fmt: skip
    notes = [note.text for note in compared(text, services=["aws.fargate"]).notes]
    assert any(note.startswith("on aws.fargate: a host port") for note in notes)


@pytest.mark.parametrize(
    ("keywords", "words"),
    [
        ({"services": ["aws.fargat"]}, "aws.fargate"),
        ({"services": ["aws.ec2"]}, "no platform that a stack can be placed on"),
        ({"regions": ["us-east-11"]}, "no region of any cloud"),
        ({"purchase_options": ["sopt"]}, "no purchase option"),
        ({"region": None}, "No region to compare in"),
    ],
)
def test_wrong_arguments_are_named(keywords: dict[str, Any], words: str) -> None:
    """A wrong argument is an error with words."""
    with pytest.raises(wf.WharfageError) as caught:
        compared(pod("web"), **keywords)
    assert words in str(caught.value)


APP_RUNNER = """{"ServiceName": "site", "SourceConfiguration": {"ImageRepository": {
"ImageIdentifier": "public.ecr.aws/x/site:1", "ImageRepositoryType": "ECR_PUBLIC",
"ImageConfiguration": {"Port": "8080"}}}, "InstanceConfiguration": {"Cpu": "1 vCPU", "Memory": "2 GB"}}"""
ECS_TASK = """{"family": "api", "cpu": "256", "memory": "512", "requiresCompatibilities": ["FARGATE"],
"containerDefinitions": [{"name": "api", "image": "api:1"}]}"""
CLOUD_RUN = """
apiVersion: serving.knative.dev/v1
kind: Service
metadata: {name: hello}
spec: {template: {spec: {containers: [{image: hello, resources: {limits: {cpu: "1", memory: 512Mi}}}]}}}
"""


def test_the_successor_of_app_runner_has_the_load_balancer_it_hid() -> None:
    """1 vCPU and 2 GiB in Tokyo on Fargate, an ALB at 0.0243 an hour and two addresses."""
    bill = wf.price_stack(wf.read_documents(APP_RUNNER), region="ap-northeast-1", on=ON)
    [found] = bill.successors
    assert found.successor is not None
    assert found.successor.service == "aws.fargate"
    task = 730 * (0.05056 + 2 * 0.00553)
    assert found.monthly_cost == pytest.approx(task + 730 * (0.0243 + 2 * 0.005))
    totals = compared(APP_RUNNER, "ap-northeast-1").totals.set_index("service")
    assert totals.loc["aws.fargate", "monthly_cost"] == pytest.approx(found.monthly_cost)


def test_missing_meters_of_every_platform_are_named_story_27() -> None:
    """NAT, addresses, capacity units, transfer, logs and images: named on both clouds, never 0."""
    missing = compared(pod("web") + SERVICE).missing
    found = {(each.service, each.column) for each in missing}
    assert {
        ("aws.nat_gateway", "nat_gib"), ("gcp.cloud_nat", "nat_gib"),
        ("aws.public_ipv4", "public_ipv4_count"), ("gcp.external_ipv4", "public_ipv4_count"),
        ("aws.load_balancer", "lcu_hours"), ("gcp.load_balancer", "transfer_gib"),
        ("aws.data_transfer", "transfer_gib"), ("gcp.data_transfer", "transfer_gib"),
        ("aws.cloudwatch_logs", "log_gib"), ("gcp.cloud_logging", "log_gib"),
    } <= found  # fmt: skip


def test_a_stack_on_two_clouds_names_what_is_missing_on_both() -> None:
    """A task of ECS and a Cloud Run service: each cloud's own meters."""
    stack = wf.read_documents([ECS_TASK, CLOUD_RUN])
    rows = [
        {**row, "region": region}
        for row, region in zip(stack.workloads, ("us-east-1", "us-central1"), strict=True)
    ]
    bill = wf.price_stack(wf.Stack(workloads=rows), on=ON)
    services = {each.service for each in bill.missing}
    assert {"aws.nat_gateway", "aws.cloudwatch_logs", "gcp.cloud_logging"} <= services
    assert "gcp.cloud_nat" not in services  # Cloud Run reaches the internet by itself


@pytest.mark.parametrize(
    ("service", "is_named"),
    [("aws.fargate", True), ("gcp.cloud_run", True), ("gcp.gke_autopilot", False)],
)
def test_what_starts_runs_is_named_where_it_is_billed(service: str, *, is_named: bool) -> None:
    """Kubernetes starts its CronJobs itself; elsewhere events or schedules do."""
    text = """
apiVersion: batch/v1
kind: CronJob
metadata: {name: report}
spec: {schedule: "0 * * * *", jobTemplate: {spec: {template: {spec: {containers: [
  {name: r, resources: {requests: {cpu: 1, memory: 2Gi}}}]}}}}}
"""
    stack = wf.read_documents(text, traffic={"run_seconds": 60})
    found = wf.compare_stack(stack, services=[service], region="us-east-1", on=ON)
    assert ("events_per_month" in [each.column for each in found.missing]) is is_named


def test_stated_events_are_priced() -> None:
    """A million custom events of EventBridge at 1.00 in us-east-1."""
    stack = wf.read_documents(pod("web"))
    keywords: dict[str, Any] = {"service": "aws.fargate", "region": "us-east-1", "on": ON}
    frame = wf.price_stack(stack, usage={"events_per_month": 1e6}, **keywords).frame
    assert frame.set_index("workload").loc["events/stack", "monthly_cost"] == pytest.approx(1.0)


def test_a_platform_without_any_price_has_no_total() -> None:
    """App Runner has no rates in Seoul: no rank and no total, not a total of nothing."""
    totals = compared(pod("web"), "ap-northeast-2").totals.set_index("service")
    assert totals.loc["aws.app_runner", "can_run"] == 1
    assert totals.loc["aws.app_runner", ["monthly_cost", "rank"]].isna().all()
