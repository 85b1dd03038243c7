"""``wharfage price`` from file to file: whole or absent, whatever ends it, and bounded in memory."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

import wharfage as wf

Run = Callable[..., subprocess.CompletedProcess[str]]

ON = ("--on", "2026-10-01")
#: seconds after which a process is given up
PATIENCE = 60.0
#: rows that take long enough to be interrupted
MANY = 900_000


def fargate(rows: int) -> pd.DataFrame:
    """Workloads on Fargate, with ids."""
    rng = np.random.default_rng(1)
    return pd.DataFrame(
        {
            "workload": np.char.add("w-", np.arange(rows).astype(str)),
            "service": "aws.fargate",
            "region": rng.choice(["us-east-1", "ap-northeast-2"], rows),
            "vcpu": 1.0,
            "memory_gib": 2.0,
            "replicas": rng.integers(1, 9, rows),
        }
    )


@pytest.fixture(scope="module")
def large(folder: Path) -> Path:
    """Give a file that takes a while."""
    path = folder / "large.parquet"
    fargate(MANY).to_parquet(path, index=False)
    return path


def begun(folder: Path, source: Path, target: str) -> subprocess.Popen[str]:
    """Start the command, and wait until it writes."""
    process = subprocess.Popen(
        [sys.executable, "-m", "wharfage.cli", "price", str(source), *ON, "--out", target],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    until = time.monotonic() + PATIENCE
    while not any(part.stat().st_size > 10_000 for part in parts(folder)):
        assert process.poll() is None, process.stderr and process.stderr.read()
        assert time.monotonic() < until
        time.sleep(0.002)
    return process


def parts(folder: Path) -> list[Path]:
    """Half-written files."""
    return [*folder.glob(".wharfage-*.part")]


def test_killed_run_leaves_no_output(wharfage: Run, folder: Path, large: Path) -> None:
    """After kill -9 there is no output; the next run removes what was half-written and succeeds."""
    process = begun(folder, large, "killed.parquet")
    process.kill()
    process.communicate(timeout=PATIENCE)
    assert not (folder / "killed.parquet").exists()
    assert len(parts(folder)) == 1
    done = wharfage("price", large, *ON, "--out", "killed.parquet")
    assert done.returncode == 0
    assert parts(folder) == []
    assert pq.read_metadata(folder / "killed.parquet").num_rows == MANY


def test_interrupted_run_says_so(folder: Path, large: Path) -> None:
    """Ctrl-C ends with 130 and one word, an older file stays, and nothing half-written is left."""
    (folder / "older.csv").write_text("mine", encoding="utf-8")
    process = begun(folder, large, "older.csv")
    process.send_signal(signal.SIGINT)
    out, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert out == ""
    assert errors.strip() == "interrupted"
    assert parts(folder) == []
    assert (folder / "older.csv").read_text(encoding="utf-8") == "mine"


def test_summary_is_that_of_a_small_file(wharfage: Run, folder: Path) -> None:
    """Rows, total, assumptions and unpriced rows are told in the same words, and exit 1 is the same."""
    fleet = fargate(500)
    fleet.loc[7, "region"] = "eu-west-9"
    fleet.loc[[8, 9], "vcpu"] = -1
    fleet.to_parquet(folder / "small.parquet", index=False)
    fleet.to_csv(folder / "small.csv", index=False)
    by_file = wharfage("price", "small.parquet", *ON, "--out", "out.parquet")
    at_once = wharfage("price", "small.csv", *ON, "--out", "out.csv")
    assert by_file.returncode == at_once.returncode == 1
    assert by_file.stderr.replace("out.parquet", "out.csv") == at_once.stderr
    assert "3 of 500 workloads have no price" in by_file.stderr


def test_empty_cells_are_filled(wharfage: Run, folder: Path) -> None:
    """--service, --region and --purchase-option fill what a file leaves out."""
    fleet = fargate(100).drop(columns=["service", "region"])
    fleet.to_parquet(folder / "bare.parquet", index=False)
    options = ("--service", "aws.fargate", "--region", "us-east-1", "--purchase-option", "spot")
    done = wharfage("price", "bare.parquet", *ON, *options, "--out", "filled.parquet")
    assert done.returncode == 0
    found = pd.read_parquet(folder / "filled.parquet")
    fleet = fleet.assign(service="aws.fargate", region="us-east-1", purchase_option="spot")
    expected = wf.estimate(fleet, on="2026-10-01").frame
    assert found["monthly_cost"].tolist() == expected["monthly_cost"].tolist()
    assert set(found["purchase_option"]) == {"spot"}


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ((), "lacks 2 columns: 'vcpu' (needed by aws.fargate), 'memory_gib'"),
        (("--strict",), "lacks 2 columns"),
        (("--month", "never"), "never"),
    ],
)
def test_faults_are_exit_2(
    wharfage: Run, folder: Path, option: tuple[str, ...], words: str
) -> None:
    """A fault of the file or of an option is exit 2 with words, and nothing is written."""
    fargate(10).drop(columns=["vcpu", "memory_gib"]).to_parquet(folder / "lacking.parquet")
    done = wharfage("price", "lacking.parquet", *ON, *option, "--out", "never.parquet")
    assert done.returncode == 2
    assert words in done.stderr
    assert not (folder / "never.parquet").exists()


@pytest.mark.parametrize("option", [(), ("--lines",)])
def test_full_device_leaves_the_older_file(
    wharfage: Run, folder: Path, option: tuple[str, ...]
) -> None:
    """Where there is no room the older file stays whole and no part is left behind."""
    fargate(500).to_parquet(folder / "small.parquet", index=False)
    (folder / "full.parquet").write_text("mine", encoding="utf-8")
    done = wharfage(
        "price", "small.parquet", *ON, *option, "--out", "full.parquet", file_limit=2048
    )
    assert done.returncode == 2
    assert "error: full.parquet cannot be written: " in done.stderr
    assert (folder / "full.parquet").read_text(encoding="utf-8") == "mine"
    assert parts(folder) == []


def peak_mib(folder: Path, source: Path) -> float:
    """Give the most memory that a run of the command has. [MiB]."""
    code = (
        "import pathlib, re, resource, sys\n"
        "from wharfage.scale.files import price_files\n"
        "price_files(sys.argv[1], sys.argv[2], on='2026-10-01')\n"
        "status = pathlib.Path('/proc/self/status')\n"
        # What getrusage says counts the process that started this one, too.
        "own = re.search(r'VmHWM:\\s+(\\d+)', status.read_text()) if status.exists() else None\n"
        "print(own[1] if own else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(source), str(folder / "peak.parquet")],
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE,
    )
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return int(done.stdout) / unit


def test_memory_does_not_grow_with_the_file(folder: Path, large: Path) -> None:
    """A file of three times the rows takes less than a tenth more memory, and under 700 MiB."""
    # The smaller file has batches enough for buffers to have reached their size.
    larger = folder / "larger.parquet"
    fargate(3 * MANY).to_parquet(larger, index=False)
    small, whole = peak_mib(folder, large), peak_mib(folder, larger)
    assert whole < 700
    assert whole < 1.1 * small + 40


def test_command_prices_files_batch_by_batch(wharfage: Run, folder: Path) -> None:
    """A folder of Parquet files, which is never read whole, is priced by the command."""
    (folder / "many").mkdir()
    for part in range(2):
        fargate(50).assign(workload=[f"{part}-{n}" for n in range(50)]).to_parquet(
            folder / "many" / f"{part}.parquet", index=False
        )
    done = wharfage("price", "many", *ON, "--out", "priced.parquet")
    assert done.returncode == 0, done.stderr
    assert "100 rows written to priced.parquet" in done.stderr
