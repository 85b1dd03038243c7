"""``wharfage compare``: a fleet, or one workload from options, on every service."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pandas as pd

import wharfage as wf
from wharfage.examples import example_fleet_path

Run = Callable[..., subprocess.CompletedProcess[str]]

ON = ("--on", "2026-10-01")


def test_example_is_compared(wharfage: Run) -> None:
    """Totals, each workload, what was left out, and the assumptions are shown."""
    done = wharfage("compare", "example", *ON)
    assert done.returncode == 0
    assert done.stderr == ""
    for words in (
        "the fleet on each service",
        "where it is cheapest",
        "orders-cluster",
        "storefront",
    ):
        assert words in done.stdout


def test_infeasible_rows_do_not_change_the_exit_code(wharfage: Run) -> None:
    """One workload is shown on every service, with the reason where it cannot run."""
    size = ("--vcpu", "1", "--memory-gib", "2", "--region", "ap-northeast-2")
    done = wharfage("compare", *size, "--runs-per-month", "9", "--run-seconds", "60", *ON)
    assert done.returncode == 0
    assert "unsupported_demand: a batch" in done.stdout.replace("batch runs are", "a batch")
    assert "asia-northeast3" in done.stdout
    assert "also needs a cluster: gcp.gke in asia-northeast3" in done.stdout


def test_unused_workload_is_shown(wharfage: Run) -> None:
    """Work that uses nothing costs nothing on every service, and nothing breaks."""
    size = ("--vcpu", "1", "--memory-gib", "2", "--region", "us-east-1")
    done = wharfage("compare", *size, "--replicas", "0", *ON)
    assert done.returncode == 0
    assert "nothing used" in done.stdout


def test_given_regions_are_told_apart(wharfage: Run) -> None:
    """Where regions are given the totals name them."""
    done = wharfage(
        "compare",
        "example",
        *ON,
        *("--services", "aws.fargate,gcp.cloud_run"),
        *("--regions", "us-east-1,eu-west-1,us-central1"),
        *("--purchase-options", "on_demand,spot"),
    )
    assert done.returncode == 0
    totals = done.stdout.split("each workload:")[0]
    assert all(name in totals for name in ("us-east-1", "eu-west-1", "us-central1", "spot"))


def test_file_holds_every_scenario(wharfage: Run, folder: Path) -> None:
    """With --out every scenario is in the file, to the last bit, and nothing on the terminal."""
    done = wharfage("compare", "example", *ON, "--out", "scenarios.csv")
    assert done.returncode == 0
    assert done.stdout == ""
    found = pd.read_csv(folder / "scenarios.csv")
    expected = wf.compare(example_fleet_path(), on="2026-10-01").frame
    assert found.columns.tolist()[: len(expected.columns)] == expected.columns.tolist()
    for column in ("monthly_cost", "saving", "daily_cost"):
        pd.testing.assert_series_equal(found[column], expected[column], check_exact=True)


def test_nowhere_to_compare_is_refused(wharfage: Run) -> None:
    """Without any region there is no answer, and it is said."""
    done = wharfage("compare", "--vcpu", "1", "--memory-gib", "2", *ON)
    assert done.returncode == 2
    assert "No region to compare in" in done.stderr
