"""Cloud Run services: billed by the request, or by the life of an instance.

Request-based: an instance is charged while it serves at least one request, each rounded up to
100 ms, plus a fee per request; instances kept warm are charged at an idle price. Instance-based:
the whole life of every instance, no fee. Accelerators need instance-based billing.

References: Google Cloud, "Cloud Run pricing", https://cloud.google.com/run/pricing (read
2026-09-27); "Billing settings", "Minimum instances" and "GPU support",
docs.cloud.google.com/run/docs/configuring.
"""

from __future__ import annotations

import numpy as np

from wharfage.columns import FLEET_COLUMNS
from wharfage.rates.rules import Rules
from wharfage.schedules.rounding import round_up
from wharfage.services.accelerators import gpu_count, has_gpu
from wharfage.services.demand import REQUESTS, always_on_hours, load_notes, request_hours
from wharfage.services.gcp.cloud_run_sizes import instance_size, size_faults
from wharfage.services.model import Columns, Quantities, Service
from wharfage.units import SECONDS_PER_HOUR

REQUEST_BASED = FLEET_COLUMNS["billing_mode"].choices.index("request")

PERFECT_SHARING = "requests_share_instances_perfectly"


def quantities(columns: Columns, rules: Rules) -> Quantities:
    """Active and idle vCPU-hours and GiB-hours, requests, accelerator hours.

    Parameters
    ----------
    columns : mapping of arrays (n,)
        Encoded fleet columns.
    rules : Rules
        The table's rules in force on the date.

    Returns
    -------
    Quantities
        A request-based row without a number of requests is a fault.
    """
    by_request = columns["billing_mode"] == REQUEST_BASED
    has_requests = columns["demand"] == REQUESTS
    vcpu, memory, too_large, resized = instance_size(
        columns, rules, may_be_fractional=by_request & (columns["concurrency"] == 1)
    )
    seconds = round_up(columns["request_seconds"], rules["request_increment_seconds"])
    serving = columns["requests_per_month"] * seconds / columns["concurrency"]
    idle = np.maximum(columns["min_instances"] * columns["month_seconds"] - serving, 0.0)
    whole_life = np.where(
        has_requests,
        request_hours(columns, rules.assumptions["target_utilization"]),
        always_on_hours(columns),
    )
    active_hours = np.where(by_request, serving / SECONDS_PER_HOUR, whole_life)
    idle_hours = np.where(by_request, idle / SECONDS_PER_HOUR, 0.0)
    return Quantities(
        meters={
            "vcpu_hours": vcpu * active_hours,
            "memory_gib_hours": memory * active_hours,
            "idle_vcpu_hours": vcpu * idle_hours,
            "idle_memory_gib_hours": memory * idle_hours,
            "requests": np.where(by_request, columns["requests_per_month"], 0.0),
            "gpu_hours": gpu_count(columns) * active_hours,
        },
        billed_vcpu=vcpu,
        billed_memory_gib=memory,
        resized=resized,
        faults={
            **size_faults(columns, rules, too_large),
            "invalid_value: billing_mode 'request' needs requests_per_month": (
                by_request & ~has_requests
            ),
            "not_offered: accelerators need billing_mode 'instance'": by_request & has_gpu(columns),
            f"request_timeout: longer than {rules['maximum_request_seconds']:g} s": (
                columns["request_seconds"] > rules["maximum_request_seconds"]
            ),
            f"invalid_value: concurrency above {rules['maximum_concurrency']:g}": (
                columns["concurrency"] > rules["maximum_concurrency"]
            ),
        },
        notes=lambda: {
            **{note: mask & ~by_request for note, mask in load_notes(columns).items()},
            PERFECT_SHARING: by_request & (columns["concurrency"] > 1),
        },
    )


SERVICE = Service(
    id="gcp.cloud_run",
    title="Cloud Run services",
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
        "billing_mode",
        "replicas",
        "hours_per_month",
        "requests_per_month",
        "request_seconds",
        "concurrency",
        "min_instances",
    ),
    cannot_run={"runs": "batch runs are not a service; gcp.cloud_run_jobs runs them"},
)
