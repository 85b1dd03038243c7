"""Autopilot admission: what a pod's requests become before it is billed.

In order: defaults, minimums, the vCPU step, then the ratio of memory to vCPU of the compute class,
which raises the smaller of the two.

References: Google Cloud, "Resource requests in Autopilot" (read 2026-10-01);
GoogleContainerTools/config-sync, simulateAutopilotResourceAdjustment (read 2026-08-18).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wharfage.rates.rules import Rules
from wharfage.schedules.rounding import SLACK, round_up
from wharfage.services.model import Columns
from wharfage.units import MIB_PER_GIB, MILLICORES_PER_VCPU

Array = NDArray[np.float64]

#: ratio of one GiB to one vCPU, in MiB per millicore
MIB_PER_MILLICORE = MIB_PER_GIB / MILLICORES_PER_VCPU


def requests(columns: Columns, rules: Rules) -> tuple[Array, Array]:
    """Requests of the pods in whole units: defaults filled in, init containers counted.

    Returns millicores and MiB.
    """
    vcpu = default(columns["vcpu"], rules["default_vcpu"])
    memory = default(columns["memory_gib"], rules["default_memory_gib"])
    if rules.assumptions["autopilot_init_containers"] == "max":
        vcpu = np.maximum(vcpu, columns["init_vcpu"])
        memory = np.maximum(memory, columns["init_memory_gib"])
    return round_up(vcpu * MILLICORES_PER_VCPU, 1.0), round_up(memory * MIB_PER_GIB, 1.0)


def default(requested: Array, value: float) -> Array:
    """Requests with empty cells filled in."""
    return np.where(np.isnan(requested), value, requested)


def admit(
    millicores: Array, mebibytes: Array, columns: Columns, rules: Rules
) -> tuple[Array, Array]:
    """Requests after admission: minimum, step, ratio. [millicores], [MiB]."""
    bursting, compute_class = columns["bursting"], columns["compute_class"]
    millicores = np.maximum(millicores, rules["minimum_vcpu_millicores"][bursting])
    millicores = np.maximum(millicores, rules["class_minimum_vcpu_millicores"][compute_class])
    mebibytes = np.maximum(mebibytes, rules["minimum_memory_mib"][bursting])
    mebibytes = np.maximum(mebibytes, rules["class_minimum_memory_mib"][compute_class])
    step = np.where(
        bursting == 1,
        rules.assumptions["autopilot_bursting_cpu_step_millicores"],
        rules["vcpu_step_millicores"][bursting],
    )
    millicores = round_up(millicores, step)
    most = rules["maximum_gib_per_vcpu"][compute_class] * MIB_PER_MILLICORE
    least = rules["minimum_gib_per_vcpu"][compute_class] * MIB_PER_MILLICORE
    millicores = np.maximum(millicores, np.ceil(mebibytes / most * (1.0 - SLACK)))
    mebibytes = np.maximum(mebibytes, np.ceil(millicores * least * (1.0 - SLACK)))
    return millicores, mebibytes
