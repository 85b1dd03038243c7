"""Ranges on a terminal: p10, p50 and p90, what moves them, and the next size up or down."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
from rich.console import Console

from wharfage.outputs.break_evens import place
from wharfage.outputs.figures import money, number, text_or_dash
from wharfage.outputs.json_document import document, document_of
from wharfage.outputs.tables import print_item, print_table
from wharfage.rates.book import RateBook, parse_date

if TYPE_CHECKING:
    from wharfage.analysis.ranges import Ranges

#: rows shown
SHOWN = 60
#: characters of the longest bar
BAR = 20


def print_ranges(console: Console, found: Ranges) -> None:
    """Totals per scenario, workloads, and the inputs that move the bill."""
    costs = ["typical", "mean", *found.quantiles]
    totals = found.totals
    _print_costs(console, totals, costs, "the fleet, costs per month", _scenario)
    console.print()
    frame = found.frame
    _print_costs(console, frame.head(SHOWN), costs, "workloads", _workload)
    if len(frame) > SHOWN:
        console.print(
            f"... and {len(frame) - SHOWN:,} more rows; --out FILE.csv writes all of them"
        )
    console.print()
    print_tornado(console, found.sensitivity())
    console.print()
    for name, words in found.inputs.items():
        print_item(console, f"{name}: {words}")
    sampling = found.sampling
    print_item(
        console,
        f"{sampling.draws:,} draws ({sampling.method}), seed {sampling.seed}, shared factor"
        f" {sampling.shared_factor:g}; rates of {found.on}, month {found.month},"
        f" rate book {found.rate_book_digest[:19]}",
    )
    if found.left_out:
        console.print(f"left out, not workloads: {found.left_out:,} rows")


def print_tornado(console: Console, frame: pd.DataFrame) -> None:
    """Inputs by how much they move the bill, with a bar for the swing."""
    most = max(frame["swing"].max(), 1e-300) if len(frame) else 1.0
    several = len(frame) and frame["service"].notna().any()
    rows = [
        [
            *([_label(row)] if several else []),
            row["input"],
            _figure(row["input_low"]),
            _figure(row["input_high"]),
            money(row["monthly_cost_low"]),
            money(row["monthly_cost_high"]),
            money(row["swing"]),
            "#" * round(BAR * row["swing"] / most),
        ]
        for row in frame.head(SHOWN).to_dict("records")
    ]
    headers = [*(["scenario"] if several else []), "input", "p10", "p90", "cost at p10"]
    headers += ["cost at p90", "swing", ""]
    right = tuple(headers[-6:-1])
    title = "what moves the bill, largest first"
    drop = ("", "p10", "p90", "cost at p10", "cost at p90")
    print_table(console, headers, rows, right=right, title=title, drop=drop)


def print_marginal(console: Console, frame: pd.DataFrame) -> None:
    """The next step up and down of each workload."""
    rows = [
        [
            str(row["workload"]),
            text_or_dash(row["service"]),
            f"{row['column']} {row['direction']}",
            _figure(row["billed_from"]),
            _figure(row["billed_to"]),
            money(row["monthly_cost"]),
            money(row["difference"]),
            row["note"] or "",
        ]
        for row in frame.head(SHOWN).to_dict("records")
    ]
    headers = ["workload", "service", "step", "from", "to", "now", "difference", "note"]
    right = ("from", "to", "now", "difference")
    title = "the next size up and down, per month, credits left out"
    print_table(console, headers, rows, right=right, title=title, drop=("service", "note", "now"))
    if len(frame) > SHOWN:
        console.print(
            f"... and {len(frame) - SHOWN:,} more rows; --out FILE.csv writes all of them"
        )


def marginal_document(
    frame: pd.DataFrame, book: RateBook, on: str | None, month: str
) -> dict[str, Any]:
    """Steps as a JSON document; null where there is no such step, and the note says why."""
    day = book.newest_date if on is None else parse_date(on)
    return document("marginal", on=day, month=month, rate_book=book.digest, steps=frame)


def ranges_document(found: Ranges) -> dict[str, Any]:
    """Ranges as a JSON document; null where there is no number."""
    sampling = found.sampling
    return document_of(
        "ranges",
        found,
        inputs=found.inputs,
        draws=sampling.draws,
        seed=sampling.seed,
        method=sampling.method,
        shared_factor=sampling.shared_factor,
        totals=found.totals,
        workloads=found.frame,
        sensitivity=found.sensitivity(),
    )


def _print_costs(
    console: Console,
    frame: pd.DataFrame,
    costs: list[str],
    title: str,
    label: Any,  # noqa: ANN401
) -> None:
    several = bool((frame["cheapest_share"] < 1).any())
    rows = []
    for row in frame.to_dict("records"):
        share = [f"{100 * row['cheapest_share']:.0f} %"] if several else []
        rows.append([label(row), *(money(row[name]) for name in costs), *share, _note(row)])
    headers = ["", *costs, *(["cheapest in"] if several else []), "note"]
    drop = ("mean", "typical", "cheapest in", "note")
    print_table(console, headers, rows, right=tuple(headers[1:-1]), title=title, drop=drop)


def _note(row: dict[Any, Any]) -> str:
    if "priced" in row:
        missing = row["workloads"] - row["priced"]
        return f"{missing:,} of {row['workloads']:,} have no price" if missing else ""
    if not row["unpriced_share"]:
        return ""
    return f"no price in {100 * row['unpriced_share']:.1f} % of draws: {row['reason']}"


def _scenario(row: dict[Any, Any]) -> str:
    return _label(row) if isinstance(row["service"], str) else "as it stands"


def _workload(row: dict[Any, Any]) -> str:
    return f"{row['workload']}: {_label(row)}"


def _label(row: dict[Any, Any]) -> str:
    parts = [row["service"], row["purchase_option"], row["billing_mode"]]
    words = [str(part) for part in parts if isinstance(part, str) and part != "on_demand"]
    return "/".join(words) + (f"@{row['region']}" if isinstance(row["region"], str) else "")


def _figure(value: float) -> str:
    return number(value) if value != value or float(value).is_integer() else place(value)  # noqa: PLR0124
