"""Public IPv4 addresses: by the hour, whether something uses them or not.

Addresses of nodes, tasks, load balancers and NAT gateways all count. They are billed by the
second, each for a minute at the least. The free hours of new accounts are not given.

References: AWS, "Amazon VPC pricing", https://aws.amazon.com/vpc/pricing/; price feed Amazon VPC
(2025-11-04).
"""

from __future__ import annotations

import numpy as np

from wharfage.columns import FLEET_COLUMNS
from wharfage.rates.rules import Rules
from wharfage.services.model import Columns, Quantities, Service
from wharfage.units import SECONDS_PER_HOUR

IDLE = FLEET_COLUMNS["ipv4_state"].choices.index("idle")


def quantities(columns: Columns, rules: Rules) -> Quantities:
    """Address-hours, in use and idle.

    Parameters
    ----------
    columns : mapping of arrays (n,)
        Encoded fleet columns.
    rules : Rules
        The table's rules in force on the date.

    Returns
    -------
    Quantities
        Addresses x hours. [hours]
    """
    held = columns["hours_per_month"]
    least = rules["minimum_run_seconds"] / SECONDS_PER_HOUR
    hours = columns["public_ipv4_count"] * np.where(held > 0, np.maximum(held, least), 0.0)
    is_idle = columns["ipv4_state"] == IDLE
    return Quantities(
        meters={
            "public_ipv4_hours": np.where(is_idle, 0.0, hours),
            "idle_public_ipv4_hours": np.where(is_idle, hours, 0.0),
        },
    )


SERVICE = Service(
    id="aws.public_ipv4",
    title="Amazon VPC public IPv4 addresses",
    quantities=quantities,
    columns=("public_ipv4_count", "ipv4_state", "hours_per_month", "purchase_option"),
    runs_workloads=False,
)
