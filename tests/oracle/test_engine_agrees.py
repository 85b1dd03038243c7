"""The engine and the Decimal oracle, written by different heads, agree on random fleets."""

from __future__ import annotations

import datetime as dt

import pytest

import wharfage as wf

from .agreement import compare
from .decimal_oracle import price_fleet
from .fleets import CONTAINER_SERVICES, SERVICES, TABLES, random_fleet

ROWS = 1500

CASES = [
    {"on": "2026-10-01"},
    {"on": "2026-10-01", "month": "2026-02", "free_tier": "none"},
    {"on": "2026-07-15", "month": "720h"},
    {"on": "2025-12-31", "sizes": "strict"},
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: "-".join(case.values()))
@pytest.mark.parametrize("service", CONTAINER_SERVICES)
def test_engine_equals_oracle(service: str, case: dict[str, str]) -> None:
    """Every row of a random fleet costs what the oracle says, or is unpriced in both."""
    fleet = random_fleet(service, ROWS, seed=len(service) * 1000 + CASES.index(case))
    bill = wf.estimate(fleet, **case)
    options = {**case, "on": dt.date.fromisoformat(case["on"])}
    priced = compare(bill, price_fleet(fleet, TABLES, **options))
    assert priced > 0 or case["on"] < "2026"


def test_mixed_fleet_shares_pools() -> None:
    """A fleet of all services, several accounts and both credit readings agrees with the oracle."""
    fleet = [
        row for n, service in enumerate(SERVICES) for row in random_fleet(service, 200, seed=n)
    ]
    for number, row in enumerate(fleet):
        row["workload"] = f"w{number}"
    for reading in ("shared", "per_mode"):
        given = {"cloud_run_credit": reading}
        bill = wf.estimate(fleet, on="2026-10-01", assumptions=given)
        expected = price_fleet(fleet, TABLES, on=dt.date(2026, 10, 1), assumptions=given)
        assert compare(bill, expected) > len(fleet) // 3
