"""``wharfage breakeven``, ``ranges`` and ``marginal`` as processes."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import wharfage as wf

Run = Callable[..., subprocess.CompletedProcess[str]]

WEB = ("--vcpu", "1", "--memory-gib", "2", "--request-seconds", "0.2", "--concurrency", "10")
WHERE = ("--region", "us-east-1", "--on", "2026-10-01")


def test_table_names_the_cheapest(wharfage: Run) -> None:
    """The table has the stretches, with costs at both ends."""
    done = wharfage("breakeven", "aws.fargate", "gcp.cloud_run", "--between", "0:1e8", *WEB, *WHERE)
    assert done.returncode == 0
    assert "42,918,469" in done.stdout
    assert "costs meet" in done.stdout
    assert "rates of 2026-10-01" in done.stdout


def test_json_has_full_precision(wharfage: Run) -> None:
    """JSON holds the library's numbers."""
    done = wharfage("breakeven", "aws.fargate", "gcp.cloud_run", "--between", "0:1e8", *WEB, *WHERE, "--json")  # fmt: skip
    work = {"vcpu": 1, "memory_gib": 2, "request_seconds": 0.2, "concurrency": 10}
    found = wf.breakeven("aws.fargate", "gcp.cloud_run", between=(0, 1e8), workload=work, region="us-east-1", on="2026-10-01")  # fmt: skip
    assert isinstance(found, wf.BreakEven)
    assert [row["at"] for row in json.loads(done.stdout)["roots"]] == found.roots["at"].tolist()


def test_surface_goes_to_a_file(wharfage: Run, folder: Path) -> None:
    """Two axes make a file of boundaries."""
    axes = ("--between", "1e6:1e8", "--along", "request_seconds", "--between", "0.1:0.5")
    done = wharfage("breakeven", "aws.fargate", "gcp.cloud_run", "--along", "requests_per_month", *axes, *WEB, *WHERE, "--out", "lines.csv")  # fmt: skip
    assert done.returncode == 0
    assert done.stdout == ""
    found = pd.read_csv(folder / "lines.csv")
    assert found.columns.tolist() == ["line", "one", "other", "requests_per_month", "request_seconds"]  # fmt: skip
    assert len(found) > 10


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("aws.fargate", "gcp.cloud_run", "--between", "0-5"), "is not LOW:HIGH"),
        (("aws.fargate", "--between", "0:5"), "at least two"),
        (("aws.fargate", "gcp.cloud_run", "--between", "0:5", "--set", "x"), "is not COLUMN=VALUE"),
        (("aws.fargate", "gcp.cloud_run", "--between", "0:5", "--along", "vcpus"), "'vcpu'"),
    ],
)
def test_bad_arguments_end_with_2(wharfage: Run, arguments: tuple[str, ...], words: str) -> None:
    """What makes no sense ends with 2 and a hint."""
    done = wharfage("breakeven", *arguments, *WEB, *WHERE)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Hint: " in done.stderr


def test_ranges_of_the_example(wharfage: Run) -> None:
    """The example has p10, p50 and p90, and what moves the bill."""
    done = wharfage("ranges", "example", "--input", "replicas=x0.5:1:2", "--draws", "200", "--on", "2026-10-01")  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "p10" in done.stdout
    assert "what moves the bill" in done.stdout


def test_ranges_as_json(wharfage: Run) -> None:
    """JSON holds totals, workloads, sensitivity and how they were drawn."""
    done = wharfage("ranges", "example", "--input", "replicas=x0.5:1:2", "--draws", "50", "--services", "aws.fargate,gcp.cloud_run", "--json")  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert {"totals", "workloads", "sensitivity", "seed", "inputs"} <= set(found)
    assert next(row["service"] for row in found["totals"]) == "aws.fargate"


def test_ranges_name_a_bad_input(wharfage: Run) -> None:
    """An input that makes no sense ends with 2 and its name."""
    done = wharfage("ranges", "example", "--input", "replicas=5:1")
    assert done.returncode == 2
    assert "replicas cannot be uniform" in done.stderr


def test_marginal_goes_to_a_file(wharfage: Run, folder: Path) -> None:
    """The next sizes of a fleet go to a file, the number of rows to standard error."""
    text = "service,region,vcpu,memory_gib\naws.fargate,us-east-1,1,3\n"
    (folder / "fleet.csv").write_text(text, encoding="utf-8")
    done = wharfage("marginal", "fleet.csv", "--out", "steps.parquet")
    assert done.returncode == 0, done.stderr
    assert "6 rows written to steps.parquet" in done.stderr
    assert pd.read_parquet(folder / "steps.parquet")["difference"].notna().all()


def test_marginal_names_what_has_no_step(wharfage: Run, folder: Path) -> None:
    """A cluster fee has neither size nor replicas: it is named, not left out in silence."""
    text = "workload,service,region,vcpu,memory_gib\nfee,aws.eks,us-east-1,,\nweb,aws.fargate,us-east-1,1,2\n"
    (folder / "fees.csv").write_text(text, encoding="utf-8")
    done = wharfage("marginal", "fees.csv", "--on", "2026-10-01")
    assert (
        "1 rows have no size and no replicas of their own to step, the first 'fee'" in done.stderr
    )
