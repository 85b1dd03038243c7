"""Random rows of registries, disks, logs, events and builds."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from .random_cells import Workload, chance
from .rules_storage import DISK_TYPES, EVENT_KINDS, INCLUDED, LOG_CLASSES
from .side_cells import new_row, number_rows, put_amount, put_count, put_hours, put_word

AREAS = ("africa", "asia_pacific", "europe", "middle_east", "north_america", "oceania")
DESTINATIONS = (
    *("internet_asia_pacific", "internet_europe", "internet_europe", "internet_china"),
    *("same_region", "asia-northeast1"),
    *(f"region_in_{area}" for area in (*AREAS, "south_america")),
)
AWS_DISKS, AWS_EVENTS = ("gp3", "gp3", "gp2"), EVENT_KINDS[3:]
GOOGLE_DISKS, GOOGLE_EVENTS = DISK_TYPES[2:], EVENT_KINDS[:3]


def _ecr(rng: Random, row: Workload) -> None:
    put_amount(rng, row, "storage_gib", 5000.0)
    put_hours(rng, row)


def _artifact_registry(rng: Random, row: Workload) -> None:
    put_amount(rng, row, "storage_gib", 5000.0)
    put_hours(rng, row)
    if chance(rng, 60):
        put_word(rng, row, "transfer_to", DESTINATIONS)
        put_amount(rng, row, "transfer_gib", 100_000.0)


def _disks(rng: Random, row: Workload) -> None:
    aws = row["service"] == "aws.ebs"
    own, other = (AWS_DISKS, GOOGLE_DISKS) if aws else (GOOGLE_DISKS, AWS_DISKS)
    kinds = other if chance(rng, 3) else own
    put_word(rng, row, "boot_disk_type", kinds)
    put_amount(rng, row, "storage_gib", 60_000.0)
    put_hours(rng, row)
    put_count(rng, row, "replicas", [0, 1, 1, 3, 12])
    mistaken = chance(rng, 10)
    included = INCLUDED[row["service"]]
    if mistaken or (row["boot_disk_type"] in included["iops"] and chance(rng, 80)):
        row["iops"] = rng.choice([0, 100, 2999, 3000, 3001, 5000, 16_000, 3500.5])
    if mistaken or (row["boot_disk_type"] in included["throughput_mibps"] and chance(rng, 80)):
        row["throughput_mibps"] = rng.choice([0, 100, 125, 125.5, 140, 141, 250, 1000])


def _logs(rng: Random, row: Workload) -> None:
    put_amount(rng, row, "log_gib", 60_000.0)
    put_amount(rng, row, "storage_gib", 60_000.0, 50)
    put_hours(rng, row)
    if chance(rng, 70):
        put_word(rng, row, "log_class", LOG_CLASSES)


def _events(rng: Random, row: Workload) -> None:
    aws = row["service"] == "aws.eventbridge"
    own, other = (AWS_EVENTS, GOOGLE_EVENTS) if aws else (GOOGLE_EVENTS, AWS_EVENTS)
    put_word(rng, row, "event_kind", other if chance(rng, 5) else own)
    put_amount(rng, row, "events_per_month", 10.0**10)


def _cloud_build(rng: Random, row: Workload) -> None:
    put_amount(rng, row, "build_minutes", 100_000.0)
    if chance(rng, 50):
        row["vcpu"] = rng.choice([1, 2, 8, 32])
        row["memory_gib"] = rng.choice([1, 4, 8, 28.8, 32])


FILL: dict[str, Callable[[Random, Workload], None]] = {
    "aws.ecr": _ecr,
    "aws.ebs": _disks,
    "aws.cloudwatch_logs": _logs,
    "aws.eventbridge": _events,
    "gcp.artifact_registry": _artifact_registry,
    "gcp.persistent_disk": _disks,
    "gcp.cloud_logging": _logs,
    "gcp.eventarc": _events,
    "gcp.cloud_build": _cloud_build,
}


def storage_fleet(service: str, n: int, seed: int) -> list[Workload]:
    """Return ``n`` rows of one service, the same for the same seed."""
    rng, rows = Random(seed), []
    for _ in range(n):
        row = new_row(rng, service)
        FILL[service](rng, row)
        rows.append(row)
    return number_rows(rows)
