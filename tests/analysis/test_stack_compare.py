"""Whole stacks on every platform: ranks, what rides along, and what cannot run, with why."""

from __future__ import annotations

from typing import Any

import pytest

import wharfage as wf
from wharfage.api_stacks import StackComparison

ON = "2026-10-01"


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
    """Compare documents."""
    return wf.compare_stack(wf.read_documents(text), region=region, on=ON, **keywords)


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
    assert totals.loc[0, "service"] == "gcp.gke_autopilot"
    assert totals["is_complete"].tolist() == [True] + [False] * (len(totals) - 1)
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
    """Privileged containers run on no platform without nodes of one's own."""
    text = pod("web").replace("{name: main,", "{name: main, securityContext: {privileged: true},")
    totals = compared(text).totals
    assert totals["can_run"].eq(0).all()
    assert totals["rank"].isna().all()
    assert totals["monthly_cost"].isna().all()


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
        ({"services": ["aws.eks_nodes"]}, "no platform that a stack can be placed on"),
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
