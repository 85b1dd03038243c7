"""Cloud Run worker pools."""

from __future__ import annotations

from typing import Any

import pytest

POOL: dict[str, Any] = {"region": "us-central1"}


def test_whole_life_is_billed(measure: Any) -> None:
    """Instances of a pool are billed for their whole life."""
    found = measure("gcp.cloud_run_worker_pools", {**POOL, "vcpu": 2, "replicas": 3})
    assert found.meters["vcpu_hours"][0] == 2 * 3 * 730


@pytest.mark.parametrize(
    ("asked", "billed"), [((0.1, 0.1), (1, 0.5)), ((1, 5), (2, 5)), ((8, 32), (8, 32))], ids=str
)
def test_sizes(measure: Any, asked: tuple[float, float], billed: tuple[float, float]) -> None:
    """An instance has one vCPU and half a GiB at least."""
    pool = {**POOL, "vcpu": asked[0], "memory_gib": asked[1]}
    found = measure("gcp.cloud_run_worker_pools", pool)
    assert (found.billed_vcpu[0], found.billed_memory_gib[0]) == billed


def test_accelerator_time(measure: Any) -> None:
    """Accelerators are billed as long as the instance."""
    found = measure("gcp.cloud_run_worker_pools", {**POOL, "gpu_type": "nvidia-l4"})
    assert found.meters["gpu_hours"][0] == 730
