"""Nodes of a cluster on which pods or tasks share machines: explicit nodes, priced row by row.

A row that names its machines is priced here. A row without a machine type is a pod: which
machines it shares with which other pods is for a plan to choose.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wharfage.rates.rules import Rules
from wharfage.services.aws.ec2 import interruption_notes
from wharfage.services.model import Columns, Quantities
from wharfage.services.node_hours import (
    attached_quantities,
    disk_faults,
    node_hours,
    node_notes,
)

#: reason of a row that is a pod, not a node
POD = "required: instance_type is empty (pods that share nodes are planned: wharfage nodes)"

NO_REQUESTS = {"requests": "nodes are priced by count and hours"}


def cluster_node_faults(columns: Columns) -> dict[str, NDArray[np.bool_]]:
    """Reasons for rows that name no machine, or a disk of no type."""
    return {POD: columns["instance_type"] < 0, **disk_faults(columns)}


def ec2_nodes(columns: Columns, rules: Rules, *, is_managed: bool) -> Quantities:
    """Quantities of EC2 nodes; the management fee counts the same hours as the machines.

    Parameters
    ----------
    columns : mapping of arrays (n,)
        Encoded fleet columns.
    rules : Rules
        Rules of the service's own table.
    is_managed : bool
        True where the provider charges a management fee on every machine.
    """
    hours = node_hours(columns, rules)
    types = rules["machine_types"]
    fee = {"management_hours": hours} if is_managed else {}
    return Quantities(
        meters={"instance_hours": hours, **fee, **attached_quantities(columns, hours)},
        billed_vcpu=types.vcpu[columns["instance_type"]],
        billed_memory_gib=types.memory_gib[columns["instance_type"]],
        faults=cluster_node_faults(columns),
        notes=lambda: {**node_notes(columns), **interruption_notes(columns, rules)},
    )
