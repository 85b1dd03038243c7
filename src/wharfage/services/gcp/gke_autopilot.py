"""GKE Autopilot: pods billed by what they request, after admission has changed it.

Admission fills in defaults, raises to the minimum, rounds vCPU up to a step (none to speak of on
clusters that support bursting), then raises the smaller of vCPU and memory until their ratio is
one that the compute class allows. Above the class maximum a pod is rejected, never clamped.
Ephemeral storage is billed from the first GiB. The cluster fee is ``gcp.gke``.

References: Google Cloud, "Resource requests in Autopilot" and "GKE pricing" (read 2026-10-01);
GoogleContainerTools/config-sync, simulateAutopilotResourceAdjustment (read 2026-08-18);
GoogleCloudPlatform/autopilot-cost-calculator, config.ini (read 2025-07-21).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wharfage.columns import FLEET_COLUMNS
from wharfage.rates.rules import Rules
from wharfage.schedules.rounding import SLACK, round_up
from wharfage.schedules.sizes import is_resized
from wharfage.services.demand import demand_notes, instance_hours
from wharfage.services.model import Columns, Quantities, Service
from wharfage.units import MIB_PER_GIB, MILLICORES_PER_VCPU

Array = NDArray[np.float64]

CLASSES = FLEET_COLUMNS["compute_class"].choices
NO_GPU = FLEET_COLUMNS["gpu_type"].choices.index("none")

#: ratio of one GiB to one vCPU, in MiB per millicore
MIB_PER_MILLICORE = MIB_PER_GIB / MILLICORES_PER_VCPU


def quantities(columns: Columns, rules: Rules) -> Quantities:
    """Billed vCPU-hours, GiB-hours and storage of admitted pods.

    Parameters
    ----------
    columns : mapping of arrays (n,)
        Encoded fleet columns; an empty request gets the service's default.
    rules : Rules
        The table's rules in force on the date.

    Returns
    -------
    Quantities
        A pod that admission rejects is a fault.
    """
    asked_millicores, asked_mebibytes = requests(columns, rules)
    millicores, mebibytes = admit(asked_millicores, asked_mebibytes, columns, rules)
    storage_mib = round_up(
        default(columns["ephemeral_storage_gib"], rules["default_storage_gib"]) * MIB_PER_GIB, 1.0
    )
    storage = np.maximum(storage_mib, rules["minimum_storage_mib"]) / MIB_PER_GIB
    vcpu, memory = millicores / MILLICORES_PER_VCPU, mebibytes / MIB_PER_GIB
    hours = instance_hours(
        columns, rules["run_increment_seconds"], 0.0, rules.assumptions["target_utilization"]
    )
    kind = (columns["compute_class"], columns["cpu_architecture"])
    too_large = (vcpu > rules["maximum_vcpu"][kind]) | (memory > rules["maximum_memory_gib"][kind])
    is_node_billed = np.isin(
        columns["compute_class"], [CLASSES.index("performance"), CLASSES.index("accelerator")]
    ) | (columns["gpu_type"] != NO_GPU)
    return Quantities(
        meters={
            "vcpu_hours": vcpu * hours,
            "memory_gib_hours": memory * hours,
            "ephemeral_storage_gib_hours": storage * hours,
        },
        billed_vcpu=vcpu,
        billed_memory_gib=memory,
        resized=is_resized(asked_millicores, asked_mebibytes, millicores, mebibytes)
        | (storage_mib < rules["minimum_storage_mib"]),
        faults={
            "not_yet_priced: GPU, performance and accelerator pods are billed by the node": (
                is_node_billed
            ),
            "illegal_size: larger than the compute class allows": too_large & ~is_node_billed,
            f"illegal_size: more than {rules['maximum_storage_gib']:g} GiB of ephemeral storage": (
                storage > rules["maximum_storage_gib"]
            ),
        },
        notes=demand_notes(columns),
    )


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
    millicores = np.maximum.reduce(
        [
            millicores,
            rules["minimum_vcpu_millicores"][bursting],
            rules["class_minimum_vcpu_millicores"][compute_class],
        ]
    )
    mebibytes = np.maximum.reduce(
        [
            mebibytes,
            rules["minimum_memory_mib"][bursting],
            rules["class_minimum_memory_mib"][compute_class],
        ]
    )
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


SERVICE = Service(
    id="gcp.gke_autopilot",
    title="GKE Autopilot (pods)",
    quantities=quantities,
    columns=(
        "vcpu",
        "memory_gib",
        "ephemeral_storage_gib",
        "ephemeral_storage_type",
        "init_vcpu",
        "init_memory_gib",
        "compute_class",
        "bursting",
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
    cluster={"service": "gcp.gke", "cluster_type": "autopilot"},
)
