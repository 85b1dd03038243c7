"""Billing rules of Autopilot Pods that are billed by the node, one Pod to a machine."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from typing import Any

from . import rules_gcp
from .demand import (
    NoPriceError,
    Situation,
    Usage,
    ceiling,
    defaulted,
    demand_kind,
    exceeds,
    flag,
    has_gpu,
    instance_hours,
    run_hours,
    text,
    whole,
)

# Rule sheet section 3: "billed as GCE VMs ...: per second, 1-minute minimum. 30 s = 60 s."
MINIMUM_SECONDS = 60
# Accelerators that are attached to a machine and billed apart, and the machines that take them; all
# others are built in
ATTACHED = {"nvidia-tesla-t4": "n1-standard-*"}


@dataclass(frozen=True)
class Machine:
    """One line of the list of machine types."""

    name: str
    vcpu: Decimal
    memory_gib: Decimal
    gpu_type: str
    gpu_count: Decimal


@lru_cache(maxsize=8)
def read_machines(tables: Path) -> dict[str, Machine]:
    """Return every machine type of Compute Engine, the smallest first."""
    path = tables / "gcp" / "compute_engine" / "machine_types.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        machines = [
            Machine(
                line["instance_type"],
                Decimal(line["vcpu"]),
                Decimal(line["memory_gib"]),
                line["gpu_type"],
                Decimal(line["gpu_count"]),
            )
            for line in csv.DictReader(stream)
        ]
    machines.sort(key=lambda one: (one.gpu_count, one.vcpu, one.memory_gib, one.name))
    return {machine.name: machine for machine in machines}


@dataclass(frozen=True)
class Pod:
    """What a Pod asks of its machine; without a GPU type any machine will do."""

    vcpu: Decimal
    memory_gib: Decimal
    gpu_type: str = ""
    gpus: Decimal = Decimal(0)

    def fits(self, machine: Machine) -> bool:
        """Say whether a machine has the accelerators, and nominally the vCPU and the memory."""
        if self.gpu_type in ATTACHED:
            right_kind = fnmatchcase(machine.name, ATTACHED[self.gpu_type])
        elif self.gpu_type:
            right_kind = machine.gpu_type == self.gpu_type and machine.gpu_count >= self.gpus
        else:
            right_kind = True
        too_small = exceeds(self.vcpu, machine.vcpu) or exceeds(self.memory_gib, machine.memory_gib)
        return right_kind and not too_small


def choose_machine(pod: Pod, named: str, tables: Path) -> Machine:
    """Return the machine that a Pod names, or the smallest that holds it."""
    machines = read_machines(tables)
    if named:
        if named not in machines:
            raise NoPriceError(f"unknown_instance_type: {named!r}")
        if not pod.fits(machines[named]):
            raise NoPriceError(f"illegal_size: {named} does not hold the Pod")
        return machines[named]
    for machine in machines.values():
        if pod.fits(machine):
            return machine
    raise NoPriceError("illegal_size: no machine holds the Pod")


def _pod(row: Mapping[str, Any], situation: Situation) -> Pod:
    """Read a Pod in whole millicores and MiB, as Kubernetes counts, without admission."""
    vcpu, memory = rules_gcp.requested(row, situation)
    size = ceiling(vcpu * 1000) / 1000, ceiling(memory * 1024) / 1024
    if not has_gpu(row):
        return Pod(*size)
    gpu_type = text(row, "gpu_type", "")
    if not gpu_type:
        raise NoPriceError("missing_value: gpu_type")
    return Pod(*size, gpu_type, whole(row, "gpu_count", 1))


def _check(row: Mapping[str, Any], compute_class: str) -> None:
    """Refuse what no node-billed Pod can be, and cells without meaning."""
    system = text(row, "operating_system", "linux", ("linux", "windows"))
    architecture = text(row, "cpu_architecture", "x86_64", ("x86_64", "arm64"))
    text(row, "ephemeral_storage_type", "ssd", ("ssd", "standard"))
    flag(row, "bursting", default=True)
    # Billed with the machine, so it has neither a line nor a limit here
    defaulted(row, "ephemeral_storage_gib", 0)
    if system == "windows":
        raise NoPriceError("not_offered: Autopilot has no Windows nodes")
    if has_gpu(row):
        if architecture == "arm64":
            raise NoPriceError("not_offered: no ARM machine has a GPU")
    elif compute_class == "accelerator":
        raise NoPriceError("missing_value: gpu_type")
    elif not text(row, "instance_type", ""):
        raise NoPriceError("missing_value: instance_type")


def node_pod(row: Mapping[str, Any], situation: Situation) -> Usage:
    """Bill "the entire node" of a Pod at Compute Engine's prices, and a premium on it."""
    compute_class = text(row, "compute_class", "general_purpose", rules_gcp.CLASSES)
    _check(row, compute_class)
    pod = _pod(row, situation)
    machine = choose_machine(pod, text(row, "instance_type", ""), situation.tables)
    kind = demand_kind(row)
    if kind == "runs":
        hours = run_hours(row, minimum_seconds=MINIMUM_SECONDS, step_seconds="1")
    else:
        hours = instance_hours(row, situation, kind)
    attached = pod.gpus if pod.gpu_type in ATTACHED else Decimal(0)
    built_in = machine.gpu_count if pod.gpu_type else Decimal(0)
    quantities = {"instance_hours": hours, "gpu_hours": attached * hours}
    # The sheet leaves it open: "premium base (Pod request or node capacity)"
    if situation.assumptions["autopilot_premium_base"] == "pod":
        base = pod.vcpu, pod.memory_gib, pod.gpus
    else:
        base = machine.vcpu, machine.memory_gib, attached + built_in
    meters = ("premium_vcpu_hours", "premium_memory_gib_hours", "premium_gpu_hours")
    quantities |= {meter: size * hours for meter, size in zip(meters, base, strict=True)}
    # What may be bought depends on the class as it stands in the row, the premium on what the Pod
    # is
    columns = {"compute_class": compute_class, "instance_type": machine.name}
    premium = {"compute_class": "accelerator" if pod.gpu_type else "performance"}
    if pod.gpu_type:
        columns["gpu_type"] = pod.gpu_type
    return Usage(
        quantities,
        machine.vcpu,
        machine.memory_gib,
        columns,
        meter_columns=dict.fromkeys(meters, premium),
    )


def gke_autopilot(row: Mapping[str, Any], situation: Situation) -> Usage:
    """Bill an Autopilot Pod by its node, if it has a GPU or a class of its own, else by itself."""
    compute_class = text(row, "compute_class", "general_purpose", rules_gcp.CLASSES)
    if has_gpu(row) or compute_class in ("performance", "accelerator"):
        return node_pod(row, situation)
    return rules_gcp.gke_autopilot(row, situation)
