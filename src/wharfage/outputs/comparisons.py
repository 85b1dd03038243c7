"""A comparison on a terminal: the fleet on each service, and the cheapest place of each workload."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from rich.console import Console

from wharfage.outputs.bills import print_assumptions, print_reasons
from wharfage.outputs.figures import money
from wharfage.outputs.json_document import document_of
from wharfage.outputs.tables import print_heading, print_item, print_table

if TYPE_CHECKING:
    from wharfage.api import Comparison

#: rows that are no workloads, named before the rest is counted
LEFT_OUT_SHOWN = 6

#: distinct reasons shown
REASONS_SHOWN = 5

#: columns that go where there is no room, the first one first
LESS_IMPORTANT_TOTALS = ("CPU", "memory", "no rate", "bought as", "region", "shared", "workloads")
LESS_IMPORTANT_CHEAPEST = ("per month", "today", "bought as", "region", "per month ")
LESS_IMPORTANT_PLACES = ("why", "bought as", "region")

#: meters in words short enough for a table
PARTS = {
    "vcpu_hours": "vCPU",
    "memory_gib_hours": "memory",
    "provisioned_memory_gib_hours": "provisioned memory",
    "ephemeral_storage_gib_hours": "storage",
    "os_licence_vcpu_hours": "licence",
    "idle_vcpu_hours": "idle vCPU",
    "idle_memory_gib_hours": "idle memory",
    "gpu_hours": "GPU",
    "node_share": "share of nodes",
}


def comparison_document(comparison: Comparison) -> dict[str, Any]:
    """Comparison as a JSON document: the fleet and each workload in every scenario."""
    return document_of(
        "comparison",
        comparison,
        currency=comparison.currency,
        totals=comparison.totals,
        scenarios=comparison.frame,
        shared_costs=comparison.shared_costs,
        break_even=comparison.break_even,
        left_out=comparison.left_out,
        faults=comparison.faults,
    )


def print_comparison(console: Console, comparison: Comparison, limit: int) -> None:
    """Totals of the fleet, then each workload; a single workload is shown on every service."""
    frame = comparison.frame
    workloads = frame["workload"].drop_duplicates()
    if len(workloads) == 1:
        _print_workload(console, comparison, str(workloads.iloc[0]))
    else:
        _print_totals(console, comparison)
        _print_cheapest(console, frame, comparison.currency, limit)
        if len(workloads) > limit:
            rest = f"... and {len(workloads) - limit:,} more workloads"
            console.print(f"{rest}; --out FILE.csv writes every scenario")
        console.print()
    print_left_out(console, comparison)
    print_assumptions(console, comparison.assumptions)


def print_left_out(console: Console, comparison: Comparison) -> None:
    """Rows of the fleet that are no workloads."""
    if comparison.left_out:
        shown = ", ".join(comparison.left_out[:LEFT_OUT_SHOWN])
        more = len(comparison.left_out) - LEFT_OUT_SHOWN
        rest = f" and {more:,} more" if more > 0 else ""
        print_item(console, f"left out, not workloads: {shown}{rest}")
        console.print()


def print_faults(console: Console, comparison: Comparison, limit: int) -> int:
    """Summary of workloads with cells that cannot be used; how many there are."""
    faults = comparison.faults
    if not len(faults):
        return 0
    print_heading(console, f"{len(faults):,} workloads cannot be read as written:")
    print_reasons(console, faults.groupby("reason", sort=False)["workload"], limit)
    return len(faults)


def _print_totals(console: Console, comparison: Comparison) -> None:
    totals = comparison.totals
    # Without given regions each workload stays in its own metropolitan area.
    has_region = bool(totals["region"].notna().any())
    has_option = bool(totals["purchase_option"].notna().any())
    rows = []
    for row in totals.to_dict("records"):
        unpriced = row["unpriced_clusters"]
        region = "-" if pd.isna(row["region"]) else str(row["region"])
        rows.append(
            [
                str(row["rank"]),
                str(row["service"]) + ("" if has_option else _mode(row)),
                *([region] if has_region else []),
                *([_label(row)] if has_option else []),
                f"{row['workloads'] - row['infeasible']:,} of {row['workloads']:,}",
                f"{row['unpriced']:,}" if row["unpriced"] else "-",
                _share(row["unused_vcpu"]),
                _share(row["unused_memory"]),
                money(row["workload_cost"]),
                money(row["shared_cost"]) + (f" ({unpriced} unpriced)" if unpriced else ""),
                money(row["monthly_cost"]),
            ]
        )
    headers = ["#", "service", *(["region"] if has_region else [])]
    headers += ["bought as"] if has_option else []
    numbers = ["can run", "no rate", "CPU", "memory", "workloads", "shared", "per month"]
    title = f"the fleet on each service, {comparison.currency}: most workloads first, then cheapest"
    right, drop = ("#", *numbers), LESS_IMPORTANT_TOTALS
    print_table(console, headers + numbers, rows, right=right, title=title, drop=drop)
    print_item(console, "CPU, memory: part of what is paid for that no workload asks for")
    print_item(console, "shared: clusters, and what stands idle on nodes")
    console.print()
    _print_sizes(console, comparison)


def _print_sizes(console: Console, comparison: Comparison) -> None:
    """From which size of the fleet nodes are cheaper than the best that bills each workload."""
    sizes = comparison.break_even
    if not len(sizes):
        return
    order = {name: rank for rank, name in reversed(list(enumerate(comparison.totals["service"])))}
    print_heading(console, "nodes are cheaper, for the workloads that both can run:")
    for nodes, rows in sizes.groupby("nodes"):
        # Against the service that runs most of the fleet, cheapest of those.
        best = rows.iloc[int(np.argmin(rows["service"].map(order)))]
        times = best["cheaper_from"]
        when = f"from {times:.2g} times this fleet on" if times > 0 else "at any size"
        if pd.isna(times):
            when = "at no size of this fleet"
        text = f"{nodes} than {best['service']}: {when} ({best['workloads']} workloads)"
        print_item(console, text, indent=2)
    console.print()


def _share(share: float) -> str:
    return "-" if pd.isna(share) else f"{share:.0%}"


def _print_cheapest(console: Console, frame: pd.DataFrame, currency: str, limit: int) -> None:
    shown = frame["workload"].drop_duplicates().head(limit)
    frame = frame[frame["workload"].isin(shown)]
    best = frame[frame["rank"] == 1].set_index("workload")
    today = frame[frame["is_baseline"]].set_index("workload")
    # A region or option is told only where the comparison has several for the same work.
    has_regions = frame.duplicated(["workload", "service", "purchase_option", "billing_mode"]).any()
    has_options = frame.duplicated(["workload", "service", "region", "billing_mode"]).any()
    rows = []
    for workload in shown:
        cheapest = best.loc[workload] if workload in best.index else None
        now = today.loc[workload] if workload in today.index else None
        rows.append(
            [
                str(workload),
                "-" if now is None else str(now["service"]),
                "-" if now is None else money(now["monthly_cost"]),
                "nowhere" if cheapest is None else f"{cheapest['service']}{_mode(cheapest)}",
                *(["-" if cheapest is None else str(cheapest["region"])] if has_regions else []),
                *(["-" if cheapest is None else _label(cheapest)] if has_options else []),
                "-" if cheapest is None else money(cheapest["monthly_cost"]),
                "-" if cheapest is None else money(cheapest["saving"]),
            ]
        )
    headers = ["workload", "today", "per month", "cheapest"]
    headers += (["region"] if has_regions else []) + (["bought as"] if has_options else [])
    headers += ["per month ", "saving"]
    title = f"each workload, {currency}: where it runs today, and where it is cheapest"
    right, drop = ("per month", "per month ", "saving"), LESS_IMPORTANT_CHEAPEST
    print_table(console, headers, rows, right=right, title=title, drop=drop)
    for said in (
        "costs of a scenario with the whole fleet on that service: credits are shared over it",
        "on nodes a workload pays for what it asks for, and what stands idle is shared",
        "`wharfage price` gives the bill of the fleet as it runs today",
    ):
        print_item(console, said)
    without = frame[frame["feasible"] & frame["monthly_cost"].isna()]
    if len(without):
        console.print()
        print_heading(console, f"{len(without):,} scenarios could run but have no rate:")
        print_reasons(console, without.groupby("reason", sort=False)["workload"], REASONS_SHOWN)


def _print_workload(console: Console, comparison: Comparison, workload: str) -> None:
    parts = comparison.components(workload)
    rows = [
        (
            "-" if pd.isna(row["rank"]) else str(row["rank"]),
            row["service"],
            str(row["region"] or "-") if not pd.isna(row["region"]) else "-",
            _label(row),
            money(row["monthly_cost"]),
            _why(row, parts),
        )
        for row in comparison.frame.to_dict("records")
    ]
    headers = ("#", "service", "region", "bought as", "per month", "why")
    title = f"workload {workload}, {comparison.currency}"
    right, drop = ("#", "per month"), LESS_IMPORTANT_PLACES
    print_table(console, headers, rows, right=right, title=title, drop=drop)
    shared = comparison.shared_costs
    for row in shared.to_dict("records"):
        cost = f"{row['region']}, {money(row['monthly_cost'])} per month"
        text = f"{row['service']} also needs a cluster: {row['cluster_service']} in {cost} after credits"
        if row["kind"] == "idle_nodes":
            text = f"{row['service']} leaves part of its nodes idle: in {cost}"
        print_item(console, text)
    console.print()


def _why(row: dict[Hashable, Any], parts: pd.DataFrame) -> str:
    if pd.isna(row["monthly_cost"]):
        return str(row["reason"])
    own = parts[
        (parts["service"] == row["service"])
        & (parts["region"] == row["region"])
        & (parts["purchase_option"] == row["purchase_option"])
        & (parts["billing_mode"].isna() | (parts["billing_mode"] == row["billing_mode"]))
    ]
    costs: dict[str, float] = {}
    for line in own.to_dict("records"):
        meter = str(line["meter"])
        name = "credits" if meter.startswith("credit:") else PARTS.get(meter, meter)
        costs[name] = costs.get(name, 0.0) + float(line["effective_cost"])
    return ", ".join(f"{name} {money(cost)}" for name, cost in costs.items()) or "nothing used"


def _label(row: dict[Hashable, Any]) -> str:
    option = row["purchase_option"]
    text = "as each is" if option is None or pd.isna(option) else str(option)
    return text + _mode(row)


def _mode(row: Mapping[Hashable, Any] | pd.Series) -> str:
    mode = row["billing_mode"]
    return "" if mode is None or pd.isna(mode) else f" ({mode})"
