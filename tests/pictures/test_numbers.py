"""What a picture draws is what the result says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import wharfage as wf
from wharfage.outputs.pictures.words import scenario_label

Layers = Callable[..., list[tuple[str, list[dict[str, Any]], dict[str, Any]]]]


def stacked(layers: list[Any], value: str) -> dict[str, float]:
    """Sum the bars of each label."""
    sums: dict[str, float] = defaultdict(float)
    for row in layers[0][1]:
        sums[row["label"]] += row[value]
    return dict(sums)


def test_components_of_a_ranking_add_up_to_its_totals(
    comparison: wf.Comparison, charts: dict[str, Any], layers_of: Layers
) -> None:
    """The stacked parts of each bar are the fleet's cost on that service, shared costs included."""
    totals = comparison.totals
    expected = {
        scenario_label(row): row["monthly_cost"]
        for row in totals[totals["priced"] > 0].to_dict("records")
    }
    assert stacked(layers_of(charts["ranking"], "bar"), "monthly_cost") == pytest.approx(expected)


def test_ranking_keeps_the_order_of_the_totals(
    comparison: wf.Comparison, charts: dict[str, Any], layers_of: Layers
) -> None:
    """Bars stand in the order of the totals."""
    totals = comparison.totals
    expected = [scenario_label(row) for row in totals[totals["priced"] > 0].to_dict("records")]
    assert layers_of(charts["ranking"], "bar")[0][2]["y"]["sort"] == expected


def test_ranking_of_one_workload_is_its_rank(comparison: wf.Comparison, layers_of: Layers) -> None:
    """The bars of one workload are its marginal costs, from rank 1 on."""
    frame = comparison.frame
    own = frame[(frame["workload"] == "storefront") & frame["monthly_cost"].notna()]
    expected = {scenario_label(row): row["monthly_cost"] for row in own.to_dict("records")}
    layers = layers_of(wf.plot(comparison, workload="storefront"), "bar")
    assert stacked(layers, "monthly_cost") == pytest.approx(expected)
    ranked = own.sort_values("rank").to_dict("records")
    assert layers[0][2]["y"]["sort"] == [scenario_label(row) for row in ranked]


def test_credits_lie_below_zero(charts: dict[str, Any], layers_of: Layers) -> None:
    """A credit is drawn as a negative amount, and nothing else is."""
    rows = layers_of(charts["components"], "bar")[0][1]
    below = {row["part"] for row in rows if row["monthly_cost"] < 0}
    assert below == {"credits"}
    assert all(row["monthly_cost"] < 0 for row in rows if row["part"] == "credits")


def test_components_of_a_bill_add_up(
    bill: wf.Bill, charts: dict[str, Any], layers_of: Layers
) -> None:
    """The bars of a bill are the costs of its services."""
    frame = bill.frame
    expected = frame.groupby("service")["monthly_cost"].sum().to_dict()
    assert stacked(layers_of(charts["components"], "bar"), "monthly_cost") == pytest.approx(
        expected
    )


def test_what_is_beyond_the_top_is_one_bar(bill: wf.Bill, layers_of: Layers) -> None:
    """Bars beyond the top are one, named with their number, and nothing is lost."""
    sums = stacked(layers_of(bill.plot(by="workload", top=5), "bar"), "monthly_cost")
    assert len(sums) == 6
    assert "other 17" in sums
    assert sum(sums.values()) == pytest.approx(bill.total(strict=False)["USD"])


def test_unpriced_workload_is_counted_and_not_drawn(
    bill: wf.Bill, layers_of: Layers, subtitle_of: Callable[[Any], str]
) -> None:
    """A workload without a price has no bar, and the subtitle counts it."""
    chart = bill.plot(by="workload", top=50)
    assert "lost" not in {
        row["label"] for _, rows, _ in layers_of(chart) for row in rows if "label" in row
    }
    assert "1 of 23 workloads have no price and are not shown" in subtitle_of(chart)


def test_services_without_a_price_are_named(
    comparison: wf.Comparison, subtitle_of: Callable[[Any], str]
) -> None:
    """A service that cannot run a workload has no bar and stands in the subtitle."""
    assert "Cannot run it: " in subtitle_of(wf.plot(comparison, workload="invoices"))


def test_lines_are_the_costs_of_a_break_even(
    crossing: wf.BreakEven, charts: dict[str, Any], layers_of: Layers
) -> None:
    """The lines hold every point of the costs, and no other."""
    rows = layers_of(charts["break_even"], "line")[0][1]
    expected = crossing.costs()
    assert [row["name"] for row in rows] == expected["contender"].tolist()
    assert [row["x"] for row in rows] == expected["requests_per_month"].tolist()
    assert [row["cost"] for row in rows] == expected["monthly_cost"].tolist()


def test_rules_are_the_roots(
    crossing: wf.BreakEven, charts: dict[str, Any], layers_of: Layers
) -> None:
    """A rule stands at each change of the cheapest."""
    rules = [rows for _, rows, _ in layers_of(charts["break_even"], "rule") if "text" in rows[0]]
    assert [row["x"] for row in rules[0]] == crossing.roots["at"].tolist()


def test_strip_is_the_intervals(
    crossing: wf.BreakEven, charts: dict[str, Any], layers_of: Layers
) -> None:
    """The strip below holds each stretch with its cheapest."""
    rows = layers_of(charts["break_even"], "bar")[0][1]
    found = crossing.intervals
    assert [row["cheapest"] for row in rows] == found["cheapest"].tolist()
    assert [row["low"] for row in rows] == found["low"].tolist()
    assert [row["high"] for row in rows] == found["high"].tolist()


def test_a_contender_without_a_price_has_a_gap(
    charts: dict[str, Any], layers_of: Layers, subtitle_of: Callable[[Any], str]
) -> None:
    """Where a contender cannot run its line holds nothing, not 0, and the subtitle gives the reason."""
    rows = layers_of(charts["limited"], "line")[0][1]
    assert {row["cost"] for row in rows if row["name"] == "gcp.cloud_run"} == {None}
    said = subtitle_of(charts["limited"])
    assert "gcp.cloud_run (from 1 to 1M: unsupported_demand" in said


def test_cost_per_load_is_cost_over_load(crossing: wf.BreakEven, layers_of: Layers) -> None:
    """The cost of a million requests is the cost over the requests, and 0 requests have none."""
    rows = layers_of(wf.plot(crossing, "load", per=1e6), "line")[0][1]
    expected = crossing.costs()
    expected = expected[expected["requests_per_month"] > 0]
    ratio = expected["monthly_cost"] / expected["requests_per_month"] * 1e6
    assert [row["cost"] for row in rows] == pytest.approx(ratio.tolist())


def test_areas_of_a_surface_are_its_points(
    plane: wf.BreakEvenSurface, charts: dict[str, Any], layers_of: Layers
) -> None:
    """At every point of the grid lies the rectangle of the cheapest."""
    frame = pd.DataFrame(layers_of(charts["surface"], "rect")[0][1])
    cheapest = plane.cheapest
    ys, xs = cheapest["request_seconds"].data, cheapest["requests_per_month"].data
    for j, i in ((0, 0), (3, 17), (15, 20), (22, 15), (30, 30)):
        inside = frame[
            (frame["x1"] <= xs[i]) & (xs[i] <= frame["x2"])
            & (frame["y1"] <= ys[j]) & (ys[j] <= frame["y2"])
        ]  # fmt: skip
        assert inside["cheapest"].tolist() == [plane.names[int(cheapest.data[j, i])]]


def test_fan_is_the_quantiles(
    uncertain: wf.Ranges, charts: dict[str, Any], layers_of: Layers
) -> None:
    """The bands run from each quantile to its counterpart."""
    totals = uncertain.totals
    totals = totals[totals["priced"] > 0]
    totals["label"] = [scenario_label(row) for row in totals.to_dict("records")]
    bands = layers_of(charts["fan"], "bar")
    assert len(bands) == 2
    for (_, rows, _), (low, high) in zip(bands, (("p5", "p95"), ("p25", "p75")), strict=True):
        found = {row["label"]: (row["low"], row["high"]) for row in rows}
        expected = zip(totals[low], totals[high], strict=True)
        assert found == dict(zip(totals["label"], expected, strict=True))


def test_fan_names_what_has_no_price(
    charts: dict[str, Any], layers_of: Layers, subtitle_of: Callable[[Any], str]
) -> None:
    """A scenario without a price has no band at 0, and the subtitle names it."""
    labels = {row["label"] for _, rows, _ in layers_of(charts["fan"], "bar") for row in rows}
    assert "gcp.cloud_run_jobs" not in labels
    assert "have no price and are not shown (in all draws): gcp.cloud_run_jobs" in subtitle_of(
        charts["fan"]
    )


def test_tornado_is_the_sensitivity(
    uncertain: wf.Ranges, charts: dict[str, Any], layers_of: Layers
) -> None:
    """The ends of the bars are the costs with each input low and high."""
    found = uncertain.sensitivity()
    found = found[found["service"] == "aws.fargate"]
    rows = layers_of(charts["tornado"], "bar")[0][1]
    for end in ("low", "high"):
        drawn = [row["monthly_cost"] for row in rows if row["end"] == end]
        assert drawn == found[f"monthly_cost_{end}"].tolist()


def test_tornado_leaves_out_what_has_no_price(
    charts: dict[str, Any], subtitle_of: Callable[[Any], str]
) -> None:
    """A scenario in which nothing has a price has no bars at 0, and is named."""
    assert "No price: gcp.cloud_run_jobs" in subtitle_of(charts["tornado"])


def test_waste_is_what_is_billed(bill: wf.Bill, charts: dict[str, Any], layers_of: Layers) -> None:
    """What was asked for and what was not add up to what is billed, for CPU and memory."""
    sizes = bill.sizes.dropna().set_index("workload")
    bars = layers_of(charts["waste"], "bar")
    for (_, rows, _), name in zip(bars, ("vcpu", "memory_gib"), strict=True):
        sums: dict[str, float] = defaultdict(float)
        for row in rows:
            sums[row["label"]] += row["size"]
        assert sums == pytest.approx(sizes[f"billed_{name}"].to_dict())


def test_a_pod_rounded_up_is_the_waste(bill: wf.Bill) -> None:
    """0.9 vCPU and 1.9 GiB with 256 MiB more are billed as 1 vCPU and 3 GiB by EKS on Fargate."""
    row = bill.sizes.set_index("workload").loc["orders-pods"]
    assert row["requested_vcpu"] == pytest.approx(5.4)
    assert row["billed_vcpu"] == pytest.approx(6.0)
    assert row["billed_memory_gib"] == pytest.approx(18.0)


def test_node_waste_is_the_nodes(
    plan: wf.NodePlan, charts: dict[str, Any], layers_of: Layers
) -> None:
    """Asked for, free and kept add up to the nodes; what pods ask for is what the plan placed."""
    nodes = plan.nodes
    for (_, rows, _), name in zip(
        layers_of(charts["node_waste"], "bar"), ("vcpu", "memory_gib"), strict=True
    ):
        whole = (nodes[name] * nodes["node_count"]).sum()
        assert sum(row["size"] for row in rows) == pytest.approx(whole)
        placed = plan.pods[plan.pods["reason"].isna()]
        asked = sum(row["size"] for row in rows if row["part"] == "pods ask for")
        assert asked == pytest.approx((placed["pods"] * placed[name]).sum())


def test_pods_on_no_node_are_named(
    charts: dict[str, Any], subtitle_of: Callable[[Any], str]
) -> None:
    """A workload that no node holds stands in the subtitle."""
    assert "On no node: huge" in subtitle_of(charts["node_waste"])


def test_heat_map_is_the_frame(
    everywhere: wf.Comparison, charts: dict[str, Any], layers_of: Layers
) -> None:
    """Each shaded cell is the cost of its region and scenario; regions of one metro share a row."""
    cells = {}
    for _, rows, channels in layers_of(charts["regions"], "rect"):
        if "color" in channels:
            cells = {(row["row"], row["column"]): row["shade"] for row in rows}
    frame = everywhere.frame
    own = frame[frame["monthly_cost"].notna()].set_index(["region", "service", "purchase_option"])
    frankfurt = "Frankfurt (eu-central-1 = europe-west3)"
    expected = own.loc[("eu-central-1", "aws.fargate", "spot"), "monthly_cost"].item()
    assert cells[(frankfurt, "aws.fargate/spot")] == expected
    expected = own.loc[("europe-west3", "gcp.gke_autopilot", "on_demand"), "monthly_cost"].item()
    assert cells[(frankfurt, "gcp.gke_autopilot")] == expected
    assert len(cells) == len(own)


def test_a_cell_of_some_workloads_has_no_shade(
    comparison: wf.Comparison, layers_of: Layers
) -> None:
    """A sum over fewer workloads than the row has is not compared with the others by shade."""
    chart = wf.plot(comparison, "regions")
    for _, rows, channels in layers_of(chart, "rect"):
        partial = [row for row in rows if row["priced"] < row["workloads"]]
        assert not partial if "color" in channels else len(partial) == len(rows)


def test_history_is_the_rate_book(charts: dict[str, Any], layers_of: Layers) -> None:
    """The points are the dated prices: Windows on Fargate fell from 0.09148 to 0.046552 per vCPU-hour."""
    rows = layers_of(charts["history"], "point")[0][1]
    windows = [row["cost"] for row in rows if row["name"].startswith("windows")]
    assert windows == [0.09148, 0.046552]


def test_history_has_no_price_before_the_first_date(
    book: wf.RateBook, charts: dict[str, Any], layers_of: Layers
) -> None:
    """A line begins on the first date of its price, and ends on the newest date of the book."""
    day = 86_400_000
    epoch = pd.Timestamp(book.newest_date).value // 10**6
    rows = layers_of(charts["history"], "line")[0][1]
    spot = [row["x"] for row in rows if "spot" in row["name"]]
    assert min(spot) == pd.Timestamp("2026-09-28").value // 10**6
    assert max(spot) == epoch
    assert min(spot) % day == 0


def test_no_chart_holds_a_number_that_is_none(charts: dict[str, Any], layers_of: Layers) -> None:
    """Neither NaN nor infinity is in any chart."""
    for chart in charts.values():
        for _, rows, _ in layers_of(chart):
            values = [v for row in rows for v in row.values() if isinstance(v, float)]
            assert np.isfinite(values).all()
