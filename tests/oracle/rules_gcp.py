"""Billing rules of the Google Cloud services, from the GCP rule sheet, before any price."""

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
    instance_hours,
    number,
    required,
    run_hours,
    text,
    whole,
)

MIB_PER_GIB = Decimal(1024)

# Rule sheet section 2, Autopilot. "Default when a container sets nothing: 500m CPU, 2 GiB, 1 GiB
# ephemeral"
AUTOPILOT_DEFAULTS = {"vcpu": "0.5", "memory_gib": "2", "ephemeral_storage_gib": "1"}
# Millicores and MiB: "Minimums: bursting cluster 50m / 52 MiB; non-bursting 250m / 512 MiB;
# ephemeral 10 MiB always"
AUTOPILOT_MINIMUM = {True: (50, 52), False: (250, 512)}
# "Scale-Out ... min 250m, 1 GiB" whatever the cluster
SCALE_OUT_MINIMUM = (250, 1024)
MINIMUM_EPHEMERAL_MIB = Decimal(10)
# "Ephemeral 10 MiB to 10 GiB per Pod without local SSD"
MAXIMUM_EPHEMERAL_MIB = Decimal(10 * 1024)
# The sheet says: "Non-bursting: sum of containers' CPU is rounded UP to a multiple of 250m"
NON_BURSTING_STEP = Decimal(250)
# Memory to vCPU in GiB, least and most: "1:1 to 1:6.5", "1:1 to 1:8", "exactly 1:4"
AUTOPILOT_RATIO = {
    "general_purpose": (Decimal(1), Decimal("6.5")),
    "balanced": (Decimal(1), Decimal(8)),
    "scale_out": (Decimal(4), Decimal(4)),
}
# "1.024 MiB per m": one GiB per vCPU
MIB_PER_MILLICORE = Decimal("1.024")
# "Limits per class" (autopilot-cost-calculator config.ini): vCPU, GiB
AUTOPILOT_LIMIT = {
    ("general_purpose", "x86_64"): (30, 110),
    ("general_purpose", "arm64"): (30, 110),
    ("balanced", "x86_64"): (222, 851),
    ("balanced", "arm64"): (222, 851),
    ("scale_out", "x86_64"): (54, 216),
    ("scale_out", "arm64"): (43, 172),
}
CLASSES = ("general_purpose", "balanced", "scale_out", "performance", "accelerator")

# Rule sheet section 4.4, Cloud Run sizes
CLOUD_RUN_VCPU = [Decimal(n) for n in (1, 2, 4, 6, 8)]
SMALLEST_VCPU = Decimal("0.08")
SMALLEST_MEMORY_GIB = Decimal("0.125")
# "minimum 128 MiB gen1, 512 MiB gen2"; jobs and worker pools are taken to be second generation
SMALLEST_MEMORY_GEN2_GIB = Decimal("0.5")
LARGEST_MEMORY_GIB = Decimal(32)
# "<1 vCPU up to 512 MiB below 0.5, up to 1 GiB below 1; 1 -> ..4; 2 -> ..8; 4 -> ..16; 6 -> ..24;
# 8 -> ..32 GiB": above this much memory, at least this many vCPU
MEMORY_NEEDS_VCPU = [("0.5", "0.5"), ("1", "1"), ("4", "2"), ("8", "4"), ("16", "6"), ("24", "8")]
# "4 -> 2-16; 6 -> 4-24; 8 -> 4-32 GiB"
VCPU_NEEDS_MEMORY = {Decimal(4): Decimal(2), Decimal(6): Decimal(4), Decimal(8): Decimal(4)}
# Least vCPU and GiB: "L4: >= 4 vCPU and 16 GiB. RTX PRO 6000: >= 20 vCPU and 80 GiB (exceeds the
# 8/32 table; GPU only)"
GPU_NEEDS = {
    "nvidia-l4": (Decimal(4), Decimal(16)),
    "nvidia-rtx-pro-6000": (Decimal(20), Decimal(80)),
}
# Request timeout, instance concurrency and task timeout limits of the product (decided; the sheet
# does not list them)
MAX_REQUEST_SECONDS = 3600
MAX_CONCURRENCY = 1000
MAX_TASK_SECONDS = 604_800


def gke(row: Mapping[str, Any], situation: Situation) -> Usage:
    """Bill GKE clusters: 0.10 an hour in every mode, and the extended channel's extra fee."""
    cluster_type = text(row, "cluster_type", "autopilot", ("autopilot", "zonal", "regional"))
    tier = text(row, "control_plane_tier", "standard", ("standard", "extended"))
    hours = whole(row, "cluster_count", 1) * hours_per_month(row, situation)
    quantities = {"cluster_hours": hours}
    if tier == "extended":
        # The sheet limits the fee to versions in months 15-24; a row on the tier is taken to be
        # in them.
        quantities["extended_support_hours"] = hours
    return Usage(quantities, columns={"cluster_type": cluster_type, "control_plane_tier": tier})


def admit_pod(
    vcpu: Decimal,
    memory_gib: Decimal,
    *,
    compute_class: str,
    bursting: bool,
    bursting_step: Decimal,
) -> tuple[Decimal, Decimal, bool]:
    """Return what Autopilot makes of a request: millicores, MiB, and whether that is a change.

    Order of the rule sheet: minimum, then CPU step on the sum, then the ratio, which raises the
    smaller resource. Turning the request into whole millicores and MiB is Kubernetes' unit, not a
    change by admission.
    """
    millicores, mebibytes = ceiling(vcpu * 1000), ceiling(memory_gib * MIB_PER_GIB)
    asked = (millicores, mebibytes)
    least_cpu, least_memory = (
        SCALE_OUT_MINIMUM if compute_class == "scale_out" else AUTOPILOT_MINIMUM[bursting]
    )
    millicores, mebibytes = (
        max(millicores, Decimal(least_cpu)),
        max(mebibytes, Decimal(least_memory)),
    )
    step = bursting_step if bursting else NON_BURSTING_STEP
    millicores = step * ceiling(millicores / step)
    low, high = AUTOPILOT_RATIO[compute_class]
    millicores = max(millicores, ceiling(mebibytes / (MIB_PER_MILLICORE * high)))
    mebibytes = max(mebibytes, ceiling(millicores * MIB_PER_MILLICORE * low))
    return millicores, mebibytes, (millicores, mebibytes) != asked


def requested(row: Mapping[str, Any], situation: Situation) -> tuple[Decimal, Decimal]:
    """Return vCPU and GiB that an Autopilot Pod asks for, its init containers counted in."""
    vcpu = defaulted(row, "vcpu", AUTOPILOT_DEFAULTS["vcpu"])
    memory = defaulted(row, "memory_gib", AUTOPILOT_DEFAULTS["memory_gib"])
    if situation.assumptions["autopilot_init_containers"] == "max":
        # The default fills an empty cell first: a small init container never lowers a Pod that
        # states nothing.
        vcpu = max(vcpu, defaulted(row, "init_vcpu", 0))
        memory = max(memory, defaulted(row, "init_memory_gib", 0))
    return vcpu, memory


def gke_autopilot(row: Mapping[str, Any], situation: Situation) -> Usage:
    """Bill an Autopilot Pod on its requests after admission, with storage from the first byte."""
    system = text(row, "operating_system", "linux", ("linux", "windows"))
    architecture = text(row, "cpu_architecture", "x86_64", ("x86_64", "arm64"))
    compute_class = text(row, "compute_class", "general_purpose", CLASSES)
    bursting = flag(row, "bursting", default=True)
    storage_type = text(row, "ephemeral_storage_type", "ssd", ("ssd", "standard"))
    if system == "windows":
        raise NoPriceError("not_offered: Autopilot has no Windows nodes")
    kind = demand_kind(row)
    vcpu, memory = requested(row, situation)
    storage = defaulted(row, "ephemeral_storage_gib", AUTOPILOT_DEFAULTS["ephemeral_storage_gib"])
    millicores, mebibytes, changed = admit_pod(
        vcpu,
        memory,
        compute_class=compute_class,
        bursting=bursting,
        bursting_step=situation.number("autopilot_bursting_cpu_step_millicores"),
    )
    asked_storage = ceiling(storage * MIB_PER_GIB)
    storage_mebibytes = max(MINIMUM_EPHEMERAL_MIB, asked_storage)
    max_vcpu, max_memory = AUTOPILOT_LIMIT[compute_class, architecture]
    if millicores > max_vcpu * 1000 or mebibytes > max_memory * MIB_PER_GIB:
        raise NoPriceError(
            f"illegal_size: above the largest {compute_class} Pod (rejected, not clamped)"
        )
    if storage_mebibytes > MAXIMUM_EPHEMERAL_MIB:
        raise NoPriceError("illegal_size: ephemeral storage above 10 GiB")
    if situation.strict and (changed or storage_mebibytes != asked_storage):
        raise NoPriceError("illegal_size: strict")
    if kind == "runs":
        # "1-second increments, no minimum duration"
        hours = run_hours(row, minimum_seconds=0, step_seconds="1")
    else:
        hours = instance_hours(row, situation, kind)
    billed_vcpu, billed_memory = millicores / 1000, mebibytes / MIB_PER_GIB
    quantities = {
        "vcpu_hours": billed_vcpu * hours,
        "memory_gib_hours": billed_memory * hours,
        "ephemeral_storage_gib_hours": storage_mebibytes / MIB_PER_GIB * hours,
    }
    columns = {"compute_class": compute_class, "ephemeral_storage_type": storage_type}
    return Usage(quantities, billed_vcpu, billed_memory, columns)


def _reject_foreign_platform(row: Mapping[str, Any]) -> None:
    """Cloud Run runs Linux on x86_64 only."""
    if text(row, "operating_system", "linux", ("linux", "windows")) == "windows":
        raise NoPriceError("not_offered: Cloud Run has no Windows")
    if text(row, "cpu_architecture", "x86_64", ("x86_64", "arm64")) == "arm64":
        raise NoPriceError("not_offered: Cloud Run has no ARM")


def cloud_run_gpu(row: Mapping[str, Any]) -> str | None:
    """Return the GPU type of a Cloud Run instance, which has one GPU or none."""
    gpu_count = number(row, "gpu_count")
    if not has_gpu(row):
        return None
    gpu_type = text(row, "gpu_type", "")
    if not gpu_type:
        raise NoPriceError("missing_value: gpu_type")
    if gpu_type not in GPU_NEEDS:
        raise NoPriceError(f"not_offered: {gpu_type} on Cloud Run")
    if gpu_count is not None and gpu_count != 1:
        raise NoPriceError(f"illegal_size: {gpu_count} GPUs per instance")
    return gpu_type


def cloud_run_size(
    vcpu: Decimal,
    memory_gib: Decimal,
    *,
    fractional: bool,
    least_memory_gib: Decimal,
    gpu_type: str | None,
) -> tuple[Decimal, Decimal]:
    """Return the least legal vCPU, then the least memory, that hold the request."""
    if gpu_type is not None:
        least_vcpu, least_gpu_memory = GPU_NEEDS[gpu_type]
        vcpu, memory_gib = max(vcpu, least_vcpu), max(memory_gib, least_gpu_memory)
        if gpu_type == "nvidia-rtx-pro-6000":
            # "exceeds the 8/32 table"; its own maximum is not known, so anything above the
            # minimum is accepted.
            return ceiling(vcpu), memory_gib
    if exceeds(vcpu, CLOUD_RUN_VCPU[-1]) or exceeds(memory_gib, LARGEST_MEMORY_GIB):
        raise NoPriceError(
            f"illegal_size: {vcpu} vCPU and {memory_gib} GiB is above the largest instance"
        )
    needed = vcpu
    for memory_above, needs in MEMORY_NEEDS_VCPU:
        if exceeds(memory_gib, memory_above):
            needed = max(needed, Decimal(needs))
    if fractional and not exceeds(needed, 1):
        # "0.08 to 1 in 0.001 steps"
        size = max(SMALLEST_VCPU, ceiling(needed * 1000) / 1000)
    else:
        size = next(legal for legal in CLOUD_RUN_VCPU if not exceeds(needed, legal))
    return size, max(memory_gib, least_memory_gib, VCPU_NEEDS_MEMORY.get(size, Decimal(0)))


def _cloud_run_instance(
    row: Mapping[str, Any], situation: Situation, *, fractional: bool, least_memory_gib: Decimal
) -> tuple[Decimal, Decimal, str | None]:
    """Read and size a Cloud Run instance (default 1 vCPU, 512 MiB)."""
    _reject_foreign_platform(row)
    gpu_type = cloud_run_gpu(row)
    asked = defaulted(row, "vcpu", 1), defaulted(row, "memory_gib", "0.5")
    size = cloud_run_size(
        *asked, fractional=fractional, least_memory_gib=least_memory_gib, gpu_type=gpu_type
    )
    if situation.strict and any(
        exceeds(billed, wanted) for billed, wanted in zip(size, asked, strict=True)
    ):
        raise NoPriceError("illegal_size: strict")
    return *size, gpu_type


def _instance_usage(
    row: Mapping[str, Any], vcpu: Decimal, memory: Decimal, gpu_type: str | None, hours: Decimal
) -> Usage:
    """Bill the whole life of instances: no request fee, the GPU for the entire life."""
    columns = {"billing_mode": "instance"}
    quantities = {"vcpu_hours": vcpu * hours, "memory_gib_hours": memory * hours}
    if gpu_type is not None:
        quantities["gpu_hours"] = hours
        columns["gpu_type"] = gpu_type
        # "Zonal redundancy is ON by default for GPU"
        columns["gpu_zonal_redundancy"] = str(
            flag(row, "gpu_zonal_redundancy", default=True)
        ).lower()
    return Usage(quantities, vcpu, memory, columns)


def cloud_run(row: Mapping[str, Any], situation: Situation) -> Usage:
    """Bill a Cloud Run service, by requests or by instances."""
    kind = demand_kind(row)
    if kind == "runs":
        raise NoPriceError("unsupported_demand: a service does not run to completion")
    mode = text(row, "billing_mode", "", ("request", "instance"))
    if not mode:
        # "GPU services must be" instance-based
        mode = "request" if kind == "requests" and not has_gpu(row) else "instance"
    if mode == "request" and kind != "requests":
        raise NoPriceError("missing_value: requests_per_month")
    if mode == "request" and has_gpu(row):
        raise NoPriceError("not_offered: a GPU needs instance-based billing")
    concurrency = concurrency_of(row)
    if concurrency > MAX_CONCURRENCY:
        raise NoPriceError("illegal_size: concurrency above 1000")
    if kind == "requests" and required(row, "request_seconds") > MAX_REQUEST_SECONDS:
        raise NoPriceError("illegal_size: a request longer than an hour")
    # A fraction: "Below 1 vCPU: concurrency 1, request-based, gen1 required"
    fractional = mode == "request" and concurrency == 1
    vcpu, memory, gpu_type = _cloud_run_instance(
        row, situation, fractional=fractional, least_memory_gib=SMALLEST_MEMORY_GIB
    )
    if mode == "instance":
        return _instance_usage(row, vcpu, memory, gpu_type, instance_hours(row, situation, kind))
    # "Each resource time is rounded UP to 100 ms"; without timestamps, perfect sharing (contract
    # section 4)
    requests = required(row, "requests_per_month")
    active = requests * (ceiling(required(row, "request_seconds") * 10) / 10) / concurrency
    # The sheet says: "idle count = max(0, min - active); charged at idle price. Idle instances
    # ABOVE min are free."
    idle = max(Decimal(0), whole(row, "min_instances", 0) * situation.month_seconds - active)
    quantities = {
        "vcpu_hours": active * vcpu / SECONDS_PER_HOUR,
        "memory_gib_hours": active * memory / SECONDS_PER_HOUR,
        "idle_vcpu_hours": idle * vcpu / SECONDS_PER_HOUR,
        "idle_memory_gib_hours": idle * memory / SECONDS_PER_HOUR,
        "requests": requests,
    }
    return Usage(quantities, vcpu, memory, {"billing_mode": "request"})


def cloud_run_jobs(row: Mapping[str, Any], situation: Situation) -> Usage:
    """Bill job tasks: 100 ms steps and "1-minute minimum per task attempt"."""
    if demand_kind(row) != "runs":
        raise NoPriceError("unsupported_demand: a job runs to completion")
    if required(row, "run_seconds") > MAX_TASK_SECONDS:
        raise NoPriceError("illegal_size: a task longer than seven days")
    vcpu, memory, gpu_type = _cloud_run_instance(
        row, situation, fractional=False, least_memory_gib=SMALLEST_MEMORY_GEN2_GIB
    )
    return _instance_usage(
        row, vcpu, memory, gpu_type, run_hours(row, minimum_seconds=60, step_seconds="0.1")
    )


def cloud_run_worker_pools(row: Mapping[str, Any], situation: Situation) -> Usage:
    """Bill worker-pool instances, which are always on."""
    kind = demand_kind(row)
    if kind != "always_on":
        raise NoPriceError("unsupported_demand: a worker pool is always on")
    vcpu, memory, gpu_type = _cloud_run_instance(
        row, situation, fractional=False, least_memory_gib=SMALLEST_MEMORY_GEN2_GIB
    )
    return _instance_usage(row, vcpu, memory, gpu_type, instance_hours(row, situation, kind))
