"""Amazon ECS Anywhere: a fee per hour of each own machine that is registered with a cluster.

The machine itself is not AWS's and costs nothing here. A registration is billed for an hour at
the least. The free hours of an account's first six months are an offer to new accounts, and are
not given.

References: AWS, "Amazon ECS Pricing", https://aws.amazon.com/ecs/pricing/ (read 2026-09-20);
price feed Amazon ECS (2025-10-27).
"""

from __future__ import annotations

import numpy as np

from wharfage.rates.rules import Rules
from wharfage.schedules.rounding import billed_seconds
from wharfage.services.cluster_nodes import NO_REQUESTS
from wharfage.services.demand import RUNS
from wharfage.services.model import Columns, Quantities, Service
from wharfage.units import SECONDS_PER_HOUR

NEW_ACCOUNTS = "new_account_offers: the free hours of an account's first six months are not given"


def quantities(columns: Columns, rules: Rules) -> Quantities:
    """Registered instance-hours.

    Parameters
    ----------
    columns : mapping of arrays (n,)
        Encoded fleet columns; `run_seconds` is how long a machine stays registered.
    rules : Rules
        The table's rules in force on the date.

    Returns
    -------
    Quantities
        Every registration lasts an hour at the least; none costs nothing. [hours]
    """
    is_run = columns["demand"] == RUNS
    registered = columns["hours_per_month"] * SECONDS_PER_HOUR
    seconds = billed_seconds(
        np.where(is_run, columns["run_seconds"], registered),
        rules.assumptions["ecs_anywhere_increment_seconds"],
        rules["minimum_run_seconds"],
    )
    registrations = np.where(is_run, columns["runs_per_month"], registered > 0)
    hours = columns["node_count"] * registrations * seconds / SECONDS_PER_HOUR
    return Quantities(
        meters={"management_hours": hours},
        notes=lambda: {NEW_ACCOUNTS: hours > 0},
    )


SERVICE = Service(
    id="aws.ecs_anywhere",
    title="Amazon ECS Anywhere (registered instances)",
    quantities=quantities,
    columns=("node_count", "hours_per_month", "runs_per_month", "run_seconds", "purchase_option"),
    cannot_run=NO_REQUESTS,
    runs_workloads=False,
)
