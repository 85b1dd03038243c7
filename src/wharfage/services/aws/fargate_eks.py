"""AWS Fargate for Amazon EKS: pods billed by the Fargate size that holds them.

Per resource the larger of the running containers and the biggest init container counts; Fargate
adds memory for its own Kubernetes components and rounds up to a legal size, so that memory can
force more vCPU. Linux on x86_64 only, no Spot. The cluster fee is ``aws.eks``.

References: AWS, "Understand Fargate Pod configuration details", Amazon EKS user guide
(read 2024-12-18); AWS, "AWS Fargate Pricing", https://aws.amazon.com/fargate/pricing/.
"""

from __future__ import annotations

import numpy as np

from wharfage.rates.rules import Rules
from wharfage.schedules.sizes import is_resized, smallest_size
from wharfage.services.aws import fargate
from wharfage.services.demand import demand_notes, instance_hours
from wharfage.services.model import Columns, Quantities, Service


def quantities(columns: Columns, rules: Rules) -> Quantities:
    """Billed vCPU-hours, GiB-hours and storage of pods.

    Parameters
    ----------
    columns : mapping of arrays (n,)
        Encoded fleet columns. An empty request asks for nothing: the smallest size holds it.
    rules : Rules
        The table's rules in force on the date.

    Returns
    -------
    Quantities
        A pod above the largest size is a fault.
    """
    vcpu_asked = np.fmax(columns["vcpu"], columns["init_vcpu"])
    memory_asked = np.fmax(columns["memory_gib"], columns["init_memory_gib"])
    memory_needed = memory_asked + rules["memory_overhead_gib"]
    vcpu, memory, too_large = smallest_size(vcpu_asked, memory_needed, rules["sizes"])
    too_large = too_large | (vcpu > rules.assumptions["eks_fargate_max_vcpu"])
    hours = instance_hours(
        columns,
        rules["run_increment_seconds"],
        rules["minimum_run_seconds"],
        rules.assumptions["target_utilization"],
    )
    asked = columns["ephemeral_storage_gib"]
    # EKS provisions more storage than a pod asks for; billing follows what is provisioned.
    provisioned = asked + rules.assumptions["eks_fargate_ephemeral_overhead_gib"]
    storage, _ = fargate.storage_beyond_included(provisioned, rules)
    return Quantities(
        meters={
            "vcpu_hours": vcpu * hours,
            "memory_gib_hours": memory * hours,
            "ephemeral_storage_gib_hours": storage * hours,
        },
        billed_vcpu=vcpu,
        billed_memory_gib=memory,
        resized=lambda: is_resized(
            np.where(vcpu_asked > 0, vcpu_asked, np.nan),
            np.where(memory_asked > 0, memory_needed, np.nan),
            vcpu,
            memory,
        ),
        faults={
            "illegal_size: larger than the largest pod": too_large,
            f"illegal_size: more than {rules['maximum_storage_gib']:g} GiB of ephemeral storage": (
                asked > rules["maximum_storage_gib"]
            ),
        },
        notes=lambda: demand_notes(columns),
    )


SERVICE = Service(
    id="aws.fargate_eks",
    title="AWS Fargate (Amazon EKS pods)",
    quantities=quantities,
    columns=(*fargate.SERVICE.columns, "init_vcpu", "init_memory_gib"),
    cluster={"service": "aws.eks"},
)
