"""``wharfage nodes``: a plan on the terminal, as JSON, and its exit codes."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pandas as pd

Run = Callable[..., subprocess.CompletedProcess[str]]

ON = ("--on", "2026-10-01", "--instance-types", "m5,c5")
EKS = ("--service", "aws.eks_nodes", "--region", "us-east-1")


def write(folder: Path, text: str) -> Path:
    """Write a fleet of pods."""
    path = folder / "pods.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_plan_is_shown(wharfage: Run, folder: Path) -> None:
    """Nodes, costs, the bound, both baselines and the assumptions."""
    pods = write(folder, "workload,vcpu,memory_gib,replicas\nweb,1,2,12\ndb,2,14,2\n")
    done = wharfage("nodes", pods, *EKS, *ON)
    assert done.returncode == 0
    assert done.stderr == ""
    for words in (
        "aws.eks_nodes in us-east-1",
        "more than the least that any plan can",
        "first-fit decreasing on the best single type",
        "cheapest type per vCPU",
        "of it idle",
        "no DaemonSets",
    ):
        assert words in done.stdout


def test_unplaced_pods_are_told(wharfage: Run, folder: Path) -> None:
    """A pod that fits nowhere is exit 1, with its reason on standard error."""
    pods = write(folder, "workload,vcpu,memory_gib\nweb,1,2\nhuge,9000,2\n")
    done = wharfage("nodes", pods, *EKS, *ON, "--json", "--out", "plan.csv")
    assert done.returncode == 1
    assert "1 of 2 workloads are on no node" in done.stderr
    assert "too_large: its cpu" in done.stderr
    plan = json.loads(done.stdout)
    assert plan["unplaced"][0]["workload"] == "huge"
    assert plan["lower_bound"] <= plan["hourly_node_cost"] * (1 + 1e-9)
    assert len(pd.read_csv(folder / "plan.csv")) == 2


def test_pods_over_time_are_shown(wharfage: Run, folder: Path) -> None:
    """Where pods start and end, node-hours of an autoscaler stand beside a fixed fleet."""
    text = "vcpu,memory_gib,start_seconds,end_seconds\n1,2,0,7200\n1,2,3600,7200\n"
    done = wharfage("nodes", write(folder, text), *EKS, *ON)
    assert done.returncode == 0
    assert "ideal autoscaler" in done.stdout
    assert "fixed fleet" in done.stdout


def test_bad_usage_writes_nothing(wharfage: Run, folder: Path) -> None:
    """An unknown region is exit 2 with the nearest one."""
    pods = write(folder, "vcpu,memory_gib\n1,2\n")
    done = wharfage("nodes", pods, "--service", "aws.eks_nodes", "--region", "us-east-9", *ON)
    assert done.returncode == 2
    assert "did you mean 'us-east-1'" in done.stderr
