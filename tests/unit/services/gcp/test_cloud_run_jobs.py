"""Cloud Run jobs."""

from __future__ import annotations

from typing import Any

import pytest

JOB: dict[str, Any] = {"region": "us-central1", "runs_per_month": 3600}


@pytest.mark.parametrize(
    ("seconds", "billed"),
    [(0, 60), (1, 60), (59.9, 60), (60, 60), (60.01, 60.1), (60.1, 60.1), (61, 61), (3600, 3600)],
)
def test_runs_story_19(measure: Any, seconds: float, billed: float) -> None:
    """A task attempt is billed in steps of 100 ms, for one minute at least."""
    found = measure("gcp.cloud_run_jobs", {**JOB, "run_seconds": seconds})
    assert found.meters["vcpu_hours"][0] == pytest.approx(billed)


@pytest.mark.parametrize(
    ("asked", "billed"), [((0.1, 0.1), (1, 0.5)), ((1, 0.5), (1, 0.5)), ((3, 1), (4, 2))], ids=str
)
def test_sizes(measure: Any, asked: tuple[float, float], billed: tuple[float, float]) -> None:
    """A task has one vCPU and half a GiB at least."""
    job = {**JOB, "run_seconds": 60, "vcpu": asked[0], "memory_gib": asked[1]}
    found = measure("gcp.cloud_run_jobs", job)
    assert (found.billed_vcpu[0], found.billed_memory_gib[0]) == billed


@pytest.mark.parametrize(("seconds", "is_fault"), [(604_800, False), (604_801, True)])
def test_longest_task(measure: Any, seconds: float, is_fault: bool) -> None:
    """A task runs for seven days at most."""
    found = measure("gcp.cloud_run_jobs", {**JOB, "run_seconds": seconds})
    assert found.faults["task_timeout: longer than 604800 s"][0] == is_fault


def test_accelerator_time(measure: Any) -> None:
    """Accelerators are billed as long as the task."""
    job = {**JOB, "run_seconds": 60, "gpu_type": "nvidia-l4"}
    assert measure("gcp.cloud_run_jobs", job).meters["gpu_hours"][0] == 60
