"""Google Kubernetes Engine control planes: one fee per cluster-hour, whatever the mode.

A monthly credit per billing account covers the fee of Autopilot and zonal clusters, never that of
regional ones, never compute. A cluster whose version is in the extended period pays more.

References: Google Cloud, "GKE pricing", https://cloud.google.com/kubernetes-engine/pricing;
Cloud Billing Catalog (2026-04-30).
"""

from __future__ import annotations

import numpy as np

from wharfage.columns import FLEET_COLUMNS
from wharfage.rates.rules import Rules
from wharfage.services.model import Columns, Quantities, Service

TIERS = FLEET_COLUMNS["control_plane_tier"].choices


def quantities(columns: Columns, rules: Rules) -> Quantities:  # noqa: ARG001
    """Cluster-hours, and those in the extended period.

    Parameters
    ----------
    columns : mapping of arrays (n,)
        Encoded fleet columns.
    rules : Rules
        Not used: the fee has no rule but its rate.

    Returns
    -------
    Quantities
        A control plane tier that GKE does not have is a fault. [hours]
    """
    hours = columns["cluster_count"] * columns["hours_per_month"]
    tier = columns["control_plane_tier"]
    is_extended = tier == TIERS.index("extended")
    return Quantities(
        meters={
            "cluster_hours": hours,
            "extended_support_hours": np.where(is_extended, hours, 0.0),
        },
        faults={
            "not_offered: GKE has the control plane tiers standard and extended": (
                ~is_extended & (tier != TIERS.index("standard"))
            ),
        },
    )


SERVICE = Service(
    id="gcp.gke",
    title="Google Kubernetes Engine (control plane)",
    quantities=quantities,
    columns=(
        "cluster_count",
        "cluster_type",
        "hours_per_month",
        "control_plane_tier",
        "purchase_option",
    ),
    runs_workloads=False,
)
