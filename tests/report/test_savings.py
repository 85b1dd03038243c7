"""What is said to be saved is what the changed fleet costs less."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

import wharfage as wf
from wharfage.examples import example_fleet_path
from wharfage.outputs.report.savings import buy, candidates_of, drop, move

from .written import ON, SERVERLESS

Price = Callable[[pd.DataFrame], NDArray[np.float64]]


def price(fleet: pd.DataFrame) -> NDArray[np.float64]:
    """Price a fleet through the public door."""
    return wf.estimate(fleet, on=ON).frame["monthly_cost"].to_numpy()


def moved(bill: wf.Bill, services: tuple[str, ...] = SERVERLESS, **keywords: Any) -> Any:
    """Move the workloads of a bill to the cheapest of some services."""
    frame = bill.frame
    ranked = wf.compare(frame[list(frame.columns[:-7])], services=services, on=ON).frame
    return move("move", frame, candidates_of(ranked, frame), price, **keywords)


@pytest.fixture(scope="module")
def bill() -> wf.Bill:
    """Give the bill of the example."""
    return wf.estimate(example_fleet_path(), on=ON)


def test_saving_is_what_the_changed_fleet_costs_less(bill: wf.Bill) -> None:
    """Changes written into the fleet by hand, and priced, give the total that is said."""
    idea = moved(bill)
    assert len(idea.changes) >= 5
    changed = pd.read_csv(example_fleet_path(), dtype=str).astype(object)
    for change in idea.changes.to_dict("records"):
        row = int(change["row"])
        for column in ("service", "region", "billing_mode"):
            changed.loc[row, column] = change[column]
    after = wf.estimate(changed, on=ON).total()["USD"]
    assert idea.clusters == 0
    assert idea.total == pytest.approx(bill.total()["USD"] - after, rel=1e-9)


def test_every_change_saves(bill: wf.Bill) -> None:
    """No workload is moved to a place that costs as much or more."""
    assert (moved(bill).changes["saving"] > 0).all()


def test_cluster_for_one_small_workload_is_not_built() -> None:
    """A move that saves less than the new cluster costs is not made; with more workloads it is."""
    pod = {"service": "gcp.gke_autopilot", "region": "asia-northeast3"}
    few = moved(wf.estimate([{**pod, "replicas": 2}], on=ON), ("aws.fargate_eks",))
    many = moved(wf.estimate([{**pod, "replicas": 50}], on=ON), ("aws.fargate_eks",))
    assert (len(few.changes), few.clusters, few.total) == (0, 0, 0.0)
    assert (len(many.changes), many.clusters) == (1, 1)
    fee = wf.estimate([{"service": "aws.eks", "region": "ap-northeast-2"}], on=ON).total()["USD"]
    assert many.total == pytest.approx(many.changes["saving"].sum() - fee, rel=1e-9)


def test_cluster_that_is_there_costs_nothing_more() -> None:
    """Where the fleet has the cluster, a small workload may move to it."""
    pod = {"service": "gcp.gke_autopilot", "region": "asia-northeast3"}
    fleet = [pod | {"replicas": 2}, {"service": "aws.eks", "region": "ap-northeast-2"}]
    idea = moved(wf.estimate(fleet, on=ON), ("aws.fargate_eks",))
    assert (len(idea.changes), idea.clusters) == (1, 0)


def test_cheapest_way_to_buy(bill: wf.Bill) -> None:
    """Each workload is bought in the cheapest of the ways, where one is sold and cheaper."""
    frame = bill.frame
    eligible = np.isin(frame["workload"], ["storefront", "backoffice", "ledger"])
    options = ("savings_plan_1yr_no_upfront", "cud_1yr", "flexible_cud_1yr")
    idea = buy("commit", frame, eligible, options, price)
    for row, chosen, saving in idea.changes[["row", "purchase_option", "saving"]].itertuples(
        index=False
    ):
        costs = [
            price(frame.iloc[[row], :-7].assign(purchase_option=option))[0] for option in options
        ]
        assert options[int(np.nanargmin(costs))] == chosen
        assert saving > 0
    assert set(frame["workload"].iloc[idea.changes["row"].to_numpy(int)]) == {
        "storefront",
        "backoffice",
    }


def test_surcharge_that_ends(bill: wf.Bill) -> None:
    """Two clusters in extended support pay 0.50 more per hour: 730 a month."""
    idea = drop("upgrade", bill.frame, bill.lines(), "extended_support_hours")
    assert idea.total == pytest.approx(2 * 730 * 0.5)
    assert bill.frame["workload"].iloc[idea.changes["row"].to_numpy(int)].tolist() == [
        "orders-cluster",
        "legacy-cluster",
    ]
