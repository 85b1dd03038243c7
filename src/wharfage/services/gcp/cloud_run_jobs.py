"""Cloud Run jobs: task attempts billed by size and running time, with a minimum per attempt.

References: Google Cloud, "Cloud Run pricing", https://cloud.google.com/run/pricing (read
2026-09-27); "Set task timeout", docs.cloud.google.com/run/docs/configuring/task-timeout.
"""

from __future__ import annotations

from wharfage.rates.rules import Rules
from wharfage.services.accelerators import gpu_count
from wharfage.services.demand import demand_notes, run_hours
from wharfage.services.gcp.cloud_run_sizes import instance_size, size_faults
from wharfage.services.model import Columns, Quantities, Service


def quantities(columns: Columns, rules: Rules) -> Quantities:
    """Billed vCPU-hours, GiB-hours and accelerator hours of task attempts.

    Parameters
    ----------
    columns : mapping of arrays (n,)
        Encoded fleet columns.
    rules : Rules
        The table's rules in force on the date.

    Returns
    -------
    Quantities
        A run longer than the task timeout is a fault.
    """
    vcpu, memory, too_large, resized = instance_size(columns, rules)
    hours = run_hours(columns, rules["run_increment_seconds"], rules["minimum_run_seconds"])
    return Quantities(
        meters={
            "vcpu_hours": vcpu * hours,
            "memory_gib_hours": memory * hours,
            "gpu_hours": gpu_count(columns) * hours,
        },
        billed_vcpu=vcpu,
        billed_memory_gib=memory,
        resized=resized,
        faults={
            **size_faults(columns, rules, too_large),
            f"task_timeout: longer than {rules['maximum_run_seconds']:g} s": (
                columns["run_seconds"] > rules["maximum_run_seconds"]
            ),
        },
        notes=lambda: demand_notes(columns),
    )


SERVICE = Service(
    id="gcp.cloud_run_jobs",
    title="Cloud Run jobs",
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
        "runs_per_month",
        "run_seconds",
    ),
    cannot_run={
        "always_on": "always-on work is not a job",
        "requests": "a job serves no requests",
    },
)
