"""Random workloads that can be priced, for every service that runs or hosts work."""

from __future__ import annotations

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

import wharfage as wf

ON = "2026-10-01"
Workload = dict[str, Any]

#: few examples: each one prices whole fleets
few = settings(max_examples=50 if settings().derandomize else 500)

AWS = st.sampled_from(["us-east-1", "ap-northeast-2", "eu-central-1"])
GOOGLE = st.sampled_from(["us-central1", "asia-northeast3", "europe-west1"])
WHOLE = st.integers(0, 20)


def numbers(low: float, high: float) -> st.SearchStrategy[float]:
    """Give numbers from `low` to `high`, none of them odd enough to test floats instead."""
    return st.floats(low, high, allow_nan=False, allow_subnormal=False).map(
        lambda value: round(value, 6)
    )


always_on = st.fixed_dictionaries(
    {}, optional={"replicas": WHOLE, "hours_per_month": numbers(0, 672)}
)
runs = st.fixed_dictionaries(
    {"runs_per_month": numbers(0, 1e5), "run_seconds": numbers(0, 1e4)},
    optional={"replicas": WHOLE},
)
requests = st.fixed_dictionaries(
    {"requests_per_month": numbers(0, 1e8), "request_seconds": numbers(0, 60)},
    optional={"min_instances": st.integers(0, 3), "concurrency": st.sampled_from([1, 2, 80])},
)
account = st.fixed_dictionaries({}, optional={"billing_account": st.sampled_from(["a", "b"])})


def workloads(
    service: str, region: st.SearchStrategy[str], size: dict[str, Any], *work: Any, **more: Any
) -> st.SearchStrategy[Workload]:
    """Give workloads of one service: a size, one kind of work, and options."""
    cells = {"service": st.just(service), "region": region, **size}
    options = {name: st.sampled_from(values) for name, values in more.items()}
    return st.tuples(
        st.fixed_dictionaries(cells), st.one_of(*work), st.fixed_dictionaries({}, optional=options)
    ).flatmap(
        lambda parts: account.map(lambda own: {k: v for p in (*parts, own) for k, v in p.items()})
    )


def size(vcpu: float, memory: float) -> dict[str, st.SearchStrategy[float]]:
    """Give sizes up to a limit."""
    return {"vcpu": numbers(0.01, vcpu), "memory_gib": numbers(0.01, memory)}


BY_SERVICE = {
    "aws.fargate": workloads(
        "aws.fargate",
        AWS,
        size(16, 100),
        always_on,
        runs,
        requests,
        purchase_option=["on_demand", "spot"],
        ephemeral_storage_gib=[20, 21, 200],
    ),
    "aws.fargate_eks": workloads("aws.fargate_eks", AWS, size(16, 100), always_on, runs, requests),
    "aws.eks": workloads(
        "aws.eks", AWS, {"cluster_count": WHOLE}, st.just({}), kubernetes_version=["1.32", "1.34"]
    ),
    "gcp.gke": workloads(
        "gcp.gke",
        GOOGLE,
        {"cluster_count": WHOLE},
        st.just({}),
        cluster_type=["autopilot", "zonal", "regional"],
    ),
    "gcp.gke_autopilot": workloads(
        "gcp.gke_autopilot",
        GOOGLE,
        size(8, 26),
        always_on,
        runs,
        requests,
        purchase_option=["on_demand", "spot"],
        compute_class=["general_purpose", "balanced"],
        bursting=[True, False],
    ),
    "gcp.cloud_run": workloads("gcp.cloud_run", GOOGLE, size(8, 32), always_on, requests),
    "gcp.cloud_run_jobs": workloads("gcp.cloud_run_jobs", GOOGLE, size(8, 32), runs),
    "gcp.cloud_run_worker_pools": workloads(
        "gcp.cloud_run_worker_pools", GOOGLE, size(8, 32), always_on
    ),
}

workload = st.one_of(*BY_SERVICE.values())
fleets = st.lists(workload, min_size=1, max_size=12)
free_tiers = st.sampled_from(["account", "none"])


def price(fleet: list[Workload], free_tier: str = "account") -> wf.Bill:
    """Price a fleet; every workload of these strategies has a region column."""
    return wf.estimate(fleet, on=ON, free_tier=free_tier)
