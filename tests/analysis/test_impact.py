"""What a change of rates does to a fleet: the difference of two estimates, told by place."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

import wharfage as wf
from wharfage.analysis.impact import Impact, fleet_impact
from wharfage.examples import example_fleet_path
from wharfage.rates.diff import BookOn

DAYS = ("2026-07-01", "2026-10-01")
WINDOWS = {
    "service": "aws.fargate",
    "region": "us-east-1",
    "operating_system": "windows",
    "vcpu": 1,
    "memory_gib": 2,
}


@pytest.fixture(scope="module")
def impact(book: wf.RateBook) -> Impact:
    """Give the impact on the example fleet from July to October 2026."""
    sides = [BookOn(book, dt.date.fromisoformat(day)) for day in DAYS]
    return fleet_impact(example_fleet_path(), *sides)


def between(book: wf.RateBook, fleet: object, before: str, after: str) -> Impact:
    """Give the impact on a fleet between two days of one book."""
    return fleet_impact(
        fleet, *(BookOn(book, dt.date.fromisoformat(day)) for day in (before, after))
    )


def test_totals_are_those_of_two_estimates(impact: Impact) -> None:
    """Before, after and change are the costs of the same workloads in two estimates."""
    frames = [wf.estimate(example_fleet_path(), on=day).frame for day in DAYS]
    both = frames[0]["monthly_cost"].notna() & frames[1]["monthly_cost"].notna()
    sums = [frame.loc[both, "monthly_cost"].sum() for frame in frames]
    (total,) = impact.totals.to_dict("records")
    assert (total["before"], total["after"]) == pytest.approx(tuple(sums), rel=1e-12)
    assert total["change"] == pytest.approx(sums[1] - sums[0], abs=1e-9)


def test_every_cost_is_that_of_an_estimate(impact: Impact) -> None:
    """Row by row the costs are bit for bit those of `estimate`."""
    for side, day in zip(("before", "after"), DAYS, strict=True):
        expected = wf.estimate(example_fleet_path(), on=day).frame["monthly_cost"].to_numpy()
        assert np.array_equal(impact.workloads[side].to_numpy(), expected, equal_nan=True)


@pytest.mark.parametrize("by", [("service",), ("region",), ("service", "region")])
def test_parts_add_up_to_the_total(impact: Impact, by: tuple[str, ...]) -> None:
    """By service, by region or by both, the parts are the whole."""
    parts, totals = impact.by(*by), impact.totals
    for column in ("before", "after", "change", "workloads", "unpriced"):
        assert parts[column].sum() == pytest.approx(totals[column].sum())


def test_windows_fargate_became_cheaper(book: wf.RateBook) -> None:
    """Between December 2022 and 2025 vCPU and memory of Windows tasks halved in us-east-1."""
    row = between(book, [WINDOWS], "2022-12-01", "2025-12-01").workloads.iloc[0]
    # 730 h x (1 x 0.09148 + 2 x 0.01005 + 0.046) and 730 h x (0.046552 + 2 x 0.00511175 + 0.046)
    assert row["before"] == pytest.approx(730 * 0.15758)
    assert row["after"] == pytest.approx(730 * 0.1027755)
    assert row["percent"] == pytest.approx(100 * (0.1027755 / 0.15758 - 1))


def test_workload_without_a_price_on_one_side_is_left_out(book: wf.RateBook) -> None:
    """A cost that one side lacks is NaN with its reason, and counts in no sum."""
    fleet = [WINDOWS, {**WINDOWS, "region": "eu-west-1"}]
    found = between(book, fleet, "2022-12-01", "2025-12-01")
    missing = found.workloads.iloc[1]
    assert np.isnan(missing["before"])
    assert missing["after"] > 0
    assert missing["note"].startswith("before: not_yet_priced")
    (total,) = found.totals.to_dict("records")
    assert (total["workloads"], total["unpriced"]) == (2, 1)
    assert total["after"] == pytest.approx(730 * 0.1027755)


def test_same_book_changes_nothing(book: wf.RateBook) -> None:
    """On one day of one book every change is an exact zero."""
    found = between(book, example_fleet_path(), DAYS[1], DAYS[1])
    assert (found.workloads["change"].dropna() == 0).all()


def test_options_hold_for_both_sides(book: wf.RateBook) -> None:
    """A shorter month is a shorter month before and after."""
    sides = [BookOn(book, dt.date(2025, 12, 1))] * 2
    hours = [fleet_impact([WINDOWS], *sides, month=month).totals for month in ("730h", "365h")]
    assert isinstance(hours[0], pd.DataFrame)
    for side in ("before", "after"):
        assert hours[0][side].item() == pytest.approx(2 * hours[1][side].item())
