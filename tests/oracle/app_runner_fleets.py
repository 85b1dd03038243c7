"""Random App Runner services: always on or by requests, of legal sizes and others."""

from __future__ import annotations

from random import Random

from .fleets import TABLES
from .price_tables import load_table
from .random_cells import Workload, chance, put_demand, put_size, some_size
from .rules_app_runner import SIZES
from .side_cells import new_row, number_rows, put_amount

LEGAL = [(float(vcpu), float(memory)) for vcpu, memories in SIZES for memory in memories]


def _application(rng: Random, row: Workload) -> None:
    put_size(rng, row, some_size(rng, LEGAL, (4.0, 12.0)), may_be_empty=False)
    put_demand(rng, row, ("requests", "requests", "requests", "always_on", "always_on"))
    if "requests_per_month" in row:
        # From a request now and then to more than the provisioned instances can serve
        row["requests_per_month"] = rng.choice([0, 1, 7, 4380, 43_800, 50_000.5, 10**6, 10**8])
        if chance(rng, 30):
            row["hours_per_month"] = rng.choice([0, 1, 100.5, 365])
    if chance(rng, 2):
        row.update(runs_per_month=10, run_seconds=60, requests_per_month=None)
    put_amount(rng, row, "build_minutes", 500.0, 20)
    if chance(rng, 20):
        row["automatic_deployment"] = rng.choice([True, True, False])
    if chance(rng, 3):
        row.update(
            rng.choice(
                [
                    {"operating_system": "windows"},
                    {"cpu_architecture": "arm64"},
                    {"gpu_type": "nvidia-l4"},
                ]
            )
        )


def app_runner_fleet(n: int, seed: int) -> list[Workload]:
    """Return ``n`` applications, mostly where they are sold, the same for the same seed."""
    rng, rows = Random(seed), []
    sold = load_table(TABLES, "aws.app_runner").regions()
    for _ in range(n):
        row = new_row(rng, "aws.app_runner")
        if chance(rng, 80):
            row["region"] = rng.choice(sold)
        _application(rng, row)
        rows.append(row)
    return number_rows(rows)
