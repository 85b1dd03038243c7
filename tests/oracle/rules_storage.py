"""Billing rules of registries, disks, logs, events and builds on both clouds.

Where sheets and tables leave room, a FinOps engineer reads this:

- What is stored is billed for the hours of the month that it is there: an hour of a GiB is a GiB
  over the hours of that month (AWS sheet, section 1). So are performance and kept logs.
- Sizes of disks are per replica. Everything else is the total of a row, whatever its `replicas`.
- Disks that sell no performance (gp2, pd-ssd ...) cannot have more of it bought: AWS's table names
  gp3 alone, Google's says "types that are not here sell none". A row that does is a mistake.
- Disks that sell performance and include none cannot do without: a row that states none, or 0, has
  no price.
- A build without a size runs on the default machine; one with vCPU or memory is billed by both.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from .demand import (
    NoPriceError,
    Situation,
    Usage,
    defaulted,
    hours_per_month,
    is_empty,
    required,
    text,
    whole,
)
from .rules_networks import needed_for

# AWS sheet, section 8, gp3: "3,000 IOPS and 125 MiB/s included; 0.005/IOPS, 0.04/MiBps". GCP's
# table: Hyperdisk Balanced includes 3,000 and 140, and others nothing; disks that are not here have
# no price of it.
INCLUDED: dict[str, dict[str, dict[str, int]]] = {
    "aws.ebs": {"iops": {"gp3": 3000}, "throughput_mibps": {"gp3": 125}},
    "gcp.persistent_disk": {
        "iops": {"hyperdisk-balanced": 3000, "hyperdisk-extreme": 0, "pd-extreme": 0},
        "throughput_mibps": {
            "hyperdisk-balanced": 140,
            "hyperdisk-ml": 0,
            "hyperdisk-throughput": 0,
        },
    },
}
DISK_TYPES = (
    *("gp3", "gp2", "pd-standard", "pd-balanced", "pd-ssd", "pd-extreme", "hyperdisk-balanced"),
    *("hyperdisk-extreme", "hyperdisk-ml", "hyperdisk-throughput", "pd-standard-regional"),
    *("pd-balanced-regional", "pd-ssd-regional"),
)
LOG_CLASSES = ("standard", "vended", "infrequent_access")
EVENT_KINDS = ("bus", "pipeline", "transformation", "custom", "pipe", "api_destination")


def _months(row: Mapping[str, Any], situation: Situation) -> Decimal:
    """Return which part of the month something is there."""
    return hours_per_month(row, situation) / situation.month_hours


def ecr(row: Mapping[str, Any], situation: Situation) -> Usage:
    """Bill images kept, "hourly-metered"."""
    return Usage({"storage_gib_months": defaulted(row, "storage_gib", 0) * _months(row, situation)})


def artifact_registry(row: Mapping[str, Any], situation: Situation) -> Usage:
    """Bill images kept, and data sent by the areas that it leaves and reaches."""
    sent = defaulted(row, "transfer_gib", 0)
    destination = needed_for(sent, row, "transfer_to")
    quantities = {
        "storage_gib_months": defaulted(row, "storage_gib", 0) * _months(row, situation),
        "transfer_gib": sent,
    }
    return Usage(quantities, columns={"transfer_to": destination})


def _performance(row: Mapping[str, Any], column: str, kind: str) -> Decimal:
    """Return the performance of a disk beyond what it includes."""
    included, stated = INCLUDED[row["service"]][column], defaulted(row, column, 0)
    if included.get(kind) == 0 and stated == 0:
        raise NoPriceError(f"missing_value: {column}")
    if kind not in included and stated > 0:
        raise NoPriceError(f"not_offered: {kind} has no {column} to buy")
    return max(stated - included.get(kind, 0), Decimal(0))


def disk(row: Mapping[str, Any], situation: Situation) -> Usage:
    """Bill the capacity of every replica's disk, and performance beyond what it includes."""
    stated = [defaulted(row, name, 0) for name in ("storage_gib", "iops", "throughput_mibps")]
    kind = needed_for(max(stated), row, "boot_disk_type", DISK_TYPES)
    disk_months = whole(row, "replicas", 1) * _months(row, situation)
    quantities = {
        "storage_gib_months": defaulted(row, "storage_gib", 0) * disk_months,
        "iops_months": _performance(row, "iops", kind) * disk_months,
        "throughput_mibps_months": _performance(row, "throughput_mibps", kind) * disk_months,
    }
    return Usage(quantities, columns={"boot_disk_type": kind})


def _logs(row: Mapping[str, Any], situation: Situation, kept: str) -> Usage:
    """Bill ingestion by class, and what is kept."""
    quantities = {
        "log_gib": defaulted(row, "log_gib", 0),
        kept: defaulted(row, "storage_gib", 0) * _months(row, situation),
    }
    return Usage(quantities, columns={"log_class": text(row, "log_class", "standard", LOG_CLASSES)})


def cloudwatch_logs(row: Mapping[str, Any], situation: Situation) -> Usage:
    """Bill ingestion, and every GiB kept."""
    return _logs(row, situation, "storage_gib_months")


def cloud_logging(row: Mapping[str, Any], situation: Situation) -> Usage:
    """Bill ingestion, and "retention > 30 d": `storage_gib` is what is kept beyond."""
    return _logs(row, situation, "log_retention_gib_months")


def events(row: Mapping[str, Any], _: Situation) -> Usage:
    """Bill events by what is done to them."""
    number = defaulted(row, "events_per_month", 0)
    kind = needed_for(number, row, "event_kind", EVENT_KINDS)
    return Usage({"events": number}, columns={"event_kind": kind})


def cloud_build(row: Mapping[str, Any], _: Situation) -> Usage:
    """Bill minutes of the default machine, or vCPU and memory of another."""
    minutes = defaulted(row, "build_minutes", 0)
    if is_empty(row.get("vcpu")) and is_empty(row.get("memory_gib")):
        return Usage({"build_minutes": minutes})
    return Usage(
        {
            "build_vcpu_minutes": minutes * required(row, "vcpu"),
            "build_memory_gib_minutes": minutes * required(row, "memory_gib"),
        }
    )
