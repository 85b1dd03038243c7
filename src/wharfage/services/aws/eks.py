"""Amazon EKS control planes: a fee per cluster-hour, more while a version is in extended support.

Extended support is a second line on top of the cluster fee, not a fee of its own. A provisioned
control plane tier is a third. A version past extended support is upgraded by force. Capabilities
that EKS runs (Argo CD, ACK, kro) cost by the hour of each, and of each resource that they manage.
Own machines that join as hybrid nodes cost by the vCPU-hour, in tiers per billing account, region
and month.

References: AWS price list AmazonEKS (published 2026-09-28); AWS, "Amazon EKS Pricing",
https://aws.amazon.com/eks/pricing/.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wharfage.columns import FLEET_COLUMNS, SUPPORT_PHASES
from wharfage.rates.rules import Rules
from wharfage.services.model import Columns, Quantities, Service

TIERS = FLEET_COLUMNS["control_plane_tier"].choices

#: meters of a capability and of what it manages, by the column that counts what it manages
CAPABILITIES = {
    "argocd_application_count": ("argocd_capability_hours", "argocd_application_hours"),
    "ack_resource_count": ("ack_capability_hours", "ack_resource_hours"),
    "kro_instance_count": ("kro_capability_hours", "kro_instance_hours"),
}


def quantities(columns: Columns, rules: Rules) -> Quantities:
    """Cluster-hours, how many of them carry the surcharges, capabilities and hybrid nodes.

    Parameters
    ----------
    columns : mapping of arrays (n,)
        Encoded fleet columns; ``kubernetes_version`` as codes of the fleet's own versions.
    rules : Rules
        The table's rules in force on the date, the support phase of each version among them.

    Returns
    -------
    Quantities
        An unknown or retired version is a fault. [hours]
    """
    hours = columns["cluster_count"] * columns["hours_per_month"]
    phase = rules["kubernetes_versions"][columns["kubernetes_version"]]
    in_extended_support = phase == SUPPORT_PHASES.index("extended")
    tier = columns["control_plane_tier"]
    is_extended_tier = tier == TIERS.index("extended")
    has_tier = ~is_extended_tier & (tier != TIERS.index("standard"))
    return Quantities(
        meters={
            "cluster_hours": hours,
            "extended_support_hours": np.where(in_extended_support, hours, 0.0),
            "control_plane_tier_hours": np.where(has_tier, hours, 0.0),
            **_capability_hours(columns, hours),
            "hybrid_node_vcpu_hours": columns["hybrid_node_vcpu"] * columns["hours_per_month"],
        },
        faults={
            "unknown_version: not a Kubernetes version of EKS on this date": (
                phase == SUPPORT_PHASES.index("unknown")
            ),
            "not_offered: EKS has no control plane tier 'extended', it follows from the version": (
                is_extended_tier
            ),
            "version_retired: past extended support, EKS upgrades it by force": (
                phase == SUPPORT_PHASES.index("retired")
            ),
        },
    )


def _capability_hours(
    columns: Columns, cluster_hours: NDArray[np.float64]
) -> dict[str, NDArray[np.float64]]:
    """Hours of the capabilities that clusters have: those whose count is not empty."""
    hours = {}
    for column, (capability, resource) in CAPABILITIES.items():
        count = columns[column]
        hours[capability] = np.where(np.isnan(count), 0.0, cluster_hours)
        hours[resource] = cluster_hours * np.nan_to_num(count)
    return hours


SERVICE = Service(
    id="aws.eks",
    title="Amazon EKS (control plane)",
    quantities=quantities,
    columns=(
        "cluster_count",
        "hours_per_month",
        "kubernetes_version",
        "control_plane_tier",
        "hybrid_node_vcpu",
        *CAPABILITIES,
        "purchase_option",
    ),
    runs_workloads=False,
)
