"""Ranking: what the same work costs on every service, and what the money is spent on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from wharfage.outputs.pictures.parts import CREDITS, parts_of
from wharfage.outputs.pictures.stacked import stacked_bars
from wharfage.outputs.pictures.theme import finished
from wharfage.outputs.pictures.words import (
    COST,
    check_priced,
    check_top,
    rates_line,
    scenario_label,
    short_money,
    some,
)

if TYPE_CHECKING:
    from wharfage.api import Comparison

KEYS = ("service", "region", "purchase_option", "billing_mode")
NET = "Credits lie below zero; the mark is what remains to be paid"


def ranking(result: Comparison, *, workload: str | None = None, top: int = 20) -> Any:  # noqa: ANN401
    """Bars of a comparison, cheapest first, stacked by what is charged.

    Parameters
    ----------
    result : Comparison
        The fleet in every scenario, shared costs included; scenarios that run more of the fleet
        come first, as in ``totals``.
    workload : str, optional
        One workload instead, by its marginal cost.
    top : int
        Bars; how many others there are, and what they cost, is said.

    Returns
    -------
    Chart
        Costs in USD per month. What has no price has no bar and is named.
    """
    check_top(top)
    names = result.frame["workload"].drop_duplicates()
    if workload is None and len(names) > 1:
        return _of_fleet(result, top)
    return _of_workload(result, str(names.iloc[0] if workload is None else workload), top)


def _of_fleet(result: Comparison, top: int) -> Any:  # noqa: ANN401  a chart
    totals = result.totals.assign(label=_labels(result.totals))
    count = int(totals["workloads"].iloc[0])
    parts = result.component_totals
    parts = parts.assign(label=_labels(parts))
    runs = totals[totals["priced"] > 0]
    check_priced(len(runs), len(totals), "scenarios")
    shown = runs.head(top)
    some_run_less = bool((shown["priced"] < count).any())
    notes = (
        [f"{own:,} of {count:,}" for own in shown["priced"]] if some_run_less else [""] * len(shown)
    )
    title = f"What {count:,} workloads cost on each service [{COST}]"
    lines = [
        "Most workloads first, then cheapest; beside each cost: how many workloads it covers"
        if some_run_less
        else "Cheapest first",
        "Clusters and idle room on nodes are included" + _unpriced_clusters(shown),
        _others(runs, top),
        _none(totals, totals["priced"] == 0),
    ]
    return _drawn(parts, shown.assign(note=notes), title, lines, result)


def _of_workload(result: Comparison, workload: str, top: int) -> Any:  # noqa: ANN401  a chart
    frame = result.frame
    rows = frame[frame["workload"].astype(str) == workload]
    rows = rows.assign(label=_labels(rows))
    parts = result.components(workload)
    check_priced(int(rows["monthly_cost"].notna().sum()), len(rows), "scenarios")
    runs = rows[rows["monthly_cost"].notna()].sort_values("rank", kind="stable")
    parts = parts.assign(label=_labels(parts), monthly_cost=parts["effective_cost"])
    title = f"What {workload} costs on each service [{COST}]"
    lines = [
        "Cheapest first; clusters and idle nodes are apart",
        _others(runs, top),
        _none(rows, rows["monthly_cost"].isna() & rows["feasible"]),
        _none(rows, ~rows["feasible"].astype(bool), "Cannot run it"),
    ]
    return _drawn(parts, runs.head(top).assign(note=""), title, lines, result)


def _drawn(
    parts: pd.DataFrame, totals: pd.DataFrame, title: str, lines: list[str], result: Comparison
) -> Any:  # noqa: ANN401  a chart
    shown = parts[parts["label"].isin(totals["label"])]
    sums = (
        shown.assign(part=parts_of(shown["meter"]))
        .groupby(["label", "part"], as_index=False, sort=False)["monthly_cost"]
        .sum()
    )
    columns = ["label", "monthly_cost", "note"]
    chart = stacked_bars(pd.DataFrame(sums), totals[columns], totals["label"].tolist())
    net = NET if CREDITS in set(sums["part"]) else ""
    return finished(chart, title, [*lines, net, rates_line(result)])


def _labels(frame: pd.DataFrame) -> list[str]:
    return [scenario_label(row) for row in frame[list(KEYS)].to_dict("records")]


def _unpriced_clusters(shown: pd.DataFrame) -> str:
    missing = shown.loc[shown["unpriced_clusters"] > 0, "label"].tolist()
    return f"; a cluster has no price on {some(missing)}" if missing else ""


def _others(runs: pd.DataFrame, top: int) -> str:
    rest = runs.iloc[top:]["monthly_cost"]
    if rest.empty:
        return ""
    low, high = short_money(rest.min()), short_money(rest.max())
    return f"{top:,} of {len(runs):,} scenarios are shown; the others cost {low} to {high}"


def _none(rows: pd.DataFrame, mask: pd.Series, words: str = "No price") -> str:
    names = rows.loc[mask, "label"].tolist()
    return f"{words}: {some(names)}" if names else ""
