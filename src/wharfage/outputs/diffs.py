"""What a change costs: on a terminal, and as Markdown for a pull-request comment."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console

from wharfage.analysis.stack_diff import UNCHANGED, CostDiff
from wharfage.outputs.figures import money
from wharfage.outputs.files import SUFFIXES, check_output_path, whole_file, write_frame
from wharfage.outputs.json_document import document, json_text
from wharfage.outputs.tables import print_item, print_table

MARKDOWN = ".md"
HEADERS = ("workload", "change", "before", "after", "per month", "%", "why")
RIGHT = HEADERS[2:6]
#: columns that go where there is no room, the first one first
LESS_IMPORTANT = ("%", "before", "after", "why")


def print_diff(console: Console, diff: CostDiff, limit: int) -> None:
    """Rows that differ, and the totals."""
    rows = _changed(diff)
    if rows:
        title = "cost per month of what changes"
        print_table(console, HEADERS, rows[:limit], right=RIGHT, title=title, drop=LESS_IMPORTANT)
    if len(rows) > limit:
        console.print(f"... and {len(rows) - limit:,} more rows; --out FILE.csv writes them all")
    print_item(console, _unchanged(diff))
    for total in diff.totals.to_dict("records"):
        print_item(console, f"total  {_total(total)}", style="bold")


def markdown(diff: CostDiff, limit: int) -> str:
    """The same as Markdown: a heading with the total, a table, and what has no price."""
    totals = diff.totals.to_dict("records")
    text = [f"### Cost of this change: {'; '.join(map(_total, totals)) or 'nothing is priced'}", ""]
    rows = _changed(diff)
    if rows:
        text += ["| " + " | ".join(HEADERS) + " |", "|---|---|--:|--:|--:|--:|---|"]
        text += ["| " + " | ".join(map(_cell, row)) + " |" for row in rows[:limit]]
        text += [""]
    if len(rows) > limit:
        text += [f"… and {len(rows) - limit:,} more rows.", ""]
    book, options = diff.after.book, diff.after.options
    priced = f"rates in force on {options.on}, month {options.month.text}, rate book {book.digest}"
    return "\n".join(
        [
            *text,
            _unchanged(diff),
            "",
            f"<sub>{priced}</sub>",
            "",
        ]
    )


def diff_document(diff: CostDiff) -> dict[str, Any]:
    """The same as a JSON document: totals and rows, with nulls where there is no price."""
    options = diff.after.options
    return document(
        "cost_diff",
        on=options.on,
        month=options.month.text,
        rate_book=diff.after.book.digest,
        unpriced=diff.unpriced,
        totals=diff.totals,
        rows=diff.rows,
    )


def check_diff_path(path: Path) -> None:
    """Raise before any work is done if a diff cannot be written there."""
    check_output_path(path, (MARKDOWN, *SUFFIXES))


def write_diff(diff: CostDiff, path: Path, limit: int) -> None:
    """Write a diff as Markdown, JSON, CSV or Parquet, by its suffix; whole or not at all."""
    suffix = path.suffix.lower()
    if suffix not in (MARKDOWN, ".json"):
        write_frame(diff.rows, path)
        return
    data = markdown(diff, limit)
    if suffix == ".json":
        data = json_text(diff_document(diff))
    with whole_file(path) as place:
        place.write_text(data, encoding="utf-8")


def _changed(diff: CostDiff) -> list[tuple[str, ...]]:
    rows = diff.rows[(diff.rows["change_kind"] != UNCHANGED) | (diff.rows["note"] != "")]
    return [
        (
            str(row["workload"]),
            str(row["change_kind"]),
            money(row["before"]),
            money(row["after"]),
            _signed(row["change"]),
            _percent(row["percent"]),
            "; ".join(text for text in (row["why"], row["note"]) if text),
        )
        for row in rows.to_dict("records")
    ]


def _unchanged(diff: CostDiff) -> str:
    same = int((diff.rows["change_kind"] == UNCHANGED).sum())
    text = f"{same:,} of {len(diff.rows):,} rows are unchanged"
    if diff.unpriced:
        text += f"; {diff.unpriced:,} have no price on a side and are in neither total"
    return text


def _total(row: Mapping[Any, Any]) -> str:
    percent = _percent(row["percent"])
    return (
        f"{_signed(row['change'])} {row['currency']} per month"
        f" ({money(row['before'])} → {money(row['after'])}{'' if percent == '-' else f', {percent} %'})"
    )


def _signed(amount: float) -> str:
    text = money(amount)
    return (
        f"+{text}"
        if not pd.isna(amount) and amount > 0 and text != "0.00"
        else text.replace("-0.00", "0.00")
    )


def _percent(value: float) -> str:
    return "-" if pd.isna(value) else f"{value:+.1f}"


def _cell(text: str) -> str:
    r"""Text that stays inside a cell of a Markdown table, and is no markup."""
    for mark in "\\|`*_[]#":
        text = text.replace(mark, f"\\{mark}")
    return text.replace("<", "&lt;").replace(">", "&gt;").replace("@", "&#64;").replace("\n", " ")
