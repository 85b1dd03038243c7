"""Failure stories told with documents: from the text of a manifest to the cost of its rows."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

import wharfage as wf

ON = "2026-10-01"
HOURS = 730
EKS = {"service": "aws.fargate_eks", "region": "us-east-1", "on": ON}
AUTOPILOT = {"service": "gcp.gke_autopilot", "region": "us-central1", "on": ON}
CPU, MEMORY = 0.04048, 0.004445


def deployment(requests: dict[str, str], **spec: Any) -> dict[str, Any]:
    """Build a Deployment of one pod."""
    container = {"name": "main", "image": "nginx", "resources": {"requests": requests}}
    pod = {"containers": [container], **spec}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web"},
        "spec": {
            "replicas": 1,
            "template": {"metadata": {"labels": {"app": "web"}}, "spec": pod},
        },
    }


def priced(*documents: dict[str, Any], **keywords: Any) -> wf.Bill:
    """Price documents as a stack."""
    text = "---\n".join(yaml.safe_dump(each) for each in documents)
    return wf.price_stack(wf.read_documents(text), **keywords)


def cost(bill: wf.Bill, workload: str = "web") -> float:
    """Give the monthly cost of a row."""
    return float(bill.frame.set_index("workload")["monthly_cost"].astype(float)[workload])


def run_service(**annotations: str) -> dict[str, Any]:
    """Build a Cloud Run service without CPU throttling, which is billed by the instance."""
    notes = {"run.googleapis.com/cpu-throttling": "false", **annotations}
    limits = {"resources": {"limits": {"cpu": "1", "memory": "512Mi"}}}
    return {
        "apiVersion": "serving.knative.dev/v1",
        "kind": "Service",
        "metadata": {"name": "web", "labels": {"cloud.googleapis.com/location": "us-central1"}},
        "spec": {
            "template": {
                "metadata": {"annotations": notes},
                "spec": {"containers": [{"image": "app", **limits}]},
            }
        },
    }


def ecs_task(**platform: str) -> dict[str, Any]:
    """Build a task definition of one vCPU and 2 GiB."""
    return {
        "family": "web",
        "requiresCompatibilities": ["FARGATE"],
        "networkMode": "awsvpc",
        "cpu": "1024",
        "memory": "2048",
        "runtimePlatform": platform,
        "containerDefinitions": [{"name": "main", "image": "nginx", "essential": True}],
    }


@pytest.mark.parametrize(
    ("annotations", "instances"),
    [({}, 0), ({"autoscaling.knative.dev/minScale": "0"}, 0),
     ({"autoscaling.knative.dev/minScale": "3"}, 3)],
)  # fmt: skip
def test_no_half_instance_is_invented_story_2(annotations: dict[str, str], instances: int) -> None:
    """A document that states no warm instance has none, and no half of one."""
    [row] = wf.read_documents(yaml.safe_dump(run_service(**annotations))).workloads
    assert (row.get("min_instances") or 0) == instances


@pytest.mark.parametrize(
    ("platform", "hourly"),
    [
        ({"cpuArchitecture": "X86_64", "operatingSystemFamily": "LINUX"}, CPU + 2 * MEMORY),
        ({"cpuArchitecture": "ARM64", "operatingSystemFamily": "LINUX"}, 0.03238 + 2 * 0.00356),
        (
            {"cpuArchitecture": "X86_64", "operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"},
            0.046552 + 2 * 0.00511175 + 0.046,
        ),
    ],
    ids=lambda value: "-".join(value.values()) if isinstance(value, dict) else None,
)
def test_runtime_platform_decides_on_the_price_story_10(
    platform: dict[str, str], hourly: float
) -> None:
    """A task definition for ARM or Windows costs what these cost, the licence included."""
    bill = priced(ecs_task(**platform), region="us-east-1", on=ON)
    assert cost(bill) == pytest.approx(HOURS * hourly)


def test_small_pod_of_a_manifest_story_11() -> None:
    """150m and 150Mi are a quarter of a vCPU and half a GiB on EKS Fargate, not 1 and 1."""
    bill = priced(deployment({"cpu": "150m", "memory": "150Mi"}), **EKS)
    assert cost(bill) == pytest.approx(HOURS * (0.25 * CPU + 0.5 * MEMORY))


def test_gib_of_a_manifest_takes_the_next_size_story_11() -> None:
    """1Gi and the 256 MiB on top of it are 2 GiB."""
    bill = priced(deployment({"cpu": "250m", "memory": "1Gi"}), **EKS)
    assert cost(bill) == pytest.approx(HOURS * (0.25 * CPU + 2 * MEMORY))


@pytest.mark.parametrize(
    "selector",
    [{"cloud.google.com/gke-spot": "true"}, {"cloud.google.com/compute-class": "autopilot-spot"}],
    ids=lambda labels: next(iter(labels)),
)
def test_spot_label_lowers_the_price_story_12(selector: dict[str, str]) -> None:
    """A pod that selects Spot nodes pays the Spot price, about a third, and never nothing."""
    requests = {"cpu": "1", "memory": "4Gi"}
    plain = cost(priced(deployment(requests), **AUTOPILOT))
    spot = cost(priced(deployment(requests, nodeSelector=selector), **AUTOPILOT))
    assert 0.25 * plain < spot < 0.4 * plain


def test_decimal_memory_of_a_manifest_story_16() -> None:
    """4G are 3.73 GiB, billed as such; 4Gi are 4."""
    sizes = [
        priced(deployment({"cpu": "1", "memory": memory}), **AUTOPILOT).frame["billed_memory_gib"][
            0
        ]
        for memory in ("4G", "4Gi")
    ]
    assert sizes == pytest.approx([3815 / 1024, 4])


def test_load_balancer_of_an_ingress_is_charged_story_27() -> None:
    """An Ingress of class alb stands in the bill as a load balancer of its own."""
    backend = {"service": {"name": "web", "port": {"number": 80}}}
    path = {"path": "/", "pathType": "Prefix", "backend": backend}
    ingress = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {
            "name": "front",
            "annotations": {"alb.ingress.kubernetes.io/scheme": "internet-facing"},
        },
        "spec": {"ingressClassName": "alb", "rules": [{"http": {"paths": [path]}}]},
    }
    port = {"port": 80}
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "web"},
        "spec": {"selector": {"app": "web"}, "ports": [port]},
    }
    web = deployment({"cpu": "250m", "memory": "256Mi"})
    bill = priced(web, service, ingress, **EKS)
    assert cost(bill, "load_balancer/front") == pytest.approx(HOURS * 0.0225)
