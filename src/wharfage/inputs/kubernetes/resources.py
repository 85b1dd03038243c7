"""What a pod requests, as Kubernetes' scheduler adds it up.

A limit without a request is the request. Containers and restartable init containers (sidecars)
run side by side; other init containers run one after the other, each beside the sidecars that
started before it. Pod-level resources replace the sum; overhead comes on top.
Source: the Kubernetes documents on resource management, init and sidecar containers, pod
overhead, and pod-level resources (1.34).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from wharfage.inputs.fields import Field

ZERO = Decimal(0)
GPU = "nvidia.com/gpu"
#: other accelerators that a device plugin offers, and the need that says so
OTHER_ACCELERATORS = {
    "amd.com/gpu": "amd_gpu",
    "aws.amazon.com/neuron": "neuron",
    "aws.amazon.com/neuroncore": "neuron",
    "google.com/tpu": "tpu",
    "habana.ai/gaudi": "gaudi",
    "gpu.intel.com/i915": "intel_gpu",
    "gpu.intel.com/xe": "intel_gpu",
}
MIG_PREFIX = "nvidia.com/mig-"
#: what Kubernetes itself hands out; other names with a slash are a device plugin's
NATIVE = ("hugepages-", "kubernetes.io/", "requests.", "limits.")


@dataclass
class Requested:
    """Amounts that a pod requests of one resource, in its base unit.

    `running` is None where nothing is requested; `init` is the most that starting takes;
    `without` holds the containers that say nothing.
    """

    running: Decimal | None = None
    init: Decimal = ZERO
    without: list[Field] = field(default_factory=list)


def requested(pod: Field, resource: str) -> Requested:
    """Amounts of `resource` that a pod's spec requests; requests above limits are problems."""
    found = Requested()
    running = [_request(container, resource) for container in pod["containers"].each()]
    found.without = [
        container
        for container, request in zip(pod["containers"].each(), running, strict=True)
        if request is None
    ]
    sidecars = ZERO
    for container in pod["initContainers"].each():
        request = _request(container, resource)
        if container["restartPolicy"].text() == "Always":
            running.append(request)
            sidecars += request or ZERO
            found.without += [container] if request is None else []
        else:
            found.init = max(found.init, (request or ZERO) + sidecars)
    known = [request for request in running if request is not None]
    total = _pod_level(pod, resource, sum(known, ZERO) if known else None, found)
    overhead = pod["overhead"][resource].quantity() or ZERO
    found.running = None if total is None else total + overhead
    found.init += overhead if found.init else ZERO
    return found


def _request(container: Field, resource: str) -> Decimal | None:
    """Request of one container, the limit where there is none; None where it says nothing."""
    resources = container["resources"]
    asked = resources["requests"][resource]
    request, limit = asked.quantity(), resources["limits"][resource].quantity()
    if request is not None and limit is not None and request > limit:
        asked.wrong(
            f"the request {asked.value} is above the limit {_limit_text(resources, resource)}"
        )
    return limit if request is None else request


def _limit_text(resources: Field, resource: str) -> str:
    return str(resources["limits"][resource].value)


def _pod_level(
    pod: Field, resource: str, total: Decimal | None, found: Requested
) -> Decimal | None:
    """Pod-level request where there is one, else the sum of the containers."""
    stated = _request(pod, resource)
    if stated is None:
        return total
    if pod.at("resources", "requests")[resource]:
        if total is not None and total > stated:
            pod.at("resources", "requests")[resource].wrong(
                f"the pod's request is below the sum of its containers' requests, {total.normalize():f}"
            )
    elif total is not None and not found.without:
        return total  # only a limit stands at the pod, and every container requests its part
    found.without = []
    return stated


def gpus(pod: Field) -> int:
    """NVIDIA GPUs of a pod; a request that differs from its limit is a problem."""
    for container in pod["containers"].each():
        resources = container["resources"]
        ask, limit = resources["requests"][GPU], resources["limits"][GPU]
        if ask and limit and ask.quantity() != limit.quantity():
            ask.wrong(
                f"GPUs cannot be shared: the request {ask.value} is not the limit {limit.value}"
            )
    found = requested(pod, GPU)
    count = max(found.running or ZERO, found.init)
    if count != int(count):
        pod["containers"].wrong(f"{count.normalize():f} GPUs are no whole number")
    return int(count)


def other_accelerators(pod: Field) -> set[str]:
    """Names of accelerators in a pod that are not whole NVIDIA GPUs."""
    return {
        name for name in _names(pod) if name in OTHER_ACCELERATORS or name.startswith(MIG_PREFIX)
    }


def other_devices(pod: Field) -> set[str]:
    """Names of extended resources in a pod that are no accelerator known here."""
    return {
        name
        for name in _names(pod) - other_accelerators(pod)
        if "/" in name and name != GPU and not name.startswith(NATIVE)
    }


def _names(pod: Field) -> set[str]:
    """Names of all resources that a pod's containers request or limit."""
    return {
        name
        for part in ("containers", "initContainers")
        for container in pod[part].each()
        for kind in ("requests", "limits")
        for name in container.at("resources", kind).mapping()
    }
