"""A bill on a terminal: workloads, charges, totals, assumptions, and what has no price."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd
from rich.console import Console

from wharfage.outputs.figures import money, number, text_or_dash
from wharfage.outputs.json_document import document_of, plain_records
from wharfage.outputs.tables import print_heading, print_item, print_table

if TYPE_CHECKING:
    from pandas.core.groupby import SeriesGroupBy

    from wharfage.api import Bill, Comparison
    from wharfage.nodes.node_plan import NodePlan
    from wharfage.outputs.total import Total

#: workloads and charges are shown without these where there is no room, the first one first
LESS_IMPORTANT = ("vCPU / GiB", "region", "service")
LESS_IMPORTANT_LINES = ("SKU", "rate date", "list", "list price", "quantity")
#: longer assumptions are cut on the terminal
BRIEF = 76
#: rows that are worth a sum
MANY = 2


def with_provenance(frame: pd.DataFrame, bill: Bill | Comparison | NodePlan) -> pd.DataFrame:
    """Frame with what it takes to reproduce it: date, month and digest of the rate book."""
    return frame.assign(
        priced_on=bill.on.isoformat(),
        priced_month=bill.month,
        rate_book_digest=bill.rate_book_digest,
    )


def bill_document(bill: Bill, *, lines: bool, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    """Bill as a JSON document; `lines` adds its charges, `more` other keys."""
    return document_of(
        "bill",
        bill,
        **total_keys(bill.total(strict=False)),
        workloads=bill.frame,
        **({"lines": bill.lines()} if lines else {}),
        **more,
    )


def total_keys(total: Total) -> dict[str, Any]:
    """Keys of a bill's document that say what it comes to, and how complete that is."""
    return {
        "totals": [{"currency": name, "monthly_cost": cost} for name, cost in total.items()],
        "rows": total.rows,
        "unpriced": total.missing,
        "lower_bounds": total.lower_bounds,
        "doubtful": total.doubtful,
    }


def explanation_document(bill: Bill, workload: str) -> dict[str, Any]:
    """One workload of a bill: what it costs, its charges, and the arithmetic as text."""
    text = bill.explain(workload)
    frame, lines = bill.frame, bill.lines()
    own = frame[frame["workload"].astype(str) == workload]
    return document_of(
        "explanation",
        bill,
        workload=plain_records(own)[0],
        lines=lines[lines["workload"].astype(str) == workload],
        text=text,
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
    day, month = (f"{currency_of(bill) or 'cost'}/{span}" for span in ("day", "month"))
    headers = ("workload", "service", "region", "vCPU / GiB", day, month, "status")
    total = _total(bill, 2, ["daily_cost", "monthly_cost"])
    drop = (day, *LESS_IMPORTANT)
    print_table(console, headers, rows, right=("vCPU / GiB", day, month), total=total, drop=drop)
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
    of = currency_of(bill)
    costs = (f"list {of}".strip(), f"effective {of}".strip())
    headers = ("workload", "meter", "quantity", "list price", *costs, "SKU", "rate date")
    sums = None
    if of and len(lines):
        lists = money(lines["list_cost"].sum())
        sums = (_whole(bill), "", "", "", lists, money(lines["effective_cost"].sum()), "", "")
    right = ("quantity", "list price", *costs)
    drop = [costs[0] if name == "list" else name for name in LESS_IMPORTANT_LINES]
    print_table(console, headers, rows, right=right, total=sums, drop=drop)
    _rest(console, len(lines), limit)


def print_summary(console: Console, bill: Bill) -> None:
    """Total, and everything that was taken for granted."""
    console.print(f"total  {bill.total(strict=False)}\n", style="bold", soft_wrap=True)
    print_assumptions(console, bill.assumptions)


def print_assumptions(console: Console, assumptions: Mapping[str, str]) -> None:
    """One line per assumption; `explain` prints the long ones whole."""
    print_heading(console, "assumptions")
    for name, text in assumptions.items():
        short = _brief(text) if "(" in text else text
        print_item(console, f"{name}: {short}", indent=2)


def print_unpriced(console: Console, bill: Bill, limit: int) -> int:
    """Summary of the workloads without a price, by reason; how many there are."""
    frame = bill.frame
    unpriced = frame[frame["cost_status"] == "unpriced"]
    if not len(unpriced):
        return 0
    console.print()
    print_heading(console, f"{len(unpriced):,} of {len(frame):,} workloads have no price:")
    print_reasons(console, unpriced.groupby("unpriced_reason", sort=False)["workload"], limit)
    return len(unpriced)


def print_reasons(console: Console, workloads: SeriesGroupBy[Any, Any], limit: int) -> None:
    """One line per reason, commonest first: how many workloads, and the first of them."""
    print_reason_counts(console, workloads.agg(["size", "first"]), limit)


def print_reason_counts(console: Console, counts: pd.DataFrame, limit: int) -> None:
    """One line per reason, commonest first, of a frame with size and first id by reason."""
    counts = counts.sort_values("size", ascending=False, kind="stable")
    for reason, count in counts.head(limit).iterrows():
        print_item(console, f"{count['size']:,} x {reason}  (first {count['first']!r})", indent=2)
    if len(counts) > limit:
        console.print(f"  and {len(counts) - limit:,} more reasons; --out FILE.csv keeps them all")


def _brief(text: str) -> str:
    return text if len(text) <= BRIEF else text[: BRIEF - 1].rsplit(" ", 1)[0] + " …"


def currency_of(bill: Bill) -> str:
    """Currency of a bill; nothing if there is none, or several."""
    found = list(bill.total(strict=False))
    return found[0] if len(found) == 1 else ""


def _total(bill: Bill, at: int, columns: list[str]) -> tuple[str, ...] | None:
    """Row of sums over all workloads, `at` empty cells and the size after its name."""
    if not currency_of(bill) or len(bill.frame) < MANY:
        return None
    sums = [money(bill.frame[name].sum()) for name in columns]
    return (_whole(bill), *[""] * at, "", *sums, "")


def _whole(bill: Bill) -> str:
    """Name of a row of sums: it says if anything is missing."""
    total = bill.total(strict=False)
    if not total.missing:
        return "total"
    return f"total of {total.rows - total.missing:,} of {total.rows:,}"


def _size(vcpu: float, memory_gib: float) -> str:
    return "-" if pd.isna(vcpu) else f"{vcpu:.4g} / {memory_gib:.4g}"


def _rest(console: Console, rows: int, limit: int) -> None:
    if rows > limit:
        console.print(f"... and {rows - limit:,} more rows; --out FILE.csv writes them all\n")
