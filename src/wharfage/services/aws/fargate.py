"""AWS Fargate for Amazon ECS: tasks billed by configured size and running time.

A task is billed for its configured vCPU and memory (a legal pair), from image pull to end, each
run rounded up to a whole second with a minimum by operating system. Ephemeral storage counts
beyond what is included. Windows adds a licence per vCPU. Spot and Savings Plans change vCPU and
memory only.

References: AWS, "AWS Fargate Pricing", https://aws.amazon.com/fargate/pricing/ (read 2026-10-09);
AWS price list AmazonECS (published 2025-10-27).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wharfage.columns import FLEET_COLUMNS
from wharfage.rates.rules import Rules
from wharfage.schedules.sizes import is_resized, smallest_size
from wharfage.services.demand import demand_notes, instance_hours
from wharfage.services.model import Columns, Quantities, Service

WINDOWS = FLEET_COLUMNS["operating_system"].choices.index("windows")


def quantities(columns: Columns, rules: Rules) -> Quantities:
    """Billed vCPU-hours, GiB-hours, storage and licence of tasks.

    Parameters
    ----------
    columns : mapping of arrays (n,)
        Encoded fleet columns.
    rules : Rules
        The table's rules in force on the date.

    Returns
    -------
    Quantities
        NaN where a request is NaN; a size above the largest is a fault.
    """
    is_windows = columns["operating_system"] == WINDOWS
    vcpu, memory, too_large = smallest_size(columns["vcpu"], columns["memory_gib"], rules["sizes"])
    too_large = too_large | (is_windows & (vcpu > rules.assumptions["windows_max_vcpu"]))
    hours = instance_hours(
        columns,
        rules["run_increment_seconds"],
        rules["minimum_run_seconds"][columns["operating_system"]],
        rules.assumptions["target_utilization"],
    )
    licensed_vcpu = np.where(is_windows, vcpu, 0.0) if is_windows.any() else np.zeros(1)
    storage, too_much = storage_beyond_included(columns["ephemeral_storage_gib"], rules)
    return Quantities(
        meters={
            "vcpu_hours": vcpu * hours,
            "memory_gib_hours": memory * hours,
            "ephemeral_storage_gib_hours": storage * hours,
            "os_licence_vcpu_hours": licensed_vcpu * hours,
        },
        billed_vcpu=vcpu,
        billed_memory_gib=memory,
        resized=lambda: is_resized(columns["vcpu"], columns["memory_gib"], vcpu, memory),
        faults={
            "illegal_size: larger than the largest task": too_large,
            f"illegal_size: more than {rules['maximum_storage_gib']:g} GiB of ephemeral storage": too_much,
        },
        notes=lambda: demand_notes(columns),
    )


def storage_beyond_included(
    ephemeral_storage_gib: NDArray[np.float64], rules: Rules
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Ephemeral storage that is billed per replica, and where it exceeds the maximum. [GiB].

    An empty cell asks for no more than what is included.
    """
    beyond = np.fmax(ephemeral_storage_gib - rules["included_storage_gib"], 0.0)
    return beyond, ephemeral_storage_gib > rules["maximum_storage_gib"]


SERVICE = Service(
    id="aws.fargate",
    title="AWS Fargate (Amazon ECS tasks)",
    quantities=quantities,
    columns=(
        "vcpu",
        "memory_gib",
        "ephemeral_storage_gib",
        "operating_system",
        "cpu_architecture",
        "gpu_type",
        "gpu_count",
        "purchase_option",
        "replicas",
        "hours_per_month",
        "runs_per_month",
        "run_seconds",
        "requests_per_month",
        "request_seconds",
        "concurrency",
        "min_instances",
    ),
    required=("vcpu", "memory_gib"),
)
