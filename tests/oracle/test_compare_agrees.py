"""Every scenario of a comparison costs what the oracle says of the fleet moved there.

The move is written here from contract section 6, not from the library: the service, the region of
the same metropolitan area, the option and the billing mode are replaced, nothing else.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import cache
from random import Random
from typing import Any

import pandas as pd
import pytest
import yaml

import wharfage as wf

from .decimal_oracle import OracleBill, price_fleet
from .demand import is_empty
from .fleets import TABLES, random_workload

SERVICES = (
    "aws.fargate",
    "aws.fargate_eks",
    "gcp.cloud_run",
    "gcp.cloud_run_jobs",
    "gcp.cloud_run_worker_pools",
    "gcp.gke_autopilot",
)
CLUSTERS = {
    "aws.fargate_eks": {"service": "aws.eks"},
    "gcp.gke_autopilot": {"service": "gcp.gke", "cluster_type": "autopilot"},
}
#: reasons that leave a workload feasible: it could run, but the book has no rate
WITHOUT_RATE = ("unknown_rate", "not_yet_priced", "withdrawn")
TOLERANCE = Decimal("1e-9")
ON = "2026-10-01"

CASES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "own_region_and_option": ({}, {}),
    "explicit": (
        {
            "regions": ["us-east-1", "eu-central-1", "europe-west3", "asia-northeast3"],
            "purchase_options": ["on_demand", "spot", "flexible_cud_1yr"],
        },
        {"month": "2026-02", "assumptions": {"cloud_run_credit": "per_mode"}},
    ),
    "no_free_tier": ({"purchase_options": ["on_demand"]}, {"free_tier": "none", "month": "720h"}),
}

Row = dict[str, Any]


@cache
def regions() -> dict[str, Any]:
    """Read the regions of both clouds and the metropolitan areas that they share."""
    return yaml.safe_load((TABLES / "regions.yaml").read_text(encoding="utf-8"))


@cache
def region_elsewhere(provider: str, region: str) -> str | None:
    """Return the region of a provider in the same metropolitan area; the first listed wins."""
    own = next((p for p, codes in regions()["regions"].items() if region in codes), None)
    if own in (None, provider):
        return region
    for metro in regions()["metros"].values():
        if region in metro.get(own, []):
            return next(iter(metro.get(provider, [])), None)
    return None


def move(row: Row, scenario: Row) -> Row:
    """Return a workload as it would be in a scenario; nothing but the place changes."""
    service, region = scenario["service"], scenario["region"]
    moved = row | {"service": service}
    if region is not None:
        moved["region"] = region
    elif not is_empty(row.get("region")):
        moved["region"] = region_elsewhere(service.split(".")[0], row["region"])
    if scenario["purchase_option"] is not None:
        moved["purchase_option"] = scenario["purchase_option"]
    if service == "gcp.cloud_run":
        by_request = not is_empty(row.get("requests_per_month"))
        moved["billing_mode"] = scenario["billing_mode"] if by_request else "instance"
    return moved


def is_shown(row: Row, scenario: Row) -> bool:
    """Say whether a scenario is an answer of its own: only requests are billed by request."""
    return scenario["billing_mode"] != "request" or not is_empty(row.get("requests_per_month"))


@cache
def fleet() -> list[Row]:
    """Draw 150 workloads of all services and accounts, some of which run nowhere yet."""
    rng = Random(20261123)
    rows = []
    for number in range(150):
        row = random_workload(SERVICES[number % len(SERVICES)], rng)
        # The oracle bills Autopilot pods by their requests only, never by the machine.
        for column in ("gpu_type", "gpu_count", "compute_class", "gpu_zonal_redundancy"):
            if row.get(column) in ("performance", "accelerator") or column.startswith("gpu"):
                row.pop(column, None)
        if number % 10 == 0:
            del row["service"]
        rows.append({"workload": f"w{number}"} | row)
    return rows


def expected_rows(scenario: Row, options: dict[str, Any]) -> list[OracleBill]:
    """Bill the whole fleet in a scenario, so that its pools are those of the scenario."""
    moved = [move(row, scenario) for row in fleet()]
    return price_fleet(moved, TABLES, **(options | {"on": dt.date.fromisoformat(ON)}))


def assert_row(found: Row, oracle: OracleBill) -> None:
    """Assert that a row is the oracle's: cost, list cost, feasibility, reason."""
    where = f"{found} oracle: {oracle}"
    if not oracle.priced:
        code = str(oracle.reason).split(":")[0]
        assert pd.isna(found["monthly_cost"]), where
        assert found["feasible"] == (code in WITHOUT_RATE), where
        assert found["reason"], where
        return
    assert found["feasible"], where
    assert pd.isna(found["reason"]), where
    assert oracle.gross is not None
    assert oracle.monthly_cost is not None
    assert oracle.monthly_list_cost is not None
    for name, meant, scale in (
        ("monthly_cost", oracle.monthly_cost, oracle.gross),
        ("monthly_list_cost", oracle.monthly_list_cost, oracle.monthly_list_cost),
    ):
        off = abs(Decimal(repr(float(found[name]))) - meant)
        assert off <= max(scale, Decimal(1)) * TOLERANCE, where


@pytest.mark.parametrize("case", CASES)
def test_every_scenario_equals_the_oracle(case: str) -> None:
    """Every row of every scenario costs what the oracle says of the moved fleet."""
    places, options = CASES[case]
    comparison = wf.compare(fleet(), services=list(SERVICES), on=ON, **places, **options)
    frame, totals = comparison.frame, comparison.totals
    totals = totals.astype(object).where(totals.notna(), None)
    compared = priced = 0
    for scenario in totals.to_dict("records"):
        bills = expected_rows(scenario, options)
        own = frame[frame["service"] == scenario["service"]]
        for column in ("region", "purchase_option"):
            if scenario[column] is not None:
                own = own[own[column] == scenario[column]]
        if scenario["service"] == "gcp.cloud_run":
            is_other = own["billing_mode"] != scenario["billing_mode"]
            own = own[~is_other]
        rows = own.set_index("workload", drop=False).to_dict("index")
        for row, oracle in zip(fleet(), bills, strict=True):
            if is_shown(row, scenario):
                assert_row(rows[row["workload"]], oracle)
                compared += 1
                priced += oracle.priced
        cost = sum((b.monthly_cost for b in bills if b.monthly_cost is not None), Decimal(0))
        assert scenario["priced"] == sum(bill.priced for bill in bills)
        known = pytest.approx(float(cost), rel=1e-9) if scenario["priced"] else None
        assert scenario["workload_cost"] == known
        check_clusters(scenario, bills, options)
    assert compared == len(frame)
    assert priced > compared // 5


def check_clusters(scenario: Row, bills: list[OracleBill], options: dict[str, Any]) -> None:
    """Assert that the shared cost is one cluster per region and account with priced work."""
    cluster = CLUSTERS.get(scenario["service"])
    places = {
        (move(row, scenario)["region"], row.get("billing_account"))
        for row, bill in zip(fleet(), bills, strict=True)
        if bill.priced
    }
    if cluster is None or not places:
        assert scenario["shared_cost"] == 0
        return
    rows = [cluster | {"region": region, "billing_account": account} for region, account in places]
    fees = price_fleet(rows, TABLES, **(options | {"on": dt.date.fromisoformat(ON)}))
    assert scenario["unpriced_clusters"] == sum(not fee.priced for fee in fees)
    total = sum((fee.monthly_cost for fee in fees if fee.monthly_cost is not None), Decimal(0))
    assert scenario["shared_cost"] == pytest.approx(float(total), rel=1e-9)
