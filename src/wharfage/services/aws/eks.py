"""Amazon EKS control planes: a fee per cluster-hour, more while a version is in extended support.

Extended support is a second line on top of the cluster fee, not a fee of its own. A provisioned
control plane tier is a third. A version past extended support is upgraded by force.

References: AWS price list AmazonEKS (published 2026-09-28); AWS, "Amazon EKS Pricing",
https://aws.amazon.com/eks/pricing/.
"""

from __future__ import annotations

import numpy as np

from wharfage.columns import FLEET_COLUMNS, SUPPORT_PHASES
from wharfage.rates.rules import Rules
from wharfage.services.model import Columns, Quantities, Service

TIERS = FLEET_COLUMNS["control_plane_tier"].choices


def quantities(columns: Columns, rules: Rules) -> Quantities:
    """Cluster-hours, and how many of them carry the surcharges.

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


SERVICE = Service(
    id="aws.eks",
    title="Amazon EKS (control plane)",
    quantities=quantities,
    columns=(
        "cluster_count",
        "hours_per_month",
        "kubernetes_version",
        "control_plane_tier",
        "purchase_option",
    ),
    runs_workloads=False,
)
