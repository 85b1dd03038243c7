"""Amazon EBS volumes: capacity, and the performance of gp3 beyond what capacity includes.

Capacity is billed as provisioned, over the real hours of the month. A gp3 volume includes some
IOPS and throughput; what is provisioned beyond is billed. The performance of gp2 follows from its
size. Snapshots are not priced.

References: AWS, "Amazon EBS pricing", https://aws.amazon.com/ebs/pricing/; price lists Amazon EBS
(2026-09-27).
"""

from __future__ import annotations

import numpy as np

from wharfage.columns import BOOT_DISK_TYPES
from wharfage.rates.rules import Rules
from wharfage.services.demand import replicas
from wharfage.services.model import Columns, Quantities, Service
from wharfage.services.storage_months import months

GP3 = BOOT_DISK_TYPES.index("gp3")


def quantities(columns: Columns, rules: Rules) -> Quantities:
    """GiB-months, and IOPS- and throughput-months beyond what is included.

    Parameters
    ----------
    columns : mapping of arrays (n,)
        Encoded fleet columns; sizes are those of each of `replicas` volumes.
    rules : Rules
        The table's rules in force on the date.

    Returns
    -------
    Quantities
        A volume without its type, or provisioned performance of gp2, is a fault.
    """
    kind, iops, throughput = (
        columns["boot_disk_type"],
        columns["iops"],
        columns["throughput_mibps"],
    )
    volume_months = replicas(columns) * months(columns)
    more_iops = np.maximum(iops - rules["included_iops"], 0.0)
    more_throughput = np.maximum(throughput - rules["included_throughput_mibps"], 0.0)
    is_used = (columns["storage_gib"] > 0) | (iops > 0) | (throughput > 0)
    return Quantities(
        meters={
            "storage_gib_months": columns["storage_gib"] * volume_months,
            "iops_months": more_iops * volume_months,
            "throughput_mibps_months": more_throughput * volume_months,
        },
        faults={
            "required: boot_disk_type is empty": (kind < 0) & is_used,
            "invalid_value: only gp3 has provisioned IOPS and throughput": (
                (kind >= 0) & (kind != GP3) & ((iops > 0) | (throughput > 0))
            ),
        },
    )


SERVICE = Service(
    id="aws.ebs",
    title="Amazon Elastic Block Store",
    quantities=quantities,
    columns=(
        "boot_disk_type",
        "storage_gib",
        "iops",
        "throughput_mibps",
        "replicas",
        "hours_per_month",
        "purchase_option",
    ),
    runs_workloads=False,
)
