"""What rides along: load balancers and disks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import yaml

from wharfage.inputs.manifests import read_stack
from wharfage.inputs.stack import Stack

Build = Callable[..., dict[str, Any]]


def service(name: str = "web", app: str = "web", **spec: Any) -> dict[str, Any]:
    """Build a Service."""
    spec = {"type": "LoadBalancer", "selector": {"app": app}, "ports": [{"port": 80}], **spec}
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": spec}


def ingress(name: str, backend: str = "web", **metadata: Any) -> dict[str, Any]:
    """Build an Ingress with one backend."""
    path = {"path": "/", "backend": {"service": {"name": backend, "port": {"number": 80}}}}
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": name, **metadata},
        "spec": {"rules": [{"http": {"paths": [path]}}]},
    }


def claim(name: str = "data", size: Any = "10Gi", **spec: Any) -> dict[str, Any]:
    """Build a PersistentVolumeClaim."""
    spec = {"resources": {"requests": {"storage": size}}, **spec}
    metadata = {"name": name}
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": metadata,
        "spec": spec,
    }


def stack_of(*objects: Any) -> Stack:
    """Read objects as a stack."""
    return read_stack("---\n".join(map(yaml.safe_dump, objects)))


def test_load_balancer_of_a_service(deployment: Build) -> None:
    """A Service of type LoadBalancer is one, and rides with what it selects."""
    [rider] = stack_of(deployment(), service()).riders
    assert (rider["kind"], rider["rides_with"], rider["count"]) == ("load_balancer", "web", 1)
    assert (rider["load_balancer_type"], rider["scheme"]) == ("network", "internet_facing")


@pytest.mark.parametrize("kind", ["ClusterIP", "NodePort", "ExternalName"])
def test_other_services_cost_nothing(deployment: Build, kind: str) -> None:
    """Services of other types have no load balancer."""
    assert stack_of(deployment(), service(type=kind)).riders == []


def test_selector_of_two_rides_with_none(deployment: Build) -> None:
    """A load balancer before two workloads rides with the whole stack."""
    both = service(selector={"tier": "front"})
    objects = [deployment(name=name) for name in ("a", "b")]
    for each in objects:
        each["spec"]["template"]["metadata"]["labels"]["tier"] = "front"
    assert stack_of(*objects, both).riders[0]["rides_with"] == ""


def test_internal_load_balancer(deployment: Build) -> None:
    """An annotation makes a load balancer internal."""
    inner = service()
    inner["metadata"]["annotations"] = {"networking.gke.io/load-balancer-type": "Internal"}
    assert stack_of(deployment(), inner).riders[0]["scheme"] == "internal"


def test_each_ingress_is_one(deployment: Build) -> None:
    """Each Ingress of a cloud's class is a load balancer, with a note."""
    objects = [deployment(), service(type="NodePort"), ingress("a"), ingress("b")]
    stack = stack_of(*objects)
    assert [(r["name"], r["rides_with"]) for r in stack.riders] == [("a", "web"), ("b", "web")]
    assert [n.code for n in stack.notes].count("ingress_load_balancer") == 2


@pytest.mark.parametrize(
    "annotations",
    [
        {"alb.ingress.kubernetes.io/group.name": "shared"},
        {"kubernetes.io/ingress.class": "nginx"},
    ],
)
def test_ingresses_that_share_one(deployment: Build, annotations: dict[str, str]) -> None:
    """Ingresses of a group, or of a controller inside the cluster, share one load balancer."""
    objects = [ingress(name, annotations=annotations) for name in ("a", "b")]
    [rider] = stack_of(deployment(), service(type="NodePort"), *objects).riders
    assert rider["ingress_count"] == 2


def test_gateway(deployment: Build) -> None:
    """A Gateway of the Gateway API is a load balancer; Istio's is not."""
    gateway = {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "Gateway",
        "metadata": {"name": "front"},
        "spec": {"gatewayClassName": "gke-l7-global-external-managed", "listeners": [{}]},
    }
    istio = {**gateway, "apiVersion": "networking.istio.io/v1", "metadata": {"name": "other"}}
    stack = stack_of(deployment(), gateway, istio)
    assert [rider["name"] for rider in stack.riders] == ["front"]
    assert [note.code for note in stack.notes if "Gateway" in note.text] == ["unknown_kind"]


def test_claims_ride_with_their_pod(deployment: Build) -> None:
    """A claim is a disk of its size and class, with the workload that mounts it."""
    volume = {"name": "v", "persistentVolumeClaim": {"claimName": "data"}}
    pod = {"containers": [{"name": "a"}], "volumes": [volume]}
    [rider] = stack_of(deployment(pod), claim(storageClassName="gp3")).riders
    assert (rider["kind"], rider["rides_with"]) == ("disk", "web")
    assert (rider["storage_gib"], rider["storage_class"], rider["count"]) == (10, "gp3", 1)


def test_claim_templates_count_per_replica(deployment: Build) -> None:
    """A StatefulSet has a disk for each replica; claims that it has made count with it."""
    template = {"metadata": {"name": "data"}, "spec": claim()["spec"]}
    database = {**deployment(name="db", replicas=3), "kind": "StatefulSet"}
    database["spec"]["volumeClaimTemplates"] = [template]
    made = [claim(f"data-db-{n}") for n in range(3)]
    [rider] = stack_of(database, *made).riders
    assert (rider["rides_with"], rider["count"], rider["storage_gib"]) == ("db", 3, 10)


def test_ephemeral_volumes_count_per_replica(deployment: Build) -> None:
    """A generic ephemeral volume is a disk for each pod."""
    volume = {"name": "v", "ephemeral": {"volumeClaimTemplate": {"spec": claim()["spec"]}}}
    pod = {"containers": [{"name": "a"}], "volumes": [volume]}
    [rider] = stack_of(deployment(pod, replicas=4)).riders
    assert (rider["count"], rider["storage_gib"]) == (4, 10)


def test_shared_claims_are_noted(deployment: Build) -> None:
    """A claim that many nodes write to is a file system."""
    stack = stack_of(deployment(), claim(accessModes=["ReadWriteMany"]))
    assert stack.riders[0]["is_shared"]
    assert "shared_volume" in [note.code for note in stack.notes]


@pytest.mark.parametrize(
    ("size", "words"),
    [("-1Gi", "is below 0"), ("ten", "is not a quantity"), (None, "needs a size")],
)
def test_faults_of_claims(
    message_of: Callable[..., str], deployment: Build, size: Any, words: str
) -> None:
    """A claim needs a size that is one."""
    assert words in message_of(deployment(), claim(size=size))
