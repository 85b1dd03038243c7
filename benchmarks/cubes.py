"""Cubes of scenarios: the cheapest of six services in every cell.

DuckDB gets the legal sizes and the prices joined and pivoted beforehand, untimed: a small table of
the cost of one hour per region, size and option, one column per service. Its cross join with hours
and replicas is what is timed, as that of the whole cube is here.
"""

from __future__ import annotations

import itertools
from typing import Any

import fleets
import numpy as np
import pandas as pd
from harness import Case, Contender

import wharfage as wf

SERVICES = (
    "aws.fargate", "aws.fargate_eks", "gcp.gke_autopilot", "gcp.cloud_run",
    "gcp.cloud_run_worker_pools", "aws.app_runner",
)  # fmt: skip
SIZES: dict[str, list[Any]] = {
    "region": ["us-east-1", "us-west-2", "eu-west-1", "ap-northeast-2",
               "us-central1", "europe-west1", "asia-northeast3", "us-east4"],
    "vcpu": np.linspace(0.25, 4, 10).round(4).tolist(),
    "memory_gib": np.linspace(0.5, 8, 10).round(4).tolist(),
    "purchase_option": ["on_demand", "spot"],
}  # fmt: skip
HOURS = np.linspace(1, 730, 100)


def _axes(cells: int) -> dict[str, Any]:
    small = int(np.prod([len(values) for values in SIZES.values()])) * len(HOURS)
    return {
        **SIZES,
        "hours_per_month": HOURS.tolist(),
        "replicas": list(range(1, cells // small + 1)),
    }


def _cheapest(axes: dict[str, Any]) -> float:
    # The first two are often equal to the last digit, so that either may win: they count as one.
    cube = wf.grid(SERVICES, on=fleets.ON, free_tier="none", reduce="cheapest", costs=False, **axes)
    won = cube["service"].data
    return float(np.count_nonzero(won == 0) + np.count_nonzero(won == 1))


def _hourly(cells: int) -> Any:
    import duckdb

    rows = pd.DataFrame(list(itertools.product(*SIZES.values())), columns=list(SIZES))
    names = []
    for number, service in enumerate(SERVICES):
        bill = wf.estimate(
            rows.assign(service=service, hours_per_month=1.0), on=fleets.ON, free_tier="none"
        )
        names.append(f"hour_{number}")
        rows[names[-1]] = bill.frame["monthly_cost"].to_numpy()
    axes = _axes(cells)
    hours = pd.DataFrame({"hours": axes["hours_per_month"]})
    replicas = pd.DataFrame({"replicas": np.asarray(axes["replicas"], dtype=float)})
    connection = duckdb.connect()
    for name, frame in (("sizes", rows), ("hours", hours), ("replicas", replicas)):
        connection.register(f"{name}_given", frame)
        cast = (
            ", ".join(f"nullif({c}, 'nan'::double) as {c}" for c in names)
            if name == "sizes"
            else "*"
        )
        connection.execute(f"create table {name} as select {cast} from {name}_given")
    return connection


CROSS_JOIN = f"""
with cell as (
  select {", ".join(f"hour_{n} * hours * replicas as c{n}" for n in range(len(SERVICES)))}
  from sizes cross join hours cross join replicas),
best as (select *, least({", ".join(f"c{n}" for n in range(len(SERVICES)))}) as best from cell)
select count(*) filter (where c0 = best or c1 = best) from best
"""


def _joined(connection: Any) -> float:
    return float(connection.execute(CROSS_JOIN).fetchall()[0][0])


CUBES = {
    "cube": Case(
        "cube of scenarios, cheapest of six services per cell",
        100_000_000,
        {
            "wharfage": Contender(_axes, _cheapest, repeats=3),
            "duckdb": Contender(_hourly, _joined, repeats=3),
        },
        bar=10,
        reach=50,
        tolerance=1e-6,
        unit="cell",
    )
}
