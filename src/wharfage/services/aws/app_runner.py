"""AWS App Runner: provisioned instances bill memory, active instances bill vCPU as well.

Provisioned instances bill their memory all the time, at least one of them, there is no scaling to
zero. While requests are served, the vCPU of the active instances is billed, and the memory of
those beyond the provisioned ones. Each time that an instance becomes active it is billed to the
whole second and for a minute of vCPU at the least. How often that happens is not in a fleet: an
assumption says it. Builds and automatic deployments are extra; the load balancer is included.

The table says from which day on new customers are turned away; AWS names Amazon ECS Express Mode
as the successor, which is billed as Fargate tasks, an Application Load Balancer and logs.

References: AWS, "AWS App Runner Pricing", https://aws.amazon.com/apprunner/pricing/; AWS App
Runner developer guide (2026); price feed App Runner (2024-08-26).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wharfage.rates.rules import Rules
from wharfage.schedules.rounding import billed_seconds, round_up
from wharfage.schedules.sizes import is_resized, smallest_size
from wharfage.services.demand import REQUESTS, always_on_hours
from wharfage.services.model import Columns, Quantities, Service
from wharfage.units import SECONDS_PER_HOUR

Array = NDArray[np.float64]

CLOSED = (
    "closed_to_new_customers: the successor is Amazon ECS Express Mode, which is Fargate tasks"
    " (aws.fargate) behind an Application Load Balancer (aws.load_balancer) such as App Runner"
    " includes; only existing customers can use App Runner"
)
EVEN_TRAFFIC = (
    "activations: vCPU is billed a minute at the least each time that an instance becomes active,"
    " app_runner_activations_per_request says how often"
)


def quantities(columns: Columns, rules: Rules) -> Quantities:
    """Active vCPU-hours, provisioned and additional memory, builds and deployments.

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
    vcpu, memory, too_large = smallest_size(columns["vcpu"], columns["memory_gib"], rules["sizes"])
    has_requests = columns["demand"] == REQUESTS
    always_on = always_on_hours(columns)
    minimum = rules["minimum_provisioned_instances"]
    warm = np.maximum(columns["min_instances"], minimum) * columns["hours_per_month"]
    provisioned = np.where(has_requests, warm, always_on)
    busy, billed = _active_hours(columns, rules, warm)
    additional = np.maximum(busy - warm, 0.0)
    return Quantities(
        meters={
            "provisioned_memory_gib_hours": memory * provisioned,
            "vcpu_hours": vcpu * np.where(has_requests, billed, always_on),
            "memory_gib_hours": memory * np.where(has_requests, additional, 0.0),
            "build_minutes": columns["build_minutes"],
            "automatic_deployment_months": columns["automatic_deployment"].astype(np.float64),
        },
        billed_vcpu=vcpu,
        billed_memory_gib=memory,
        resized=lambda: is_resized(columns["vcpu"], columns["memory_gib"], vcpu, memory),
        faults={"illegal_size: larger than the largest instance": too_large},
        notes=lambda: {
            CLOSED: np.full(has_requests.shape, rules["closed_to_new_customers"] > 0),
            EVEN_TRAFFIC: has_requests,
        },
    )


def _active_hours(columns: Columns, rules: Rules, warm: Array) -> tuple[Array, Array]:
    """Hours in which instances serve requests, and hours of vCPU that are billed for them.

    All activations are taken to be equally long. Their minimum cannot keep more instances active
    than are provisioned; only requests themselves can.
    """
    requests = np.nan_to_num(columns["requests_per_month"])
    each = round_up(np.nan_to_num(columns["request_seconds"]), rules["request_increment_seconds"])
    busy = requests * each / columns["concurrency"]
    activations = requests * rules.assumptions["app_runner_activations_per_request"]
    length = np.divide(busy, activations, out=np.zeros_like(busy), where=activations > 0)
    counted = activations * billed_seconds(
        length, rules["activation_increment_seconds"], rules["activation_minimum_seconds"]
    )
    billed = np.maximum(busy, np.minimum(counted, warm * SECONDS_PER_HOUR))
    return busy / SECONDS_PER_HOUR, billed / SECONDS_PER_HOUR


SERVICE = Service(
    id="aws.app_runner",
    title="AWS App Runner",
    quantities=quantities,
    columns=(
        "vcpu",
        "memory_gib",
        "operating_system",
        "cpu_architecture",
        "gpu_type",
        "gpu_count",
        "purchase_option",
        "replicas",
        "hours_per_month",
        "requests_per_month",
        "request_seconds",
        "concurrency",
        "min_instances",
        "build_minutes",
        "automatic_deployment",
    ),
    required=("vcpu", "memory_gib"),
    cannot_run={"runs": "batch runs are not an App Runner service; aws.fargate runs them"},
)
