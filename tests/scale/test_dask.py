"""Files on a real Dask cluster: a scheduler and two worker processes on loopback."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import wharfage as wf
from wharfage.errors import ClusterError, UnpricedError

pytest.importorskip("distributed")

MakeFleet = Callable[..., pd.DataFrame]

ON = "2026-10-01"
FILES = 8
#: seconds after which a step of a test is given up
PATIENCE = 30.0

# Connections that end with a killed worker are told of when they are collected.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning")


@dataclass
class Cluster:
    """A scheduler and its workers, each a process."""

    address: str
    workers: list[subprocess.Popen[bytes]]


def start(*arguments: str) -> subprocess.Popen[bytes]:
    """Start a part of the cluster through Dask's command line."""
    return subprocess.Popen(
        [sys.executable, "-m", "dask", *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Give a running cluster; nothing of it is left afterwards."""
    from distributed import Client

    scratch = str(tmp_path_factory.mktemp("dask"))
    address = f"tcp://127.0.0.1:{free_port()}"
    processes = [start("scheduler", "--host", address, "--no-dashboard")]
    options = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--memory-limit", "0")
    processes += [
        start("worker", address, *options, "--host", "127.0.0.1", "--local-directory", scratch)
        for _ in range(2)
    ]
    try:
        with Client(address, timeout=PATIENCE, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=PATIENCE)
        yield Cluster(address, processes[1:])
    finally:
        for process in reversed(processes):
            process.kill()
            process.wait(PATIENCE)


@pytest.fixture(scope="module")
def fleet_folder(tmp_path_factory: pytest.TempPathFactory, make_fleet: MakeFleet) -> Path:
    """Give a folder with several files of one fleet."""
    folder = tmp_path_factory.mktemp("fleet")
    for n in range(FILES):
        make_fleet(20_000 if n else 300, seed=n).to_parquet(
            folder / f"part-{n}.parquet", index=False
        )
    return folder


def price(cluster: Cluster, source: Path, target: Path, **keywords: Any) -> dict[str, Any]:
    """Price a folder on the cluster."""
    from wharfage.scale.dask import price_on_cluster

    keywords = {"on": ON, "timeout": PATIENCE} | keywords
    return price_on_cluster(source, target, client=cluster.address, **keywords)


def kill_at_first_result(worker: subprocess.Popen[bytes], folder: Path) -> threading.Thread:
    """Kill a worker, as a lost machine would be, once the first file is there."""

    def watch() -> None:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and not [*folder.glob("*.parquet")]:
            time.sleep(0.005)
        os.kill(worker.pid, signal.SIGKILL)

    thread = threading.Thread(target=watch)
    thread.start()
    return thread


def test_broken_file_is_told_of(cluster: Cluster, tmp_path: Path) -> None:
    """A fault of a file comes back from the worker in words; there is no manifest."""
    source = tmp_path / "fleet.parquet"
    pd.DataFrame({"service": ["aws.fargate"], "region": ["us-east-1"]}).to_parquet(source)
    with pytest.raises(wf.WorkloadError, match="lacks 2 columns: 'vcpu'"):
        price(cluster, source, tmp_path / "priced")
    assert [*(tmp_path / "priced").iterdir()] == []


def test_strict_run_has_no_manifest(
    cluster: Cluster, tmp_path: Path, make_fleet: MakeFleet
) -> None:
    """With strict, unpriced workloads of any file fail the run, with their number over all files."""
    fleet = make_fleet(60)
    fleet.to_parquet(tmp_path / "fleet.parquet", index=False)
    missing = wf.estimate(fleet, on=ON).total(strict=False).missing
    with pytest.raises(UnpricedError, match=f"{missing} of 60 workloads have no price"):
        price(cluster, tmp_path / "fleet.parquet", tmp_path / "priced", strict=True)
    assert not (tmp_path / "priced" / "manifest.json").exists()


def test_time_is_bounded(cluster: Cluster, fleet_folder: Path, tmp_path: Path) -> None:
    """A run that is not done in time ends with how far it came."""
    with pytest.raises(ClusterError, match=r"did not finish in time: \d+ of 8 files"):
        price(cluster, fleet_folder, tmp_path / "priced", timeout=0)


def test_no_cluster_is_a_fault(
    fleet_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An address where nobody listens is said to be none."""
    from wharfage.scale import dask

    monkeypatch.setattr(dask, "CONNECT", 0.5)
    nobody = Cluster(f"tcp://127.0.0.1:{free_port()}", [])
    with pytest.raises(ClusterError, match=r"There is no Dask scheduler at tcp://127\.0\.0\.1"):
        price(nobody, fleet_folder, tmp_path / "priced")


def test_files_of_one_name_are_refused(cluster: Cluster, tmp_path: Path) -> None:
    """Two files whose results would have one name are refused before anything runs."""
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        pd.DataFrame({"service": ["aws.fargate"]}).to_parquet(tmp_path / folder / "x.parquet")
    with pytest.raises(wf.WorkloadError, match="Several files are called 'x'"):
        price(cluster, tmp_path, tmp_path / "priced")


def test_lost_worker_changes_nothing(cluster: Cluster, fleet_folder: Path, tmp_path: Path) -> None:
    """One worker is killed in the middle: every cost is that of one process, files and sums whole."""
    target = tmp_path / "priced"
    target.mkdir()
    killer = kill_at_first_result(cluster.workers[0], target)
    try:
        manifest = price(cluster, fleet_folder, target)
    finally:
        killer.join(PATIENCE)
    assert cluster.workers[0].wait(PATIENCE) == -signal.SIGKILL
    names = [f"part-{n}.parquet" for n in range(FILES)]
    fleet = pd.concat([pd.read_parquet(fleet_folder / name) for name in names], ignore_index=True)
    bill = wf.estimate(fleet, on=ON)
    total = bill.total(strict=False)
    assert manifest["totals"] == pytest.approx(total, rel=1e-12)
    assert manifest["rows"] == total.rows
    assert manifest["unpriced_rows"] == total.missing > 0
    assert manifest["rate_book_digest"] == bill.rate_book_digest
    assert (manifest["on"], manifest["month"]) == (ON, "730h")
    assert json.loads((target / "manifest.json").read_text(encoding="utf-8")) == manifest
    assert [entry["file"] for entry in manifest["files"]] == names
    assert sum(entry["rows"] for entry in manifest["files"]) == total.rows
    assert sorted(path.name for path in target.iterdir() if path.suffix != ".part") == [
        "manifest.json",
        *names,
    ]
    found = pd.concat([pd.read_parquet(target / name) for name in names], ignore_index=True)
    np.testing.assert_allclose(found["monthly_cost"], bill.frame["monthly_cost"], rtol=1e-12)
    assert found["workload"].tolist() == fleet["workload"].tolist()
    for entry in manifest["files"]:
        data = (target / entry["file"]).read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (
            entry["size_bytes"],
            entry["sha256"],
        )


def test_task_run_again_writes_the_same_bytes(fleet_folder: Path, tmp_path: Path) -> None:
    """A task writes the same file whenever it runs, so that a retry changes nothing."""
    from wharfage.engine.options import read_options
    from wharfage.scale.dask import Work, price_file

    book = wf.RateBook.bundled()
    options = read_options(book, ON, "730h", "account", "round_up", None, None)
    work = Work(None, book.digest, options, {})
    source = fleet_folder / "part-0.parquet"
    first, again = (price_file(source, tmp_path / "x.parquet", 1, work) for _ in range(2))
    assert first.sha256 == again.sha256


def test_other_rates_on_a_worker_are_refused(fleet_folder: Path, tmp_path: Path) -> None:
    """A worker whose rate tables are not the client's does not price."""
    from wharfage.engine.options import read_options
    from wharfage.scale.dask import Work, price_file

    book = wf.RateBook.bundled()
    options = read_options(book, ON, "730h", "account", "round_up", None, None)
    work = Work(None, "0123456789ab", options, {})
    with pytest.raises(ClusterError, match="the client has 0123456789ab"):
        price_file(fleet_folder / "part-0.parquet", tmp_path / "x.parquet", 1, work)
