"""Bad input: a fault of the file is exit 2, a fault of a cell is a row with its reason."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]

ON = ("--on", "2026-10-01")
HEADER = "workload,service,region,vcpu,memory_gib"
GOOD = "aws.fargate,us-east-1,1,2"
TOO_MUCH = 4000

#: name, bytes of the file, words on standard error
FILES: list[tuple[str, bytes, str]] = [
    ("empty.csv", b"", "empty.csv is empty"),
    ("header.csv", f"{HEADER}\n".encode(), "The fleet has no workloads"),
    ("latin.csv", f"{HEADER}\n\xe9,{GOOD}\n".encode("latin-1"), "latin.csv is not UTF-8"),
    ("utf16.csv", f"{HEADER}\na,{GOOD}\n".encode("utf-16"), "utf16.csv is not UTF-8"),
    ("twice.csv", f"{HEADER}\na,{GOOD}\na,{GOOD}\n".encode(), "'a' stands in more than one row"),
    ("columns.csv", f"{HEADER},vcpu\na,{GOOD},1\n".encode(), "Column 'vcpu' stands 2 times"),
    ("cells.csv", f"{HEADER}\na,{GOOD},9,9\n".encode(), "more cells than its header"),
    ("quote.csv", f'{HEADER}\n"a,{GOOD}\n'.encode(), "quote.csv cannot be read as CSV"),
    (
        "missing.csv",
        b"workload,service,region,memory_gib\na,aws.fargate,us-east-1,2\n",
        "lacks a column: 'vcpu' (needed by aws.fargate)",
    ),
    (
        "spelt.csv",
        b"workload,servce,region,vcpu,memory_gib\na,aws.fargate,us-east-1,1,2\n",
        "column 'servce': did you mean 'service'?",
    ),
    (
        "units.csv",
        f"{HEADER}\na,aws.fargate,us-east-1,1,2Gi\nb,aws.fargate,us-east-1,1,4Gi\n".encode(),
        "write a plain number in GiB: 2 instead of '2Gi'",
    ),
    ("brace.json", b"{", "brace.json is not valid JSON"),
    ("deep.json", b"[" * 100_000, "deep.json is not valid JSON"),
    ("numbers.json", b"[1, 2]", "row 1 is int (2 such row(s))"),
    ("lines.jsonl", b'{"vcpu": 1}\n{', "lines.jsonl:2 is not valid JSON"),
    ("short.parquet", b"PAR1", "is not a Parquet file"),
]

#: cells that replace those of a good row, and what the reason of the row begins with
CELLS: dict[str, tuple[dict[str, str], str]] = {
    "negative": ({"vcpu": "-1"}, "invalid_value: vcpu is negative"),
    "infinite": ({"memory_gib": "inf"}, "invalid_value: memory_gib is infinite"),
    "absurd": ({"memory_gib": "1e300"}, "invalid_value: memory_gib is absurd: above"),
    "not_a_number": ({"vcpu": "nan"}, "required: vcpu is empty"),
    "empty": ({"vcpu": ""}, "required: vcpu is empty"),
    "text": ({"vcpu": "one"}, "invalid_value: vcpu takes a number, not 'one'"),
    "unit": ({"memory_gib": "1Gi"}, "invalid_value: memory_gib takes a number, not '1Gi'"),
    "no_service": ({"service": ""}, "required: service is empty"),
    "service": ({"service": "aws.fargat"}, "unknown_service: 'aws.fargat' (did you mean 'aws.farg"),
    "no_region": ({"region": ""}, "required: region is empty"),
    "region": ({"region": "us-east-11"}, "unknown_region: 'us-east-11' (did you mean 'us-east-1'"),
    "option": ({"purchase_option": "sopt"}, "invalid_value: 'sopt' is no purchase_option (did you"),
    "unsold": ({"purchase_option": "cud_1yr"}, "not_offered: aws.fargate is not sold as cud_1yr"),
    "class": (
        {"service": "gcp.gke_autopilot", "region": "us-central1", "compute_class": "balancd"},
        "invalid_value: 'balancd' is no compute_class (did you mean 'balanced'",
    ),
    "half": ({"replicas": "1.5"}, "invalid_value: replicas is not a whole number"),
    "long_month": ({"hours_per_month": "800"}, "invalid_value: hours_per_month is more than"),
    "two_kinds": (
        {"runs_per_month": "1", "run_seconds": "1", "requests_per_month": "1"},
        "invalid_value: runs_per_month and requests_per_month",
    ),
    "no_seconds": ({"runs_per_month": "1"}, "required: run_seconds is empty"),
    "huge": ({"vcpu": "64", "memory_gib": "500"}, "illegal_size: larger than the largest task"),
    "job": (
        {"service": "gcp.cloud_run_jobs", "region": "us-central1"},
        "unsupported_demand: always-on work is not a job",
    ),
}


@pytest.mark.parametrize(("name", "content", "words"), FILES, ids=[case[0] for case in FILES])
def test_fault_of_the_file(wharfage: Run, folder: Path, name: str, content: bytes, words: str) -> None:  # fmt: skip
    """A file that is no fleet is refused in a few words; nothing is written."""
    (folder / name).write_bytes(content)
    done = wharfage("price", name, *ON, "--out", "never.csv")
    assert done.returncode == 2
    assert words in done.stderr
    assert len(done.stderr) < TOO_MUCH
    assert not (folder / "never.csv").exists()


@pytest.fixture(scope="module")
def bad_cells(wharfage: Run, folder: Path) -> tuple[pd.DataFrame, str]:
    """Price one row per fault, and a good one."""
    good = dict(zip(HEADER.split(",")[1:], GOOD.split(","), strict=True))
    rows = [{"workload": name} | good | cells for name, (cells, _) in CELLS.items()]
    fleet = pd.DataFrame([*rows, {"workload": "good"} | good])
    fleet.to_csv(folder / "cells_fleet.csv", index=False)
    done = wharfage("price", "cells_fleet.csv", *ON, "--out", "cells_priced.csv")
    assert done.returncode == 1
    return pd.read_csv(folder / "cells_priced.csv").set_index("workload"), done.stderr


@pytest.mark.parametrize("name", CELLS)
def test_fault_of_a_cell(bad_cells: tuple[pd.DataFrame, str], name: str) -> None:
    """A bad cell leaves its row without any cost, with the reason and near names."""
    row = bad_cells[0].loc[name]
    assert str(row["unpriced_reason"]).startswith(CELLS[name][1])
    assert row[["daily_cost", "monthly_cost", "monthly_list_cost", "billed_vcpu"]].isna().all()


def test_other_rows_are_priced(bad_cells: tuple[pd.DataFrame, str]) -> None:
    """Bad rows do not keep a good one from its price, and they are counted."""
    frame, messages = bad_cells
    assert frame.loc["good", "monthly_cost"] == pytest.approx(36.0401)
    assert f"{len(CELLS)} of {len(CELLS) + 1} workloads have no price" in messages


@pytest.mark.parametrize("strict", [False, True])
def test_a_hundred_thousand_bad_rows_are_a_summary(
    wharfage: Run, folder: Path, *, strict: bool
) -> None:
    """Any number of bad rows is a short summary with counts, never a flood."""
    rows = 100_000
    text = [f"w{n},aws.fargate,nowhere-{n % 500},x{n},2\n" for n in range(rows)]
    good = f"good,{GOOD}\n"
    (folder / "flood_priced.csv").unlink(missing_ok=True)
    (folder / "flood.csv").write_text(HEADER + "\n" + good + "".join(text), encoding="utf-8")
    options = ("--strict",) if strict else ()
    done = wharfage("price", "flood.csv", *ON, *options, "--out", "flood_priced.csv")
    assert done.returncode == (2 if strict else 1)
    assert f"{rows:,} of {rows + 1:,} workloads have no price" in done.stderr
    assert len(done.stderr) < TOO_MUCH
    assert (folder / "flood_priced.csv").exists() is not strict
