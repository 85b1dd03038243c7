"""Billing rules of the AWS services, from the AWS rule sheet, before any price."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from .demand import (
    NoPriceError,
    Situation,
    Usage,
    defaulted,
    demand_kind,
    exceeds,
    has_gpu,
    hours_per_month,
    instance_hours,
    is_empty,
    number,
    required,
    run_hours,
    text,
    whole,
)

# Rule sheet section 2, "Valid sizes" (Fargate pricing page): vCPU -> memory in GiB ("GB" there is
# 1024^3 bytes).
FARGATE_SIZES: list[tuple[Decimal, list[Decimal]]] = [
    (Decimal("0.25"), [Decimal("0.5"), Decimal(1), Decimal(2)]),
    (Decimal("0.5"), [Decimal(n) for n in range(1, 5)]),
    (Decimal(1), [Decimal(n) for n in range(2, 9)]),
    (Decimal(2), [Decimal(n) for n in range(4, 17)]),
    (Decimal(4), [Decimal(n) for n in range(8, 31)]),
    (Decimal(8), [Decimal(n) for n in range(16, 61, 4)]),
    (Decimal(16), [Decimal(n) for n in range(32, 121, 8)]),
]
# "32 (new, 2026): 60, 120 or 244 only"; the day is not told, so the first of the year.
FARGATE_32_VCPU = (Decimal(32), [Decimal(60), Decimal(120), Decimal(244)])
FARGATE_32_VCPU_FROM = date(2026, 1, 1)
# "20 GB included; ECS configurable up to 200 GiB total"
INCLUDED_STORAGE_GIB = Decimal(20)
ECS_MAX_STORAGE_GIB = 200
# EKS sizing, 6: "ephemeral request max 175 GiB"
EKS_MAX_STORAGE_GIB = 175
# "add 256 MB to memory for kubelet/kube-proxy/containerd"
EKS_POD_OVERHEAD_GIB = Decimal("0.25")
# "minimum 1 minute (Linux), 5 minutes (Windows)"; "per second, rounded up to the second" on the
# whole duration
MINIMUM_SECONDS = {"linux": 60, "windows": 300}
# "Fargate Spot: Linux x86 and ARM (ARM was excluded in the 2023 guide)"; section 9: "2024-09
# Fargate Spot for ARM"
ARM_SPOT_FROM = date(2024, 9, 1)

# Rule sheet section 4, "EKS version calendar": version -> on EKS since, standard support ends,
# extended support ends
EKS_CALENDAR: dict[str, tuple[date, date, date]] = {
    "1.29": (date(2024, 1, 23), date(2025, 3, 23), date(2026, 3, 23)),
    "1.30": (date(2024, 5, 23), date(2025, 7, 23), date(2026, 7, 23)),
    "1.31": (date(2024, 9, 26), date(2025, 11, 26), date(2026, 11, 26)),
    "1.32": (date(2025, 1, 25), date(2026, 3, 23), date(2027, 3, 23)),
    "1.33": (date(2025, 5, 28), date(2026, 7, 29), date(2027, 7, 29)),
    "1.34": (date(2025, 10, 6), date(2026, 12, 2), date(2027, 12, 2)),
    "1.35": (date(2026, 1, 28), date(2027, 3, 27), date(2028, 3, 27)),
}
EKS_TIERS = ("standard", "xl", "2xl", "4xl", "8xl")


def fargate_size(
    vcpu: Decimal, memory_gib: Decimal, max_vcpu: Decimal, on: date
) -> tuple[Decimal, Decimal]:
    """Return the least legal vCPU, then the least memory, that hold the request."""
    rows = [*FARGATE_SIZES, FARGATE_32_VCPU] if on >= FARGATE_32_VCPU_FROM else FARGATE_SIZES
    for legal_vcpu, memories in rows:
        if legal_vcpu > max_vcpu or exceeds(vcpu, legal_vcpu):
            continue
        for legal_memory in memories:
            if not exceeds(memory_gib, legal_memory):
                return legal_vcpu, legal_memory
    raise NoPriceError(f"illegal_size: {vcpu} vCPU and {memory_gib} GiB is above the largest task")


def _raised(size: Decimal, request: Decimal) -> bool:
    """Say whether a size is more than what was asked for, beyond the slack."""
    return exceeds(size, request)


def _storage_gib(row: Mapping[str, Any], largest: int, overhead_gib: Decimal) -> Decimal:
    """Return the billed ephemeral GiB: provisioned above the included 20; empty is included."""
    requested = number(row, "ephemeral_storage_gib")
    if requested is None:
        return Decimal(0)
    if exceeds(requested, largest):
        raise NoPriceError(f"illegal_size: ephemeral storage above {largest} GiB")
    return max(Decimal(0), requested + overhead_gib - INCLUDED_STORAGE_GIB)


def fargate(row: Mapping[str, Any], situation: Situation) -> Usage:
    """Bill an ECS task: its configured size for its whole duration."""
    system = text(row, "operating_system", "linux", ("linux", "windows"))
    architecture = text(row, "cpu_architecture", "x86_64", ("x86_64", "arm64"))
    spot = text(row, "purchase_option", "on_demand") == "spot"
    windows = system == "windows"
    if has_gpu(row):
        raise NoPriceError("not_offered: Fargate has no GPU")
    if windows and (spot or architecture == "arm64"):
        raise NoPriceError("not_offered: Windows tasks are x86_64 and never Spot")
    if spot and architecture == "arm64" and situation.on < ARM_SPOT_FROM:
        raise NoPriceError("not_offered: Fargate Spot had no ARM yet")
    kind = demand_kind(row)
    vcpu, memory = required(row, "vcpu"), required(row, "memory_gib")
    largest = situation.number("windows_max_vcpu") if windows else Decimal(32)
    billed_vcpu, billed_memory = fargate_size(vcpu, memory, largest, situation.on)
    if situation.strict and (_raised(billed_vcpu, vcpu) or _raised(billed_memory, memory)):
        raise NoPriceError("illegal_size: strict")
    storage = _storage_gib(row, ECS_MAX_STORAGE_GIB, Decimal(0))
    if kind == "runs":
        hours = run_hours(row, minimum_seconds=MINIMUM_SECONDS[system], step_seconds="1")
    else:
        hours = instance_hours(row, situation, kind)
    quantities = {
        "vcpu_hours": billed_vcpu * hours,
        "memory_gib_hours": billed_memory * hours,
        "ephemeral_storage_gib_hours": storage * hours,
    }
    if windows:
        # "plus OS licence 0.046 per vCPU-hour as a separate SKU": on billed vCPU
        quantities["os_licence_vcpu_hours"] = billed_vcpu * hours
    return Usage(quantities, billed_vcpu, billed_memory)


def fargate_eks(row: Mapping[str, Any], situation: Situation) -> Usage:
    """Bill an EKS pod on Fargate: containers or init, plus 256 MiB, rounded up to a task size."""
    if text(row, "operating_system", "linux", ("linux", "windows")) == "windows":
        raise NoPriceError("not_offered: EKS Fargate runs Linux only")
    if text(row, "cpu_architecture", "x86_64", ("x86_64", "arm64")) == "arm64":
        raise NoPriceError("not_offered: EKS Fargate runs x86_64 only")
    if text(row, "purchase_option", "on_demand") == "spot" or has_gpu(row):
        raise NoPriceError("not_offered: EKS Fargate has neither Spot nor GPU")
    kind = demand_kind(row)
    # "no requests -> smallest size": an empty cell asks for nothing (0), on its own. The contract
    # prints the default as 0.25/0.5, which is the size billed; read as a request, 0.5 + 0.25 GiB
    # would be billed as 1 GiB.
    vcpu = max(defaulted(row, "vcpu", 0), defaulted(row, "init_vcpu", 0))
    memory = (
        max(defaulted(row, "memory_gib", 0), defaulted(row, "init_memory_gib", 0))
        + EKS_POD_OVERHEAD_GIB
    )
    largest = situation.number("eks_fargate_max_vcpu")
    billed_vcpu, billed_memory = fargate_size(vcpu, memory, largest, situation.on)
    if situation.strict:
        # The 256 MiB are part of the size that must be legal; a resource that nobody asked for
        # cannot be wrong.
        vcpu_asked = not (is_empty(row.get("vcpu")) and is_empty(row.get("init_vcpu")))
        memory_asked = not (
            is_empty(row.get("memory_gib")) and is_empty(row.get("init_memory_gib"))
        )
        if (vcpu_asked and _raised(billed_vcpu, vcpu)) or (
            memory_asked and _raised(billed_memory, memory)
        ):
            raise NoPriceError("illegal_size: strict")
    storage = _storage_gib(
        row, EKS_MAX_STORAGE_GIB, situation.number("eks_fargate_ephemeral_overhead_gib")
    )
    if kind == "runs":
        hours = run_hours(row, minimum_seconds=MINIMUM_SECONDS["linux"], step_seconds="1")
    else:
        hours = instance_hours(row, situation, kind)
    quantities = {
        "vcpu_hours": billed_vcpu * hours,
        "memory_gib_hours": billed_memory * hours,
        "ephemeral_storage_gib_hours": storage * hours,
    }
    return Usage(quantities, billed_vcpu, billed_memory)


def eks(row: Mapping[str, Any], situation: Situation) -> Usage:
    """Bill EKS clusters: the fee, extended support and a provisioned control plane add up."""
    hours = whole(row, "cluster_count", 1) * hours_per_month(row, situation)
    tier = text(row, "control_plane_tier", "standard", EKS_TIERS)
    quantities = {"cluster_hours": hours}
    version = text(row, "kubernetes_version", "")
    if version:
        if version not in EKS_CALENDAR or situation.on < EKS_CALENDAR[version][0]:
            raise NoPriceError(f"unknown_version: {version}")
        _, standard_ends, extended_ends = EKS_CALENDAR[version]
        if situation.on >= extended_ends:
            raise NoPriceError(f"version_retired: {version}")
        if situation.on >= standard_ends:
            quantities["extended_support_hours"] = hours
    if tier != "standard":
        quantities["control_plane_tier_hours"] = hours
    return Usage(quantities)
