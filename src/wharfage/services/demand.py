"""How long instances run: the three kinds of work, for every service that runs whole instances."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from wharfage.columns import DEMAND_KINDS
from wharfage.schedules.rounding import billed_seconds, round_up
from wharfage.services.model import Columns
from wharfage.units import SECONDS_PER_HOUR

Hours = NDArray[np.float64]

ALWAYS_ON, RUNS, REQUESTS = range(len(DEMAND_KINDS))

SIZED_FROM_AVERAGE_LOAD = "sized_from_average_load"
LONGER_THAN_MONTH = "run_longer_than_month_billed_whole"


def run_hours(
    columns: Columns, increment: float | NDArray[Any], minimum: float | NDArray[Any]
) -> Hours:
    """Billed hours of batch runs, all replicas together. [hours per month].

    Each run is rounded up to the increment and billed for the minimum at least.
    """
    seconds = billed_seconds(columns["run_seconds"], increment, minimum)
    return replicas(columns) * columns["runs_per_month"] * (seconds / SECONDS_PER_HOUR)


def always_on_hours(columns: Columns) -> Hours:
    """Hours of instances that run all the time, all replicas together. [hours per month]."""
    return replicas(columns) * columns["hours_per_month"]


def request_hours(columns: Columns, target_utilization: float) -> Hours:
    """Hours of the instances that a stream of requests keeps busy. [hours per month].

    The number of instances is `replicas` where given; else the average load over the target
    utilization, `min_instances` and one at the least.
    """
    busy_seconds = (
        columns["requests_per_month"] * columns["request_seconds"] / columns["concurrency"]
    )
    from_load = round_up(busy_seconds / (columns["month_seconds"] * target_utilization), 1.0)
    sized = np.maximum(np.maximum(from_load, columns["min_instances"]), 1.0)
    given = columns["replicas"]
    return np.where(np.isnan(given), sized, given) * columns["hours_per_month"]


def instance_hours(
    columns: Columns,
    increment: float | NDArray[Any],
    minimum: float | NDArray[Any],
    target_utilization: float,
) -> Hours:
    """Billed hours of whole instances for each kind of work. [hours per month]."""
    demand = columns["demand"]
    is_batch, has_requests = demand == RUNS, demand == REQUESTS
    if is_batch.all():
        return run_hours(columns, increment, minimum)
    hours = always_on_hours(columns)
    if is_batch.any():
        hours = np.where(is_batch, run_hours(columns, increment, minimum), hours)
    if has_requests.any():
        hours = np.where(has_requests, request_hours(columns, target_utilization), hours)
    return hours


def demand_notes(columns: Columns) -> dict[str, NDArray[np.bool_]]:
    """Notes on instances whose number follows from the load, and on runs longer than the month."""
    long = (columns["demand"] == RUNS) & (columns["run_seconds"] > columns["month_seconds"])
    return {**load_notes(columns), LONGER_THAN_MONTH: long}


def load_notes(columns: Columns) -> dict[str, NDArray[np.bool_]]:
    """Note on instances whose number follows from the load."""
    derived = (columns["demand"] == REQUESTS) & np.isnan(columns["replicas"])
    return {SIZED_FROM_AVERAGE_LOAD: derived}


def replicas(columns: Columns) -> NDArray[np.float64]:
    """Replicas, one where none are given."""
    given = columns["replicas"]
    is_empty = np.isnan(given)
    return np.where(is_empty, 1.0, given) if is_empty.any() else given
