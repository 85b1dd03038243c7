"""What every test shares: numpy that raises, the bundled rate book, and a way to measure work."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import settings

import wharfage as wf
from wharfage.engine.estimate import price_fleet
from wharfage.engine.fleet import encode_fleet
from wharfage.engine.plan import Options
from wharfage.services import Quantities, find_service
from wharfage.units import parse_month

Measure = Callable[..., Quantities]

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
