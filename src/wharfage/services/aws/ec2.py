"""Amazon EC2: instances by type and count, on Linux, with boot volumes and public addresses.

Billed per second with a minimum per run. Volumes are prorated over the real hours of the month;
a public IPv4 address costs the same in use as idle.

References: AWS price list AmazonEC2 (published 2026-02-07 and 2026-07-20); AWS, "Amazon EC2
On-Demand Pricing", https://aws.amazon.com/ec2/pricing/on-demand/.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wharfage.columns import INTERRUPTION_BANDS, PURCHASE_OPTIONS
from wharfage.rates.rules import Rules
from wharfage.services.model import Columns, Quantities, Service
from wharfage.services.node_hours import (
    COLUMNS,
    attached_quantities,
    node_faults,
    node_hours,
    node_notes,
)

SPOT = PURCHASE_OPTIONS.index("spot")


def quantities(columns: Columns, rules: Rules) -> Quantities:
    """Instance-hours, boot volume GiB-months and address-hours.

    Parameters
    ----------
    columns : mapping of arrays (n,)
        Encoded fleet columns; ``instance_type`` as codes of the fleet's own types.
    rules : Rules
        The table's rules in force on the date, the sizes of machine types among them.

    Returns
    -------
    Quantities
        An unknown machine type is a fault.
    """
    hours = node_hours(columns, rules)
    types = rules["machine_types"]
    return Quantities(
        meters={"instance_hours": hours, **attached_quantities(columns, hours)},
        billed_vcpu=types.vcpu[columns["instance_type"]],
        billed_memory_gib=types.memory_gib[columns["instance_type"]],
        faults=node_faults(columns),
        notes=lambda: {**node_notes(columns), **interruption_notes(columns, rules)},
    )


def interruption_notes(columns: Columns, rules: Rules) -> dict[str, NDArray[np.bool_]]:
    """Notes on how often Spot instances of a type were interrupted, as last read."""
    is_spot = columns["purchase_option"] == SPOT
    band = rules["interruption_bands"][columns["region"], columns["instance_type"]]
    return {
        f"spot_interruptions: {words} a month": is_spot & (band == code)
        for code, words in enumerate(INTERRUPTION_BANDS)
    }


SERVICE = Service(
    id="aws.ec2",
    title="Amazon EC2 (explicit nodes)",
    quantities=quantities,
    columns=COLUMNS,
    cannot_run={"requests": "machines are priced by count and hours"},
    runs_workloads=False,
)
