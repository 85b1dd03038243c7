"""Fleets for files: mixed services that share credits and tiers, in small batches."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from wharfage.scale import sources

ON = "2026-10-01"
SERVICES = ("aws.fargate", "gcp.cloud_run", "gcp.cloud_run_jobs", "aws.data_transfer", "aws.eks")
REGIONS = {
    "aws": ("us-east-1", "ap-northeast-2", "eu-west-9"),
    "gcp": ("us-central1", "europe-west1"),
}

MakeFleet = Callable[..., pd.DataFrame]


def mixed_fleet(rows: int, seed: int = 1) -> pd.DataFrame:
    """Workloads of several services and accounts; one region of AWS does not exist."""
    rng = np.random.default_rng(seed)
    service = rng.choice(SERVICES, rows)
    is_aws = np.char.startswith(service, "aws.")
    region = np.where(is_aws, rng.choice(REGIONS["aws"], rows), rng.choice(REGIONS["gcp"], rows))
    is_run, is_job = service == "gcp.cloud_run", service == "gcp.cloud_run_jobs"
    is_sized = service != "aws.data_transfer"
    return pd.DataFrame(
        {
            "workload": [f"w-{seed}-{n}" for n in range(rows)],
            "team": rng.choice(["shop", "search"], rows),
            "service": service,
            "region": region,
            "vcpu": np.where(is_sized, 1.0, np.nan),
            "memory_gib": np.where(is_sized, 2.0, np.nan),
            "replicas": np.where(is_run | is_job | ~is_sized, np.nan, rng.integers(1, 5, rows)),
            "requests_per_month": np.where(is_run, rng.integers(1, 10**6, rows), np.nan),
            "request_seconds": np.where(is_run, rng.uniform(0.01, 2, rows), np.nan),
            "runs_per_month": np.where(is_job, rng.integers(1, 900, rows), np.nan),
            "run_seconds": np.where(is_job, rng.uniform(1, 600, rows), np.nan),
            "transfer_gib": np.where(is_sized, np.nan, rng.uniform(1, 9000, rows)),
            "transfer_to": np.where(is_sized, None, "internet"),
            "billing_account": rng.choice(["a", "b", None], rows),
        }
    )


@pytest.fixture(scope="session")
def make_fleet() -> MakeFleet:
    """Give a function that makes a mixed fleet of so many rows."""
    return mixed_fleet


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> int:
    """Make batches so small that a test's file has many; give their rows."""
    monkeypatch.setattr(sources, "BATCH", 61)
    return 61


@pytest.fixture
def fleet_file(tmp_path: Path, make_fleet: MakeFleet) -> Path:
    """Give a Parquet file of a mixed fleet."""
    path = tmp_path / "fleet.parquet"
    make_fleet(700).to_parquet(path, index=False)
    return path
