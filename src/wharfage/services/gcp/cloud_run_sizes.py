"""Legal sizes of Cloud Run instances, for services, jobs and worker pools alike.

References: Google Cloud, "Configure CPU limits", "Configure memory limits" and "GPU support",
docs.cloud.google.com/run/docs/configuring (copies of 2025 and 2026).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from wharfage.rates.rules import Rules
from wharfage.schedules.rounding import SLACK, round_up
from wharfage.schedules.sizes import is_resized, smallest_size
from wharfage.services.accelerators import gpu_count, has_gpu
from wharfage.services.model import Columns

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


def instance_size(
    columns: Columns, rules: Rules, *, may_be_fractional: Mask | bool = False
) -> tuple[Array, Array, Mask, Callable[[], Mask]]:
    """Smallest legal size that holds each request, and where there is none. [vCPU], [GiB].

    Returns vCPU, memory, the mask of rows too large, and a function that gives the rows resized.

    Parameters
    ----------
    columns : mapping of arrays (n,)
        Encoded fleet columns; empty requests get the service's default.
    rules : Rules
        The table's rules in force on the date.
    may_be_fractional : array of bool (n,) or bool
        Where less than one vCPU is allowed.
    """
    asked_vcpu = np.where(np.isnan(columns["vcpu"]), rules["default_vcpu"], columns["vcpu"])
    asked_memory = np.where(
        np.isnan(columns["memory_gib"]), rules["default_memory_gib"], columns["memory_gib"]
    )
    requested_vcpu, requested_memory = asked_vcpu, asked_memory
    asked_memory = np.maximum(asked_memory, rules["smallest_memory_gib"])
    # An accelerator needs a minimum size; types that Cloud Run lacks have NaN and fault elsewhere.
    gpu_type = columns["gpu_type"]
    asked_vcpu = np.fmax(asked_vcpu, rules["gpu_minimum_vcpu"][gpu_type])
    asked_memory = np.fmax(asked_memory, rules["gpu_minimum_memory_gib"][gpu_type])
    vcpu, memory, too_large = smallest_size(asked_vcpu, asked_memory, rules["sizes"])
    # Some accelerators come with more vCPU than the table of sizes has; no maximum is published.
    beyond_table = rules["gpu_minimum_vcpu"][gpu_type] > rules["sizes"].vcpu[-1]
    if beyond_table.any():
        vcpu = np.where(beyond_table, round_up(asked_vcpu, 1.0), vcpu)
        memory = np.where(beyond_table, asked_memory, memory)
        too_large = too_large & ~beyond_table
    if np.any(may_be_fractional):
        part_vcpu, is_part = _fraction_of_a_vcpu(asked_vcpu, asked_memory, rules)
        is_part = is_part & may_be_fractional
        vcpu = np.where(is_part, part_vcpu, vcpu)
        memory = np.where(is_part, asked_memory, memory)

    def resized() -> Mask:
        return is_resized(requested_vcpu, requested_memory, vcpu, memory)

    return vcpu, memory, too_large, resized


def _fraction_of_a_vcpu(asked_vcpu: Array, asked_memory: Array, rules: Rules) -> tuple[Array, Mask]:
    """Sizes below one vCPU: rounded to a step, at least what the memory needs."""
    ladder = rules["fractional_sizes"]
    rung = np.searchsorted(ladder.maximum_memory_gib, asked_memory * (1.0 - SLACK))
    fits = rung < len(ladder.vcpu)
    least = ladder.vcpu[np.where(fits, rung, 0)]
    vcpu = np.maximum(round_up(asked_vcpu, rules["fractional_vcpu_step"]), least)
    return vcpu, fits & (vcpu < rules["sizes"].vcpu[0])


def size_faults(columns: Columns, rules: Rules, too_large: Mask) -> dict[str, Mask]:
    """Reasons for rows whose size Cloud Run does not sell."""
    is_sold = ~np.isnan(rules["gpu_minimum_vcpu"][columns["gpu_type"]]) | ~has_gpu(columns)
    return {
        "illegal_size: larger than the largest Cloud Run instance": too_large,
        "not_offered: Cloud Run has no such accelerator": ~is_sold,
        f"illegal_size: more than {rules['maximum_gpu_count']:g} accelerator per instance": (
            gpu_count(columns) > rules["maximum_gpu_count"]
        ),
    }
