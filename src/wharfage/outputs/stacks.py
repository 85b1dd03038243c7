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
from wharfage.outputs.tables import print_table

if TYPE_CHECKING:
    from wharfage.api_stacks import StackBill, StackComparison

#: notes and reasons shown; files and the library hold all
NOTES_SHOWN = 20


def print_stack(console: Console, bill: StackBill, limit: int) -> None:
    """One line for each workload and rider, then totals, missing inputs and notes."""
    frame = bill.frame
    has_size = bool(frame["billed_vcpu"].notna().any())
    rows = []
    for row in frame.head(limit).to_dict("records"):
        size = [_size(row)] if has_size else []
        shown = (str(row["workload"]), str(row["service"]), *size, _amount(row))
        rows.append((*shown, money(row["monthly_cost"]), _status(row)))
    headers = ["workload or what rides along", "service", *(["vCPU / GiB"] if has_size else [])]
    headers += ["amount", "per month", "status"]
    where = ", ".join(map(str, frame["region"].dropna().drop_duplicates()))
    title = f"the stack in {where}" if where else "the stack"
    print_table(console, headers, rows, right=("vCPU / GiB", "per month"), title=title)
    if len(frame) > limit:
        console.print(f"... and {len(frame) - limit:,} more rows; --out FILE.csv writes them all")
    _print_parts(console, bill)
    print_missing(console, bill.missing)
    print_notes(console, bill.notes)


def print_stack_summary(console: Console, bill: StackBill) -> None:
    """Total, its range under autoscaling, and everything that was taken for granted."""
    total = str(bill.total(strict=False)).replace("workloads", "rows")
    console.print(f"total  {total}", soft_wrap=True)
    if bill.range is not None:
        low, high = bill.range
        console.print(f"       {money(low)} to {money(high)} within the bounds of its autoscalers")
    console.print()
    print_assumptions(console, bill.assumptions)


def _print_parts(console: Console, bill: StackBill) -> None:
    parts = [
        f"{row['part'].replace('_', ' ')} {money(row['monthly_cost'])}"
        + (f" ({row['unpriced']} unpriced)" if row["unpriced"] else "")
        for row in bill.parts.to_dict("records")
    ]
    console.print("by part  " + ", ".join(parts))


def print_missing(console: Console, missing: Sequence[MissingInput]) -> None:
    """Amounts that nobody stated: nothing is priced for them."""
    if missing:
        console.print("\nmissing input, not priced:")
        for each in missing:
            console.print(f"  {each}")


def print_notes(console: Console, notes: Sequence[Note]) -> None:
    """What was assumed or not understood, with the place in the documents."""
    distinct = list(dict.fromkeys(notes))
    if distinct:
        console.print("\nnotes")
    for note in distinct[:NOTES_SHOWN]:
        who = f"{note.workload}: " if note.workload else ""
        where = f"  [{note.where}]" if note.where else ""
        console.print(f"  {who}{note.text}{where}")
    if len(distinct) > NOTES_SHOWN:
        console.print(f"  and {len(distinct) - NOTES_SHOWN:,} more notes")
    console.print()


def print_stack_comparison(console: Console, comparison: StackComparison) -> None:
    """Platforms in order, then what each of them leaves out."""
    totals = comparison.totals
    has_options = bool(totals["purchase_option"].notna().any())
    rows = []
    for row in totals.to_dict("records"):
        marks = "*" if row["remark"] else ""
        bought = [_or_dash(row["purchase_option"])] if has_options else []
        mode = "" if pd.isna(row["billing_mode"]) else f" ({row['billing_mode']})"
        rows.append(
            (
                _or_dash(row["rank"]),
                f"{row['service']}{mode}{marks}",
                _or_dash(row["region"]),
                *bought,
                f"{row['can_run']:,} of {row['workloads']:,}",
                money(row["workload_cost"]),
                money(row["rider_cost"]),
                money(row["cluster_cost"]),
                money(row["monthly_cost"]) + (" +" if row["unpriced"] else ""),
            )
        )
    headers = ["#", "platform", "region", *(["bought as"] if has_options else [])]
    headers += ["runs", "workloads", "riders", "clusters", "per month"]
    title = "the whole stack on each platform: complete first, then cheapest"
    right = ("#", "runs", "workloads", "riders", "clusters", "per month")
    print_table(console, headers, rows, right=right, title=title)
    if totals["unpriced"].any():
        console.print("+ leaves out rows that have no price; see below")
    remarks = totals.loc[totals["remark"] != "", ["service", "remark"]].drop_duplicates()
    for row in remarks.to_dict("records"):
        console.print(f"* {row['service']}: {row['remark']}")
    print_left_out(console, comparison)
    print_missing(console, comparison.missing)
    print_notes(console, comparison.notes)
    print_assumptions(console, comparison.assumptions)


def print_left_out(console: Console, comparison: StackComparison) -> None:
    """What each platform cannot run, or has no price for, and why."""
    left_out = comparison.left_out.drop_duplicates(["service", "workload", "reason"])
    if not len(left_out):
        return
    console.print("\nleft out")
    groups = left_out.groupby(["service", "reason"], sort=False)["workload"]
    found = list(groups.agg(["size", "first"]).iterrows())
    for key, row in found[:NOTES_SHOWN]:
        service, reason = cast("tuple[str, str]", key)
        more = f" and {row['size'] - 1:,} more" if row["size"] > 1 else ""
        console.print(f"  {service}: {row['first']}{more}: {reason}")
    if len(found) > NOTES_SHOWN:
        console.print(
            f"  and {len(found) - NOTES_SHOWN:,} more reasons; --out FILE.json keeps them all"
        )


def _status(row: dict[Any, Any]) -> str:
    reason = row["unpriced_reason"]
    return str(row["cost_status"]) if reason is None or pd.isna(reason) else str(reason)


def _size(row: dict[Any, Any]) -> str:
    vcpu, memory = row["billed_vcpu"], row["billed_memory_gib"]
    return "-" if pd.isna(vcpu) else f"{vcpu:.4g} / {memory:.4g}"


#: columns that say how many or how much of a row there is, and the word for it
_AMOUNTS = {
    "replicas": "x",
    "runs_per_month": "runs",
    "requests_per_month": "requests",
    "node_count": "nodes",
    "storage_gib": "GiB",
    "public_ipv4_count": "addresses",
    "forwarding_rule_count": "rules",
    "log_gib": "GiB",
    "transfer_gib": "GiB",
}


def _amount(row: dict[Any, Any]) -> str:
    """How many or how much of a row there is."""
    found = [
        f"{number(float(row[name]))} {word}"
        for name, word in _AMOUNTS.items()
        if name in row and not pd.isna(row[name])
    ]
    return ", ".join(found) or "-"


def _or_dash(value: Any) -> str:  # noqa: ANN401  cells hold anything
    return "-" if value is None or pd.isna(value) else str(value)
