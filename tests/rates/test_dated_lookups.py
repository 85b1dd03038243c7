"""Look-ups on either side of a date, with facts of the bundled book and with temporary copies."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import wharfage as wf
from wharfage.rates.book import bundled_folder

WINDOWS = {
    "service": "aws.fargate",
    "region": "us-east-1",
    "operating_system": "windows",
    "vcpu": 1,
    "memory_gib": 2,
}
SPOT = {
    "service": "aws.fargate",
    "region": "us-east-1",
    "purchase_option": "spot",
    "vcpu": 1,
    "memory_gib": 2,
}
CLOUD_RUN = {
    "service": "gcp.cloud_run",
    "region": "asia-south1",
    "billing_mode": "instance",
    "vcpu": 1,
    "memory_gib": 1,
    "min_instances": 1,
    "requests_per_month": 1000,
    "request_seconds": 0.1,
}
EKS_CLUSTER = {"service": "aws.eks", "region": "us-east-1"}


def rates_of(workload: dict[str, Any], on: str, **options: Any) -> pd.DataFrame:
    """Lines of one workload on a date, by meter."""
    return wf.estimate([workload], on=on, **options).lines().set_index("meter")


def status_of(workload: dict[str, Any], on: str, **options: Any) -> tuple[str, str]:
    """Status and reason of one workload on a date."""
    row = wf.estimate([workload], on=on, **options).frame.iloc[0]
    reason = row["unpriced_reason"]
    return row["cost_status"], "" if pd.isna(reason) else reason


@pytest.mark.parametrize(
    ("on", "price", "read_on"),
    [
        ("2022-11-21", 0.09148, "2022-11-21"),
        ("2025-10-26", 0.09148, "2022-11-21"),
        ("2025-10-27", 0.046552, "2025-10-27"),
        ("2026-10-01", 0.046552, "2025-10-27"),
    ],
)
def test_windows_vcpu_price_is_that_of_its_day(on: str, price: float, read_on: str) -> None:
    """Windows on Fargate halved between two readings; each day has the newest one before it."""
    line = rates_of(WINDOWS, on).loc["vcpu_hours"]
    assert line["list_unit_price"] == price
    assert str(line["rate_date"]) == read_on
    assert line["rate_date_kind"] == "observed"


def test_licence_did_not_change() -> None:
    """The Windows licence was read at the same price on both days, with the date of each."""
    lines = [
        rates_of(WINDOWS, on).loc["os_licence_vcpu_hours"] for on in ("2022-11-21", "2026-10-01")
    ]
    assert [line["list_unit_price"] for line in lines] == [0.046, 0.046]
    assert [str(line["rate_date"]) for line in lines] == ["2022-11-21", "2025-10-27"]


def test_day_before_the_first_rate_is_not_yet_priced() -> None:
    """Before the first reading there is no price, and the reason says when that was."""
    status, reason = status_of(WINDOWS, "2022-11-20")
    assert status == "unpriced"
    assert "not_yet_priced: first observed 2022-11-21" in reason


def test_nearest_rate_prices_earlier_days_with_doubt() -> None:
    """With before_first the first rate is used for earlier days, and the result is doubtful."""
    assert status_of(WINDOWS, "2022-11-20", before_first="nearest")[0] == "doubtful"
    line = rates_of(WINDOWS, "2022-11-20", before_first="nearest").loc["vcpu_hours"]
    assert line["list_unit_price"] == 0.09148
    assert str(line["rate_date"]) == "2022-11-21"


def test_nearest_rate_leaves_later_days_alone() -> None:
    """With before_first a day that has a rate is priced exactly as without."""
    assert status_of(WINDOWS, "2022-11-21", before_first="nearest") == ("exact", "")


@pytest.mark.parametrize(("on", "price"), [("2024-11-14", 0.0000216), ("2024-11-15", 0.000018)])
def test_mumbai_moved_to_another_tier(on: str, price: float) -> None:
    """asia-south1 was in tier 2 of Cloud Run until 2024-11-14 and is in tier 1 since the 15th."""
    line = rates_of(CLOUD_RUN, on, before_first="nearest", free_tier="none").loc["vcpu_hours"]
    assert line["list_unit_price"] == price
    assert status_of(CLOUD_RUN, on, before_first="nearest")[0] == "doubtful"


def test_region_of_a_tier_is_not_priced_before_the_tier() -> None:
    """A known tier of a region does not make up a price for days before the first reading."""
    status, reason = status_of(CLOUD_RUN, "2024-11-15")
    assert status == "unpriced"
    assert "first observed 2026-04-30" in reason


@pytest.mark.parametrize(
    ("on", "status"),
    [("2026-09-29", "exact"), ("2026-12-28", "exact"), ("2026-12-29", "doubtful")],
)
def test_spot_price_is_fresh_for_ninety_days(on: str, status: str) -> None:
    """Spot read on 2026-09-29 is exact for 90 days; the day after it is doubtful."""
    assert status_of(SPOT, on)[0] == status
    assert str(rates_of(SPOT, on).loc["vcpu_hours"]["rate_date"]) == "2026-09-29"


def test_list_price_does_not_age() -> None:
    """An on-demand price that was read long ago is exact until another one is known."""
    assert status_of({**SPOT, "purchase_option": "on_demand"}, "2026-12-29")[0] == "exact"


# temporary books


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Give a copy of the bundled tables."""
    return Path(shutil.copytree(bundled_folder(), tmp_path / "copy"))


def add_rate(folder: Path, first_day: str, price: str) -> wf.RateBook:
    """Add one rate of EKS clusters in us-east-1, as a person would."""
    path = folder / "aws" / "eks.yaml"
    text = path.read_text(encoding="utf-8")
    source = next(line for line in text.splitlines() if line.startswith("  source: "))
    block = (
        "rates:\n- meter: cluster_hours\n  key: {}\n  pricing_unit: Hours\n"
        f"  {first_day}\n{source}\n  prices:\n    us-east-1: {price}\n"
    )
    path.write_text(text.replace("rates:\n", block, 1), encoding="utf-8")
    return wf.RateBook.open(folder)


@pytest.mark.parametrize(("on", "price"), [("2026-10-31", 0.10), ("2026-11-01", 0.12)])
def test_effective_date_is_inclusive(copy: Path, on: str, price: float) -> None:
    """A rate is in force on its first day, and not on the day before."""
    changed = add_rate(copy, "effective_from: 2026-11-01", '"0.12"')
    line = rates_of(EKS_CLUSTER, on, rates=changed).loc["cluster_hours"]
    assert line["list_unit_price"] == price


def test_effective_date_is_called_so(copy: Path) -> None:
    """A documented first day and a day of reading are told apart in the lines."""
    changed = add_rate(copy, "effective_from: 2026-11-01", '"0.12"')
    days = ("2026-10-31", "2026-11-01")
    kinds = [rates_of(EKS_CLUSTER, on, rates=changed)["rate_date_kind"].iloc[0] for on in days]
    assert kinds == ["observed", "effective"]


def withdraw_spot(folder: Path) -> wf.RateBook:
    """Withdraw the Spot price of vCPU in us-east-1 from 2026-11-01 on."""
    path = folder / "aws" / "fargate.yaml"
    text = path.read_text(encoding="utf-8")
    source = next(line for line in text.splitlines() if line.startswith("  source: "))
    block = (
        "- meter: vcpu_hours\n"
        "  key: {operating_system: linux, cpu_architecture: x86_64, purchase_option: spot}\n"
        f"  pricing_unit: vCPU-Hours\n  effective_from: 2026-11-01\n{source}\n"
        "  prices:\n    us-east-1: null\n"
    )
    path.write_text(text.replace("rates:\n", f"rates:\n{block}", 1), encoding="utf-8")
    return wf.RateBook.open(folder)


def test_withdrawn_rate_has_no_price_from_its_day_on(copy: Path) -> None:
    """Null withdraws a price: the day before it is exact, from its day on it is unpriced."""
    changed = withdraw_spot(copy)
    assert status_of(SPOT, "2026-10-31", rates=changed) == ("exact", "")
    status, reason = status_of(SPOT, "2026-11-01", rates=changed)
    assert status == "unpriced"
    assert "withdrawn" in reason


def test_withdrawn_rate_is_not_replaced_by_the_nearest(copy: Path) -> None:
    """before_first speaks of days before the first rate, never of days after the last."""
    changed = withdraw_spot(copy)
    status, _ = status_of(SPOT, "2026-11-01", rates=changed, before_first="nearest")
    assert status == "unpriced"


def test_withdrawn_region_leaves_the_others(copy: Path) -> None:
    """A price that is withdrawn in one region stays in force in the next."""
    changed = withdraw_spot(copy)
    other = {**SPOT, "region": "eu-west-1"}
    assert status_of(other, "2026-11-01", rates=changed)[0] == "exact"


def test_meter_withdrawn_alone_leaves_the_region_incomplete(copy: Path) -> None:
    """A list price that goes while the other meters of its region stay is refused (R7)."""
    with pytest.raises(wf.RateError, match="us-east-1 priced for extended_support_hours"):
        add_rate(copy, "effective_from: 2026-11-01", "null")


@pytest.mark.parametrize("on", ["2025-10-28", "2026-09-28", "2026-10-31"])
def test_later_rate_leaves_older_estimates_bit_identical(copy: Path, on: str) -> None:
    """A rate added with a later date changes not one bit of any older estimate."""
    fleet = pd.DataFrame([EKS_CLUSTER, WINDOWS, SPOT, {**EKS_CLUSTER, "region": "eu-west-1"}])
    before = wf.estimate(fleet, on=on)
    after = wf.estimate(fleet, on=on, rates=add_rate(copy, "observed_on: 2026-11-01", '"0.12"'))
    for column in ("daily_cost", "monthly_cost", "monthly_list_cost"):
        expected = before.frame[column].to_numpy(dtype=np.float64)
        assert after.frame[column].to_numpy(dtype=np.float64).tobytes() == expected.tobytes()
    pd.testing.assert_frame_equal(after.lines(), before.lines())


def test_later_rate_moves_the_default_date(book: wf.RateBook, copy: Path) -> None:
    """Without a date the newest rate of the book decides, and the bill says which day it took."""
    later = book.newest_date + dt.timedelta(days=1)
    changed = add_rate(copy, f"effective_from: {later}", '"0.12"')
    assert changed.newest_date > book.newest_date
    assert wf.estimate([EKS_CLUSTER], rates=changed).on == later


def test_every_rate_of_a_table_is_found_on_its_own_day(book: wf.RateBook) -> None:
    """Each dated Fargate rate is what a look-up on its own date returns for its key."""
    from wharfage.rates.lookup import select_unit_prices

    table = book.table("aws.fargate")
    for name, meter in table.meters.items():
        for day in np.unique(meter.ordinal):
            on = pd.Timestamp.fromordinal(int(day)).date()
            found = select_unit_prices(table, name, on)
            own = np.flatnonzero(meter.ordinal == day)
            assert np.array_equal(found.row[meter.key_code[own]], own)
