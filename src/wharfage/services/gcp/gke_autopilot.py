"""GKE Autopilot: pods billed by what they request, after admission has changed it.

Admission fills in defaults, raises to the minimum, rounds vCPU up to a step (none to speak of on
clusters that support bursting), then raises the smaller of vCPU and memory until their ratio is
one that the compute class allows. Above the class maximum a pod is rejected, never clamped.
Ephemeral storage is billed from the first GiB. Performance, accelerator and GPU pods are billed by
their machine: :mod:`wharfage.services.gcp.gke_autopilot_nodes`. The cluster fee is ``gcp.gke``.

References: Google Cloud, "Resource requests in Autopilot" and "GKE pricing" (read 2026-10-01);
GoogleContainerTools/config-sync, simulateAutopilotResourceAdjustment (read 2026-08-18);
GoogleCloudPlatform/autopilot-cost-calculator, config.ini (read 2025-07-21).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wharfage.rates.rules import Rules
from wharfage.schedules.rounding import round_up
from wharfage.schedules.sizes import is_resized
from wharfage.services.demand import demand_notes, instance_hours
from wharfage.services.gcp import gke_autopilot_nodes as nodes
from wharfage.services.gcp.gke_autopilot_admission import admit, default, requests
from wharfage.services.model import Columns, Quantities, Service
from wharfage.units import MIB_PER_GIB, MILLICORES_PER_VCPU


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
    on_node = nodes.is_node_billed(columns)
    pod_hours = np.where(on_node, 0.0, hours) if on_node.any() else hours
    node_meters: dict[str, NDArray[np.float64]] = {}
    node_vcpu = node_memory = np.zeros(1)
    if on_node.any():
        node_meters, node_vcpu, node_memory = nodes.node_quantities(columns, rules)
    return Quantities(
        meters={
            "vcpu_hours": vcpu * pod_hours,
            "memory_gib_hours": memory * pod_hours,
            "ephemeral_storage_gib_hours": storage * pod_hours,
            **node_meters,
        },
        billed_vcpu=np.where(on_node, node_vcpu, vcpu),
        billed_memory_gib=np.where(on_node, node_memory, memory),
        resized=lambda: (
            ~on_node
            & (
                is_resized(asked_millicores, asked_mebibytes, millicores, mebibytes)
                | (storage_mib < rules["minimum_storage_mib"])
            )
        ),
        faults={
            "illegal_size: larger than the compute class allows": too_large & ~on_node,
            f"illegal_size: more than {rules['maximum_storage_gib']:g} GiB of ephemeral storage": (
                (storage > rules["maximum_storage_gib"]) & ~on_node
            ),
            **(nodes.node_faults(columns, rules) if on_node.any() else {}),
        },
        notes=lambda: {**demand_notes(columns), **nodes.node_notes(columns)},
    )


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
        "instance_type",
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
    derive=nodes.choose_nodes,
    cluster={"service": "gcp.gke", "cluster_type": "autopilot"},
)
