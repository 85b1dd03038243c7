"""A made-up service: crane lifts at graduated prices, and storage that not every quay prices.

References: none; the harbour is made up to prove that a service is one file, one table and one
golden case.
"""

from __future__ import annotations

import numpy as np

from wharfage.rates.rules import Rules
from wharfage.services.model import Columns, Quantities, Service


def quantities(columns: Columns, rules: Rules) -> Quantities:
    """Lifts and stored GiB-hours of a ship.

    Parameters
    ----------
    columns : mapping of arrays (n,)
        Encoded fleet columns.
    rules : Rules
        The table's rules in force on the date.

    Returns
    -------
    Quantities
        Lifts are billed for the least number at least; none asked for, none billed.
    """
    asked = columns["events_per_month"]
    lifts = np.where(asked > 0, np.maximum(asked, rules["least_lifts"]), 0.0)
    return Quantities(
        meters={
            "requests": lifts,
            "ephemeral_storage_gib_hours": columns["storage_gib"] * columns["hours_per_month"],
        },
        faults={"illegal_size: no quay holds so much": columns["storage_gib"] > rules["largest"]},
    )


SERVICE = Service(
    id="toy.harbour",
    title="Toy harbour",
    quantities=quantities,
    columns=("events_per_month", "storage_gib", "hours_per_month", "purchase_option"),
    runs_workloads=False,
)
