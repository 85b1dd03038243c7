"""``wharfage price``: the example fleet, its options, and what fills empty cells."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import wharfage as wf
from wharfage.examples import example_fleet_path

Run = Callable[..., subprocess.CompletedProcess[str]]

ON = ("--on", "2026-10-01")
TASK = "workload,service,region,vcpu,memory_gib,purchase_option\n"


def write(folder: Path, name: str, text: str) -> str:
    """Write a file and give back its name."""
    (folder / name).write_text(text, encoding="utf-8")
    return name


def priced(folder: Path, run: Run, *arguments: str) -> pd.DataFrame:
    """Price to a CSV file and read it."""
    assert run("price", *arguments, *ON, "--out", "priced.csv").returncode in (0, 1)
    return pd.read_csv(folder / "priced.csv").set_index("workload")


@pytest.fixture(scope="module")
def example(wharfage: Run) -> subprocess.CompletedProcess[str]:
    """Price the example fleet to the terminal."""
    return wharfage("price", "example", *ON)


def test_example_is_priced(example: subprocess.CompletedProcess[str]) -> None:
    """The example has a price for every workload, and nothing is on standard error."""
    assert example.returncode == 0
    assert example.stderr == ""


def test_example_shows_each_workload_and_the_total(
    example: subprocess.CompletedProcess[str],
) -> None:
    """The table has each workload; the total is the library's, and what was assumed is said."""
    bill = wf.estimate(example_fleet_path(), on="2026-10-01")
    assert all(name in example.stdout for name in bill.frame["workload"])
    assert f"total  {bill.total()}" in example.stdout
    assert "newest rate in the book" in example.stdout
    assert bill.rate_book_digest[:12] in example.stdout


def test_lines_are_charges(wharfage: Run) -> None:
    """With --lines each charge is a row with its SKU and date."""
    done = wharfage("price", "example", "--lines", *ON)
    assert done.returncode == 0
    assert "vcpu_hours" in done.stdout
    assert "credit:" in done.stdout


def test_options_fill_empty_cells_only(wharfage: Run, folder: Path) -> None:
    """Service, region and purchase option fill empty cells and leave the others."""
    fleet = write(
        folder,
        "holes.csv",
        TASK + "empty,,,1,2,\nfull,aws.fargate_eks,eu-west-1,1,2,on_demand\n",
    )
    options = ("--service", "aws.fargate", "--region", "us-east-1", "--purchase-option", "spot")
    frame = priced(folder, wharfage, fleet, *options)
    given = ["service", "region", "purchase_option"]
    assert frame.loc["empty", given].tolist() == ["aws.fargate", "us-east-1", "spot"]
    assert frame.loc["full", given].tolist() == ["aws.fargate_eks", "eu-west-1", "on_demand"]
    assert frame["monthly_cost"].notna().all()


def test_options_stand_for_a_whole_column(wharfage: Run, folder: Path) -> None:
    """A fleet without the columns gets them from the options."""
    fleet = write(folder, "sizes.csv", "vcpu,memory_gib\n1,2\n")
    done = wharfage("price", fleet, "--service", "aws.fargate", "--region", "us-east-1", *ON)
    assert done.returncode == 0
    assert "36.04" in done.stdout


def test_month_changes_hours_only(wharfage: Run, folder: Path) -> None:
    """February 2026 has 672 hours; the price per hour stays."""
    fleet = write(folder, "task.csv", TASK + "task,aws.fargate,us-east-1,1,2,\n")
    default, february = (
        priced(folder, wharfage, fleet, "--month", month).loc["task"]
        for month in ("730h", "2026-02")
    )
    assert february["monthly_cost"] == pytest.approx(default["monthly_cost"] * 672 / 730)
    assert february["daily_cost"] == pytest.approx(default["daily_cost"])
    assert february["priced_month"] == "2026-02"


def test_early_date_is_priced_on_demand_only(wharfage: Run, folder: Path) -> None:
    """Before the first rate nothing has a price, unless the nearest is asked for: then doubtful."""
    fleet = write(folder, "early.csv", TASK + "task,aws.fargate,us-east-1,1,2,\n")
    early = ("price", fleet, "--on", "2015-01-01")
    refused = wharfage(*early)
    assert refused.returncode == 1
    assert "1 of 1 workloads have no price" in refused.stderr
    assert "not_yet_priced: first observed 2022-11-21" in refused.stderr
    nearest = wharfage(*early, "--before-first", "nearest")
    assert nearest.returncode == 0
    assert "doubtful" in nearest.stdout


def test_late_date_uses_the_last_rate_and_says_so(wharfage: Run, folder: Path) -> None:
    """After the last rate the last one holds, and its age is stated."""
    fleet = write(folder, "late.csv", TASK + "task,aws.fargate,us-east-1,1,2,\n")
    late = ("--on", "2031-01-01")
    assert "36.04" in wharfage("price", fleet, *late).stdout
    said = wharfage("explain", fleet, "task", *late).stdout
    assert "in force on 2031-01-01; newest rate in the book 2026-" in said
    assert "days before that date" in said


def test_assumptions_are_taken(wharfage: Run, folder: Path) -> None:
    """A lower target utilization needs more tasks for the same requests."""
    fleet = write(
        folder,
        "web.csv",
        "workload,service,region,vcpu,memory_gib,requests_per_month,request_seconds\n"
        "web,aws.fargate,us-east-1,1,2,10000000,0.5\n",
    )
    usual = priced(folder, wharfage, fleet).loc["web", "monthly_cost"]
    careful = priced(folder, wharfage, fleet, "--assume", "target_utilization=0.3")
    assert careful.loc["web", "monthly_cost"] == pytest.approx(usual * 7 / 4)


def test_free_tier_and_sizes(wharfage: Run, folder: Path) -> None:
    """Without the free tier credits are gone; with strict sizes an odd size is unpriced."""
    fleet = write(
        folder,
        "odd.csv",
        "workload,service,region,vcpu,memory_gib\n"
        "even,gcp.cloud_run,us-central1,1,2\nodd,aws.fargate,us-east-1,1.1,3\n",
    )
    usual = priced(folder, wharfage, fleet)
    bare = priced(folder, wharfage, fleet, "--free-tier", "none", "--sizes", "strict")
    assert bare.loc["even", "monthly_cost"] == pytest.approx(
        usual.loc["even", "monthly_cost"] + 4.32 + 0.90
    )
    assert bare.loc["odd", "cost_status"] == "unpriced"
    assert bare.loc["odd", "unpriced_reason"].startswith("illegal_size")


def test_misspelt_optional_column_is_warned_of(wharfage: Run, folder: Path) -> None:
    """A column that is nearly a known one draws a warning and passes through."""
    fleet = write(
        folder,
        "spelt.csv",
        "workload,service,region,vcpu,memory_gib,replica\ntask,aws.fargate,us-east-1,1,2,9\n",
    )
    done = wharfage("price", fleet, *ON, "--out", "spelt_out.csv")
    assert done.returncode == 0
    assert "warning: Column 'replica' is not used: did you mean 'replicas'?" in done.stderr
    assert pd.read_csv(folder / "spelt_out.csv")["replica"].tolist() == [9]


def test_version_and_help(wharfage: Run) -> None:
    """The command says its version, and each command what it does with an example."""
    assert wharfage("--version").stdout.strip() == wf.__version__
    assert "  wharfage price example" in wharfage("price", "--help").stdout
