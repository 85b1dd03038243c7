"""Billing rules of AWS App Runner: what is provisioned, what is active, and the minute of vCPU.

Where the rule sheet leaves room, a FinOps engineer reads this:

- An instance that a request wakes is billed a minute of vCPU at the least, yet never for more than
  the provisioned instances could be active, unless requests keep more of them busy.
- Provisioned memory is billed all the hours, active or not; what is busy beyond it pays its memory.
- A row is one application: builds and automatic deployment do not follow its hours or replicas.
- It has no size by default: the sheet names none.
"""

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
    concurrency_of,
    defaulted,
    demand_kind,
    exceeds,
    flag,
    has_gpu,
    hours_per_month,
    required,
    text,
    whole,
)

# AWS sheet, section 7, Sizes: "0.25 vCPU: 0.5,1; 0.5: 1; 1: 2,3,4; 2: 4,6; 4: 8,10,12 GB"
SIZES = [
    (Decimal(vcpu), [Decimal(memory) for memory in memories])
    for vcpu, memories in [
        ("0.25", ["0.5", "1"]),
        ("0.5", ["1"]),
        ("1", ["2", "3", "4"]),
        ("2", ["4", "6"]),
        ("4", ["8", "10", "12"]),
    ]
]
# "1-minute minimum of vCPU each time an instance goes active"
ACTIVATION_SECONDS = Decimal(60)
# "Default 1 provisioned instance, no scale-to-zero"
LEAST_PROVISIONED = Decimal(1)


def _size(row: Mapping[str, Any], situation: Situation) -> tuple[Decimal, Decimal]:
    """Return the least legal vCPU, then the least memory, that hold the request."""
    vcpu, memory = required(row, "vcpu"), required(row, "memory_gib")
    for legal_vcpu, memories in SIZES:
        if exceeds(vcpu, legal_vcpu):
            continue
        for legal_memory in memories:
            if exceeds(memory, legal_memory):
                continue
            if situation.strict and (exceeds(legal_vcpu, vcpu) or exceeds(legal_memory, memory)):
                raise NoPriceError("illegal_size: strict")
            return legal_vcpu, legal_memory
    raise NoPriceError("illegal_size: above the largest instance")


def _active_seconds(
    row: Mapping[str, Any], situation: Situation, provisioned_seconds: Decimal
) -> tuple[Decimal, Decimal]:
    """Return the busy seconds, and those that are billed for vCPU."""
    requests = required(row, "requests_per_month")
    # Each request is rounded up to 100 ms, as on every request-driven service (decided)
    served = ceiling(required(row, "request_seconds") * 10) / 10
    busy = requests * served / concurrency_of(row)
    activations = requests * situation.number("app_runner_activations_per_request")
    if activations == 0:
        return busy, busy
    each = max(ACTIVATION_SECONDS, ceiling(busy / activations))
    return busy, max(busy, min(activations * each, provisioned_seconds))


def app_runner(row: Mapping[str, Any], situation: Situation) -> Usage:
    """Bill instances, builds, and "1.00 per application-month" for automatic deployment."""
    if text(row, "operating_system", "linux", ("linux", "windows")) == "windows":
        raise NoPriceError("not_offered: App Runner runs Linux only")
    if text(row, "cpu_architecture", "x86_64", ("x86_64", "arm64")) == "arm64":
        raise NoPriceError("not_offered: App Runner runs x86_64 only")
    if has_gpu(row):
        raise NoPriceError("not_offered: App Runner has no GPU")
    kind = demand_kind(row)
    if kind == "runs":
        raise NoPriceError("unsupported_demand: a service does not run to completion")
    vcpu, memory = _size(row, situation)
    seconds = hours_per_month(row, situation) * SECONDS_PER_HOUR
    if kind == "always_on":
        provisioned = active = busy = whole(row, "replicas", 1) * seconds
    else:
        provisioned = max(LEAST_PROVISIONED, whole(row, "min_instances", 0)) * seconds
        busy, active = _active_seconds(row, situation, provisioned)
    automatic = flag(row, "automatic_deployment", default=False)
    quantities = {
        "vcpu_hours": vcpu * active / SECONDS_PER_HOUR,
        "provisioned_memory_gib_hours": memory * provisioned / SECONDS_PER_HOUR,
        "memory_gib_hours": memory * max(Decimal(0), busy - provisioned) / SECONDS_PER_HOUR,
        "build_minutes": defaulted(row, "build_minutes", 0),
        "automatic_deployment_months": Decimal(automatic),
    }
    return Usage(quantities, vcpu, memory)
