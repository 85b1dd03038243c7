"""The engine and the Decimal oracle agree on random nodes of both clouds, on several days."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

import wharfage as wf

from .agreement import compare, compare_lines
from .decimal_oracle import price_fleet
from .fleets import MACHINE_SERVICES, TABLES, random_fleet

ROWS = 1500
# Their pricing units are the oracle's, so quantities are compared too
NODE_METERS = ("instance_hours", "gpu_hours", "boot_disk_gib_months", "public_ipv4_hours")
INVOICED = {"sustained_use_account": "invoiced"}

CASES: list[dict[str, Any]] = [
    # Only the history of eight machine types in seven regions; EC2 has nothing
    {"on": "2023-05-01"},
    {"on": "2024-08-09", "month": "2024-02"},
    {"on": "2025-11-05", "month": "720h"},
    {"on": "2026-02-06"},
    {"on": "2026-05-15", "free_tier": "none"},
    {"on": "2026-07-29", "month": "2026-02", "assumptions": INVOICED},
    {"on": "2026-10-01"},
    {"on": "2026-11-23", "sizes": "strict", "month": "744h"},
]


def _name(case: dict[str, Any]) -> str:
    return "-".join(str(value) for value in case.values() if isinstance(value, str))


@pytest.mark.parametrize("case", CASES, ids=_name)
@pytest.mark.parametrize("service", MACHINE_SERVICES)
def test_machines_equal_the_oracle(service: str, case: dict[str, Any]) -> None:
    """Every random node costs what the oracle says, line by line, or is unpriced in both."""
    fleet = random_fleet(service, ROWS, seed=len(service) * 1000 + CASES.index(case))
    bill = wf.estimate(fleet, **case)
    expected = price_fleet(fleet, TABLES, **{**case, "on": dt.date.fromisoformat(case["on"])})
    priced = compare(bill, expected)
    lines = compare_lines(bill, expected, same_unit=NODE_METERS)
    assert priced > ROWS // 3 or case["on"] < "2026-09-27"
    # A line or more for each row that uses anything
    used = sum(bill.gross is not None and bill.gross > 0 for bill in expected)
    assert lines >= used
