"""What every test shares: numpy that raises, the rate book, quantities, the command, a browser."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import os
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import settings

import wharfage as wf
from wharfage.cli import main
from wharfage.engine.estimate import price_fleet
from wharfage.engine.fleet import encode_fleet
from wharfage.engine.plan import Options
from wharfage.services import Quantities, find_service
from wharfage.units import parse_month

Measure = Callable[..., Quantities]
Command = Callable[..., CompletedProcess[str]]

CHROMIUM = Path("/usr/bin/chromium")
#: a browser that asks nobody for anything by itself
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
#: width, colour and folder of the surrounding terminal
FOREIGN = ("COLUMNS", "LINES", "FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE")

# The suite draws the same examples every time, so that a failure is a change of the code;
# HYPOTHESIS_PROFILE=explore draws new ones.
settings.register_profile("steady", derandomize=True, deadline=None)
settings.register_profile("explore", deadline=None, max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))


@pytest.fixture(autouse=True)
def numpy_raises() -> Iterator[None]:
    """Make invalid operations, divisions by zero and overflows fail; underflow is a true zero."""
    with np.errstate(divide="raise", over="raise", invalid="raise", under="ignore"):
        yield


@pytest.fixture(scope="session")
def book() -> wf.RateBook:
    """Give the bundled rate book."""
    return wf.RateBook.bundled()


@pytest.fixture(scope="session")
def measure(book: wf.RateBook) -> Measure:
    """Give a function from workloads to the quantities of one service, without any price."""

    def quantities(
        service: str,
        *workloads: dict[str, Any],
        on: str = "2026-10-01",
        month: str = "730h",
        assumptions: dict[str, Any] | None = None,
    ) -> Quantities:
        frame = pd.DataFrame([{"service": service, **row} for row in workloads])
        options = Options(
            on=dt.date.fromisoformat(on), month=parse_month(month), assumptions=assumptions or {}
        )
        result = price_fleet(encode_fleet(frame), book, options).services[service]
        return find_service(service).quantities(result.columns, result.plan.rules)

    return quantities


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Give a headless browser, for as long as the tests run."""
    sync = pytest.importorskip("playwright.sync_api")
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is not installed")
    with sync.sync_playwright() as driver:
        found = driver.chromium.launch(executable_path=str(CHROMIUM), args=list(QUIET))
        yield found
        found.close()


@pytest.fixture(scope="session")
def command() -> Command:
    """Give a function that runs the command in this process, as a shell would in a folder."""

    def run(*arguments: str | Path, cwd: Path | None = None, stdin: str = "", **environment: str) -> CompletedProcess[str]:  # fmt: skip
        words = ["wharfage", *map(str, arguments)]
        given, out, err = (
            io.TextIOWrapper(io.BytesIO(text), encoding="utf-8", newline="", write_through=True)
            for text in (stdin.encode(), b"", b"")
        )
        with (
            pytest.MonkeyPatch.context() as patch,
            warnings.catch_warnings(),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            patch.chdir(cwd or Path.cwd())
            patch.setattr(sys, "argv", words)
            patch.setattr(sys, "stdin", given)
            for name in FOREIGN:
                patch.delenv(name, raising=False)
            for name, value in environment.items():
                patch.setenv(name, value)
            warnings.simplefilter("default")
            with pytest.raises(SystemExit) as ended:
                main()
        said = [stream.buffer.getvalue().decode("utf-8") for stream in (out, err)]
        return CompletedProcess(words, ended.value.code or 0, *said)

    return run
