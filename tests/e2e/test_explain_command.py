"""``wharfage explain``: the arithmetic of one workload."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

Run = Callable[..., subprocess.CompletedProcess[str]]

ON = ("--on", "2026-10-01")


def test_arithmetic_is_on_standard_output(wharfage: Run) -> None:
    """A workload is explained from what it asks for to what it costs."""
    done = wharfage("explain", "example", "checkout", *ON)
    assert done.returncode == 0
    assert done.stderr == ""
    assert "checkout" in done.stdout
    assert "vcpu_hours" in done.stdout
    assert "62.17" in done.stdout


def test_unpriced_workload_is_explained_with_exit_1(wharfage: Run, folder: Path) -> None:
    """A workload without a price says why, and the exit code tells."""
    (folder / "huge.csv").write_text(
        "service,region,vcpu,memory_gib\naws.fargate,us-east-1,900,2\n", encoding="utf-8"
    )
    done = wharfage("explain", "huge.csv", "1", *ON)
    assert done.returncode == 1
    assert "unpriced: illegal_size: larger than the largest task" in done.stdout


def test_unknown_workload_is_refused_with_a_near_one(wharfage: Run) -> None:
    """A misspelt id is exit 2, with the nearest id."""
    done = wharfage("explain", "example", "chekout", *ON)
    assert done.returncode == 2
    assert "did you mean 'checkout'?" in done.stderr
