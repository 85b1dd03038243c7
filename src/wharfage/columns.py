"""Every column name, with unit, default and meaning: inputs, results and meters.

The contract with users (names, defaults, what an empty cell means) lives in these tables; the
engine, the input checks and the glossary read them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """How a column is read and checked."""

    NUMBER = "number"
    COUNT = "count"
    CATEGORY = "category"
    FLAG = "flag"
    TEXT = "text"


@dataclass(frozen=True)
class Column:
    """One fleet column.

    `default` is what an empty cell means; None leaves the choice to the service (or makes the
    cell required). `choices` closes a category; an empty tuple leaves it open.
    """

    name: str
    kind: Kind
    meaning: str
    unit: str = ""
    default: float | str | bool | None = None
    minimum: float = 0.0
    maximum: float = 1e12
    choices: tuple[str, ...] = ()
    focus: str = ""


PURCHASE_OPTIONS = (
    "on_demand",
    "spot",
    "savings_plan_1yr_no_upfront",
    "savings_plan_1yr_partial_upfront",
    "savings_plan_1yr_all_upfront",
    "savings_plan_3yr_no_upfront",
    "savings_plan_3yr_partial_upfront",
    "savings_plan_3yr_all_upfront",
    "cud_1yr",
    "cud_3yr",
    "flexible_cud_1yr",
    "flexible_cud_3yr",
)

GPU_TYPES = (
    "none",
    "nvidia-tesla-t4",
    "nvidia-tesla-p4",
    "nvidia-tesla-p100",
    "nvidia-tesla-v100",
    "nvidia-tesla-k80",
    "nvidia-tesla-a100",
    "nvidia-tesla-m60",
    "nvidia-a10g",
    "nvidia-t4g",
    "nvidia-l4",
    "nvidia-l40s",
    "nvidia-a100-80gb",
    "nvidia-h100-80gb",
    "nvidia-h100-mega-80gb",
    "nvidia-h200-141gb",
    "nvidia-b200",
    "nvidia-gb200",
    "nvidia-b300",
    "nvidia-rtx-pro-6000",
    "nvidia-rtx-pro-4500",
    "amd-radeon-pro-v520",
)


BOOT_DISK_TYPES = (
    "gp3",
    "gp2",
    "pd-standard",
    "pd-balanced",
    "pd-ssd",
    "pd-extreme",
    "hyperdisk-balanced",
)


def _number(
    name: str, unit: str, meaning: str, default: float | None = None, **limits: float
) -> Column:
    return Column(name, Kind.NUMBER, meaning, unit, default, **limits)  # type: ignore[arg-type]


def _count(name: str, meaning: str, default: float | None = None) -> Column:
    return Column(name, Kind.COUNT, meaning, "count", default, maximum=1e9)


def _category(
    name: str, meaning: str, choices: tuple[str, ...] = (), default: str | None = None
) -> Column:
    return Column(name, Kind.CATEGORY, meaning, default=default, choices=choices)


FLEET_COLUMNS: dict[str, Column] = {
    column.name: column
    for column in (
        Column(
            "workload", Kind.TEXT, "id, unique; the row number where absent", focus="ResourceId"
        ),
        _category("service", "where it runs"),
        Column("region", Kind.CATEGORY, "the provider's region code", focus="RegionId"),
        _number("vcpu", "vCPU", "requested, per replica"),
        _number("memory_gib", "GiB", "requested, per replica"),
        _number("ephemeral_storage_gib", "GiB", "requested, per replica"),
        _number("init_vcpu", "vCPU", "largest init container", 0.0),
        _number("init_memory_gib", "GiB", "largest init container", 0.0),
        _category("gpu_type", "accelerator, named as GKE names it", GPU_TYPES, "none"),
        _count("gpu_count", "accelerators per replica; 1 where a type is given"),
        _category("operating_system", "operating system", ("linux", "windows"), "linux"),
        _category("cpu_architecture", "instruction set", ("x86_64", "arm64"), "x86_64"),
        _category("purchase_option", "how it is bought", PURCHASE_OPTIONS, "on_demand"),
        _count("replicas", "tasks, pods or instances running at once"),
        _number(
            "hours_per_month", "hours", "running time per replica; the whole month where empty"
        ),
        _number("runs_per_month", "count", "batch runs per replica"),
        _number("run_seconds", "seconds", "length of one run"),
        _number("requests_per_month", "count", "requests served", maximum=1e15),
        _number("request_seconds", "seconds", "time to serve one request"),
        _number(
            "concurrency", "count", "requests that one instance serves at once", 1.0, minimum=1.0
        ),
        _count("min_instances", "instances kept warm", 0.0),
        _category("billing_mode", "Cloud Run billing", ("request", "instance")),
        _category(
            "compute_class",
            "Autopilot compute class",
            ("general_purpose", "balanced", "scale_out", "performance", "accelerator"),
            "general_purpose",
        ),
        Column("bursting", Kind.FLAG, "Autopilot cluster supports bursting", default=True),
        _category("ephemeral_storage_type", "Autopilot storage SKU", ("ssd", "standard"), "ssd"),
        Column("gpu_zonal_redundancy", Kind.FLAG, "Cloud Run GPU zonal redundancy", default=True),
        _category("instance_type", "machine type of explicit nodes"),
        _count("node_count", "explicit nodes", 1.0),
        _number("boot_disk_gib", "GiB", "boot disk per node", 0.0),
        _category("boot_disk_type", "boot disk type", BOOT_DISK_TYPES),
        _count("public_ipv4_count", "public IPv4 addresses per node", 0.0),
        Column("sustained_use", Kind.FLAG, "sustained-use discount applies", default=True),
        _count("cluster_count", "clusters", 1.0),
        _category(
            "cluster_type", "GKE cluster type", ("autopilot", "zonal", "regional"), "autopilot"
        ),
        _category("kubernetes_version", "minor version as text, such as 1.30"),
        _category(
            "control_plane_tier",
            "control plane tier",
            ("standard", "xl", "2xl", "4xl", "8xl", "extended"),
            "standard",
        ),
        _number("storage_gib", "GiB", "stored", 0.0),
        _number("transfer_gib", "GiB", "transferred per month", 0.0),
        _category("transfer_to", "destination of the transfer"),
        _number("lcu_hours", "hours", "load balancer capacity units", 0.0),
        _number("log_gib", "GiB", "log ingestion per month", 0.0),
        _number("iops", "count", "provisioned IOPS", 0.0),
        _number("throughput_mibps", "MiB/s", "provisioned throughput", 0.0),
        _number("events_per_month", "count", "events", 0.0, maximum=1e15),
        _number("build_minutes", "minutes", "build time per month", 0.0),
        Column(
            "billing_account",
            Kind.CATEGORY,
            "scope of pools",
            default="default",
            focus="BillingAccountId",
        ),
    )
}

#: codes of the derived column ``demand``: one kind of work per row
DEMAND_KINDS = ("always_on", "runs", "requests")

#: support phases of a Kubernetes version on a date, by code
SUPPORT_PHASES = ("unknown", "standard", "extended", "retired")


#: how often Spot machines of a type were interrupted in a month, by band
INTERRUPTION_BANDS = ("below 5 %", "5 to 10 %", "10 to 15 %", "15 to 20 %", "above 20 %")


@dataclass(frozen=True)
class Meter:
    """One thing that is billed; `unit` is the canonical unit that services measure in."""

    name: str
    unit: str
    meaning: str


METERS: dict[str, Meter] = {
    meter.name: meter
    for meter in (
        Meter("vcpu_hours", "vCPU-Hours", "vCPU time"),
        Meter("memory_gib_hours", "GiB-Hours", "memory time"),
        Meter(
            "ephemeral_storage_gib_hours", "GiB-Hours", "ephemeral storage beyond what is included"
        ),
        Meter("os_licence_vcpu_hours", "vCPU-Hours", "operating system licence"),
        Meter("requests", "Requests", "requests served"),
        Meter("idle_vcpu_hours", "vCPU-Hours", "vCPU time of idle warm instances"),
        Meter("idle_memory_gib_hours", "GiB-Hours", "memory time of idle warm instances"),
        Meter("gpu_hours", "GPU-Hours", "accelerator time"),
        Meter("instance_hours", "Hours", "machine time"),
        Meter("premium_vcpu_hours", "vCPU-Hours", "Autopilot premium on the vCPU of a machine"),
        Meter("premium_memory_gib_hours", "GiB-Hours", "Autopilot premium on its memory"),
        Meter("premium_gpu_hours", "GPU-Hours", "Autopilot premium on its accelerators"),
        Meter("boot_disk_gib_months", "GiB-Months", "boot disks of nodes"),
        Meter("public_ipv4_hours", "Hours", "public IPv4 addresses of nodes"),
        Meter("management_hours", "Hours", "management fee on machine time"),
        Meter("cluster_hours", "Hours", "control plane time"),
        Meter(
            "extended_support_hours",
            "Hours",
            "surcharge for a Kubernetes version in extended support",
        ),
        Meter("control_plane_tier_hours", "Hours", "provisioned control plane tier"),
    )
}

RESULT_COLUMNS: dict[str, str] = {
    "daily_cost": "monthly cost x 24 / month hours",
    "monthly_cost": "effective cost after credits",
    "monthly_list_cost": "public on-demand cost of the same usage",
    "billed_vcpu": "vCPU per replica that is billed",
    "billed_memory_gib": "GiB per replica that is billed",
    "cost_status": "exact, doubtful, lower_bound or unpriced",
    "unpriced_reason": "why a row has no cost",
}

LINE_COLUMNS = (
    "workload",
    "service",
    "region",
    "meter",
    "pricing_quantity",
    "pricing_unit",
    "list_unit_price",
    "list_cost",
    "contracted_cost",
    "effective_cost",
    "sku_id",
    "rate_date",
    "rate_date_kind",
    "source",
)

COST_STATUSES = ("exact", "doubtful", "lower_bound", "unpriced")
