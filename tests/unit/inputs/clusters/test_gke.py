"""Clusters of GKE as gcloud prints them: fee, pools by zone, disks, GPUs, Spot."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from wharfage import price_stack
from wharfage.inputs.manifests import read_stack
from wharfage.inputs.stack import Row, Stack

ON = "2026-10-01"
PRIVATE = {"privateClusterConfig": {"enablePrivateNodes": True}}
E2 = {"machineType": "e2-medium", "diskSizeGb": 100, "diskType": "pd-balanced"}


def pool(config: dict[str, Any] | None = None, **parts: Any) -> dict[str, Any]:
    """Build a node pool of two e2-medium."""
    return {"name": "web", "initialNodeCount": 2, "config": {**E2, **(config or {})}, **parts}


def cluster(*pools: dict[str, Any], **parts: Any) -> dict[str, Any]:
    """Build a private zonal cluster."""
    return {
        "name": "prod",
        "location": "us-central1-a",
        "locations": ["us-central1-a"],
        "currentMasterVersion": "1.34.1-gke.100",
        "nodePools": list(pools),
        **PRIVATE,
        **parts,
    }


def stack_of(*pools: dict[str, Any], **parts: Any) -> Stack:
    """Read one cluster, as describe prints it."""
    return read_stack(json.dumps(cluster(*pools, **parts)))


def nodes(*pools: dict[str, Any], **parts: Any) -> list[Row]:
    """Read the machines of a cluster."""
    return [row for row in stack_of(*pools, **parts).riders if row["kind"] == "nodes"]


def texts(stack: Stack) -> str:
    """All notes of a stack."""
    return "\n".join(note.text for note in stack.notes)


def test_zonal_cluster_of_two_machines_is_priced() -> None:
    """The credit pays the zonal fee; two e2-medium at 0.03350571 with 100 GB at 0.10 do the rest."""
    frame = price_stack(stack_of(pool()), on=ON).frame.set_index("workload")
    assert frame["monthly_cost"]["cluster/prod"] == 0
    machines = 2 * (730 * 0.03350571 + 100 * 0.10)
    assert frame["monthly_cost"]["nodes/prod/web"] == pytest.approx(machines, rel=1e-6)


@pytest.mark.parametrize(
    ("location", "zones", "kind", "region", "count"),
    [
        ("us-central1-a", ["us-central1-a"], "zonal", "us-central1", 2),
        ("us-central1-a", ["us-central1-a", "us-central1-b"], "zonal", "us-central1", 4),
        ("europe-west1", ["a", "b", "c"], "regional", "europe-west1", 6),
    ],
)
def test_a_pool_has_its_nodes_in_each_zone(
    location: str, zones: list[str], kind: str, region: str, count: int
) -> None:
    """The number of a pool counts the nodes of one zone."""
    fee, machines = stack_of(pool(), location=location, locations=zones).riders
    assert (fee["cluster_type"], fee["region"]) == (kind, region)
    assert (machines["node_count"], machines["region"]) == (count, region)


def test_zones_of_a_pool_come_first() -> None:
    """A pool may stand in fewer zones than its cluster."""
    [row] = nodes(pool(locations=["us-central1-b"]), locations=["a", "b", "c"])
    assert row["node_count"] == 2


def test_autopilot_has_no_machines() -> None:
    """An Autopilot cluster is its fee; its pods are not in the document."""
    stack = stack_of(pool(), autopilot={"enabled": True}, location="us-central1")
    assert [row["cluster_type"] for row in stack.riders] == ["autopilot"]
    assert "Autopilot bills pods" in texts(stack)


def test_spot_windows_and_public_pools() -> None:
    """Spot and preemptible machines, Windows images and public addresses are columns."""
    spot, old, windows = nodes(
        pool({"spot": True}, name="a"),
        pool({"preemptible": True}, name="b"),
        pool({"imageType": "WINDOWS_LTSC_CONTAINERD"}, name="c"),
        privateClusterConfig={},
    )
    assert (spot["purchase_option"], old["purchase_option"]) == ("spot", "spot")
    assert windows["operating_system"] == "windows"
    assert spot["public_ipv4_count"] == 1


def test_gpus_attach_to_n1_only() -> None:
    """A G2 machine carries its GPU in its own price; the GPU of an N1 is billed apart."""
    gpu = {"acceleratorCount": "2", "acceleratorType": "nvidia-tesla-t4"}
    n1, g2 = nodes(
        pool({"machineType": "n1-standard-4", "accelerators": [gpu]}, name="a"),
        pool({"machineType": "g2-standard-24", "accelerators": [gpu]}, name="b"),
    )
    assert (n1["gpu_type"], n1["gpu_count"]) == ("nvidia-tesla-t4", 2)
    assert "gpu_type" not in g2


def test_autoscaling_is_said() -> None:
    """Limits in each zone count in each zone; limits in total do not."""
    scaling = {"enabled": True, "minNodeCount": 1, "maxNodeCount": 3}
    said = texts(stack_of(pool(autoscaling=scaling), locations=["a", "b", "c"]))
    assert "moves between 3 and 9 nodes; priced at 6" in said
    scaling = {"enabled": True, "totalMinNodeCount": 2, "totalMaxNodeCount": 5}
    assert "moves between 2 and 5 nodes" in texts(stack_of(pool(autoscaling=scaling)))


def test_what_is_taken_for_granted_is_said() -> None:
    """Defaults, disks without a rate, local SSDs, the extended channel and other sizes are notes."""
    stack = stack_of(
        {"name": "a", "config": {"localSsdCount": 1}},
        pool({"diskType": "hyperdisk-new"}, name="b"),
        releaseChannel={"channel": "EXTENDED"},
        currentNodeCount=9,
    )
    for words in (
        "says no number of nodes", "GKE's default of 100 GB", "'hyperdisk-new' have no rate",
        "local SSDs", "extended channel", "has 9 nodes now; its pools started with 5",
    ):  # fmt: skip
        assert words in texts(stack)


@pytest.mark.parametrize(
    "wrap",
    [
        lambda data: json.dumps([data]),
        lambda data: json.dumps({"clusters": [data]}),
        lambda data: json.dumps({"cluster": data, "parent": "projects/p"}),
        yaml.safe_dump,
    ],
    ids=["gcloud list", "API list", "API create", "YAML"],
)
def test_forms_of_the_same_cluster(wrap: Callable[[Any], str]) -> None:
    """A list of gcloud, the API's forms and YAML hold the same cluster."""
    stack = read_stack(wrap(cluster(pool())))
    assert [row["name"] for row in stack.riders] == ["prod", "prod/web"]


def test_clusters_that_are_to_be_made_may_have_one_pool_of_their_own() -> None:
    """Without node pools, the cluster itself says how many machines of which type."""
    data = {"name": "a", "location": "us-central1", "initialNodeCount": 1, "nodeConfig": E2}
    fee, machines = read_stack(json.dumps(data)).riders
    assert fee["cluster_type"] == "regional"
    assert (machines["name"], machines["node_count"]) == ("a/default-pool", 1)


def test_pools_without_their_cluster() -> None:
    """The link of a pool tells its place; that the cluster is missing is said."""
    link = "https://container.googleapis.com/v1/projects/p/zones/us-east1-b/clusters/prod/nodePools/web"
    stack = read_stack(json.dumps([pool(selfLink=link)]))
    [row] = stack.riders
    assert (row["name"], row["region"], row["node_count"]) == ("prod/web", "us-east1", 2)
    assert "'prod' is not in the documents" in texts(stack)


def test_stopping_cluster_is_gone() -> None:
    """A cluster that is being deleted costs nothing."""
    data = [cluster(pool()), {**cluster(name="old"), "status": "STOPPING"}]
    assert len(read_stack(json.dumps(data)).riders) == 2


def test_wrong_number_of_accelerators(message_of: Callable[..., str]) -> None:
    """A number of accelerators that is none is an error with its place."""
    gpu = {"acceleratorCount": "two", "acceleratorType": "nvidia-l4"}
    message = message_of(cluster(pool({"accelerators": [gpu]})))
    assert "accelerators[0].acceleratorCount: 'two' is no number" in message
