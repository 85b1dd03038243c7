"""The engine and the Decimal oracle, written by different heads, agree on random fleets."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal

import pytest

import wharfage as wf

from .decimal_oracle import OracleBill, price_fleet
from .fleets import SERVICES, TABLES, random_fleet

ROWS = 1500
TOLERANCE = Decimal("1e-9")

CASES = [
    {"on": "2026-10-01"},
    {"on": "2026-10-01", "month": "2026-02", "free_tier": "none"},
    {"on": "2026-07-15", "month": "720h"},
    {"on": "2025-12-31", "sizes": "strict"},
]


def compare(bill: wf.Bill, expected: list[OracleBill]) -> int:
    """Assert that every row agrees; the number of rows that both have priced."""
    frame = bill.frame
    priced = 0
    for row, oracle in enumerate(expected):
        cost = frame["monthly_cost"].iloc[row]
        reason = frame["unpriced_reason"].iloc[row]
        where = f"row {row}: {dict(frame.iloc[row].dropna())} oracle: {oracle}"
        assert math.isnan(cost) != oracle.priced, where
        if not oracle.priced:
            assert reason, where
            continue
        priced += 1
        scale = max(oracle.gross, Decimal(1)) * TOLERANCE
        assert abs(Decimal(repr(float(cost))) - oracle.monthly_cost) <= scale, where
        list_cost = Decimal(repr(float(frame["monthly_list_cost"].iloc[row])))
        assert abs(list_cost - oracle.monthly_list_cost) <= max(
            oracle.monthly_list_cost, Decimal(1)
        ) * TOLERANCE, where
        if oracle.billed_vcpu is not None:
            billed = (frame["billed_vcpu"].iloc[row], frame["billed_memory_gib"].iloc[row])
            assert billed == pytest.approx(
                (float(oracle.billed_vcpu), float(oracle.billed_memory_gib)), rel=1e-9
            ), where
        assert (frame["cost_status"].iloc[row] == "lower_bound") == oracle.lower_bound, where
    return priced


@pytest.mark.parametrize("case", CASES, ids=lambda case: "-".join(case.values()))
@pytest.mark.parametrize("service", SERVICES)
def test_engine_equals_oracle(service: str, case: dict[str, str]) -> None:
    """Every row of a random fleet costs what the oracle says, or is unpriced in both."""
    fleet = random_fleet(service, ROWS, seed=len(service) * 1000 + CASES.index(case))
    bill = wf.estimate(fleet, **case)
    options = {**case, "on": dt.date.fromisoformat(case["on"])}
    priced = compare(bill, price_fleet(fleet, TABLES, **options))
    assert priced > 0 or case["on"] < "2026"


def test_mixed_fleet_shares_pools() -> None:
    """A fleet of all services, several accounts and both credit readings agrees with the oracle."""
    fleet = [row for n, service in enumerate(SERVICES) for row in random_fleet(service, 200, seed=n)]
    for number, row in enumerate(fleet):
        row["workload"] = f"w{number}"
    for reading in ("shared", "per_mode"):
        given = {"cloud_run_credit": reading}
        bill = wf.estimate(fleet, on="2026-10-01", assumptions=given)
        expected = price_fleet(fleet, TABLES, on=dt.date(2026, 10, 1), assumptions=given)
        assert compare(bill, expected) > len(fleet) // 3
