"""Many price scenarios on one fleet: each is the estimate of the fleet bought that way."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import wharfage as wf
from wharfage.errors import InvalidValueError
from wharfage.examples import example_fleet_path

ON = "2026-10-01"
FLEET = pd.read_csv(example_fleet_path(), dtype={"kubernetes_version": str})
TASK = {"service": "aws.fargate", "region": "us-east-1", "vcpu": 1, "memory_gib": 2}
NODE = {"service": "gcp.compute_engine", "region": "us-central1", "instance_type": "n2-standard-4"}

SCENARIOS: list[dict[str, Any]] = [
    {},
    {"on": "2026-05-01"},
    {"on": "2025-11-01"},
    {"region": "us-east-1"},
    {"region": "asia-northeast3"},
    {"purchase_option": "spot"},
    {"purchase_option": "savings_plan_1yr_no_upfront"},
    {"region": "us-central1", "purchase_option": "flexible_cud_3yr"},
]


def estimated(fleet: pd.DataFrame, scenario: dict[str, Any], **options: Any) -> wf.Bill:
    """Estimate a fleet with the columns of a scenario written into it."""
    columns = {name: value for name, value in scenario.items() if name != "on"}
    return wf.estimate(fleet.assign(**columns), on=scenario.get("on", ON), **options)


@pytest.mark.parametrize("free_tier", ["account", "none"])
def test_scenario_is_an_estimate(free_tier: str) -> None:
    """Every scenario's total, list total and counts are those of the fleet estimated that way."""
    found = wf.reprice(FLEET, SCENARIOS, on=ON, free_tier=free_tier)
    for scenario, row in zip(SCENARIOS, found.to_dict("records"), strict=True):
        bill = estimated(FLEET, scenario, free_tier=free_tier)
        total = bill.total(strict=False)
        assert row["monthly_cost"] == pytest.approx(total.get("USD", 0.0), rel=1e-9)
        assert row["monthly_list_cost"] == pytest.approx(
            bill.frame["monthly_list_cost"].sum(), rel=1e-9
        )
        assert (row["priced"], row["unpriced"]) == (total.rows - total.missing, total.missing)


def test_many_workloads_are_the_sum_of_their_kinds() -> None:
    """A random fleet of every kind of work costs in each scenario what its estimate says."""
    rng = np.random.default_rng(7)
    rows = 4000
    fleet = FLEET.iloc[rng.integers(0, len(FLEET), rows)].reset_index(drop=True)
    fleet["workload"] = [f"w{n}" for n in range(rows)]
    fleet["replicas"] = rng.integers(0, 5, rows)
    fleet["billing_account"] = rng.choice(["a", "b", "c"], rows)
    encoded = wf.encode(fleet)
    found = wf.reprice(encoded, SCENARIOS, on=ON)
    for scenario, row in zip(SCENARIOS, found.to_dict("records"), strict=True):
        total = estimated(fleet, scenario).total(strict=False)
        assert row["monthly_cost"] == pytest.approx(total.get("USD", 0.0), rel=1e-9)
        assert row["unpriced"] == total.missing


def test_discount_is_off_what_is_paid_and_not_off_list() -> None:
    """Ten percent off 36.04 a month are 32.44; the list cost stays."""
    plain, less = wf.reprice([TASK], [{}, {"discount": 0.1}], on=ON).to_dict("records")
    assert less["monthly_cost"] == pytest.approx(0.9 * plain["monthly_cost"], rel=1e-12)
    assert less["monthly_list_cost"] == plain["monthly_list_cost"]


def test_discount_comes_before_credits() -> None:
    """Credits are money: they are not discounted, so that a small bill stays within them."""
    work = [{"service": "gcp.cloud_run", "region": "us-central1", "requests_per_month": 1e5,
             "request_seconds": 0.1}]  # fmt: skip
    assert wf.reprice(work, [{"discount": 0.5}], on=ON)["monthly_cost"][0] == 0


def test_spot_share_mixes_two_ways_of_buying() -> None:
    """With 30 % on Spot a workload costs 70 % of one price and 30 % of the other."""
    own, spot, mixed = wf.reprice(
        [TASK], [{}, {"purchase_option": "spot"}, {"spot_share": 0.3}], on=ON
    )["monthly_cost"]
    assert mixed == pytest.approx(0.7 * own + 0.3 * spot, rel=1e-12)
    assert mixed < own


def test_work_that_spot_is_not_sold_for_stays_and_is_counted() -> None:
    """A Windows task has no Spot; under a Spot share it stays on demand, and is said."""
    work = [TASK, {**TASK, "operating_system": "windows"}]
    plain, mixed = wf.reprice(work, [{}, {"spot_share": 1.0}], on=ON).to_dict("records")
    spot = wf.reprice([TASK], [{"purchase_option": "spot"}], on=ON)["monthly_cost"][0]
    windows = wf.estimate(work[1:], on=ON).total()["USD"]
    assert mixed["monthly_cost"] == pytest.approx(spot + windows, rel=1e-12)
    assert (mixed["priced"], mixed["unpriced"], mixed["without_spot"]) == (2, 0, 1)
    assert plain["without_spot"] == 0


def test_machines_with_sustained_use_stay_under_a_spot_share() -> None:
    """What is paid for a machine depends on the option itself, so that no share of it moves."""
    plain, mixed = wf.reprice([NODE], [{}, {"spot_share": 0.5}], on=ON)["monthly_cost"]
    assert mixed == pytest.approx(plain, rel=1e-12)


def test_option_changes_what_usage_gives_story_28() -> None:
    """Sustained use lowers on-demand machines only; under another option it is not carried over."""
    scenarios = [{}, {"purchase_option": "spot"}, {"purchase_option": "cud_1yr"}]
    found = wf.reprice([NODE], scenarios, on=ON)["monthly_cost"]
    for scenario, cost in zip(scenarios, found, strict=True):
        assert cost == pytest.approx(estimated(pd.DataFrame([NODE]), scenario).total()["USD"])


def test_rules_of_each_date_hold() -> None:
    """Before 2026 there was no Fargate task of 32 vCPU, so that on an older date it has no price."""
    work = [{**TASK, "vcpu": 32, "memory_gib": 64}]
    found = wf.reprice(work, [{"on": "2025-11-15"}, {"on": ON}])
    assert found["unpriced"].tolist() == [1, 0]


def test_faulty_rows_are_unpriced_in_every_scenario() -> None:
    """A row that cannot be billed as written counts as unpriced, however it is bought."""
    work = [TASK, {**TASK, "vcpu": None}, {**TASK, "memory_gib": 1e4}, {**TASK, "service": "x"}]
    found = wf.reprice(work, [{}, {"region": "eu-west-1"}], on=ON)
    assert found["unpriced"].tolist() == [3, 3]
    assert found["priced"].tolist() == [1, 1]


def test_encoded_fleet_is_priced_like_its_table() -> None:
    """An encoded fleet takes the place of its table in estimate and compare."""
    encoded = wf.encode(FLEET)
    assert wf.encode(encoded) is encoded
    for day in (ON, "2026-05-01"):
        pd.testing.assert_frame_equal(
            wf.estimate(encoded, on=day).frame, wf.estimate(FLEET, on=day).frame
        )
    services = ["aws.fargate", "gcp.cloud_run"]
    pd.testing.assert_frame_equal(
        wf.compare(encoded, services=services, on=ON).frame,
        wf.compare(FLEET, services=services, on=ON).frame,
    )


def test_scenarios_may_be_a_table() -> None:
    """Rows of a table are scenarios; empty cells leave things as they are."""
    table = pd.DataFrame({"on": [ON, "2026-05-01"], "discount": [np.nan, 0.2]})
    found = wf.reprice([TASK], table)
    assert [day.isoformat() for day in found["on"]] == [ON, "2026-05-01"]
    assert found["discount"].tolist() == [0.0, 0.2]


@pytest.mark.parametrize(
    ("scenarios", "words"),
    [
        ([], "no scenario"),
        ([{"regoin": "us-east-1"}], "'regoin' is no field of a price scenario"),
        ([{}, {"discount": 2}], r"Scenario 2: discount=2 is not between 0 and 1"),
        ([{"purchase_option": "spott"}], "'spott' is no purchase option"),
        ([{"on": "yesterday"}], "is not a date"),
        ([{"spot_share": True}], "spot_share=True is not between 0 and 1"),
    ],
)
def test_bad_scenarios_are_refused(scenarios: list[dict[str, Any]], words: str) -> None:
    """A scenario that makes no sense is refused with its number and in words."""
    with pytest.raises(InvalidValueError, match=words):
        wf.reprice([TASK], scenarios, on=ON)


def test_unknown_region_leaves_a_scenario_unpriced() -> None:
    """A region that does not exist prices nothing; the other scenarios are as they were."""
    found = wf.reprice([TASK], [{"region": "mars-1"}, {}], on=ON)
    assert found["unpriced"].tolist() == [1, 0]
    assert found["monthly_cost"].tolist() == [0.0, pytest.approx(36.04, abs=0.01)]
