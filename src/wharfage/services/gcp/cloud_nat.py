"""Cloud NAT: a gateway by the machines that it serves, its addresses, and the data it processes.

The hourly price grows with the machines up to a number, and stays at a maximum above it. Machines
count that have a NAT assignment, GKE nodes among them. Data is billed in both directions, at one
price everywhere; what leaves for the internet is billed besides, as ``gcp.data_transfer``.

References: Google Cloud, "Cloud NAT pricing", https://cloud.google.com/nat/pricing; Cloud Billing
Catalog (2026-04-30).
"""

from __future__ import annotations

import numpy as np

from wharfage.rates.rules import Rules
from wharfage.services.model import Columns, Quantities, Service

NO_ADDRESS = "no_nat_address_priced: public_ipv4_count is 0, and the gateway's addresses cost extra"


def quantities(columns: Columns, rules: Rules) -> Quantities:
    """Machine-hours up to the maximum, gateway-hours above it, address-hours, data processed.

    Parameters
    ----------
    columns : mapping of arrays (n,)
        Encoded fleet columns; ``node_count`` is the machines served, ``transfer_gib`` the data of
        both directions.
    rules : Rules
        The number of machines above which the hourly price stays at its maximum.

    Returns
    -------
    Quantities
        One row is one gateway. [hours], [GiB]
    """
    machines, hours = columns["node_count"], columns["hours_per_month"]
    at_maximum = machines > rules["nat_most_counted_vms"]
    addresses = columns["public_ipv4_count"]
    return Quantities(
        meters={
            "nat_vm_hours": np.where(at_maximum, 0.0, machines * hours),
            "nat_gateway_hours": np.where(at_maximum, hours, 0.0),
            "public_ipv4_hours": addresses * hours,
            "processed_gib": columns["transfer_gib"],
        },
        notes={NO_ADDRESS: (machines > 0) & (addresses == 0)},
    )


SERVICE = Service(
    id="gcp.cloud_nat",
    title="Cloud NAT",
    quantities=quantities,
    columns=(
        "node_count",
        "hours_per_month",
        "public_ipv4_count",
        "transfer_gib",
        "purchase_option",
    ),
    runs_workloads=False,
)
