"""GKE Standard nodes: Compute Engine machines at their own price, sustained use included.

A node pool of a regional cluster has its node count in every zone. GKE charges nothing for the
nodes beyond Compute Engine; the cluster fee is ``gcp.gke``.

References: Google Cloud, "GKE pricing", https://cloud.google.com/kubernetes-engine/pricing, "VM
instance pricing" and "Sustained use discounts"; Cloud Billing Catalog (2026-04-30).
"""

from __future__ import annotations

from dataclasses import replace

from wharfage.rates.rules import Rules
from wharfage.services.cluster_nodes import NO_REQUESTS, cluster_node_faults
from wharfage.services.gcp import compute_engine
from wharfage.services.model import Columns, Quantities, Service
from wharfage.services.node_hours import node_faults


def quantities(columns: Columns, rules: Rules) -> Quantities:
    """Instance-hours with their sustained-use factor, GPU-hours, disks and address-hours.

    Parameters
    ----------
    columns : mapping of arrays (n,)
        Encoded fleet columns; ``node_count`` is the nodes of each zone.
    rules : Rules
        The table's rules in force on the date, the sizes of machine types among them.

    Returns
    -------
    Quantities
        A row without a machine type is a fault: pods that share machines are planned.
    """
    nodes = columns["node_count"] * columns["zone_count"]
    found = compute_engine.quantities({**columns, "node_count": nodes}, rules)
    others = {text: mask for text, mask in found.faults.items() if text not in node_faults(columns)}
    return replace(found, faults={**cluster_node_faults(columns), **others})


SERVICE = Service(
    id="gcp.gke_standard",
    title="GKE Standard (nodes)",
    quantities=quantities,
    columns=(*compute_engine.SERVICE.columns, "zone_count"),
    cannot_run=NO_REQUESTS,
    cluster={"service": "gcp.gke", "cluster_type": "zonal"},
    plans_nodes=True,
)
