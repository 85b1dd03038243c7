"""Refreshes that die while they write, in a process of their own.

``python killed_refresh.py OUT BASE`` puts a first book in force in OUT, starting from BASE. Then it
forks one refresh after the other, each with another price for OUT, and each killing itself before
one more of the calls that touch the disk. After every death it prints what a reader finds there:
one JSON line with the step, the signal, digest and price. It ends when a refresh lives.
``python killed_refresh.py OUT BASE hold`` takes the lock, says so, and waits.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import wharfage as wf
from wharfage.feeds.observation import Observation, Reading
from wharfage.feeds.refresh import refresh
from wharfage.feeds.transaction import workspace

KEY = {
    "region": "us-east-1",
    "operating_system": "linux",
    "cpu_architecture": "x86_64",
    "purchase_option": "on_demand",
}
SAID = {"publisher": "Amazon Web Services", "page": "price list", "read_as": "served by a test"}
TASK = {"service": "aws.fargate", "region": "us-east-1", "vcpu": 1, "memory_gib": 2}


def read(price: str, day: str) -> Reading:
    """Give a reading of one price."""
    seen = Observation(
        "aws.fargate",
        "vcpu_hours",
        KEY,
        Decimal(price),
        "vCPU-Hours",
        "USD",
        observed_on=dt.date.fromisoformat(day),
        source="killed_2026_12",
    )
    return Reading([seen], sources={"killed_2026_12": SAID})


def die_before(last: int) -> None:
    """Count the calls that touch the disk, and die before one of them."""
    done = [0]

    def counted(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any, **named: Any) -> Any:
            done[0] += 1
            if done[0] == last:
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*given, **named)

        return call

    os.replace = counted(os.replace)
    os.fsync = counted(os.fsync)
    shutil.copyfile = counted(shutil.copyfile)


def found(out: Path) -> dict[str, object]:
    """What a reader finds: digest and the cost of one task, bit for bit."""
    book = wf.RateBook.open(out)
    cost = float(wf.estimate([TASK], rates=book).frame["monthly_cost"].item())
    return {"digest": book.digest, "cost": cost.hex()}


def kill_at_every_step(out: Path, base: Path) -> None:
    """Fork refreshes that die one step later each, until one lives."""
    refresh(wf.RateBook.open(base), read("0.045", "2026-12-01"), out)
    sys.stdout.write(json.dumps({"step": 0, "signal": 0, **found(out)}) + "\n")
    step, died = 0, signal.SIGKILL
    while died:
        step += 1
        sys.stdout.flush()
        child = os.fork()
        if not child:
            die_before(step)
            refresh(wf.RateBook.open(out), read("0.05", "2026-12-02"), out)
            os._exit(0)
        died = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        sys.stdout.write(json.dumps({"step": step, "signal": -died, **found(out)}) + "\n")


if __name__ == "__main__":
    if sys.argv[3:] == ["hold"]:
        with workspace(Path(sys.argv[1])):
            sys.stdout.write("inside\n")
            sys.stdout.flush()
            time.sleep(60)
    else:
        kill_at_every_step(Path(sys.argv[1]), Path(sys.argv[2]))
