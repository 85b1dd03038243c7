"""What is paid for and not asked for: sizes rounded up, in units and in money."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wharfage.analysis.sizes import size_frame
from wharfage.columns import METERS
from wharfage.engine.priced import PricedFleet

Array = NDArray[np.float64]

#: what a meter bills, by the words in its name
KINDS = {"vcpu": "vcpu", "memory": "memory_gib"}


def waste(priced: PricedFleet, lines: pd.DataFrame) -> pd.DataFrame:
    """Requested and billed sizes of every workload, and what the difference costs.

    A workload that asks for nothing takes the service's default, and wastes none of it. Money is
    the unused part of each charge for vCPU or memory, less its part of the credits. Machine time
    and the minimum length of a run are not in it.

    Parameters
    ----------
    priced : PricedFleet
        The fleet.
    lines : DataFrame
        Its charges, as ``Bill.lines`` gives them.

    Returns
    -------
    DataFrame
        One row per workload: requested_vcpu, billed_vcpu, requested_memory_gib,
        billed_memory_gib of all replicas that run at once, on average, and unused_cost
        [currency per month]; NaN where nothing is known.
    """
    sizes = size_frame(priced).drop(columns=["workload", "service", "region", "replicas"])
    shares = {}
    for name in KINDS.values():
        asked, billed = sizes[f"requested_{name}"].to_numpy(), sizes[f"billed_{name}"].to_numpy()
        has_size = billed > 0
        shares[name] = np.where(has_size, 1.0 - asked / np.where(has_size, billed, 1.0), 0.0)
    return sizes.assign(unused_cost=_unused_cost(priced, lines, shares))


def _unused_cost(priced: PricedFleet, lines: pd.DataFrame, shares: dict[str, Array]) -> Array:
    count = len(priced.fleet)
    row = pd.Index(priced.fleet.workloads).get_indexer(pd.Index(lines["workload"]))
    kind = lines["meter"].map(_kind_of)
    cost = lines["effective_cost"].fillna(0.0).to_numpy(float)
    part = np.zeros(len(lines))
    for name, share in shares.items():
        part = np.where(kind == name, share[row], part)
    unused = np.bincount(row, weights=cost * part, minlength=count)
    gross = np.bincount(row, weights=np.maximum(cost, 0.0), minlength=count)
    paid = np.where(gross > 0, priced.monthly_cost / np.where(gross > 0, gross, 1.0), 0.0)
    found: Array = np.where(np.isnan(priced.monthly_cost), np.nan, unused * paid)
    return np.where(np.isnan(priced.billed_vcpu), np.nan, found)


def _kind_of(meter: str) -> str | None:
    if meter not in METERS or meter == "hybrid_node_vcpu_hours":
        return None
    return next((kind for word, kind in KINDS.items() if word in meter), None)
