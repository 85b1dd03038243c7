"""Random nodes: machine types, regions, counts, runs, disks, addresses and GPUs."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from random import Random

from .price_tables import PriceTable, load_table
from .random_cells import Workload, awkward, chance

# Never sold: near a name that is, of the other cloud, or made up
UNKNOWN_MACHINES = {
    "aws.ec2": ["m5.larg", "M5.large", "n2-standard-4", "m99.large", "m5"],
    "gcp.compute_engine": ["n2-standard-5", "N2-standard-4", "m5.large", "n99-standard-4", "n2"],
}
DISKS = {
    "aws.ec2": ["gp3", "gp3", "gp2"],
    "gcp.compute_engine": ["pd-standard", "pd-balanced", "pd-ssd", "pd-extreme"],
}
# Those that the tables tell apart: families with and without sustained use, old types, one type
# with Savings Plans
FAMILIES = {
    "aws.ec2": ["m7g.large", "m7g.large", "t3.", "m5.", "c6g.", "g5.", "metal", "m1."],
    "gcp.compute_engine": ["n1-", "n1-", "n2-", "n2d-", "c2-", "e2-", "m1-", "m2-", "micro", "g1-"],
}
GPUS = ["nvidia-tesla-t4", "nvidia-tesla-t4", "nvidia-tesla-v100", "nvidia-tesla-p100"]


@lru_cache(maxsize=16)
def _places(table: PriceTable) -> dict[str, list[str]]:
    """Return the regions with any price of each machine type."""
    places: dict[str, set[str]] = {}
    for cells in table.machines.values():
        for region, machine in cells:
            places.setdefault(machine, set()).add(region)
    return {machine: sorted(regions) for machine, regions in sorted(places.items())}


@lru_cache(maxsize=16)
def _old(table: PriceTable) -> list[tuple[str, str]]:
    """Return regions and machine types whose oldest prices these are."""
    oldest = {
        place: min(history)
        for key, cells in table.machines.items()
        if ("purchase_option", "on_demand") in key[1]
        for place, history in cells.items()
    }
    first = min(oldest.values())
    return sorted(place for place, day in oldest.items() if day == first)


@lru_cache(maxsize=64)
def _family(table: PriceTable, part: str) -> list[str]:
    """Return the machine types with any price whose names hold some letters."""
    return [machine for machine in _places(table) if part in machine]


@lru_cache(maxsize=16)
def _regions(table: PriceTable) -> list[str]:
    return table.regions()


def _put_machine(rng: Random, row: Workload, table: PriceTable) -> None:
    """Write machine type and region: mostly a pair that is sold, some of them for years."""
    places = _places(table)
    if chance(rng, 25):
        row["region"], row["instance_type"] = rng.choice(_old(table))
    else:
        family = rng.choice(FAMILIES[row["service"]]) if chance(rng, 60) else ""
        row["instance_type"] = rng.choice(_family(table, family))
        row["region"] = rng.choice(places[row["instance_type"]])
    if chance(rng, 8):
        row["region"] = rng.choice(_regions(table))
    if chance(rng, 2):
        row["region"] = rng.choice(["eu-west-9", "moon-central1", ""])
    if chance(rng, 3):
        row["instance_type"] = rng.choice([*UNKNOWN_MACHINES[row["service"]], "", None])
    elif chance(rng, 3):
        row["instance_type"] = rng.choice(_family(table, ""))


def _put_hours(rng: Random, row: Workload) -> None:
    """Write hours of the month, or runs; rarely what a machine cannot do."""
    shape = rng.randint(0, 9)
    if shape <= 3:
        month = [0, 1, 182.5, 365, 547.5, 600, 672, 1 / 3]
        row["hours_per_month"] = awkward(rng, 672.0) if chance(rng, 40) else rng.choice(month)
    elif shape <= 5:
        row["runs_per_month"] = rng.choice([0, 1, 30, 1000, 2500.5])
        seconds = [0, 0.1 + 0.2, 30, 59.9, 60, 61, 60.000000001, 3600, 90_000, 1 / 3]
        row["run_seconds"] = awkward(rng, 5000.0) if chance(rng, 30) else rng.choice(seconds)
    if chance(rng, 3):
        row.update(
            rng.choice(
                [
                    {"hours_per_month": 1000},
                    {"requests_per_month": 1000, "request_seconds": 1},
                    {"runs_per_month": 10, "run_seconds": None},
                    {"runs_per_month": 10, "requests_per_month": 10, "run_seconds": 1},
                ]
            )
        )


def _put_disk(rng: Random, row: Workload) -> None:
    if chance(rng, 35):
        row["boot_disk_gib"] = rng.choice([0, 8, 20.5, 100, 100, 0.1 + 0.2, 1 / 3])
        row["boot_disk_type"] = rng.choice(DISKS[row["service"]])
        if chance(rng, 5):
            row["boot_disk_type"] = rng.choice([None, "", "floppy"])
    if chance(rng, 2):
        row["boot_disk_gib"] = -1


def _put_gpus(rng: Random, row: Workload) -> None:
    if chance(rng, 40 if str(row["instance_type"]).startswith("n1-") else 2):
        row["gpu_type"] = rng.choice(GPUS)
        if chance(rng, 60):
            row["gpu_count"] = rng.choice([1, 1, 2, 4, 8])


def put_nodes(rng: Random, row: Workload, tables: Path) -> None:
    """Write everything but the purchase option into a row of nodes."""
    table = load_table(tables, row["service"])
    _put_machine(rng, row, table)
    if chance(rng, 60):
        row["node_count"] = rng.choice([1, 2, 3, 12, 100, 0])
    if chance(rng, 3):
        row["node_count"] = rng.choice([1.5, -1])
    _put_hours(rng, row)
    _put_disk(rng, row)
    if chance(rng, 30):
        row["public_ipv4_count"] = rng.choice([0, 1, 1, 2])
    if row["service"] == "gcp.compute_engine":
        _put_gpus(rng, row)
        if chance(rng, 20):
            row["sustained_use"] = rng.choice([True, False, False])
    if chance(rng, 3):
        row["operating_system"] = rng.choice(["windows", "windows", "linux"])
    if chance(rng, 5):
        # What nodes do not use
        row.update(rng.choice([{"replicas": 3}, {"vcpu": 64.0}, {"memory_gib": 1.0}]))
