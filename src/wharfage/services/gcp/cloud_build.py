"""Cloud Build: minutes of the default machine, or of a larger one by its vCPU and memory.

The default machine (e2-standard-2, where `vcpu` and `memory_gib` are empty) has one price
everywhere and a free part per billing account. Other E2 machines are billed by the region's price
of vCPU and memory, without a free part. Private pools of other series, and extra disk, are not
modelled.

References: Google Cloud, "Cloud Build pricing", https://cloud.google.com/build/pricing; Cloud
Billing Catalog (2026-04-30).
"""

from __future__ import annotations

import numpy as np

from wharfage.rates.rules import Rules
from wharfage.services.model import Columns, Quantities, Service


def quantities(columns: Columns, rules: Rules) -> Quantities:  # noqa: ARG001
    """Minutes of the default machine, or vCPU-minutes and GiB-minutes of a larger one.

    Parameters
    ----------
    columns : mapping of arrays (n,)
        Encoded fleet columns.
    rules : Rules
        Not used: a minute has no rule but its rate.

    Returns
    -------
    Quantities
        A machine with only one of vCPU and memory is a fault. [minutes]
    """
    minutes, vcpu, memory = columns["build_minutes"], columns["vcpu"], columns["memory_gib"]
    is_default = np.isnan(vcpu) & np.isnan(memory)
    is_half = np.isnan(vcpu) ^ np.isnan(memory)
    return Quantities(
        meters={
            "build_minutes": np.where(is_default, minutes, 0.0),
            "build_vcpu_minutes": np.where(is_default | is_half, 0.0, minutes * vcpu),
            "build_memory_gib_minutes": np.where(is_default | is_half, 0.0, minutes * memory),
        },
        faults={"required: a build machine needs both vcpu and memory_gib": is_half},
    )


SERVICE = Service(
    id="gcp.cloud_build",
    title="Cloud Build",
    quantities=quantities,
    columns=("build_minutes", "vcpu", "memory_gib", "purchase_option"),
    runs_workloads=False,
)
