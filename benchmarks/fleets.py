"""Fleets that every contender prices: the same rows from the same seed, at any size."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd

import wharfage as wf

ON = "2026-10-01"
SEED = 20261001
MONTH_HOURS = 730.0

#: regions of the Fargate fleets; all sell Spot for x86
REGIONS = (
    "us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1", "sa-east-1",
    "eu-west-1", "eu-west-2", "eu-west-3", "eu-central-1", "eu-north-1", "eu-south-1",
    "ap-northeast-1", "ap-northeast-2", "ap-south-1", "ap-southeast-1", "ap-southeast-2",
    "ap-east-1", "me-south-1", "af-south-1",
)  # fmt: skip
WAYS = (("x86_64", "on_demand"), ("arm64", "on_demand"), ("x86_64", "spot"))


@lru_cache
def fargate_rates() -> pd.DataFrame:
    """Flat price list of Fargate: what somebody would write down to join against."""
    work = [
        {
            "workload": f"{region} {arch} {option}",
            "service": "aws.fargate",
            "region": region,
            "cpu_architecture": arch,
            "purchase_option": option,
            "vcpu": 1,
            "memory_gib": 2,
            "ephemeral_storage_gib": 21,
        }
        for region in REGIONS
        for arch, option in WAYS
    ]
    lines = wf.estimate(work, on=ON).lines()
    lines["unit_price"] = lines["effective_cost"] / lines["pricing_quantity"]
    prices = lines.pivot_table(index="workload", columns="meter", values="unit_price")
    keys = pd.DataFrame(work).set_index("workload")[
        ["region", "cpu_architecture", "purchase_option"]
    ]
    return keys.join(prices).reset_index(drop=True)


def fargate_fleet(rows: int, seed: int = SEED) -> pd.DataFrame:
    """Batch tasks of any requested size, as strings and numbers."""
    rng = np.random.default_rng(seed)
    rates = fargate_rates()
    way = rng.integers(0, len(rates), rows)
    vcpu = rng.choice([0.1, 0.25, 0.4, 0.5, 1, 1.5, 2, 4, 8], rows)
    memory = np.round(vcpu * rng.uniform(1.5, 6, rows), 1)
    columns = {
        name: pd.Series(rates[name].to_numpy()[way], dtype="str")
        for name in ("region", "cpu_architecture", "purchase_option")
    }
    return pd.DataFrame(
        {
            "service": pd.Series(np.full(rows, "aws.fargate"), dtype="str"),
            **columns,
            "vcpu": vcpu,
            "memory_gib": memory,
            "ephemeral_storage_gib": rng.choice([20.0, 20.0, 30.0, 50.0], rows),
            "replicas": rng.integers(1, 10, rows).astype(np.float64),
            "runs_per_month": rng.integers(1, 1000, rows).astype(np.float64),
            "run_seconds": np.round(rng.exponential(600, rows), 2),
        }
    )


SERVICES = (
    "aws.fargate", "aws.fargate_eks", "gcp.gke_autopilot", "gcp.cloud_run", "gcp.cloud_run_jobs",
    "gcp.cloud_run_worker_pools",
)  # fmt: skip
AWS_REGIONS = ("us-east-1", "eu-west-1", "ap-northeast-2", "ap-southeast-1")
GCP_REGIONS = ("us-central1", "europe-west1", "asia-northeast3", "asia-southeast1")


@lru_cache
def mixed_rates() -> pd.DataFrame:
    """Flat price list of the core services, by service and region, on demand."""
    base = {"vcpu": 1, "memory_gib": 2, "ephemeral_storage_gib": 30}
    kinds = {
        "aws.fargate": base,
        "aws.fargate_eks": base,
        "gcp.gke_autopilot": {**base, "ephemeral_storage_gib": 1},
        "gcp.cloud_run": {
            "vcpu": 1,
            "memory_gib": 2,
            "requests_per_month": 1e6,
            "request_seconds": 1,
        },
        "gcp.cloud_run_jobs": {"vcpu": 1, "memory_gib": 2, "runs_per_month": 1, "run_seconds": 60},
        "gcp.cloud_run_worker_pools": {"vcpu": 1, "memory_gib": 2},
    }
    work = [
        {"workload": f"{service} {region}", "service": service, "region": region, **kinds[service]}
        for service in SERVICES
        for region in (AWS_REGIONS if service.startswith("aws") else GCP_REGIONS)
    ]
    lines = wf.estimate(work, on=ON, free_tier="none").lines()
    lines["unit_price"] = lines["effective_cost"] / lines["pricing_quantity"]
    prices = lines.pivot_table(index="workload", columns="meter", values="unit_price")
    keys = pd.DataFrame(work).set_index("workload")[["service", "region"]]
    table = keys.join(prices).reset_index(drop=True)
    seconds = table["service"].str.startswith("gcp.cloud_run")
    # Cloud Run is priced by the second; hand-written SQL would count in hours throughout.
    for name in ("vcpu_hours", "memory_gib_hours"):
        table.loc[seconds, name] *= 3600.0
    return table.fillna(0.0)


def mixed_fleet(rows: int, seed: int = SEED) -> pd.DataFrame:
    """Work on all core services: batch runs, always-on pods, requests."""
    rng = np.random.default_rng(seed)
    rates = mixed_rates()
    way = rng.integers(0, len(rates), rows)
    service = rates["service"].to_numpy()[way]
    has_runs = np.isin(service, ["aws.fargate", "aws.fargate_eks", "gcp.cloud_run_jobs"])
    has_requests = service == "gcp.cloud_run"
    vcpu = rng.choice([0.25, 0.5, 1.0, 2.0, 4.0], rows)
    nan = np.nan
    return pd.DataFrame(
        {
            "service": pd.Series(service, dtype="str"),
            "region": pd.Series(rates["region"].to_numpy()[way], dtype="str"),
            "vcpu": vcpu,
            "memory_gib": vcpu * rng.choice([1.0, 2.0, 4.0], rows),
            "replicas": rng.integers(1, 5, rows).astype(np.float64),
            "runs_per_month": np.where(has_runs, rng.integers(1, 1000, rows), nan),
            "run_seconds": np.where(has_runs, np.round(rng.exponential(600, rows), 2), nan),
            "requests_per_month": np.where(has_requests, rng.integers(1, 10**7, rows), nan),
            "request_seconds": np.where(has_requests, np.round(rng.exponential(0.3, rows), 3), nan),
        }
    )
