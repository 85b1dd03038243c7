"""What is paid for and asked for by nobody: size steps and minimums, or free room on nodes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wharfage.analysis.node_scenarios import PlannedFleet, unused_on_nodes
from wharfage.engine.fleet import Fleet
from wharfage.engine.plan import Options
from wharfage.engine.priced import PricedFleet

Array = NDArray[np.float64]


def mean_replicas(fleet: Fleet, options: Options) -> Array:
    """Replicas of each workload that run at once on average, a request being one of them (n,)."""
    given = fleet.arrays
    replicas = np.where(np.isnan(given["replicas"]), 1.0, given["replicas"])
    hours = given["hours_per_month"]
    always = replicas * np.where(np.isnan(hours), 1.0, hours / options.month.hours)
    runs = replicas * given["runs_per_month"] * given["run_seconds"] / options.month.seconds
    busy = given["requests_per_month"] * given["request_seconds"] / given["concurrency"]
    found = np.where(np.isnan(given["runs_per_month"]), always, runs)
    return np.where(np.isnan(given["requests_per_month"]), found, busy / options.month.seconds)


def unused_shares(priced: PricedFleet, replicas: Array) -> dict[str, float]:
    """Shares of billed vCPU and memory that no workload asked for; NaN where nothing is known.

    Parameters
    ----------
    priced : PricedFleet
        A fleet in one scenario.
    replicas : array (n,)
        Weight of each workload.

    Returns
    -------
    dict
        `unused_vcpu` and `unused_memory`, from 0 to 1. On nodes, of their nominal size; elsewhere
        of the size that is billed. A workload that asks for nothing takes the service's default,
        and wastes none of it.
    """
    if isinstance(priced, PlannedFleet):
        vcpu, memory = unused_on_nodes(priced.places)
        return {"unused_vcpu": vcpu, "unused_memory": memory}

    def share(column: str, billed: Array) -> float:
        return _share(asked_size(priced.fleet, column, billed), billed, replicas)

    return {
        "unused_vcpu": share("vcpu", priced.billed_vcpu),
        "unused_memory": share("memory_gib", priced.billed_memory_gib),
    }


def asked_size(fleet: Fleet, column: str, billed: Array) -> Array:
    """Size that each workload asks for (n,), of what is billed for it; NaN where that is unknown.

    An init container that is larger than the rest is what a pod asks for. A workload that asks for
    nothing takes the service's default, all of it.

    Parameters
    ----------
    fleet : Fleet
        Workloads.
    column : {"vcpu", "memory_gib"}
        Which size. [vCPU or GiB per replica]
    billed : array (n,)
        What is billed for one replica.
    """
    given = fleet.arrays[column]
    asked = np.fmin(np.fmax(given, fleet.arrays[f"init_{column}"]), billed)
    found: Array = np.where(np.isnan(given) | np.isnan(billed), billed, asked)
    return found


def _share(asked: Array, billed: Array, replicas: Array) -> float:
    known = ~np.isnan(billed) & ~np.isnan(replicas)
    total = float((billed * replicas)[known].sum())
    return 1.0 - float((asked * replicas)[known].sum()) / total if total > 0 else float("nan")
