"""Elastic Load Balancing: hours, and capacity units or gigabytes.

A load balancer is billed by the hour, a started hour is a whole one. Application, Network and
Gateway Load Balancers also pay for capacity units (LCU-hours), used fractions included; a unit
is the largest of several dimensions, of which processed bytes are known from the transfer and
the others only to who measures them (`lcu_hours`). Classic Load Balancers pay by the GB instead.
Addresses and transfer are charges of their own.

References: AWS, "Elastic Load Balancing pricing", https://aws.amazon.com/elasticloadbalancing/pricing/;
price feed Elastic Load Balancing (2025-06-05).
"""

from __future__ import annotations

import numpy as np

from wharfage.columns import LOAD_BALANCER_TYPES
from wharfage.rates.rules import Rules
from wharfage.schedules.rounding import round_up
from wharfage.services.demand import replicas
from wharfage.services.model import Columns, Quantities, Service

CLASSIC = LOAD_BALANCER_TYPES.index("classic")
GATEWAY = LOAD_BALANCER_TYPES.index("gateway")

FROM_BYTES = (
    "lcu_from_bytes: capacity units follow from the bytes alone; many new connections or rule"
    " evaluations take more"
)


def quantities(columns: Columns, rules: Rules) -> Quantities:
    """Load balancer hours, capacity unit hours and processed data.

    Parameters
    ----------
    columns : mapping of arrays (n,)
        Encoded fleet columns; `lcu_hours` and `transfer_gib` are those of all `replicas`.
    rules : Rules
        The table's rules in force on the date.

    Returns
    -------
    Quantities
        A type that is not stated is a fault. [hours, LCU-hours, GiB]
    """
    kind = columns["load_balancer_type"]
    hours = round_up(columns["hours_per_month"], 1.0)
    from_bytes = columns["transfer_gib"] * np.nan_to_num(rules["lcu_hours_per_gib"][kind])
    is_classic = kind == CLASSIC
    return Quantities(
        meters={
            "load_balancer_hours": replicas(columns) * hours,
            "lcu_hours": np.where(is_classic, 0.0, np.maximum(columns["lcu_hours"], from_bytes)),
            "processed_gib": np.where(is_classic, columns["transfer_gib"], 0.0),
        },
        faults={
            "required: load_balancer_type is empty": kind < 0,
            "invalid_value: a Classic Load Balancer has no capacity units": (
                is_classic & (columns["lcu_hours"] > 0)
            ),
            "required: lcu_hours is empty, and does not follow from transfer_gib here": (
                (kind == GATEWAY) & (columns["transfer_gib"] > 0) & (columns["lcu_hours"] == 0)
            ),
        },
        notes=lambda: {FROM_BYTES: from_bytes > columns["lcu_hours"]},
    )


SERVICE = Service(
    id="aws.load_balancer",
    title="Elastic Load Balancing",
    quantities=quantities,
    columns=(
        "load_balancer_type",
        "replicas",
        "hours_per_month",
        "lcu_hours",
        "transfer_gib",
        "purchase_option",
    ),
    runs_workloads=False,
)
