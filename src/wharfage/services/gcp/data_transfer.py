"""Data that leaves: for the internet, another region or another zone, from machines or Cloud Run.

Graduated tiers, and the part that many SKUs give free, count per billing account and month.
Machines send over the Premium tier, priced by the source and the destination, or over the Standard
tier, priced by the source alone; Cloud Run has prices of its own. Data that arrives is free.

Destinations of machines: ``same_zone``, ``other_zone``, a region's code, ``internet_<area>`` with
Google's areas (the table lists them); of the Standard tier: ``internet``; of Cloud Run:
``same_region``, ``region_in_<area>``, ``internet_<area>``.

References: Google Cloud, "Network pricing", https://cloud.google.com/vpc/network-pricing, and
"Cloud Run pricing", https://cloud.google.com/run/pricing; Cloud Billing Catalog (2026-04-30).
"""

from __future__ import annotations

import numpy as np

from wharfage.columns import FLEET_COLUMNS
from wharfage.rates.rules import Rules
from wharfage.services.model import Columns, Quantities, Service
from wharfage.services.transfers import COLUMNS, destination_faults

KINDS = FLEET_COLUMNS["network_kind"].choices


def quantities(columns: Columns, rules: Rules) -> Quantities:  # noqa: ARG001
    """GiB sent, by what sends it.

    Parameters
    ----------
    columns : mapping of arrays (n,)
        Encoded fleet columns; ``transfer_to`` as codes of the fleet's own destinations.
    rules : Rules
        Not used: a transfer has no rule but its rate.

    Returns
    -------
    Quantities
        Data sent without a destination is a fault. [GiB]
    """
    sent, kind = columns["transfer_gib"], columns["network_kind"]
    return Quantities(
        meters={
            "transfer_gib": np.where(kind == KINDS.index("vm_premium"), sent, 0.0),
            "standard_tier_transfer_gib": np.where(kind == KINDS.index("vm_standard"), sent, 0.0),
            "cloud_run_transfer_gib": np.where(kind == KINDS.index("cloud_run"), sent, 0.0),
        },
        faults=destination_faults(columns),
    )


SERVICE = Service(
    id="gcp.data_transfer",
    title="Data transfer out",
    quantities=quantities,
    columns=(*COLUMNS, "network_kind", "purchase_option"),
    runs_workloads=False,
)
