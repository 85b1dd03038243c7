"""External IPv4 addresses: in use on a standard or Spot machine, or reserved and idle.

Static and ephemeral addresses cost the same while a machine uses them; each billing account has
one such address free. An idle reserved one costs more, by region. Addresses of Cloud NAT gateways
belong to ``gcp.cloud_nat``.

References: Google Cloud, "Network pricing", https://cloud.google.com/vpc/network-pricing; Cloud
Billing Catalog (2026-04-30).
"""

from __future__ import annotations

import numpy as np

from wharfage.columns import FLEET_COLUMNS
from wharfage.rates.rules import Rules
from wharfage.services.model import Columns, Quantities, Service

IDLE = FLEET_COLUMNS["ipv4_state"].choices.index("idle")


def quantities(columns: Columns, rules: Rules) -> Quantities:  # noqa: ARG001
    """Address-hours, in use and idle.

    Parameters
    ----------
    columns : mapping of arrays (n,)
        Encoded fleet columns; ``purchase_option`` is that of the machine.
    rules : Rules
        Not used: an address has no rule but its rate.

    Returns
    -------
    Quantities
        [hours]
    """
    hours = columns["public_ipv4_count"] * columns["hours_per_month"]
    is_idle = columns["ipv4_state"] == IDLE
    return Quantities(
        meters={
            "public_ipv4_hours": np.where(is_idle, 0.0, hours),
            "idle_public_ipv4_hours": np.where(is_idle, hours, 0.0),
        }
    )


SERVICE = Service(
    id="gcp.external_ipv4",
    title="External IPv4 addresses",
    quantities=quantities,
    columns=("public_ipv4_count", "ipv4_state", "hours_per_month", "purchase_option"),
    runs_workloads=False,
)
