"""A bill on a terminal: workloads, charges, totals, assumptions, and what has no price."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd
from rich.console import Console

from wharfage.outputs.figures import money, number, text_or_dash
from wharfage.outputs.tables import print_table

if TYPE_CHECKING:
    from pandas.core.groupby import SeriesGroupBy

    from wharfage.api import Bill, Comparison
    from wharfage.nodes.node_plan import NodePlan

#: longer assumptions are cut on the terminal
BRIEF = 76


def with_provenance(frame: pd.DataFrame, bill: Bill | Comparison | NodePlan) -> pd.DataFrame:
    """Frame with what it takes to reproduce it: date, month and digest of the rate book."""
    return frame.assign(
        priced_on=bill.on.isoformat(),
        priced_month=bill.month,
        rate_book_digest=bill.rate_book_digest,
    )


def print_workloads(console: Console, bill: Bill, limit: int) -> None:
    """One line per workload."""
    frame = bill.frame
    rows = [
        (
            str(row["workload"]),
            str(row["service"]),
            str(row["region"]),
            _size(row["billed_vcpu"], row["billed_memory_gib"]),
            money(row["daily_cost"]),
            money(row["monthly_cost"]),
            str(row["cost_status"]),
        )
        for row in frame.head(limit).to_dict("records")
    ]
    headers = ("workload", "service", "region", "vCPU / GiB", "per day", "per month", "status")
    print_table(console, headers, rows, right=("vCPU / GiB", "per day", "per month"))
    _rest(console, len(frame), limit)


def print_lines(console: Console, bill: Bill, limit: int) -> None:
    """One line per charge."""
    lines = bill.lines()
    rows = [
        (
            str(line["workload"]),
            str(line["meter"]),
            f"{number(line['pricing_quantity'])} {line['pricing_unit']}",
            number(line["list_unit_price"]),
            money(line["list_cost"]),
            money(line["effective_cost"]),
            text_or_dash(line["sku_id"]),
            text_or_dash(line["rate_date"]),
        )
        for line in lines.head(limit).to_dict("records")
    ]
    headers = (
        "workload",
        "meter",
        "quantity",
        "list price",
        "list",
        "effective",
        "SKU",
        "rate date",
    )
    print_table(console, headers, rows, right=("quantity", "list price", "list", "effective"))
    _rest(console, len(lines), limit)


def print_summary(console: Console, bill: Bill) -> None:
    """Total, and everything that was taken for granted."""
    console.print(f"total  {bill.total(strict=False)}\n", soft_wrap=True)
    print_assumptions(console, bill.assumptions)


def print_assumptions(console: Console, assumptions: Mapping[str, str]) -> None:
    """One line per assumption; `explain` prints the long ones whole."""
    console.print("assumptions")
    for name, text in assumptions.items():
        short = _brief(text) if "(" in text else text
        console.print(f"  {name}: {short}", soft_wrap=True, markup=False)


def print_unpriced(console: Console, bill: Bill, limit: int) -> int:
    """Summary of the workloads without a price, by reason; how many there are."""
    frame = bill.frame
    unpriced = frame[frame["cost_status"] == "unpriced"]
    if not len(unpriced):
        return 0
    console.print(f"\n{len(unpriced):,} of {len(frame):,} workloads have no price:", markup=False)
    print_reasons(console, unpriced.groupby("unpriced_reason", sort=False)["workload"], limit)
    return len(unpriced)


def print_reasons(console: Console, workloads: SeriesGroupBy[Any, Any], limit: int) -> None:
    """One line per reason, commonest first: how many workloads, and the first of them."""
    print_reason_counts(console, workloads.agg(["size", "first"]), limit)


def print_reason_counts(console: Console, counts: pd.DataFrame, limit: int) -> None:
    """One line per reason, commonest first, of a frame with size and first id by reason."""
    counts = counts.sort_values("size", ascending=False, kind="stable")
    for reason, count in counts.head(limit).iterrows():
        console.print(f"  {count['size']:,} x {reason}  (first {count['first']!r})", markup=False)
    if len(counts) > limit:
        console.print(f"  and {len(counts) - limit:,} more reasons; --out FILE.csv keeps them all")


def _brief(text: str) -> str:
    return text if len(text) <= BRIEF else text[: BRIEF - 1].rsplit(" ", 1)[0] + " …"


def _size(vcpu: float, memory_gib: float) -> str:
    return "-" if pd.isna(vcpu) else f"{vcpu:.4g} / {memory_gib:.4g}"


def _rest(console: Console, rows: int, limit: int) -> None:
    if rows > limit:
        console.print(f"... and {rows - limit:,} more rows; --out FILE.csv writes them all\n")
