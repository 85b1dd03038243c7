"""Persistent Disk and Hyperdisk volumes: capacity, and performance where it is sold apart.

Billed by the second for what is provisioned, whatever is used. Some Hyperdisk types include a
performance; the rest is sold by IOPS and by MiB/s. Disks of nodes that are priced with their
machine (``boot_disk_gib``) belong to ``gcp.compute_engine``.

References: Google Cloud, "Disk and image pricing",
https://cloud.google.com/compute/disks-image-pricing, and "About Hyperdisk Balanced",
https://cloud.google.com/compute/docs/disks/hd-types/hyperdisk-balanced; Cloud Billing Catalog
(2026-04-30).
"""

from __future__ import annotations

import numpy as np

from wharfage.rates.rules import Rules
from wharfage.services.demand import always_on_hours
from wharfage.services.model import Columns, Quantities, Service
from wharfage.services.transfers import NOT_STATED
from wharfage.units import SECONDS_PER_HOUR


def quantities(columns: Columns, rules: Rules) -> Quantities:
    """Months of capacity, and of performance beyond what a disk's type includes.

    Parameters
    ----------
    columns : mapping of arrays (n,)
        Encoded fleet columns; size and performance of one disk, `replicas` of them.
    rules : Rules
        Performance that each disk type includes; NaN where a type has none to sell.

    Returns
    -------
    Quantities
        A disk without its type, performance that a type does not sell, and a type that is sold by
        its performance without one are faults. [GiB-months], [IOPS-months], [MiB/s-months]
    """
    months = always_on_hours(columns) * SECONDS_PER_HOUR / columns["month_seconds"]
    kind = columns["boot_disk_type"]
    meters = {"storage_gib_months": columns["storage_gib"] * months}
    faults = {
        "required: boot_disk_type is empty": (columns["storage_gib"] > 0) & (kind == NOT_STATED)
    }
    for column, rule, meter in (
        ("iops", "included_iops", "iops_months"),
        ("throughput_mibps", "included_throughput_mibps", "throughput_mibps_months"),
    ):
        asked, included = columns[column], rules[rule][kind]
        not_sold = np.isnan(included) | (kind == NOT_STATED)
        beyond = np.maximum(asked - np.where(not_sold, asked, included), 0.0)
        meters[meter] = beyond * months
        faults |= {
            f"not_offered: this disk type has no {column} to provision": (asked > 0) & not_sold,
            f"required: {column} is empty, and this disk type is sold by it": (
                ~not_sold & (included == 0) & (asked == 0)
            ),
        }
    return Quantities(meters=meters, faults=faults)


SERVICE = Service(
    id="gcp.persistent_disk",
    title="Persistent Disk and Hyperdisk",
    quantities=quantities,
    columns=(
        "storage_gib",
        "boot_disk_type",
        "iops",
        "throughput_mibps",
        "replicas",
        "hours_per_month",
        "purchase_option",
    ),
    runs_workloads=False,
)
