"""Cloud Run worker pools: instances without an endpoint, billed for their whole life.

References: Google Cloud, "Cloud Run pricing", https://cloud.google.com/run/pricing;
Cloud Billing Catalog (2026-04-30).
"""

from __future__ import annotations

from wharfage.rates.rules import Rules
from wharfage.services.accelerators import gpu_count
from wharfage.services.demand import always_on_hours
from wharfage.services.gcp.cloud_run_sizes import instance_size, size_faults
from wharfage.services.model import Columns, Quantities, Service


def quantities(columns: Columns, rules: Rules) -> Quantities:
    """Billed vCPU-hours, GiB-hours and accelerator hours of pool instances.

    Parameters
    ----------
    columns : mapping of arrays (n,)
        Encoded fleet columns.
    rules : Rules
        The table's rules in force on the date.

    Returns
    -------
    Quantities
        A size above the largest is a fault.
    """
    vcpu, memory, too_large, resized = instance_size(columns, rules)
    hours = always_on_hours(columns)
    return Quantities(
        meters={
            "vcpu_hours": vcpu * hours,
            "memory_gib_hours": memory * hours,
            "gpu_hours": gpu_count(columns) * hours,
        },
        billed_vcpu=vcpu,
        billed_memory_gib=memory,
        resized=resized,
        faults=size_faults(columns, rules, too_large),
    )


SERVICE = Service(
    id="gcp.cloud_run_worker_pools",
    title="Cloud Run worker pools",
    quantities=quantities,
    columns=(
        "vcpu",
        "memory_gib",
        "operating_system",
        "cpu_architecture",
        "gpu_type",
        "gpu_count",
        "gpu_zonal_redundancy",
        "purchase_option",
        "replicas",
        "hours_per_month",
    ),
    cannot_run={
        "runs": "batch runs are not a worker pool; gcp.cloud_run_jobs runs them",
        "requests": "a worker pool has no endpoint",
    },
)
