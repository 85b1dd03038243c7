"""Cells, ceilings, months and demand: what every service of the oracle shares.

Nothing here is imported from the library: the oracle must be able to disagree with it.
"""

from __future__ import annotations

import math
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_CEILING, Decimal
from pathlib import Path
from typing import Any

# Contract section 4, Rounding: 1e-9 is taken off, relatively, before any ceiling or size look-up.
SLACK = Decimal(1) - Decimal("1e-9")
SECONDS_PER_HOUR = Decimal(3600)

# Every rule that the rule sheets leave unsure, with the reading that is taken unless told
# otherwise.
DEFAULT_ASSUMPTIONS: dict[str, Any] = {
    "windows_max_vcpu": 4,  # AWS sheet, section 2: 8 and more vCPU for Windows "no (L)"
    "eks_fargate_max_vcpu": 16,  # AWS sheet, section 2: the 2024 EKS guide stops at 16
    "eks_fargate_ephemeral_overhead_gib": 15,  # AWS sheet, section 2: one data point
    "autopilot_init_containers": "max",  # GCP sheet, section 2: as Kubernetes counts; or "ignore"
    "autopilot_bursting_cpu_step_millicores": 1,  # GCP sheet, section 2: or 50, 250
    "autopilot_premium_base": "node",  # GCP sheet, sections 2 and 7; or "pod"
    "target_utilization": Decimal("0.6"),  # contract section 6
    "cloud_run_credit": "shared",  # GCP sheet, section 4.3; or "per_mode"
    "app_runner_activations_per_request": 1,  # decided: every request wakes an instance
    "ecs_anywhere_increment_seconds": 1,  # decided: AWS states a price per hour and no rounding
    "sustained_use_account": "self_serve",  # GCP sheet, section 3; "invoiced" ones get none
}


class NoPriceError(Exception):
    """A workload without a price; the message is the reason code, with details after a colon."""


@dataclass(frozen=True)
class Situation:
    """What is the same for all workloads of one estimate."""

    on: date
    month_hours: Decimal
    strict: bool
    assumptions: Mapping[str, Any]
    tables: Path

    @property
    def month_seconds(self) -> Decimal:
        """Length of the month in seconds."""
        return self.month_hours * SECONDS_PER_HOUR

    def number(self, name: str) -> Decimal:
        """Return one assumption as a number."""
        return Decimal(str(self.assumptions[name]))


@dataclass
class Usage:
    """What a workload is billed for: quantities by meter, in hours, GiB-hours or requests.

    ``multipliers`` say, by meter, which part of its effective price is paid; all of it if absent.
    ``meter_columns`` hold, by meter, what a rate is asked for in the stead of ``columns``.
    """

    quantities: dict[str, Decimal]
    vcpu: Decimal | None = None
    memory_gib: Decimal | None = None
    columns: dict[str, str] = field(default_factory=dict)
    multipliers: dict[str, Decimal] = field(default_factory=dict)
    meter_columns: dict[str, dict[str, str]] = field(default_factory=dict)


def month_hours(month: str) -> Decimal:
    """Return the hours of ``"730h"`` or of a month ``"2026-02"`` (UTC, so always 24 h a day)."""
    if month.endswith("h"):
        return Decimal(month[:-1])
    year, number = month.split("-")
    return Decimal(monthrange(int(year), int(number))[1] * 24)


def ceiling(x: Decimal) -> Decimal:
    """Round up to a whole number after the slack: 3.0000000004 is 3."""
    return (x * SLACK).to_integral_value(rounding=ROUND_CEILING)


def exceeds(x: Decimal, limit: Decimal | int | str) -> bool:
    """Say whether ``x`` is above ``limit`` by more than the slack."""
    return x * SLACK > Decimal(limit)


def is_empty(cell: Any) -> bool:
    """Say whether a cell is null, NaN or empty text, which all mean the default."""
    return cell is None or cell == "" or (isinstance(cell, float) and math.isnan(cell))


def text(row: Mapping[str, Any], column: str, default: str, allowed: tuple[str, ...] = ()) -> str:
    """Read a text cell; a value outside ``allowed`` is a fault of the row."""
    cell = row.get(column)
    if is_empty(cell):
        return default
    if allowed and cell not in allowed:
        raise NoPriceError(f"invalid_value: {column}={cell!r}")
    return str(cell)


def flag(row: Mapping[str, Any], column: str, *, default: bool) -> bool:
    """Read a yes/no cell."""
    cell = row.get(column)
    if is_empty(cell):
        return default
    if isinstance(cell, bool):
        return cell
    if str(cell).lower() in ("true", "false"):
        return str(cell).lower() == "true"
    raise NoPriceError(f"invalid_value: {column}={cell!r}")


def number(
    row: Mapping[str, Any], column: str, default: Decimal | int | str | None = None
) -> Decimal | None:
    """Read a number that may not be negative; floats are read as they print (contract)."""
    cell = row.get(column)
    if cell is None or is_empty(cell):
        return None if default is None else Decimal(default)
    if isinstance(cell, bool | str):
        raise NoPriceError(f"invalid_value: {column}={cell!r} is not a number")
    value = Decimal(repr(cell)) if isinstance(cell, float) else Decimal(cell)
    if not value.is_finite() or value < 0:
        raise NoPriceError(f"invalid_value: {column}={cell!r}")
    return value


def required(row: Mapping[str, Any], column: str) -> Decimal:
    """Read a number that has no default."""
    value = number(row, column)
    if value is None:
        raise NoPriceError(f"missing_value: {column}")
    return value


def defaulted(row: Mapping[str, Any], column: str, default: Decimal | int | str) -> Decimal:
    """Read a number that has a default."""
    value = number(row, column, default)
    assert value is not None
    return value


def whole(row: Mapping[str, Any], column: str, default: int) -> Decimal:
    """Read a count: a fraction is a fault (contract section 4, replicas)."""
    value = defaulted(row, column, default)
    if value != value.to_integral_value():
        raise NoPriceError(f"invalid_value: {column}={value} is not whole")
    return value


def has_gpu(row: Mapping[str, Any]) -> bool:
    """Say whether the workload asks for a GPU, by type or by a count above zero."""
    return not is_empty(row.get("gpu_type")) or (number(row, "gpu_count", 0) or 0) > 0


def demand_kind(row: Mapping[str, Any]) -> str:
    """Return ``runs``, ``requests`` or ``always_on``; a row with two kinds is a fault."""
    runs, requests = number(row, "runs_per_month"), number(row, "requests_per_month")
    if runs is not None and requests is not None:
        raise NoPriceError("invalid_value: runs_per_month and requests_per_month in one row")
    if runs is not None:
        return "runs"
    return "always_on" if requests is None else "requests"


def hours_per_month(row: Mapping[str, Any], situation: Situation) -> Decimal:
    """Return the hours each replica is up; more than the month is a fault."""
    hours = defaulted(row, "hours_per_month", situation.month_hours)
    if hours > situation.month_hours:
        raise NoPriceError("invalid_value: hours_per_month is more than the month")
    return hours


def concurrency_of(row: Mapping[str, Any]) -> Decimal:
    """Return the requests that one instance serves at once on average (at least 1, not whole)."""
    concurrency = defaulted(row, "concurrency", 1)
    if concurrency < 1:
        raise NoPriceError(f"invalid_value: concurrency={concurrency}")
    return concurrency


def run_hours(row: Mapping[str, Any], *, minimum_seconds: int, step_seconds: str) -> Decimal:
    """Return the billed hours of runs: each rounded up to the step, then at least the minimum."""
    step = Decimal(step_seconds)
    seconds = max(Decimal(minimum_seconds), step * ceiling(required(row, "run_seconds") / step))
    return whole(row, "replicas", 1) * required(row, "runs_per_month") * seconds / SECONDS_PER_HOUR


def instance_hours(row: Mapping[str, Any], situation: Situation, kind: str) -> Decimal:
    """Return the hours of whole instances that are always on or sized from the average load.

    Contract section 6: ``replicas`` if given, else max(1, ``min_instances``, average load / target
    utilization). ``request_seconds`` is not rounded here: the 100 ms step is a billing rule of
    Cloud Run, not a load.
    """
    hours = hours_per_month(row, situation)
    if kind == "always_on":
        return whole(row, "replicas", 1) * hours
    busy_seconds = required(row, "requests_per_month") * required(row, "request_seconds")
    capacity = (
        concurrency_of(row) * situation.month_seconds * situation.number("target_utilization")
    )
    minimum = whole(row, "min_instances", 0)
    if is_empty(row.get("replicas")):
        return max(Decimal(1), minimum, ceiling(busy_seconds / capacity)) * hours
    return whole(row, "replicas", 1) * hours
