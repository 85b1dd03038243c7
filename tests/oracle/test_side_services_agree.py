"""The engine and the Decimal oracle agree on random rows of everything around containers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

import wharfage as wf

from .agreement import compare, compare_lines
from .app_runner_fleets import app_runner_fleet
from .cluster_node_fleets import MACHINES_OF, cluster_node_fleet
from .decimal_oracle import SIDE_BILLERS, price_fleet
from .fleets import TABLES
from .network_fleets import FILL as NETWORKS
from .network_fleets import network_fleet
from .random_cells import Workload
from .side_cells import number_rows
from .storage_fleets import FILL as STORAGE
from .storage_fleets import storage_fleet

FLEETS: dict[str, Callable[..., list[Workload]]] = {
    **{service: partial(network_fleet, service) for service in NETWORKS},
    **{service: partial(storage_fleet, service) for service in STORAGE},
    **{service: partial(cluster_node_fleet, service) for service in MACHINES_OF},
    "aws.eks": partial(cluster_node_fleet, "aws.eks"),
    "aws.ecs_anywhere": partial(cluster_node_fleet, "aws.ecs_anywhere"),
    "aws.app_runner": app_runner_fleet,
}
# Rows, and what is asked: few rows on other days, months and readings, then many
CASES: list[tuple[int, dict[str, Any]]] = [
    (150, {"on": "2025-11-10", "month": "744h", "sizes": "strict"}),
    (150, {"on": "2026-06-30", "month": "2026-02"}),
    (2000, {"on": "2026-10-01"}),
]
OTHER_READINGS = {
    "aws.app_runner": [{"app_runner_activations_per_request": part} for part in (0, 0.25)],
    "aws.ecs_anywhere": [{"ecs_anywhere_increment_seconds": step} for step in (60, 3600)],
    "gcp.gke_standard": [{"sustained_use_account": "invoiced"}],
}


def checked(fleet: list[Workload], **case: Any) -> int:
    """Price a fleet and have the oracle check every row and line; the number of priced rows."""
    bill = wf.estimate(fleet, **case)
    expected = price_fleet(fleet, TABLES, **{**case, "on": dt.date.fromisoformat(case["on"])})
    priced = compare(bill, expected)
    assert compare_lines(bill, expected) >= sum(bool(one.gross) for one in expected)
    return priced


def test_every_side_service_has_a_fleet() -> None:
    """No service of the oracle is left without random rows."""
    assert set(FLEETS) == {*SIDE_BILLERS, "aws.eks"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[1]["on"])
@pytest.mark.parametrize("service", FLEETS)
def test_rows_equal_the_oracle(service: str, case: tuple[int, dict[str, Any]]) -> None:
    """Every random row costs what the oracle says, line by line, or is unpriced in both."""
    rows, asked = case
    fleet = FLEETS[service](rows, seed=len(service) * 1000 + rows)
    assert checked(fleet, **asked) > rows // 3 or asked["on"] < "2026-10-01"


@pytest.mark.parametrize("free_tier", ["none", "account"])
@pytest.mark.parametrize("service", [service for service in NETWORKS if "transfer" in service])
def test_large_pools_equal_the_oracle(service: str, free_tier: str) -> None:
    """Pools of an account that reach the last tier cost what the oracle says, free or not."""
    fleet = network_fleet(service, 2500, seed=7)
    assert checked(fleet, on="2026-11-23", free_tier=free_tier) > len(fleet) // 2


@pytest.mark.parametrize(
    ("service", "assumptions"),
    [(service, other) for service, readings in OTHER_READINGS.items() for other in readings],
)
def test_other_readings_equal_the_oracle(service: str, assumptions: dict[str, Any]) -> None:
    """What the sheets leave unsure follows its assumption in both."""
    fleet = FLEETS[service](600, seed=11)
    assert checked(fleet, on="2026-10-01", assumptions=assumptions) > 200


@pytest.mark.parametrize("service", ["aws.eks_auto_mode", "aws.ecs_managed_instances"])
def test_fees_of_the_day_of_the_cut_equal_the_oracle(service: str) -> None:
    """From 2026-07-01 machines with accelerators pay less in both."""
    assert checked(cluster_node_fleet(service, 300, seed=3), on="2026-07-01", month="720h") > 100


def test_mixed_fleet_keeps_pools_apart() -> None:
    """All services in one fleet share tiers and free parts by account as the oracle says."""
    fleet = [
        row for service, fleet_of in FLEETS.items() for row in fleet_of(100, seed=len(service))
    ]
    assert checked(number_rows(fleet), on="2026-10-01") > 1000
