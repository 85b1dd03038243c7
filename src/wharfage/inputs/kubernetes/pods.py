"""A pod's spec as columns of a fleet, with what it needs and what is worth saying."""

from __future__ import annotations

from dataclasses import dataclass, field

from wharfage.inputs.fields import Field
from wharfage.inputs.kubernetes.needs import containers_of, read_needs
from wharfage.inputs.kubernetes.placement import read_placement
from wharfage.inputs.kubernetes.resources import (
    OTHER_ACCELERATORS,
    Requested,
    gpus,
    other_accelerators,
    other_devices,
    requested,
)
from wharfage.inputs.places import quoted
from wharfage.inputs.quantities import gib
from wharfage.inputs.stack import Note, Row

#: seconds that a pod on Spot gets to end at the most: GKE Autopilot's Spot Pods, 2026
SPOT_GRACE_SECONDS = 25


@dataclass
class Pod:
    """Columns, needs and notes of a pod; the notes do not name the workload yet."""

    columns: Row = field(default_factory=dict)
    needs: set[str] = field(default_factory=set)
    notes: list[Note] = field(default_factory=list)

    def note(self, code: str, text: str, where: Field) -> None:
        """Add a note about a place."""
        self.notes.append(Note(code, text, where.where))


def read_pod(kind: str, spec: Field) -> Pod:
    """Pod from its spec; what is wrong in it is noted as problems.

    `kind` is that of the object that holds it, such as ``Deployment``.
    """
    pod = Pod(needs=read_needs(kind, spec))
    containers = list(spec["containers"].each())
    if not containers:
        spec["containers"].wrong("a pod needs at least one container")
        return pod
    _sizes(pod, spec)
    placement = read_placement(spec)
    pod.columns |= placement.columns
    for code, text in placement.notes:
        pod.note(code, text, spec)
    _accelerators(pod, spec)
    if pod.columns.get("operating_system") == "windows":
        pod.needs.add("windows")
    _grace(pod, spec)
    return pod


def _sizes(pod: Pod, spec: Field) -> None:
    cpu, memory = requested(spec, "cpu"), requested(spec, "memory")
    storage = requested(spec, "ephemeral-storage")
    if cpu.running is not None:
        pod.columns["vcpu"] = float(cpu.running)
    if cpu.init:
        pod.columns["init_vcpu"] = float(cpu.init)
    if memory.running is not None:
        pod.columns["memory_gib"] = gib(memory.running)
    if memory.init:
        pod.columns["init_memory_gib"] = gib(memory.init)
    if storage.running is not None:
        pod.columns["ephemeral_storage_gib"] = gib(max(storage.running, storage.init))
    count = sum(1 for _ in spec["containers"].each())
    _no_request(pod, spec, "cpu", cpu, count)
    _no_request(pod, spec, "memory", memory, count)
    _fractions_of_bytes(pod, spec)


def _no_request(pod: Pod, spec: Field, resource: str, found: Requested, count: int) -> None:
    """Say which containers request nothing: each platform has its own default."""
    if not found.without:
        return
    pod.columns[f"containers_without_{resource}"] = len(found.without)
    names = ", ".join(quoted(each["name"].text("?")) for each in found.without)
    total = max(count, len(found.without))
    text = f"{len(found.without)} of {total} containers request no {resource} ({names})"
    # Where no container requests any, it is the platform that says what that comes to.
    rest = "" if found.running is None else "; counted as none here"
    pod.note("no_request", f"{text}{rest}", spec["containers"])


def _fractions_of_bytes(pod: Pod, spec: Field) -> None:
    """Say where memory is given in thousandths of a byte: `m` where `Mi` was meant."""
    for container in containers_of(spec):
        for kind in ("requests", "limits"):
            memory = container.at("resources", kind, "memory")
            if isinstance(memory.value, str) and memory.value.endswith("m"):
                text = f"memory {quoted(memory.value)} is thousandths of a byte; is Mi meant?"
                pod.note("fraction_of_bytes", text, memory)


def _accelerators(pod: Pod, spec: Field) -> None:
    count = gpus(spec)
    if count:
        pod.columns["gpu_count"] = count
        pod.needs.add("gpu")
        if "gpu_type" not in pod.columns:
            text = f"asks for {count} GPU(s) of no type: a node selector names one"
            pod.note("gpu_type_unknown", text, spec)
    else:
        # A label alone may put the pod on a machine with GPUs, but it uses none.
        pod.columns.pop("gpu_type", None)
    for name in sorted(other_accelerators(spec)):
        pod.needs.add(OTHER_ACCELERATORS.get(name, "partial_gpu"))
        pod.note("accelerator_not_priced", f"{quoted(name)} is not priced", spec)
    for name in sorted(other_devices(spec)):
        text = f"{quoted(name)} is a device of the nodes that is not known here, and not priced"
        pod.note("device_not_priced", text, spec)


def _grace(pod: Pod, spec: Field) -> None:
    grace = spec["terminationGracePeriodSeconds"]
    seconds = grace.count()
    if seconds is None or pod.columns.get("purchase_option") != "spot":
        return
    if seconds > SPOT_GRACE_SECONDS:
        text = f"asks for {seconds} s to end; Spot gives {SPOT_GRACE_SECONDS} s at the most on GKE"
        pod.note("grace_period_over_spot", text, grace)
