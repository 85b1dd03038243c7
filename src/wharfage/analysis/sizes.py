"""What workloads ask for and what is billed for them, side by side."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wharfage.analysis.ranked_frame import names_of
from wharfage.analysis.unused import asked_size, mean_replicas
from wharfage.engine.priced import PricedFleet

Array = NDArray[np.float64]


def size_frame(priced: PricedFleet) -> pd.DataFrame:
    """One row per workload: replicas that run at once on average, and the sizes of all of them.

    Columns are ``workload, service, region, replicas, requested_vcpu, billed_vcpu,
    requested_memory_gib, billed_memory_gib`` [vCPU, GiB]. A workload that asks for nothing takes
    the service's default, and wastes none of it. NaN where a row is unpriced, or is billed by
    something else than its size.
    """
    replicas = mean_replicas(priced.fleet, priced.options)
    sizes: dict[str, Array] = {}
    for column, billed in (
        ("vcpu", priced.billed_vcpu),
        ("memory_gib", priced.billed_memory_gib),
    ):
        sizes[f"requested_{column}"] = asked_size(priced.fleet, column, billed) * replicas
        sizes[f"billed_{column}"] = billed * replicas
    return pd.DataFrame(
        {
            "workload": priced.fleet.workloads,
            "service": names_of(priced.fleet, "service"),
            "region": names_of(priced.fleet, "region"),
            "replicas": replicas,
            **sizes,
        }
    )
