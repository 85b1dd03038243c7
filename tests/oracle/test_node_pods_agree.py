"""The engine and the Decimal oracle agree on random Autopilot Pods that are billed by the node."""

from __future__ import annotations

import datetime as dt
from random import Random
from typing import Any

import pytest

import wharfage as wf

from .agreement import compare, compare_lines
from .decimal_oracle import price_fleet
from .fleets import ACCOUNTS, TABLES
from .node_pod_fleets import put_node_pod
from .random_cells import Workload, chance

ROWS = 1500
# Their pricing units are the oracle's, so quantities are compared too
METERS = (
    *("instance_hours", "gpu_hours"),
    *("premium_vcpu_hours", "premium_memory_gib_hours", "premium_gpu_hours"),
)
BY_POD = {"autopilot_premium_base": "pod"}
APPS_ONLY = {"autopilot_init_containers": "ignore"}

CASES: list[dict[str, Any]] = [
    {"on": "2026-10-01"},
    {"on": "2026-10-01", "assumptions": BY_POD},
    # Pods of the catalog's first day, and of a day with machine prices but no premium
    {"on": "2026-04-30", "month": "2026-02"},
    {"on": "2026-04-29"},
    {"on": "2026-07-29", "month": "720h", "free_tier": "none"},
    {"on": "2026-07-30", "assumptions": APPS_ONLY},
    {"on": "2026-11-23", "sizes": "strict", "assumptions": BY_POD},
    {"on": "2026-11-23", "assumptions": APPS_ONLY | BY_POD},
]


def node_pods(rows: int, seed: int) -> list[Workload]:
    """Give node-billed Pods, the same for the same seed."""
    rng = Random(seed)
    fleet = []
    for number in range(rows):
        row: Workload = {"workload": f"pod-{number}", "service": "gcp.gke_autopilot"}
        if chance(rng, 40):
            row["purchase_option"] = rng.choice(["spot", "spot", "on_demand", "cud_1yr"])
        row["billing_account"] = rng.choice(ACCOUNTS)
        put_node_pod(rng, row, TABLES)
        fleet.append(row)
    return fleet


@pytest.mark.parametrize("case", CASES, ids=str)
def test_node_pods_equal_the_oracle(case: dict[str, Any]) -> None:
    """Every node-billed Pod costs what the oracle says, line by line, or is unpriced in both."""
    fleet = node_pods(ROWS, seed=CASES.index(case))
    bill = wf.estimate(fleet, **case)
    expected = price_fleet(fleet, TABLES, **{**case, "on": dt.date.fromisoformat(case["on"])})
    priced = compare(bill, expected)
    assert priced > ROWS // 3 or case["on"] < "2026-04-30"
    used = sum(oracle.gross is not None and oracle.gross > 0 for oracle in expected)
    # A machine and a premium at least for each Pod that uses anything
    assert compare_lines(bill, expected, same_unit=METERS) >= 2 * used
