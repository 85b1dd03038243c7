"""Cloud Logging: what is ingested, and what is kept longer than the days that are included.

Each project has a free part of its own. A fleet has no projects, so a billing account gets it
once here: give every project a ``billing_account`` of its own to give it to each. Network logs
that Google's services write (``log_class`` vended) cost less and have no free part.

References: Google Cloud, "Google Cloud Observability pricing",
https://cloud.google.com/stackdriver/pricing; Cloud Billing Catalog (2026-04-30).
"""

from __future__ import annotations

import numpy as np

from wharfage.columns import FLEET_COLUMNS
from wharfage.rates.rules import Rules
from wharfage.services.model import Columns, Quantities, Service
from wharfage.services.storage_months import months

STANDARD = FLEET_COLUMNS["log_class"].choices.index("standard")

ONE_PROJECT = "logging_free_part: given once per billing account; the provider gives it per project"


def quantities(columns: Columns, rules: Rules) -> Quantities:  # noqa: ARG001
    """GiB ingested, and GiB-months kept beyond the included days.

    Parameters
    ----------
    columns : mapping of arrays (n,)
        Encoded fleet columns; ``storage_gib`` is the logs older than the included days,
        kept for ``hours_per_month``.
    rules : Rules
        Not used: neither part has a rule but its rate.

    Returns
    -------
    Quantities
        [GiB], [GiB-months]
    """
    ingested = columns["log_gib"]
    return Quantities(
        meters={
            "log_gib": ingested,
            "log_retention_gib_months": columns["storage_gib"] * months(columns),
        },
        notes={ONE_PROJECT: np.logical_and(ingested > 0, columns["log_class"] == STANDARD)},
    )


SERVICE = Service(
    id="gcp.cloud_logging",
    title="Cloud Logging",
    quantities=quantities,
    columns=("log_gib", "log_class", "storage_gib", "hours_per_month", "purchase_option"),
    runs_workloads=False,
)
