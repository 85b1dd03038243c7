"""Billing rules of explicit nodes on EC2 and Compute Engine, from both rule sheets."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from .demand import (
    SECONDS_PER_HOUR,
    NoPriceError,
    Situation,
    Usage,
    ceiling,
    defaulted,
    demand_kind,
    flag,
    has_gpu,
    hours_per_month,
    required,
    text,
    whole,
)

# AWS sheet, section 6: "Per second, 60 s minimum for Linux"; GCP sheet, section 3: "per second,
# 1-minute minimum for vCPU, GPU, memory. 30 s = 60 s."
MINIMUM_SECONDS = Decimal(60)
# GCP sheet, section 3: "SUD 30% max: N1, M1, M2, f1-micro, g1-small, ... GPUs attached to N1. Tiers
# 100/80/60/40." and "SUD 20% max: N2, N2D, C2. Tiers 100/86.78/73.3/60."
SUSTAINED_USE = {
    ("f1-micro", "g1-small", "n1-", "m1-", "m2-"): ("1", "0.8", "0.6", "0.4"),
    ("n2-", "n2d-", "c2-"): ("1", "0.8678", "0.733", "0.6"),
}
QUARTER = Decimal("0.25")
# What the machine tables may price; a word outside of this is a fault whatever the disk's size
DISK_TYPES = (
    *("gp3", "gp2"),
    *("pd-standard", "pd-balanced", "pd-ssd", "pd-extreme", "hyperdisk-balanced"),
)


def sustained_use(machine: str, fraction: Decimal) -> Decimal:
    """Return what a machine pays of its list price if it runs this fraction of the month.

    Each quarter of the month has its own multiplier; machines of other families pay the list price.
    """
    for families, multipliers in SUSTAINED_USE.items():
        if machine.startswith(families) and fraction > 0:
            used = min(fraction, Decimal(1))
            paid = Decimal(0)
            for quarter, multiplier in enumerate(multipliers):
                inside = min(max(used - quarter * QUARTER, Decimal(0)), QUARTER)
                paid += inside * Decimal(multiplier)
            return paid / used
    return Decimal(1)


def _hours_of_a_node(row: Mapping[str, Any], situation: Situation) -> Decimal:
    """Return the hours that each node is billed for."""
    kind = demand_kind(row)
    if kind == "requests":
        raise NoPriceError("unsupported_demand: a machine serves no requests by itself")
    hours = hours_per_month(row, situation)
    if kind == "always_on":
        return hours
    seconds = max(MINIMUM_SECONDS, ceiling(required(row, "run_seconds")))
    return required(row, "runs_per_month") * seconds / SECONDS_PER_HOUR


def _nodes(row: Mapping[str, Any], situation: Situation) -> tuple[Usage, Decimal]:
    """Bill machines, boot disks and addresses; return also the hours of one node."""
    machine = text(row, "instance_type", "")
    if not machine:
        raise NoPriceError("missing_value: instance_type")
    text(row, "operating_system", "linux", ("linux", "windows"))
    nodes, hours = whole(row, "node_count", 1), _hours_of_a_node(row, situation)
    disk_gib = defaulted(row, "boot_disk_gib", 0)
    disk_type = text(row, "boot_disk_type", "", DISK_TYPES)
    if disk_gib > 0 and not disk_type:
        raise NoPriceError("missing_value: boot_disk_type")
    node_hours = nodes * hours
    quantities = {
        "instance_hours": node_hours,
        # "Disks, snapshots, Local SSD prorated per second" of the month
        "boot_disk_gib_months": disk_gib * node_hours / situation.month_hours,
        "public_ipv4_hours": whole(row, "public_ipv4_count", 0) * node_hours,
    }
    return Usage(quantities, columns={"instance_type": machine, "boot_disk_type": disk_type}), hours


def ec2(row: Mapping[str, Any], situation: Situation) -> Usage:
    """Bill EC2 instances; their GPUs are built in."""
    return _nodes(row, situation)[0]


def compute_engine(row: Mapping[str, Any], situation: Situation) -> Usage:
    """Bill Compute Engine machines, the GPUs of N1 machines, and sustained use."""
    usage, hours = _nodes(row, situation)
    machine = usage.columns["instance_type"]
    if has_gpu(row):
        if not machine.startswith("n1-"):
            raise NoPriceError(f"not_offered: no GPU can be attached to {machine}")
        gpu_type = text(row, "gpu_type", "")
        if not gpu_type:
            raise NoPriceError("missing_value: gpu_type")
        usage.columns["gpu_type"] = gpu_type
        gpus = whole(row, "gpu_count", 1)
        usage.quantities["gpu_hours"] = gpus * usage.quantities["instance_hours"]
    # "Only Self-serve (or Online) Cloud Billing accounts are eligible"; not Spot, and not what a
    # commitment covers
    if (
        flag(row, "sustained_use", default=True)
        and text(row, "purchase_option", "on_demand") == "on_demand"
        and situation.assumptions["sustained_use_account"] == "self_serve"
    ):
        factor = sustained_use(machine, hours / situation.month_hours)
        usage.multipliers = {"instance_hours": factor, "gpu_hours": factor}
    return usage
