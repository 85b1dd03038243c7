"""Cloud Load Balancing: forwarding rules by the hour, and the data that they let through.

The first rules of a project share one price, however few they are; each further rule adds to it.
Global and regional rules are counted apart. One row stands for the rules of one project, type and
region. Data is billed in both directions; what leaves for the internet is billed besides, as
``gcp.data_transfer``. Internal application load balancers are billed by proxies and not modelled.

References: Google Cloud, "Cloud Load Balancing pricing",
https://cloud.google.com/load-balancing/pricing; Cloud Billing Catalog (2026-04-30).
"""

from __future__ import annotations

import numpy as np

from wharfage.rates.rules import Rules
from wharfage.services.model import Columns, Quantities, Service
from wharfage.services.transfers import NOT_STATED

ONE_PROJECT = "forwarding_rules: a row's rules are all rules of their project, type and region"


def quantities(columns: Columns, rules: Rules) -> Quantities:
    """Hours of the first forwarding rules together, hours of each further one, data processed.

    Parameters
    ----------
    columns : mapping of arrays (n,)
        Encoded fleet columns; ``transfer_gib`` counts both directions.
    rules : Rules
        How many rules the minimum price covers.

    Returns
    -------
    Quantities
        A load balancer of no stated type is a fault. [hours], [GiB]
    """
    count, hours = columns["forwarding_rule_count"], columns["hours_per_month"]
    beyond = np.maximum(count - rules["forwarding_rules_in_minimum"], 0.0)
    return Quantities(
        meters={
            "forwarding_rule_hours": np.where(count > 0, hours, 0.0),
            "additional_forwarding_rule_hours": beyond * hours,
            "processed_gib": columns["transfer_gib"],
        },
        faults={
            "required: load_balancer_type is empty": columns["load_balancer_type"] == NOT_STATED
        },
        notes={ONE_PROJECT: count > 0},
    )


SERVICE = Service(
    id="gcp.load_balancer",
    title="Cloud Load Balancing",
    quantities=quantities,
    columns=(
        "load_balancer_type",
        "forwarding_rule_count",
        "hours_per_month",
        "transfer_gib",
        "purchase_option",
    ),
    runs_workloads=False,
)
