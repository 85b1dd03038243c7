"""Break-even: every change of the cheapest service along an axis, held to prices and brute force."""

from __future__ import annotations

import doctest
import random
from typing import Any

import numpy as np
import pandas as pd
import pytest

import wharfage as wf
from wharfage.analysis import break_even as break_even_module
from wharfage.analysis.break_even_search import find_pieces, find_whole_pieces

ON = "2026-10-01"
WEB = {"vcpu": 1, "memory_gib": 2, "request_seconds": 0.2, "concurrency": 10}
#: axes with a range and what else a workload needs
AXES: dict[str, tuple[tuple[float, float], dict[str, Any]]] = {
    "requests_per_month": ((0, 3e8), WEB),
    "request_seconds": ((0.01, 3), {**WEB, "requests_per_month": 2e7}),
    "concurrency": ((1, 80), {**WEB, "requests_per_month": 9e7}),
    "hours_per_month": ((0, 730), {"vcpu": 2, "memory_gib": 6}),
    "memory_gib": ((0.5, 130), {"vcpu": 2}),
    "vcpu": ((0.1, 20), {"memory_gib": 4}),
    "run_seconds": ((0, 400), {"vcpu": 1, "memory_gib": 2, "runs_per_month": 20_000}),
    "replicas": ((0, 400), {**WEB, "requests_per_month": 9e8}),
}
SERVICES = ("aws.fargate", "aws.fargate_eks", "gcp.gke_autopilot", "gcp.cloud_run", "gcp.cloud_run/instance", "gcp.cloud_run_jobs", "aws.app_runner", "aws.fargate/spot")  # fmt: skip


def line(*given: Any, **keywords: Any) -> wf.BreakEven:
    """Give the break-even along one axis, in the eastern United States."""
    found = wf.breakeven(*given, **{"region": "us-east-1", "on": ON, **keywords})
    assert isinstance(found, wf.BreakEven)
    return found


def cheapest_at(found: wf.BreakEven, x: float) -> str | None:
    """Give the cheapest contender that the intervals name at a place."""
    rows = found.intervals
    return str(rows["cheapest"][int(np.searchsorted(rows["high"], x))])


def test_root_is_where_the_prices_meet() -> None:
    """Fargate's one task meets Cloud Run's requests where their arithmetic says."""
    # Fargate us-east-1: 0.04048 per vCPU-hour, 0.004445 per GB-hour. Cloud Run us-east4 (tier 1):
    # 0.000024 per vCPU-second, 0.0000025 per GiB-second, 0.40 per million requests.
    task = 730 * (0.04048 + 2 * 0.004445)
    request = 0.2 / 10 * (0.000024 + 2 * 0.0000025) + 0.4e-6
    found = line("aws.fargate", "gcp.cloud_run", between=(0, 7e7), workload=WEB, free_tier="none")
    assert found.roots["kind"].tolist() == ["crossing"]
    assert found.roots["at"][0] == pytest.approx(task / request, rel=1e-12)


def test_step_is_where_the_second_task_starts() -> None:
    """A step stands where 60 % of the month is used up, but for the slack of every ceiling."""
    found = line("aws.fargate", "gcp.cloud_run", between=(0, 1e8), workload=WEB)
    steps = found.roots[found.roots["kind"] == "step"]
    assert steps["at"].tolist() == pytest.approx([0.6 * 730 * 3600 * 10 / 0.2], rel=2e-9)
    assert steps["cheapest_below"].tolist() == ["aws.fargate"]


def test_step_is_between_two_floats() -> None:
    """At the place of a step the one before is the cheapest, at the next float the other one is."""
    found = line("aws.fargate", "gcp.cloud_run", between=(0, 1e8), workload=WEB)
    at = found.roots.loc[found.roots["kind"] == "step", "at"].iloc[0]
    cost = found.costs([at, np.nextafter(at, np.inf)])["monthly_cost"].to_numpy().reshape(2, 2)
    assert cost[0, 0] < cost[1, 0]
    assert cost[0, 1] > cost[1, 1]


@pytest.mark.parametrize("axis", AXES)
def test_intervals_agree_with_brute_force(axis: str) -> None:
    """Thousands of estimates along an axis have the cheapest contender that the intervals name."""
    between, workload = AXES[axis]
    draw = random.Random(axis)
    for _ in range(3):
        given = draw.sample(SERVICES, draw.choice([2, 2, 3]))
        found = line(*given, along=axis, between=between, workload=workload)
        points = np.linspace(*between, 4001)[1:-1]
        points = np.unique(np.rint(points)) if found.axis.is_whole else points
        cost = found.costs(points)["monthly_cost"].to_numpy().reshape(len(given), -1)
        finite = np.where(np.isnan(cost), np.inf, cost)
        best = finite.min(axis=0)
        rows = np.searchsorted(found.intervals["high"], points)
        named = found.intervals["cheapest"].to_numpy(dtype=object)[rows]
        for n, name in enumerate(given):
            is_named = np.array([name in str(each).split(" = ") for each in named])
            is_best = np.isfinite(finite[n]) & (finite[n] <= best * (1 + 1e-9) + 1e-9)
            clearly = np.isfinite(finite[n]) & (np.delete(finite, n, 0).min(axis=0) > finite[n] * (1 + 1e-9) + 1e-9)  # fmt: skip
            assert not (is_named & ~is_best).any(), given
            assert not (clearly & ~is_named).any(), given


def test_points_are_estimates() -> None:
    """A cost along the axis is what estimate gives, alone in its account."""
    found = line("aws.fargate", "gcp.cloud_run", between=(0, 1e8), workload=WEB)
    got = found.costs([3e7])["monthly_cost"].tolist()
    for cost, service, region in zip(got, found.names, found.regions.values(), strict=True):
        row = {**WEB, "service": service, "region": region, "requests_per_month": 3e7}
        assert cost == wf.estimate([row], on=ON).frame["monthly_cost"][0]


def test_free_tiers_are_a_tie() -> None:
    """While two services cost nothing they are cheapest together, to the last free unit."""
    both = ("gcp.cloud_run@us-central1", "gcp.cloud_run@us-east1")
    work = {**WEB, "concurrency": 1}
    found = line(*both, between=(0, 1e6), workload=work)
    assert found.intervals["cheapest"][0] == " = ".join(both)


def test_limit_has_a_reason() -> None:
    """A size that a service does not sell ends its stretch, with the reason."""
    found = line("aws.fargate", "aws.app_runner", along="memory_gib", between=(1, 400), workload={"vcpu": 1})  # fmt: skip
    reasons = found.infeasible.set_index("contender")["reason"]
    assert reasons["aws.fargate"] == "illegal_size: larger than the largest task"
    assert found.infeasible["low"].tolist() == pytest.approx([244, 12], rel=2e-9)
    assert found.intervals["cheapest"].iloc[-1] is None
    assert found.roots["kind"].iloc[-1] == "limit"


def test_whole_numbers_are_all_priced() -> None:
    """Along replicas the change stands at the first whole number for the new one."""
    found = line("aws.fargate", "gcp.cloud_run", along="replicas", between=(0, 100), workload={**WEB, "requests_per_month": 3e8})  # fmt: skip
    per_task = wf.estimate([{**WEB, "service": "aws.fargate", "region": "us-east-1"}], on=ON).total()["USD"]  # fmt: skip
    flat = found.costs([0])["monthly_cost"].iloc[1]
    assert found.roots["at"].tolist() == [flat // per_task + 1]
    assert found.intervals["low"].tolist() == [0, flat // per_task + 1]


def test_spot_discount_lowers_what_is_sold_as_spot() -> None:
    """Spot pays off from the discount that outweighs work done twice; storage is not cheaper."""
    work = {"vcpu": 1, "memory_gib": 2, "ephemeral_storage_gib": 120}
    found = line("aws.fargate", {"service": "aws.fargate", "purchase_option": "spot", "spot_rework": 0.25}, along="spot_discount", between=(0, 0.9), workload=work)  # fmt: skip
    part = 0.04048 + 2 * 0.004445
    storage = 100 * 0.000111
    expected = 1 - (part + storage - 1.25 * storage) / (1.25 * part)
    assert found.roots["at"].tolist() == pytest.approx([expected], rel=1e-12)


def test_utilization_is_a_share_of_the_month() -> None:
    """Along utilization costs are those of so many hours."""
    found = line("aws.fargate", "gcp.cloud_run", along="utilization", between=(0, 1), workload={"vcpu": 1, "memory_gib": 2})  # fmt: skip
    half = found.costs([0.5])["monthly_cost"].iloc[0]
    assert half == pytest.approx(365 * (0.04048 + 2 * 0.004445), rel=1e-12)


def test_clusters_are_added_where_asked() -> None:
    """With clusters each service pays for the one that it needs."""
    keywords: dict[str, Any] = {"along": "replicas", "between": (1, 3), "workload": {"vcpu": 1, "memory_gib": 2}}  # fmt: skip
    alone = line("aws.fargate", "aws.fargate_eks", **keywords).costs([1])["monthly_cost"]
    whole = line("aws.fargate", "aws.fargate_eks", **keywords, clusters=True).costs([1])["monthly_cost"]  # fmt: skip
    assert (whole - alone).tolist() == pytest.approx([0, 73])


def test_boundary_of_a_surface_lies_on_the_lines() -> None:
    """Points of the boundary at a request time are changes along the requests at that time."""
    surface = wf.breakeven("aws.fargate", "gcp.cloud_run", along=("requests_per_month", "request_seconds"), between=((1e6, 1e8), (0.1, 0.5)), workload=WEB, region="us-east-1", on=ON, points=41)  # fmt: skip
    assert isinstance(surface, wf.BreakEvenSurface)
    points = surface.boundaries
    seconds = float(surface.cheapest["request_seconds"][14])
    own = points[points["request_seconds"] == seconds]["requests_per_month"]
    workload = {**WEB, "request_seconds": seconds}
    roots = line("aws.fargate", "gcp.cloud_run", between=(1e6, 1e8), workload=workload).roots["at"]
    assert len(own)
    assert all(np.isclose(roots, at, rtol=1e-9).any() for at in own)
    cells = surface.cheapest[14]
    assert sorted(set(cells.data.tolist())) == [0, 1]


def test_search_finds_every_crossing_of_a_staircase() -> None:
    """A staircase and a line of nearly the same slope cross at every step, and all are found."""

    def evaluate(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return np.stack([np.ceil(x), x + 0.25]), np.zeros((2, len(x)), dtype=np.int64)

    pieces = find_pieces(evaluate, 0.5, 50.5)
    expected = sorted([*np.arange(1.0, 51.0), *(np.arange(0.0, 51.0) + 0.75)])
    assert pieces.end[:-1].tolist() == pytest.approx([x for x in expected if 0.5 < x < 50.5])


def test_search_follows_curves_too() -> None:
    """Costs that are no straight lines cross where they do, to the last digits."""

    def evaluate(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return np.stack([100 / x, np.sqrt(x)]), np.zeros((2, len(x)), dtype=np.int64)

    pieces = find_pieces(evaluate, 1.0, 1000.0)
    assert pieces.end[0] == pytest.approx(100 ** (2 / 3), rel=1e-12)


def test_too_many_whole_numbers_are_refused() -> None:
    """An axis of more whole numbers than can be priced asks for a narrower range."""
    with pytest.raises(wf.WorkloadError, match="at most 1,000,000 are priced"):
        find_whole_pieces(lambda x: (x, x), 0, 10_000_000)  # type: ignore[arg-type,return-value]


@pytest.mark.parametrize(
    ("given", "keywords", "words"),
    [
        (("aws.fargate",), {}, "There is 1 among the contenders"),
        (("aws.fargate", "aws.fargate"), {}, "'aws.fargate' stands twice"),
        (("aws.fargate", "gcp.cloud_run/spto"), {}, "did you mean 'spot'"),
        (("aws.fargate", 3), {}, "is int, not text or a mapping"),
        (("aws.fargate", {"region": "us-east-1"}), {}, "has no service"),
        (("aws.fargate", "gcp.cloud_run"), {"along": "requests"}, "'requests' is no axis"),
        (("aws.fargate", "gcp.cloud_run"), {"between": (5, 1)}, "lowest number comes first"),
        (("aws.fargate", "gcp.cloud_run"), {"between": "x"}, "not a lowest and a highest"),
        (("aws.fargate", "gcp.cloud_run"), {"along": "replicas", "between": (0.5, 2)}, "whole"),
        (("aws.fargate", "gcp.cloud_run"), {"along": "utilization", "between": (0, 2)}, "between 0 and 1"),
        (("aws.fargate", "gcp.cloud_run"), {"region": None}, "No region for aws.fargate"),
        (("aws.fargate", "gcp.cloud_run"), {"region": "us-east-9"}, "has no region 'us-east-9'"),
        (("aws.fargate", "gcp.cloud_run"), {"workload": {**WEB, "vcpus": 1}}, "did you mean 'vcpu'"),
        (("aws.fargate", "gcp.cloud_run"), {"workload": {**WEB, "vcpu": -1}}, "vcpu is negative"),
        (("aws.fargate", "gcp.cloud_run"), {"workload": {**WEB, "spot_rework": -1}}, "spot_rework is -1"),
        (("aws.fargate", "gcp.cloud_run"), {"workload": {}}, "'vcpu'"),
        (("aws.fargate", "gcp.cloud_run"), {"along": ("vcpu", "vcpu")}, "two different axes"),
    ],
)  # fmt: skip
def test_bad_arguments_are_named(given: tuple[Any, ...], keywords: dict[str, Any], words: str) -> None:  # fmt: skip
    """What makes no sense is refused with its name and a hint."""
    with pytest.raises(wf.WorkloadError, match=words) as caught:
        line(*given, **{"between": (0, 1e6), "workload": WEB, **keywords})
    assert "Hint: " in str(caught.value)


def test_unknown_service_is_named() -> None:
    """A service that does not exist is named with one that does."""
    with pytest.raises(wf.UnknownServiceError, match=r"aws\.fargat"):
        line("aws.fargat", "gcp.cloud_run", between=(0, 1), workload=WEB)


def test_examples_run() -> None:
    """The examples in the documentation are true."""
    failed, tried = doctest.testmod(break_even_module)
    assert tried
    assert not failed


def test_tables_have_their_columns() -> None:
    """Intervals cover the range without a hole, and roots stand between them."""
    found = line(*SERVICES[:3], "gcp.cloud_run", between=(0, 1e9), workload=WEB)
    intervals = found.intervals
    assert isinstance(intervals, pd.DataFrame)
    assert intervals["low"].iloc[0] == 0
    assert intervals["high"].iloc[-1] == 1e9
    assert intervals["low"].tolist()[1:] == intervals["high"].tolist()[:-1]
    assert found.roots["at"].tolist() == intervals["high"].tolist()[:-1]


def test_costs_hold_both_sides_of_every_step() -> None:
    """A step that changes no winner is upright too: a second instance comes at one place."""
    found = wf.breakeven(
        "aws.fargate",
        "gcp.cloud_run/request",
        between=(0, 2e8),
        region="us-east-1",
        workload={"vcpu": 1, "memory_gib": 2, "request_seconds": 0.2, "concurrency": 10},
        on="2026-10-01",
    )
    costs = found.costs().query("contender == 'aws.fargate'").reset_index()
    steps = costs.index[costs["monthly_cost"].diff() > 1]
    widths = costs["requests_per_month"].diff()[steps]
    assert len(steps) == 2
    assert (widths < 1000).all()
