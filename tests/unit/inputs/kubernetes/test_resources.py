"""What a pod requests: requests and limits, init containers, sidecars, overhead, defaults."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import yaml

from wharfage.inputs.manifests import read_stack

Read = Callable[..., dict[str, Any]]


def container(name: str = "app", **resources: Any) -> dict[str, Any]:
    """Build a container with requests and limits, in short words."""
    asked = {k: v for k, v in resources.items() if k in ("cpu", "memory")}
    found: dict[str, Any] = {"name": name, "resources": {"requests": asked}}
    if "limits" in resources:
        found["resources"]["limits"] = resources["limits"]
    return found


@pytest.mark.parametrize(
    ("cpu", "vcpu"),
    [("250m", 0.25), ("1000m", 1), (1, 1), (0.5, 0.5), ("2", 2), ("1e3m", 1), ("100u", 0.0001)],
)
def test_cpu_in_every_form(row_of: Read, cpu: Any, vcpu: float) -> None:
    """A vCPU is never read as zero, however it is written."""
    assert row_of({"containers": [container(cpu=cpu)]})["vcpu"] == vcpu


@pytest.mark.parametrize(
    ("memory", "gib"),
    [("128Mi", 0.125), ("1Gi", 1), ("1G", 1e9 / 2**30), (128974848, 128974848 / 2**30)],
)
def test_memory_in_every_form_story_16(row_of: Read, memory: Any, gib: float) -> None:
    """Memory is in GiB: G and Gi are not the same."""
    assert row_of({"containers": [container(memory=memory)]})["memory_gib"] == gib


def test_six_fifties_are_three_hundred(row_of: Read) -> None:
    """Small amounts add up exactly."""
    pod = {"containers": [container(str(n), cpu="50m") for n in range(6)]}
    assert row_of(pod)["vcpu"] == 0.3


def test_limit_is_the_request_that_is_not_there(row_of: Read) -> None:
    """A limit without a request is the request, for each resource alone."""
    pod = {"containers": [container(cpu="250m", limits={"cpu": 1, "memory": "1Gi"})]}
    row = row_of(pod)
    assert (row["vcpu"], row["memory_gib"]) == (0.25, 1)


def test_requests_above_limits(message_of: Callable[..., str], deployment: Read) -> None:
    """A request above its limit is an error with file, line and path."""
    pod = {"containers": [container(cpu=2, limits={"cpu": "500m"})]}
    message = message_of(deployment(pod))
    assert "the request 2 is above the limit 500m" in message
    assert "spec.template.spec.containers[0].resources.requests.cpu" in message
    assert "<text>:" in message


def test_init_containers_run_alone(row_of: Read) -> None:
    """The largest init container counts apart, per resource."""
    pod = {
        "containers": [container(cpu="250m", memory="1Gi")],
        "initContainers": [
            container("a", cpu=2, memory="128Mi"),
            container("b", cpu=1, memory="2Gi"),
        ],
    }
    row = row_of(pod)
    assert (row["vcpu"], row["init_vcpu"], row["init_memory_gib"]) == (0.25, 2, 2)


def test_sidecars_run_beside(row_of: Read) -> None:
    """A restartable init container counts with the containers, and beside later init containers."""
    sidecar = {**container("proxy", cpu="100m"), "restartPolicy": "Always"}
    pod = {
        "containers": [container(cpu="250m")],
        "initContainers": [container("a", cpu=1), sidecar, container("b", cpu=1)],
    }
    row = row_of(pod)
    assert (row["vcpu"], row["init_vcpu"]) == (0.35, 1.1)


def test_overhead_comes_on_top(row_of: Read) -> None:
    """A pod's overhead adds to what runs and to what starts."""
    pod = {
        "containers": [container(cpu="250m")],
        "initContainers": [container("a", cpu=1)],
        "overhead": {"cpu": "250m"},
    }
    row = row_of(pod)
    assert (row["vcpu"], row["init_vcpu"]) == (0.5, 1.25)


def test_pod_level_requests_replace_the_sum(row_of: Read) -> None:
    """Resources of the pod as a whole stand for all of its containers."""
    pod = {
        "containers": [container(cpu="250m"), container("b")],
        "resources": {"requests": {"cpu": 2}, "limits": {"memory": "4Gi"}},
    }
    row = row_of(pod)
    assert (row["vcpu"], row["memory_gib"]) == (2, 4)
    assert "containers_without_cpu" not in row


def test_pod_level_request_below_its_containers(
    message_of: Callable[..., str], deployment: Read
) -> None:
    """A pod cannot request less than its containers."""
    pod = {"containers": [container(cpu=3)], "resources": {"requests": {"cpu": 2}}}
    assert "below the sum of its containers' requests, 3" in message_of(deployment(pod))


def test_missing_requests_stay_empty(deployment: Read) -> None:
    """Without requests the row has no size, and a note says so with its place, of no platform."""
    stack = read_stack(yaml.safe_dump(deployment()))
    [row] = stack.workloads
    assert not {"vcpu", "memory_gib", "ephemeral_storage_gib"} & set(row)
    notes = [note for note in stack.notes if note.code == "no_request"]
    assert [note.workload for note in notes] == ["web", "web"]
    assert notes[0].text == "1 of 1 containers request no cpu ('app')"
    assert "spec.template.spec.containers" in notes[0].where


def test_some_missing_requests_are_counted(row_of: Read) -> None:
    """The number of containers without a request goes along for platforms with defaults of each."""
    row = row_of({"containers": [container(cpu=1), container("b"), container("c")]})
    assert (row["vcpu"], row["containers_without_cpu"]) == (1, 2)


def test_ephemeral_storage(row_of: Read) -> None:
    """Ephemeral storage is a column of its own."""
    pod = {"containers": [{"name": "a", "resources": {"limits": {"ephemeral-storage": "10Gi"}}}]}
    assert row_of(pod)["ephemeral_storage_gib"] == 10


def test_thousandths_of_a_byte_are_noted(deployment: Read) -> None:
    """Memory of 512m is half a byte, and a slip."""
    pod = {"containers": [container(memory="512m")]}
    notes = read_stack(yaml.safe_dump(deployment(pod))).notes
    assert "is Mi meant?" in next(n.text for n in notes if n.code == "fraction_of_bytes")


def test_gpus(row_of: Read) -> None:
    """GPUs come with the type that the node selector names, on both clouds."""
    pod: dict[str, Any] = {
        "containers": [{"name": "a", "resources": {"limits": {"nvidia.com/gpu": 2}}}],
        "nodeSelector": {"cloud.google.com/gke-accelerator": "nvidia-l4"},
    }
    row = row_of(pod)
    assert (row["gpu_type"], row["gpu_count"]) == ("nvidia-l4", 2)
    pod["nodeSelector"] = {"karpenter.k8s.aws/instance-gpu-name": "a10g"}
    assert row_of(pod)["gpu_type"] == "nvidia-a10g"


@pytest.mark.parametrize(
    ("resources", "words"),
    [
        ({"limits": {"nvidia.com/gpu": "500m"}}, "0.5 GPUs are no whole number"),
        ({"requests": {"nvidia.com/gpu": 1}, "limits": {"nvidia.com/gpu": 2}}, "GPUs cannot be"),
    ],
)
def test_gpus_that_cannot_be(
    message_of: Callable[..., str], deployment: Read, resources: Any, words: str
) -> None:
    """GPUs are whole, and requested as they are limited."""
    pod = {"containers": [{"name": "a", "resources": resources}]}
    assert words in message_of(deployment(pod))


def test_gpu_of_no_type_is_noted(deployment: Read) -> None:
    """A GPU of which the documents do not say the type is not guessed."""
    pod = {"containers": [{"name": "a", "resources": {"limits": {"nvidia.com/gpu": 1}}}]}
    stack = read_stack(yaml.safe_dump(deployment(pod)))
    assert "gpu_type" not in stack.workloads[0]
    assert "gpu_type_unknown" in [note.code for note in stack.notes]
    assert stack.needs["web"] == {"gpu"}


def test_other_accelerators_are_needs(deployment: Read) -> None:
    """A TPU is not priced, and is said to be needed."""
    pod = {"containers": [{"name": "a", "resources": {"limits": {"google.com/tpu": 4}}}]}
    stack = read_stack(yaml.safe_dump(deployment(pod)))
    assert stack.needs["web"] == {"tpu"}
    assert "accelerator_not_priced" in [note.code for note in stack.notes]
