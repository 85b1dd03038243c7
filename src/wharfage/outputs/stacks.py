"""Stacks on a terminal: what they cost on a platform, and on every platform."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

import pandas as pd
from rich.console import Console

from wharfage.analysis.stack_riders import MissingInput
from wharfage.inputs.stack import Note
from wharfage.outputs.bills import print_assumptions
from wharfage.outputs.figures import money, number
from wharfage.outputs.tables import print_heading, print_item, print_table

if TYPE_CHECKING:
    from wharfage.api_stack_results import StackBill, StackComparison

#: columns that go where there is no room, the first one first
LESS_IMPORTANT = ("riders", "clusters", "workloads", "idle nodes", "runs")
#: notes and reasons shown; files and the library hold all
NOTES_SHOWN = 20


def print_stack(console: Console, bill: StackBill, limit: int) -> None:
    """One line for each workload and rider, then totals, missing inputs and notes."""
    frame = bill.frame
    has_size = bool(frame["billed_vcpu"].notna().any())
    rows = []
    shared, daemons = bill.shared_nodes, bill.on_each_node
    for row in frame.head(limit).to_dict("records"):
        size = [_size(row)] if has_size else []
        name = row["workload"]
        amount = _amount(row, is_idle_part=name in shared, is_on_each_node=name in daemons)
        shown = (str(row["workload"]), str(row["service"]), *size, amount)
        rows.append((*shown, money(row["monthly_cost"]), str(row["cost_status"])))
    headers = ["workload or what rides along", "service", *(["vCPU / GiB"] if has_size else [])]
    headers += ["amount", "per month", "status"]
    where = ", ".join(map(str, frame["region"].dropna().drop_duplicates()))
    title = f"the stack in {where}" if where else "the stack"
    print_table(console, headers, rows, right=("vCPU / GiB", "per month"), title=title)
    if len(frame) > limit:
        console.print(f"... and {len(frame) - limit:,} more rows; --out FILE.csv writes them all")
    _print_parts(console, bill)
    print_nodes(console, bill.nodes)
    _print_successors(console, bill)
    print_missing(console, bill.missing)
    print_notes(console, bill.notes)


def print_stack_summary(console: Console, bill: StackBill) -> None:
    """Total, its range under autoscaling, and everything that was taken for granted."""
    total = str(bill.total(strict=False)).replace("workloads", "rows")
    console.print(f"total  {total}", soft_wrap=True)
    low, high = bill.range or (0.0, 0.0)
    if high > low:
        console.print(f"       {money(low)} to {money(high)} within the bounds of its autoscalers")
    console.print()
    print_assumptions(console, bill.assumptions)


def print_nodes(console: Console, nodes: pd.DataFrame) -> None:
    """What machines were planned for whom, and what of them stands idle."""
    if not len(nodes):
        return
    console.print()
    said = "nodes planned for these requests alone (no system pods, no spare nodes)"
    print_heading(console, said)
    for (service, region), own in nodes.groupby(["service", "region"], sort=False):
        bought = own["purchase_option"].map(lambda name: "" if name == "on_demand" else f" {name}")
        kinds = own["node_count"].map("{:g} x ".format) + own["instance_type"] + bought
        cost, idle = own["monthly_cost"].sum(), own["idle_cost"].sum()
        text = f"{service} in {region}: {', '.join(kinds)}, {money(cost)} per month"
        print_item(console, f"{text}, of which {money(idle)} stand idle", indent=2)


def _print_successors(console: Console, bill: StackBill) -> None:
    for each in bill.successors:
        console.print()
        print_item(console, f"{each.platform.service}: {each.platform.remark}")
        if each.successor is not None:
            text = f"the same work on {each.successor.service}, load balancer and its addresses included"
            print_item(console, f"{text}: {money(each.monthly_cost)} per month", indent=2)


def _print_parts(console: Console, bill: StackBill) -> None:
    parts = [
        f"{row['part'].replace('_', ' ')} {money(row['monthly_cost'])}"
        + (f" ({row['unpriced']} unpriced)" if row["unpriced"] else "")
        for row in bill.parts.to_dict("records")
    ]
    print_item(console, "by part  " + ", ".join(parts))


def print_missing(console: Console, missing: Sequence[MissingInput]) -> None:
    """Amounts that nobody stated: nothing is priced for them."""
    if missing:
        console.print()
        print_heading(console, "missing input, not priced:")
        for each in missing:
            print_item(console, str(each), indent=2)


def print_notes(console: Console, notes: Sequence[Note]) -> None:
    """What was assumed or not understood, with the place in the documents."""
    distinct = list(dict.fromkeys(notes))
    if distinct:
        console.print()
        print_heading(console, "notes")
    for note in distinct[:NOTES_SHOWN]:
        who = f"{note.workload}: " if note.workload else ""
        where = f"  [{note.where}]" if note.where else ""
        print_item(console, f"{who}{note.text}{where}", indent=2)
    if len(distinct) > NOTES_SHOWN:
        console.print(f"  and {len(distinct) - NOTES_SHOWN:,} more notes")
    console.print()


def print_stack_comparison(console: Console, comparison: StackComparison) -> None:
    """Platforms in order, then what each of them leaves out."""
    totals = comparison.totals
    has_options = bool(totals["purchase_option"].notna().any())
    has_idle = totals["idle_cost"].any()
    # Nodes of the documents have planned ones beside them.
    on_both = set(totals.loc[totals["nodes"] == "stated", "service"])
    has_ends = (totals["highest_cost"] > totals["lowest_cost"]).any()
    rows = []
    for row in totals.to_dict("records"):
        marks = "*" if row["remark"] else ""
        bought = [_or_dash(row["purchase_option"])] if has_options else []
        mode = "" if pd.isna(row["billing_mode"]) else f" ({row['billing_mode']})"
        nodes = f" ({row['nodes']} nodes)" if row["service"] in on_both else ""
        rows.append(
            (
                _or_dash(row["rank"]),
                f"{row['service']}{mode}{marks}{nodes}",
                _or_dash(row["region"]),
                *bought,
                f"{row['can_run']:,} of {row['workloads']:,}",
                money(row["workload_cost"]),
                money(row["rider_cost"]),
                money(row["cluster_cost"]),
                *([money(row["idle_cost"])] if has_idle else []),
                money(row["monthly_cost"]) + (" +" if row["unpriced"] else ""),
                *([money(row["lowest_cost"]), money(row["highest_cost"])] if has_ends else []),
            )
        )
    extra = ["idle nodes"] if has_idle else []
    ends = ["least", "most"] if has_ends else []
    headers = ["#", "platform", "region", *(["bought as"] if has_options else []), "runs"]
    headers += ["workloads", "riders", "clusters", *extra, "per month", *ends]
    title = "the whole stack on each platform: complete first, then cheapest"
    right = ("#", "runs", "workloads", "riders", "clusters", "idle nodes", "per month", *ends)
    print_table(console, headers, rows, right=right, title=title, drop=LESS_IMPORTANT)
    if totals["unpriced"].any():
        console.print("+ leaves out rows that have no price; see below")
    if has_ends:
        console.print("least and most: within the bounds of its autoscalers")
    for row in totals[totals["remark"] != ""].drop_duplicates("service").to_dict("records"):
        print_item(console, f"* {row['service']}: {row['remark']}{_successor(row, totals)}")
    print_nodes(console, comparison.nodes)
    print_left_out(console, comparison)
    print_missing(console, comparison.missing)
    print_notes(console, comparison.notes)
    print_assumptions(console, comparison.assumptions)


def _successor(row: dict[Any, Any], totals: pd.DataFrame) -> str:
    """Cost on the platform that takes the place of one."""
    own = totals[(totals["service"] == row["successor"]) & totals["monthly_cost"].notna()]
    return f": {money(own['monthly_cost'].iloc[0])} per month here" if len(own) else ""


def print_left_out(console: Console, comparison: StackComparison) -> None:
    """What each platform cannot run, or has no price for, and why."""
    left_out = comparison.left_out.drop_duplicates(["service", "workload", "reason"])
    if not len(left_out):
        return
    console.print()
    print_heading(console, "left out")
    # Platforms that say the same of the same workloads, and workloads of which the same is said.
    where = left_out.groupby(["workload", "reason"], sort=False)["service"].agg(", ".join)
    groups = where.reset_index().groupby(["service", "reason"], sort=False)["workload"]
    found = list(groups.agg(["size", "first"]).iterrows())
    for key, row in found[:NOTES_SHOWN]:
        services, reason = cast("tuple[str, str]", key)
        more = f" and {row['size'] - 1:,} more" if row["size"] > 1 else ""
        print_item(console, f"{services}: {row['first']}{more}: {reason}", indent=2)
    if left_out["reason"].str.contains("is not sold as").any():
        print_item(
            console, "--purchase-options on_demand compares what is sold everywhere", indent=2
        )
    if len(found) > NOTES_SHOWN:
        console.print(
            f"  and {len(found) - NOTES_SHOWN:,} more reasons; --out FILE.json keeps them all"
        )


def _size(row: dict[Any, Any]) -> str:
    vcpu, memory = row["billed_vcpu"], row["billed_memory_gib"]
    return "-" if pd.isna(vcpu) else f"{vcpu:.4g} / {memory:.4g}"


#: columns that say how many or how much of a row there is, and the word for one and for several
_AMOUNTS = {
    "replicas": ("x", "x"),
    "runs_per_month": ("run", "runs"),
    "requests_per_month": ("request", "requests"),
    "node_count": ("node", "nodes"),
    "storage_gib": ("GiB", "GiB"),
    "public_ipv4_count": ("address", "addresses"),
    "forwarding_rule_count": ("rule", "rules"),
    "log_gib": ("GiB", "GiB"),
    "transfer_gib": ("GiB", "GiB"),
}


def _amount(row: dict[Any, Any], *, is_idle_part: bool, is_on_each_node: bool) -> str:
    """How many or how much of a row there is."""
    if is_on_each_node:
        return "1 on each node"
    found = [
        f"{number(float(row[name]))} {one if row[name] == 1 else several}"
        for name, (one, several) in _AMOUNTS.items()
        if name in row and not pd.isna(row[name]) and (row[name] or name == "replicas")
    ]
    if is_idle_part:
        found.append("idle part")
    return ", ".join(found) or "-"


def _or_dash(value: Any) -> str:  # noqa: ANN401  cells hold anything
    return "-" if value is None or pd.isna(value) else str(value)
