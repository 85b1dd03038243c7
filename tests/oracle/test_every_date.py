"""Every day on which a table changes: the engine and the oracle agree on each side of it."""

from __future__ import annotations

import datetime as dt
from random import Random
from typing import Any

import pandas as pd
import pytest

import wharfage as wf

from .agreement import compare
from .decimal_oracle import price_fleet
from .fleets import SERVICES, TABLES, random_fleet
from .price_tables import PriceTable, load_table

Workload = dict[str, Any]
Rate = tuple[str, dict[str, str], str]
ONE_DAY = dt.timedelta(days=1)
#: workloads that are tried for each day of a change
SAMPLE = 25
#: what a workload needs besides the columns of its price
NEEDS: dict[str, Workload] = {
    "aws.fargate": {"vcpu": 1, "memory_gib": 2, "ephemeral_storage_gib": 30},
    "aws.fargate_eks": {"vcpu": 1, "memory_gib": 1, "ephemeral_storage_gib": 30},
    "aws.ec2": {"instance_type": "t3.micro"},
    "gcp.cloud_run": {"vcpu": 4, "memory_gib": 16},
    "gcp.cloud_run_jobs": {
        "vcpu": 4,
        "memory_gib": 16,
        "runs_per_month": 10,
        "run_seconds": 600,
    },
    "gcp.cloud_run_worker_pools": {"vcpu": 4, "memory_gib": 16},
    "gcp.compute_engine": {"instance_type": "n1-standard-4"},
}
METERS: dict[str, Workload] = {
    "boot_disk_gib_months": {"boot_disk_gib": 100},
    "public_ipv4_hours": {"public_ipv4_count": 1},
    # A version that is in extended support on the days that have a price for it
    "extended_support_hours": {"kubernetes_version": "1.32", "control_plane_tier": "extended"},
}
#: what the oracle knows of EKS: neither capabilities nor hybrid nodes
OF_CLUSTERS = ("cluster_hours", "extended_support_hours", "control_plane_tier_hours")
REQUESTS = {"requests_per_month": 10**6, "request_seconds": 1, "min_instances": 3}


def first_days(table: PriceTable) -> dict[dt.date, list[Rate]]:
    """Give the rates that begin on each day: meter, columns of the price, region or group."""
    found: dict[dt.date, list[Rate]] = {}
    for (meter, key, place), history in table.rates.items():
        for day in history:
            found.setdefault(day, []).append((meter, dict(key), place))
    for (meter, key), cells in table.machines.items():
        for (place, machine), history in cells.items():
            for day in history:
                columns = dict(key) | {"instance_type": machine}
                found.setdefault(day, []).append((meter, columns, place))
    return found


def workload(service: str, table: PriceTable, rate: Rate, on: dt.date) -> Workload:
    """Give a workload that is charged a rate."""
    meter, columns, place = rate
    row: Workload = {"service": service, "region": place, **NEEDS.get(service, {})}
    row |= METERS.get(meter, {}) | columns
    first = next(iter(table.meters[meter]["key"]), "region")
    if first in table.region_groups:
        entries = [v for v in table.region_groups[first] if v.get("effective_from", on) <= on]
        row["region"] = entries[-1]["groups"][place][0]
    elif first != "region":
        row |= {first: place, "region": ""}
    if not row["region"] or row["region"] not in table.regions():
        anywhere = "us-east-1" if service.startswith("aws.") else "us-central1"
        row["region"] = (table.regions() or [anywhere])[0]
    if service == "gcp.cloud_run" and (
        row.get("billing_mode") == "request" or meter.startswith(("idle", "requests"))
    ):
        row |= REQUESTS
    if service == "aws.eks":
        row.pop("control_plane_tier", None) if meter == "extended_support_hours" else None
    return row


def days_of(service: str) -> list[Any]:
    """Give every day on which a table changes, as test parameters."""
    return [(service, day) for day in wf.RateBook.bundled().dates(service)]


DAYS = [case for service in SERVICES for case in days_of(service)]


def checked(fleet: list[Workload], on: dt.date) -> wf.Bill:
    """Price a fleet as of a day and have the oracle check every row."""
    bill = wf.estimate(fleet, on=on.isoformat(), free_tier="none")
    compare(bill, price_fleet(fleet, TABLES, on=on, free_tier="none"))
    return bill


@pytest.mark.parametrize(("service", "day"), DAYS, ids=str)
def test_each_side_of_a_day_has_its_own_price(service: str, day: dt.date) -> None:
    """The day before still has the old price, the day itself the new one, and both say its date."""
    table = load_table(TABLES, service)
    rates = first_days(table).get(day, [])
    if service != "gcp.compute_engine":
        # GPU Pods are not among the oracle's services
        rates = [rate for rate in rates if service != "gcp.gke_autopilot" or "gpu" not in rate[0]]
        rates = [rate for rate in rates if not rate[0].startswith("premium")]
    rates = [rate for rate in rates if service != "aws.eks" or rate[0] in OF_CLUSTERS]
    Random(day.toordinal()).shuffle(rates)
    fleet = [workload(service, table, rate, day) for rate in rates[:SAMPLE]]
    fleet += random_fleet(service, 10, seed=day.toordinal())
    for number, row in enumerate(fleet):
        row["workload"] = f"w{number}"
    before, after = checked(fleet, day - ONE_DAY), checked(fleet, day)
    assert not (pd.to_datetime(before.lines()["rate_date"]) >= pd.Timestamp(day)).any()
    dates = pd.to_datetime(after.lines()["rate_date"])
    assert not (dates > pd.Timestamp(day)).any()
    if rates:
        assert (dates == pd.Timestamp(day)).any()
