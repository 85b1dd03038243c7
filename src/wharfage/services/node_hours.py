"""Explicit nodes: machines by type and count, with their boot disks and addresses."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wharfage.rates.rules import Rules
from wharfage.schedules.rounding import billed_seconds
from wharfage.services.demand import RUNS
from wharfage.services.model import Columns
from wharfage.units import SECONDS_PER_HOUR

Array = NDArray[np.float64]

COLUMNS = (
    "instance_type",
    "node_count",
    "purchase_option",
    "operating_system",
    "hours_per_month",
    "runs_per_month",
    "run_seconds",
    "boot_disk_gib",
    "boot_disk_type",
    "public_ipv4_count",
)

#: code of an empty cell
NOT_STATED = -1

NO_BOOT_DISK = "no_boot_disk_priced"


def node_hours(columns: Columns, rules: Rules) -> Array:
    """Billed hours of all nodes of a row, with the minimum of each run. [hours per month]."""
    seconds = billed_seconds(
        columns["run_seconds"], rules["run_increment_seconds"], rules["minimum_run_seconds"]
    )
    runs = columns["runs_per_month"] * seconds / SECONDS_PER_HOUR
    hours = np.where(columns["demand"] == RUNS, runs, columns["hours_per_month"])
    return columns["node_count"] * hours


def attached_quantities(columns: Columns, hours: Array) -> dict[str, Array]:
    """Boot disks and public addresses, which follow the hours of their node."""
    months = hours * SECONDS_PER_HOUR / columns["month_seconds"]
    return {
        "boot_disk_gib_months": columns["boot_disk_gib"] * months,
        "public_ipv4_hours": columns["public_ipv4_count"] * hours,
    }


def node_faults(columns: Columns) -> dict[str, NDArray[np.bool_]]:
    """Reasons for rows whose machine or disk is not stated."""
    return {
        "required: instance_type is empty": columns["instance_type"] < 0,
        **disk_faults(columns),
    }


def disk_faults(columns: Columns) -> dict[str, NDArray[np.bool_]]:
    """Reason for rows with a boot disk of no stated type."""
    lacks_disk_type = (columns["boot_disk_gib"] > 0) & (columns["boot_disk_type"] == NOT_STATED)
    return {"required: boot_disk_type is empty": lacks_disk_type}


def node_notes(columns: Columns) -> dict[str, NDArray[np.bool_]]:
    """Note on nodes that are priced without a boot disk."""
    return {NO_BOOT_DISK: columns["boot_disk_gib"] == 0}
