"""Data transfer out of a region: to the internet, to other regions, between zones.

Transfer to the internet has tiers and a free part; both count per billing account and month, and
the free part lies below the tiers, in every region but those of GovCloud and China.
Transfer to another region is billed where it leaves. What crosses zones is billed on its way out
and again on its way in. Transfer in from the internet is free. AWS's GB are GiB.

References: AWS, "Amazon EC2 On-Demand Pricing", section "Data Transfer",
https://aws.amazon.com/ec2/pricing/on-demand/; price feed data transfer (2025-06-05).
"""

from __future__ import annotations

import numpy as np

from wharfage.rates.rules import Rules
from wharfage.services.model import Columns, Quantities, Service
from wharfage.services.transfers import COLUMNS, destination_faults


def quantities(columns: Columns, rules: Rules) -> Quantities:
    """GiB sent to the internet, to another region, and between zones.

    Parameters
    ----------
    columns : mapping of arrays (n,)
        Encoded fleet columns; `transfer_to` is ``internet``, ``zone`` or a region.
    rules : Rules
        The table's rules in force on the date.

    Returns
    -------
    Quantities
        Data sent without a destination is a fault. [GiB]
    """
    sent, to = columns["transfer_gib"], columns["transfer_to"]
    to_internet = rules["internet_destinations"][to]
    to_zone = rules["zone_destinations"][to]
    directions = rules["zone_transfer_directions"]
    return Quantities(
        meters={
            "internet_transfer_gib": np.where(to_internet, sent, 0.0),
            "transfer_gib": np.where(to_internet | to_zone, 0.0, sent),
            "zone_transfer_gib": np.where(to_zone, sent * directions, 0.0),
        },
        faults=destination_faults(columns),
    )


SERVICE = Service(
    id="aws.data_transfer",
    title="AWS data transfer",
    quantities=quantities,
    columns=(*COLUMNS, "purchase_option"),
    runs_workloads=False,
)
