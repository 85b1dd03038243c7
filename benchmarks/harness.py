"""Honest measurements: one process per contender, data made untimed, the best of a few runs.

A contender is a pair of functions: ``prepare(rows)`` makes what it works on and is not timed;
``work(state)`` is timed and returns the answer. Peak memory is that of the whole process, data
included, and what it held before the work is told beside it.
"""

from __future__ import annotations

import gc
import json
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

#: contenders whose first run is counted too, because it is the whole of the work
ONCE = 1
REPEATS = 5
#: no run is begun once this many seconds have gone
PATIENCE = 60.0
MIB = 1024**2


@dataclass(frozen=True)
class Contender:
    """One way to do the work."""

    prepare: Callable[[int], Any]
    work: Callable[[Any], float]
    repeats: int = REPEATS


@dataclass(frozen=True)
class Case:
    """One bar: what is done, at which size, by whom; the bar is a ratio to the best peer."""

    title: str
    rows: int
    contenders: dict[str, Contender]
    bar: float
    reach: float
    tolerance: float = 1e-9
    unit: str = "row"


def peak_mib() -> float:
    """Largest memory of this process so far. [MiB]."""
    status = Path("/proc/self/status")
    if status.exists():
        # What getrusage says counts the process that started this one, too.
        own = re.search(r"VmHWM:\s+(\d+) kB", status.read_text())
        if own:
            return int(own[1]) * 1024 / MIB
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / MIB


def measure(contender: Contender, rows: int) -> dict[str, Any]:
    """Run a contender in this process."""
    state = contender.prepare(rows)
    gc.collect()
    before = peak_mib()
    begun = time.perf_counter()
    seconds: list[float] = []
    answer = float("nan")
    while len(seconds) < contender.repeats and time.perf_counter() - begun < PATIENCE:
        start = time.perf_counter()
        answer = contender.work(state)
        seconds.append(time.perf_counter() - start)
    return {
        "seconds": min(seconds),
        "runs": [round(value, 6) for value in seconds],
        "answer": answer,
        "peak_mib": round(peak_mib(), 1),
        "before_mib": round(before, 1),
    }


def in_own_process(case: str, contender: str, rows: int) -> dict[str, Any]:
    """Measure a contender in a process of its own."""
    command = [sys.executable, str(Path(__file__).with_name("run.py")), "--worker"]
    found = subprocess.run(  # noqa: S603  our own program
        [*command, case, contender, str(rows)], capture_output=True, text=True, check=False
    )
    if found.returncode:
        raise SystemExit(f"{case}, {contender}: {found.stderr.strip()[-2000:]}")
    return dict(json.loads(found.stdout.strip().splitlines()[-1]))


def memory_floor(rows: int, columns: int = 7) -> float:
    """Seconds to read that many columns of floats and write one: nothing can price faster."""
    data = [np.random.default_rng(0).random(rows) for _ in range(columns)]
    out = np.empty(rows)
    from concurrent.futures import ThreadPoolExecutor

    def add(part: slice) -> None:
        np.add(data[0][part], data[1][part], out=out[part])
        for column in data[2:]:
            np.add(out[part], column[part], out=out[part])

    # Tiles that fit a cache: each column is read from memory once, and one is written.
    parts = [slice(start, start + 16_384) for start in range(0, rows, 16_384)]
    best = float("inf")
    with ThreadPoolExecutor() as pool:
        for _ in range(REPEATS):
            start = time.perf_counter()
            list(pool.map(add, parts))
            best = min(best, time.perf_counter() - start)
    return best
