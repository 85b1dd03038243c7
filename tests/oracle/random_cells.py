"""Cells of random workloads: sizes, demand and numbers as people and programs write them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

Workload = dict[str, Any]


def chance(rng: Random, percent: int) -> bool:
    """Return True that often; draws an integer, which hypothesis shrinks towards False."""
    return rng.randint(1, 100) > 100 - percent


def awkward(rng: Random, largest: float) -> float:
    """Return a positive number as people and programs write it: tenths, thirds, long tails."""
    shape = rng.randint(0, 5)
    if shape <= 1:
        return rng.randint(1, max(1, int(largest * 10))) / 10
    if shape == 2:
        return rng.randint(1, max(1, int(largest * 3))) / 3
    if shape == 3:
        return min(
            largest, rng.choice([0.1 + 0.2, 0.7 + 0.1, 1.1 + 2.2, 0.1 * 3, 4.35 * 100 / 1000])
        )
    if shape == 4:
        return float(rng.randint(1, max(1, int(largest))))
    return largest * rng.randint(1, 999_983) / 999_983


def near(rng: Random, size: float) -> float:
    """Return a legal size, exactly or just above or below, within and beyond the slack of 1e-9."""
    return rng.choice(
        [
            size,
            size,
            math.nextafter(size, math.inf),
            math.nextafter(size, 0.0),
            size * (1 + 1e-12),
            size * (1 + 1e-6),
            size * (1 - 1e-6),
        ]
    )


def some_size(
    rng: Random, sizes: Sequence[tuple[float, float]], most: tuple[float, float]
) -> tuple[float, float]:
    """Return vCPU and memory: a legal pair or near it, tiny, up to the largest, or above it."""
    shape = rng.randint(0, 9)
    if shape <= 3:
        vcpu, memory = rng.choice(list(sizes))
        return near(rng, vcpu), near(rng, memory)
    if shape == 4:
        return rng.choice([0.001, 0.01, 0.05, 0.1 + 0.2, 1 / 3]), rng.choice(
            [0.01, 0.05, 0.0625, 0.1 + 0.2, 1 / 3]
        )
    if shape <= 7:
        return awkward(rng, min(most[0], 4.0)), awkward(rng, min(most[1], 16.0))
    if shape == 8 or chance(rng, 50):
        return awkward(rng, most[0]), awkward(rng, most[1])
    return most[0] * rng.choice([1.0, 1.1, 2.0]), most[1] * rng.choice([1.0, 1.1, 2.0])


def put_size(rng: Random, row: Workload, size: tuple[float, float], *, may_be_empty: bool) -> None:
    """Write the size into the row; where there are defaults, now and then leave a cell empty."""
    for column, value in zip(("vcpu", "memory_gib"), size, strict=True):
        if not (may_be_empty and chance(rng, 12)):
            row[column] = value


def put_init(rng: Random, row: Workload) -> None:
    """Write the largest init container, each resource on a quarter of the rows."""
    if chance(rng, 25):
        row["init_vcpu"] = awkward(rng, 6.0)
    if chance(rng, 25):
        row["init_memory_gib"] = awkward(rng, 20.0)


def _put_always_on(rng: Random, row: Workload) -> None:
    if chance(rng, 40):
        row["hours_per_month"] = rng.choice([0, 1, 8 * 22, 100.5, 1 / 3, 365, 600, 672])
    if chance(rng, 4):
        row.update(rng.choice([{"hours_per_month": 1000}, {"replicas": 2.5}]))


def _put_runs(rng: Random, row: Workload) -> None:
    seconds = [0, 0.1 + 0.2, 1, 59.9, 60, 61, 299.5, 301.05, 3600, 90_000, 1 / 3]
    row["runs_per_month"] = rng.choice([0, 1, 30, 1000, 2500.5, 10**6])
    row["run_seconds"] = awkward(rng, 5000.0) if chance(rng, 20) else rng.choice(seconds)


def _put_requests(rng: Random, row: Workload) -> None:
    seconds = [0, 0.05, 0.1, 0.1 + 0.2, 0.25, 0.35, 1 / 3, 1.05, 2.5, 60, 3600]
    row["requests_per_month"] = rng.choice([0, 1, 12_345, 10**6, 2_000_000, 10**7, 10**9])
    row["request_seconds"] = rng.choice(seconds)
    if chance(rng, 50):
        row["concurrency"] = rng.choice([1, 1, 1.5, 2, 10, 80, 1000])
    if chance(rng, 40):
        row["min_instances"] = rng.choice([0, 1, 2, 10])
    if chance(rng, 50):
        row.pop("replicas", None)


_PUT_KIND: dict[str, Callable[[Random, Workload], None]] = {
    "always_on": _put_always_on,
    "runs": _put_runs,
    "requests": _put_requests,
}


def put_demand(rng: Random, row: Workload, kinds: Sequence[str]) -> None:
    """Write one kind of demand, on a rare row two kinds or a kind without its seconds."""
    kind = rng.choice(list(kinds))
    if chance(rng, 60):
        row["replicas"] = rng.choice([1, 1, 2, 3, 5, 12, 100, 0])
    _PUT_KIND[kind](rng, row)
    if chance(rng, 2):
        row["runs_per_month"], row["requests_per_month"] = 10, 10
    if chance(rng, 1):
        row["run_seconds"], row["request_seconds"] = None, float("nan")
