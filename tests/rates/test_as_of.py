"""Prices as of a day: known changes, and answers that later rates leave alone."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import wharfage as wf

Workload = dict[str, Any]
ONE_DAY = dt.timedelta(days=1)
REQUESTS = {"requests_per_month": 10**6, "request_seconds": 1}


def monthly(row: Workload, on: str, **options: Any) -> float:
    """Price one workload before credits."""
    frame = wf.estimate([row], on=on, free_tier="none", **options).frame
    return float(frame["monthly_cost"].iloc[0])


WINDOWS = {
    "service": "aws.fargate",
    "region": "us-east-1",
    "vcpu": 1,
    "memory_gib": 2,
    "operating_system": "windows",
    "hours_per_month": 1,
}
METAL = {"service": "aws.ec2", "region": "us-east-1", "hours_per_month": 1}
MACHINE = {"service": "gcp.compute_engine", "region": "us-central1", "hours_per_month": 1}
LIST: Workload = {"sustained_use": False}
SPOT: Workload = {"purchase_option": "spot"}

CHANGES: list[tuple[Workload, str, float, str, float]] = [
    (
        WINDOWS,
        "2025-10-26",
        0.09148 + 2 * 0.01005 + 0.046,
        "2025-10-27",
        0.046552 + 2 * 0.00511175 + 0.046,
    ),
    ({**METAL, "instance_type": "c6g.metal"}, "2026-07-19", 2.176, "2026-07-20", 2.3066),
    ({**METAL, "instance_type": "c8g.metal-24xl"}, "2026-07-19", 3.82848, "2026-07-20", 4.21133),
    ({**METAL, "instance_type": "m5.metal"}, "2026-07-19", 4.608, "2026-07-20", 4.608),
    (
        {**MACHINE, "instance_type": "c3-standard-4", **LIST},
        "2024-08-28",
        0.208808,
        "2024-08-29",
        0.201608,
    ),
    (
        {**MACHINE, "instance_type": "n4-standard-4", **LIST},
        "2025-11-26",
        0.189544,
        "2025-11-27",
        0.1814,
    ),
    (
        {**MACHINE, "instance_type": "e2-standard-4"},
        "2022-02-27",
        0.13402284,
        "2026-10-01",
        0.13402284,
    ),
    (
        {**MACHINE, "instance_type": "n2-standard-4", **LIST},
        "2022-02-27",
        0.194236,
        "2026-10-01",
        0.194236,
    ),
    (
        {**MACHINE, "instance_type": "e2-standard-4", **SPOT},
        "2024-05-29",
        0.040206852,
        "2024-05-30",
        0.046224,
    ),
    (
        {**MACHINE, "instance_type": "n2-standard-4", **SPOT},
        "2026-07-29",
        0.076136,
        "2026-07-30",
        0.09212,
    ),
]


@pytest.mark.parametrize(
    ("row", "old_day", "old_price", "new_day", "new_price"),
    CHANGES,
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_known_changes(
    row: Workload, old_day: str, old_price: float, new_day: str, new_price: float
) -> None:
    """Prices that were read on two days hold from their own day to the next."""
    assert monthly(row, old_day) == pytest.approx(old_price, rel=1e-12)
    assert monthly(row, new_day) == pytest.approx(new_price, rel=1e-12)


@pytest.mark.parametrize(
    ("work", "tier_2", "tier_1"),
    [
        # 730 hours of 1 vCPU and 0.5 GiB; 1 M seconds of the same, and 0.40 for the requests
        ({"billing_mode": "instance"}, 730 * 3600 * 0.0000228, 730 * 3600 * 0.000019),
        (REQUESTS, 33.6 + 1.75 + 0.4, 24 + 1.25 + 0.4),
    ],
)
def test_region_moves_to_another_tier(work: Workload, tier_2: float, tier_1: float) -> None:
    """Mumbai became a cheaper region of Cloud Run on 15 November 2024."""
    row = {"service": "gcp.cloud_run", "region": "asia-south1", **work}
    before = monthly(row, "2024-11-14", before_first="nearest")
    after = monthly(row, "2024-11-15", before_first="nearest")
    assert (before, after) == pytest.approx((tier_2, tier_1), rel=1e-12)


def test_day_before_the_first_rate_has_no_price() -> None:
    """A machine has no price on the day before it was first seen, and one on the day."""
    row = {**MACHINE, "instance_type": "g2-standard-4", "region": "us-east4"}
    frame = wf.estimate([row], on="2023-04-26").frame
    assert frame["unpriced_reason"].iloc[0].startswith("not_yet_priced")
    assert monthly(row, "2023-04-27") == pytest.approx(0.79610514, rel=1e-12)


LATER = dt.date(2026, 11, 20)


def insert(folder: Path, table: str, section: str, text: str) -> None:
    """Write a block at the end of a section of a table."""
    path = folder / table
    content = path.read_text(encoding="utf-8")
    start = re.search(rf"^{section}:\n", content, re.MULTILINE)
    assert start
    end = re.compile(r"^[a-z_]+:", re.MULTILINE).search(content, start.end())
    stop = end.start() if end else len(content)
    path.write_text(content[:stop].rstrip("\n") + "\n" + text + "\n" + content[stop:])


def add_price(folder: Path) -> None:
    """Make Fargate's vCPU dearer in one region."""
    text = f"""\
- meter: vcpu_hours
  key: {{operating_system: linux, cpu_architecture: x86_64, purchase_option: on_demand}}
  pricing_unit: vCPU-Hours
  observed_on: {LATER}
  source: aws_ecs_feed_2025_10
  prices:
    us-east-1: "0.0415"
"""
    insert(folder, "aws/fargate.yaml", "rates", text)


def add_withdrawal(folder: Path) -> None:
    """Take the disk of one region off the list."""
    text = f"""\
- meter: boot_disk_gib_months
  key: {{boot_disk_type: gp3}}
  pricing_unit: GB-Months
  observed_on: {LATER}
  source: aws_ec2_price_list_2026_09_27
  prices:
    us-east-1: null
"""
    insert(folder, "aws/ec2.yaml", "rates", text)


def add_matrix(folder: Path) -> None:
    """Make two machine types dearer with one more file."""
    (folder / "aws" / "ec2" / "later.csv").write_text(
        "instance_type,ap-northeast-2,us-east-1\nm5.large,0.12,0.0961\nt3.micro,,0.0105\n",
        encoding="utf-8",
    )
    text = f"""\
- meter: instance_hours
  key: {{operating_system: linux, purchase_option: on_demand}}
  pricing_unit: Hours
  observed_on: {LATER}
  source: aws_ec2_price_list_2026_09_27
  file: ec2/later.csv
"""
    insert(folder, "aws/ec2.yaml", "rates", text)


def add_history(folder: Path) -> None:
    """Make a machine type cheaper with one more line of history."""
    path = folder / "gcp" / "compute_engine" / "history_on_demand.csv"
    with path.open("a", encoding="utf-8") as stream:
        stream.write(f"{LATER},us-central1,n2-standard-4,0.19\n")


ADDITIONS: list[tuple[Callable[[Path], None], Workload]] = [
    (
        add_price,
        {"service": "aws.fargate", "region": "us-east-1", "vcpu": 1, "memory_gib": 2},
    ),
    (
        add_withdrawal,
        {
            "service": "aws.ec2",
            "region": "us-east-1",
            "instance_type": "m5.large",
            "boot_disk_gib": 20,
            "boot_disk_type": "gp3",
        },
    ),
    (
        add_matrix,
        {"service": "aws.ec2", "region": "ap-northeast-2", "instance_type": "m5.large"},
    ),
    (
        add_history,
        {
            "service": "gcp.compute_engine",
            "region": "us-central1",
            "instance_type": "n2-standard-4",
        },
    ),
]


def others(row: Workload) -> list[Workload]:
    """Give workloads like one, in other regions, of other sizes and bought otherwise."""
    machines = ["m5.large", "t3.micro", "m7g.large", "n2-standard-4", "e2-standard-4"]
    regions = ["us-east-1", "ap-northeast-2", "ca-west-1", "us-central1", "asia-southeast1"]
    options = ["on_demand", "spot", "savings_plan_1yr_no_upfront", "cud_1yr", "flexible_cud_3yr"]
    return [
        {**row, "instance_type": machine, "region": region, "purchase_option": option}
        for machine, region, option in product(machines, regions, options)
    ]


@pytest.mark.parametrize(("add", "row"), ADDITIONS, ids=[add.__name__ for add, _ in ADDITIONS])
def test_later_rate_changes_no_older_answer(
    add: Callable[[Path], None], row: Workload, tmp_path: Path
) -> None:
    """A rate of a later day changes the digest and its own day, and no bit of an older answer."""
    book = wf.RateBook.bundled()
    folder = Path(shutil.copytree(book.folder, tmp_path / "rates"))
    add(folder)
    grown = wf.RateBook.open(folder)
    assert grown.digest != book.digest
    fleet = [row, *others(row)]
    for on in ("2023-05-01", "2026-05-15", "2026-10-01", str(LATER - ONE_DAY)):
        old, new = (wf.estimate(fleet, rates=rates, on=on) for rates in (book, grown))
        pd.testing.assert_frame_equal(old.frame, new.frame, check_exact=True)
        pd.testing.assert_frame_equal(old.lines(), new.lines(), check_exact=True)
    old, new = (wf.estimate(fleet, rates=rates, on=str(LATER)) for rates in (book, grown))
    changed = old.frame["monthly_cost"].iloc[0], new.frame["monthly_cost"].iloc[0]
    assert changed[0] != changed[1]
