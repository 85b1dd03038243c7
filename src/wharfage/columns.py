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
    "hyperdisk-extreme",
    "hyperdisk-ml",
    "hyperdisk-throughput",
    "pd-standard-regional",
    "pd-balanced-regional",
    "pd-ssd-regional",
)

LOAD_BALANCER_TYPES = (
    "global_external_application",
    "global_external_proxy",
    "regional_external_application",
    "regional_external_proxy",
    "external_passthrough",
    "regional_internal_application",
    "regional_internal_proxy",
    "internal_passthrough",
    "application",
    "network",
    "gateway",
    "classic",
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
        _number(
            "start_seconds", "seconds", "when pods start, in a plan over time; at once where empty"
        ),
        _number("end_seconds", "seconds", "when pods end, in a plan over time; never where empty"),
        _count("max_per_node", "most replicas on one node, in a plan; any number where empty"),
        _count("min_zones", "zones that the replicas must be spread over, in a plan", 1.0),
        _category("instance_type", "machine type of explicit nodes"),
        _count("node_count", "explicit nodes", 1.0),
        _count("zone_count", "zones of a GKE node pool; node_count is per zone", 1.0),
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
        _category("transfer_to", "destination: a region, or a name that the service's table lists"),
        _category(
            "network_kind",
            "what sends the transfer, on Google Cloud",
            ("vm_premium", "vm_standard", "cloud_run"),
            "vm_premium",
        ),
        _category("load_balancer_type", "kind of load balancer", LOAD_BALANCER_TYPES),
        _count("forwarding_rule_count", "forwarding rules of a project's load balancers", 1.0),
        _category(
            "ipv4_state", "what a public IPv4 address is doing", ("in_use", "idle"), "in_use"
        ),
        _number("lcu_hours", "hours", "load balancer capacity units", 0.0),
        _number("log_gib", "GiB", "log ingestion per month", 0.0),
        _category(
            "log_class", "kind of logs", ("standard", "vended", "infrequent_access"), "standard"
        ),
        _number("iops", "count", "provisioned IOPS", 0.0),
        _number("throughput_mibps", "MiB/s", "provisioned throughput", 0.0),
        _number("events_per_month", "count", "events", 0.0, maximum=1e15),
        _category(
            "event_kind",
            "what is done to events",
            ("bus", "pipeline", "transformation", "custom", "pipe", "api_destination"),
        ),
        _number("build_minutes", "minutes", "build time per month", 0.0),
        Column(
            "automatic_deployment", Kind.FLAG, "App Runner deploys every new image", default=False
        ),
        _number("hybrid_node_vcpu", "vCPU", "own machines that are nodes of EKS clusters", 0.0),
        _count("argocd_application_count", "Argo CD applications per cluster, where EKS runs it"),
        _count("ack_resource_count", "ACK resources per cluster, where EKS runs ACK"),
        _count("kro_instance_count", "kro instances per cluster, where EKS runs kro"),
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
        Meter("storage_gib_months", "GiB-Months", "storage, averaged over the month"),
        Meter("iops_months", "IOPS-Months", "provisioned IOPS beyond what is included"),
        Meter(
            "throughput_mibps_months",
            "MiBps-Months",
            "provisioned throughput beyond what is included",
        ),
        Meter("provisioned_memory_gib_hours", "GiB-Hours", "memory time of provisioned instances"),
        Meter("automatic_deployment_months", "Application-Months", "automatic deployment"),
        Meter("hybrid_node_vcpu_hours", "vCPU-Hours", "own machines that are nodes of clusters"),
        Meter("argocd_capability_hours", "Hours", "Argo CD run by EKS"),
        Meter("argocd_application_hours", "Hours", "Argo CD applications"),
        Meter("ack_capability_hours", "Hours", "AWS Controllers for Kubernetes run by EKS"),
        Meter("ack_resource_hours", "Hours", "resources of AWS Controllers for Kubernetes"),
        Meter("kro_capability_hours", "Hours", "kro run by EKS"),
        Meter("kro_instance_hours", "Hours", "kro instances"),
        Meter("load_balancer_hours", "Hours", "load balancers"),
        Meter("lcu_hours", "LCU-Hours", "load balancer capacity units"),
        Meter("internet_transfer_gib", "GiB", "data sent to the internet"),
        Meter("zone_transfer_gib", "GiB", "data between zones, once for each direction"),
        Meter("transfer_gib", "GiB", "data sent"),
        Meter("standard_tier_transfer_gib", "GiB", "data sent over the Standard network tier"),
        Meter("cloud_run_transfer_gib", "GiB", "data sent by Cloud Run"),
        Meter("processed_gib", "GiB", "data that a load balancer or gateway processes"),
        Meter("forwarding_rule_hours", "Hours", "up to the first rules that one price covers"),
        Meter("additional_forwarding_rule_hours", "Hours", "forwarding rules beyond them"),
        Meter("nat_vm_hours", "Hours", "machines that a NAT gateway serves"),
        Meter("nat_gateway_hours", "Hours", "NAT gateways"),
        Meter("idle_public_ipv4_hours", "Hours", "public IPv4 addresses that nothing uses"),
        Meter("log_gib", "GiB", "log ingestion"),
        Meter("log_retention_gib_months", "GiB-Months", "logs kept beyond the included days"),
        Meter("events", "Events", "events"),
        Meter("build_minutes", "Minutes", "builds on the smallest machine"),
        Meter("build_vcpu_minutes", "vCPU-Minutes", "vCPU time of builds"),
        Meter("build_memory_gib_minutes", "GiB-Minutes", "memory time of builds"),
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
