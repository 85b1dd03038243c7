"""What money is spent on: the meters in seven groups, each with a colour of its own in every picture."""

from __future__ import annotations

import pandas as pd

from wharfage.columns import METERS
from wharfage.outputs.pictures.theme import BLANK, PALETTE

VCPU, MEMORY, MACHINES, REQUESTS, IDLE, STORAGE, FEES = (
    "vCPU", "memory", "machines, GPUs", "requests, events", "idle", "storage, network, logs", "fees",
)  # fmt: skip
#: what is given back, drawn below zero
CREDITS = "credits"

COLORS = dict(
    zip(
        (VCPU, MEMORY, MACHINES, REQUESTS, IDLE, STORAGE, FEES, CREDITS),
        (*PALETTE, BLANK),
        strict=True,
    )
)

_GROUPS = {
    VCPU: "vcpu_hours premium_vcpu_hours build_vcpu_minutes build_minutes",
    MEMORY: (
        "memory_gib_hours premium_memory_gib_hours provisioned_memory_gib_hours"
        " build_memory_gib_minutes"
    ),
    MACHINES: "instance_hours gpu_hours premium_gpu_hours node_share",
    REQUESTS: "requests events",
    IDLE: "idle_vcpu_hours idle_memory_gib_hours idle_nodes",
    FEES: (
        "os_licence_vcpu_hours management_hours cluster_hours extended_support_hours"
        " control_plane_tier_hours automatic_deployment_months hybrid_node_vcpu_hours"
        " argocd_capability_hours argocd_application_hours ack_capability_hours ack_resource_hours"
        " kro_capability_hours kro_instance_hours cluster"
    ),
}
#: every other meter is storage, network or logs
PART_OF = dict.fromkeys(METERS, STORAGE) | {
    meter: part for part, meters in _GROUPS.items() for meter in meters.split()
}


def parts_of(meters: pd.Series) -> pd.Series:
    """Group of each meter; credits are named ``credit:...``."""
    known = {
        meter: CREDITS if str(meter).startswith("credit:") else PART_OF.get(str(meter), FEES)
        for meter in meters.unique()
    }
    return meters.map(known)
