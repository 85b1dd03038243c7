"""A plan of nodes on a terminal, or as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
from rich.console import Console

from wharfage.outputs.bills import print_assumptions, print_reasons
from wharfage.outputs.figures import money
from wharfage.outputs.json_document import document_of
from wharfage.outputs.tables import print_item, print_table

if TYPE_CHECKING:
    from wharfage.nodes.node_plan import NodePlan

#: machine types shown on a terminal
SHOWN = 20
#: baselines in words
BASELINES = {
    "first_fit_decreasing_best_single_type": "first-fit decreasing on the best single type",
    "cheapest_per_vcpu_greedy": "cheapest type per vCPU, greedily",
}


def print_plan(console: Console, plan: NodePlan) -> None:
    """Nodes, costs, bound, baselines, what time changes, and assumptions."""
    _print_nodes(console, plan)
    _print_costs(console, plan)
    _print_quality(console, plan)
    if plan.over_time is not None:
        _print_over_time(console, plan)
    print_assumptions(console, plan.assumptions)


def print_unplaced(console: Console, plan: NodePlan, limit: int) -> int:
    """Summary of the workloads that are on no node, by reason; how many there are."""
    unplaced = plan.unplaced
    if not len(unplaced):
        return 0
    of = f"{len(unplaced):,} of {len(plan.fleet):,}"
    console.print(f"\n{of} workloads are on no node:", markup=False)
    print_reasons(console, unplaced.groupby("reason", sort=False)["workload"], limit)
    return len(unplaced)


def plan_document(plan: NodePlan) -> dict[str, Any]:
    """The whole plan as a JSON document, in full precision."""
    numbers = (
        "node_count", "hourly_node_cost", "hourly_idle_cost", "hourly_cluster_cost", "hourly_cost",
        "monthly_cost", "lower_bound", "cost_lower_bound", "gap",
    )  # fmt: skip
    found = plan.over_time
    return document_of(
        "node_plan",
        plan,
        service=plan.service,
        region=plan.region,
        **{name: getattr(plan, name) for name in numbers},
        nodes=plan.nodes,
        baselines=plan.baselines,
        pods=plan.pods,
        unplaced=plan.unplaced,
        over_time=None
        if found is None
        else {
            "hours": found.hours,
            "node_hours": found.node_hours,
            "cost": found.cost,
            "cost_lower_bound": found.cost_bound,
            "steps": found.frame,
        },
    )


def _print_nodes(console: Console, plan: NodePlan) -> None:
    frame = plan.nodes
    has_options = len(set(frame["purchase_option"])) > 1
    has_gpus = bool((frame["gpu_count"] > 0).any())
    rows = []
    for row in frame.head(SHOWN).to_dict("records"):
        gpus = f" + {row['gpu_count']:g} {row['gpu_type']}" if row["gpu_count"] else ""
        rows.append(
            [
                f"{row['instance_type']}{gpus}",
                *([str(row["purchase_option"])] if has_options else []),
                f"{row['node_count']:,}",
                f"{row['pods']:,}",
                f"{row['hourly_price']:.4f}",
                f"{row['hourly_fee']:.4f}" if row["hourly_fee"] else "-",
                *(_percent(row[f"{name}_utilization"]) for name in ("cpu", "memory", "pod_slot")),
                *([_percent(row["gpu_utilization"])] if has_gpus else []),
                money(row["monthly_cost"]),
            ]
        )
    headers = ["machine", *(["bought as"] if has_options else []), "nodes", "pods", "price/h"]
    headers += ["fee/h", "CPU", "memory", "slots", *(["GPU"] if has_gpus else []), "per month"]
    numbers = [name for name in headers if name not in ("machine", "bought as")]
    currency = plan.site.book.table(plan.service).form.currency
    title = f"{plan.service} in {plan.region}, {currency}: {plan.node_count:,} nodes, with the share in use"
    drop = ("slots", "fee/h", "memory", "CPU", "price/h")
    total = None
    if len(frame) > 1:
        pods, month = int(frame["pods"].sum()), money(frame["monthly_cost"].sum())
        known = {"machine": "total", "nodes": f"{plan.node_count:,}", "pods": f"{pods:,}"}
        total = [{**known, "per month": month}.get(name, "") for name in headers]
    print_table(console, headers, rows, right=numbers, title=title, total=total, drop=drop)
    if len(frame) > SHOWN:
        console.print(f"... and {len(frame) - SHOWN:,} more machine types; --json has them all")
    console.print()


def _print_costs(console: Console, plan: NodePlan) -> None:
    hours = plan.site.options.month.hours
    fees = plan.hourly_nodes_cost - plan.hourly_node_cost
    parts = [
        ("machines", plan.hourly_node_cost),
        ("fees, disks, addresses", fees),
        ("cluster, credits taken off", plan.hourly_cluster_cost),
        ("in all", plan.hourly_cost),
        ("of it idle, asked for by no pod", plan.hourly_idle_cost),
    ]
    if plan.over_time is not None:
        parts = parts[:-1]
    rows = [(name, f"{cost:,.4f}", money(cost * hours)) for name, cost in parts]
    print_table(console, ("cost", "per hour", "per month"), rows, right=("per hour", "per month"))
    console.print()


def _print_quality(console: Console, plan: NodePlan) -> None:
    """How near the least the plan is, and what simpler rules cost."""
    print_item(
        console,
        f"machines cost {plan.gap:.2%} more than the least that any plan can"
        f" ({plan.lower_bound:,.4f} per hour)",
    )
    for row in plan.baselines.to_dict("records"):
        name = BASELINES.get(str(row["baseline"]), str(row["baseline"]))
        text = f"{name}: {row['node_count']:,} nodes, {row['hourly_cost']:,.4f} per hour"
        print_item(console, f"{text}, {row['excess']:+.1%}", indent=2)
    console.print()


def _print_over_time(console: Console, plan: NodePlan) -> None:
    found = plan.over_time
    if found is None:
        return
    fixed = plan.hourly_nodes_cost * found.hours
    least = f"{found.cost / found.cost_bound - 1.0:.2%}" if found.cost_bound else "0.00%"
    peak = int(found.frame["pods"].max())
    console.print(
        f"over {found.hours:,.0f} hours, {peak:,} pods at most, nodes without the cluster:"
    )
    rows = [
        ("ideal autoscaler", f"{found.node_hours:,.0f}", money(found.cost)),
        ("fixed fleet, as above", f"{plan.node_count * found.hours:,.0f}", money(fixed)),
    ]
    headers = ("nodes that", "node-hours", "cost in all")
    print_table(console, headers, rows, right=headers[1:])
    console.print(
        f"the autoscaler's nodes cost {least} more than the least;"
        f" {found.distinct_steps:,} distinct sets of pods were packed\n"
    )


def _percent(share: float) -> str:
    return "-" if pd.isna(share) else f"{share:.0%}"
