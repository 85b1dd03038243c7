"""Artifact Registry: what is stored, and what is sent to another region or to the internet.

Storage is billed for the part of the month that it is kept, with a free part per billing account,
at one price everywhere. Sending within a region, and to Google's own services, is free. Other
destinations are named by area: ``same_region``, ``region_in_<area>``, ``internet_<area>``.

References: Google Cloud, "Artifact Registry pricing",
https://cloud.google.com/artifact-registry/pricing; Cloud Billing Catalog (2026-04-30).
"""

from __future__ import annotations

from wharfage.rates.rules import Rules
from wharfage.services.model import Columns, Quantities, Service
from wharfage.services.storage_months import months
from wharfage.services.transfers import COLUMNS, destination_faults


def quantities(columns: Columns, rules: Rules) -> Quantities:  # noqa: ARG001
    """GiB-months stored and GiB sent.

    Parameters
    ----------
    columns : mapping of arrays (n,)
        Encoded fleet columns; ``storage_gib`` is the average of the hours that images are kept.
    rules : Rules
        Not used: neither part has a rule but its rate.

    Returns
    -------
    Quantities
        Data sent without a destination is a fault. [GiB-months], [GiB]
    """
    return Quantities(
        meters={
            "storage_gib_months": columns["storage_gib"] * months(columns),
            "transfer_gib": columns["transfer_gib"],
        },
        faults=destination_faults(columns),
    )


SERVICE = Service(
    id="gcp.artifact_registry",
    title="Artifact Registry",
    quantities=quantities,
    columns=("storage_gib", "hours_per_month", *COLUMNS, "purchase_option"),
    runs_workloads=False,
)
