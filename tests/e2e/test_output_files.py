"""Result files: whole or absent, in full precision, and never mixed with messages."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import wharfage as wf
from wharfage.examples import example_fleet_path

Run = Callable[..., subprocess.CompletedProcess[str]]

ON = ("--on", "2026-10-01")
COSTS = ["daily_cost", "monthly_cost", "monthly_list_cost", "billed_vcpu", "billed_memory_gib"]
FLEET = (
    "workload,service,region,vcpu,memory_gib\n"
    "good,aws.fargate,us-east-1,1,2\nlost,aws.fargate,eu-west-9,1,2\n"
)


@pytest.fixture(scope="module")
def expected() -> pd.DataFrame:
    """Price the example with the library."""
    return wf.estimate(example_fleet_path(), on="2026-10-01").frame


def parts(folder: Path) -> list[str]:
    """Half-written files."""
    return [path.name for path in folder.iterdir() if ".part" in path.name]


@pytest.mark.parametrize("suffix", ["csv", "parquet", "json"])
def test_file_holds_the_library_s_bits(
    wharfage: Run, folder: Path, expected: pd.DataFrame, suffix: str
) -> None:
    """A file read back has every float to the last bit; standard output stays empty."""
    done = wharfage("price", "example", *ON, "--out", f"bill.{suffix}")
    assert done.returncode == 0
    assert done.stdout == ""
    assert f"22 rows written to bill.{suffix}" in done.stderr
    assert parts(folder) == []
    path = folder / f"bill.{suffix}"
    if suffix == "json":
        found = pd.DataFrame(json.loads(path.read_text(encoding="utf-8")))
    elif suffix == "csv":
        found = pd.read_csv(path)
    else:
        found = pd.read_parquet(path)
    pd.testing.assert_frame_equal(
        found[COSTS].astype(float), expected[COSTS], check_exact=True, check_index_type=False
    )
    assert found["workload"].tolist() == expected["workload"].tolist()
    assert set(found["priced_on"]) == {"2026-10-01"}
    assert len(set(found["rate_book_digest"])) == 1


def test_lines_add_up_to_the_bill(wharfage: Run, folder: Path, expected: pd.DataFrame) -> None:
    """The charges in a file add up to each workload's cost."""
    assert wharfage("price", "example", "--lines", *ON, "--out", "lines.parquet").returncode == 0
    lines = pd.read_parquet(folder / "lines.parquet")
    sums = lines.groupby("workload")["effective_cost"].sum()
    own = expected.set_index("workload")["monthly_cost"]
    assert sums.reindex(own.index, fill_value=0.0).tolist() == pytest.approx(own.tolist())


def test_unpriced_rows_stay_in_the_file(wharfage: Run, folder: Path) -> None:
    """A row without a price is in the file, empty and with its reason; the exit code is 1."""
    (folder / "fleet.csv").write_text(FLEET, encoding="utf-8")
    done = wharfage("price", "fleet.csv", *ON, "--out", "some.json")
    assert done.returncode == 1
    assert done.stdout == ""
    assert "1 of 2 workloads have no price" in done.stderr
    good, lost = json.loads((folder / "some.json").read_text(encoding="utf-8"))
    assert good["monthly_cost"] > 0
    assert lost["monthly_cost"] is None
    assert lost["unpriced_reason"].startswith("unknown_region: 'eu-west-9' (did you mean 'eu-west-")


def test_strict_writes_nothing(wharfage: Run, folder: Path) -> None:
    """With --strict one unpriced row is exit 2, and an older file stays as it was."""
    (folder / "fleet.csv").write_text(FLEET, encoding="utf-8")
    (folder / "old.csv").write_text("mine", encoding="utf-8")
    done = wharfage("price", "fleet.csv", *ON, "--strict", "--out", "old.csv")
    assert done.returncode == 2
    assert "1 of 2 workloads have no price on 2026-10-01" in done.stderr
    assert (folder / "old.csv").read_text(encoding="utf-8") == "mine"
    assert parts(folder) == []


@pytest.mark.parametrize("suffix", ["csv", "parquet", "json"])
def test_full_device_leaves_the_older_file(wharfage: Run, folder: Path, suffix: str) -> None:
    """Where there is no room the older file stays whole and no part is left behind."""
    path = folder / f"full.{suffix}"
    path.write_text("mine", encoding="utf-8")
    done = wharfage("price", "example", *ON, "--out", path.name, file_limit=2048)
    assert done.returncode == 2
    assert f"error: full.{suffix} cannot be written: " in done.stderr
    assert path.read_text(encoding="utf-8") == "mine"
    assert parts(folder) == []


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("bill.xlsx", "end it in .csv, .parquet, .json"),
        ("bill", "does not say in which format"),
        ("nowhere/bill.csv", "There is no folder nowhere"),
        ("folder.csv", "folder.csv cannot be written"),
        ("/proc/bill.csv", "/proc/bill.csv cannot be written"),
    ],
)
def test_impossible_place_is_refused(wharfage: Run, folder: Path, place: str, words: str) -> None:
    """A place that cannot be written to is said before anything is priced."""
    (folder / "folder.csv").mkdir(exist_ok=True)
    done = wharfage("price", "example", *ON, "--out", place)
    assert done.returncode == 2
    assert words in done.stderr
    assert parts(folder) == []
