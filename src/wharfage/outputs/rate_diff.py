"""What differs between two rate books, and what that costs a fleet: terminal, JSON, Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console

from wharfage.analysis.impact import Impact
from wharfage.outputs.figures import money, text_or_dash
from wharfage.outputs.files import check_output_path, whole_file
from wharfage.outputs.json_document import document, json_text
from wharfage.outputs.tables import print_table
from wharfage.rates.diff import CHANGES, RateDiff

SUFFIXES = (".json", ".md")

#: title, headings, rows, and the headings of numbers
Section = tuple[str, Sequence[str], Sequence[Sequence[str]], Sequence[str]]

REGION_HEADS = ("service", "region", *CHANGES, "smallest", "largest")
RATE_HEADS = ("service", "region", "meter", "variant", "change", "before", "after", "percent")
COST_HEADS = ("before", "after", "change", "percent")
#: columns that go where there is no room, the first one first
LESS_IMPORTANT = ("smallest", "largest", "note", "variant", "before", "after")
WORKLOAD_HEADS = ("workload", "service", "region", *COST_HEADS, "note")


def print_diff(console: Console, diff: RateDiff, impact: Impact | None, limit: int) -> None:
    """Print what differs; of long lists the first `limit` rows."""
    console.print(f"before: {diff.before.label}\nafter:  {diff.after.label}", soft_wrap=True)
    for title, headers, rows, right in _sections(diff, impact):
        console.print(f"\n{title}", soft_wrap=True)
        if rows:
            print_table(console, headers, rows[:limit], right=right, drop=LESS_IMPORTANT)
        if len(rows) > limit:
            console.print(f"... and {len(rows) - limit:,} more; --out FILE.md or FILE.json has all")


def write_diff(diff: RateDiff, impact: Impact | None, path: Path, month: str) -> None:
    """Write what differs, whole or not at all, as the suffix says.

    Raises
    ------
    InvalidValueError
        If the suffix is neither ``.json`` nor ``.md``, or the file cannot be written.
    """
    check_output_path(path, SUFFIXES)
    is_json = path.suffix.lower() == ".json"
    text = json_text(diff_document(diff, impact, month)) if is_json else markdown(diff, impact)
    with whole_file(path) as place:
        place.write_text(text, encoding="utf-8", newline="\n")


def diff_document(diff: RateDiff, impact: Impact | None, month: str) -> dict[str, Any]:
    """Everything that differs as a JSON document; `month` is that of the impact."""
    return document(
        "rate_diff",
        on=diff.after.on,
        month=None if impact is None else month,
        rate_book=diff.after.book.digest,
        before=_side(diff.before),
        after=_side(diff.after),
        by_region=diff.by_region(),
        rates=diff.frame,
        impact=None
        if impact is None
        else {
            "totals": impact.totals,
            "by_service": impact.by("service"),
            "by_region": impact.by("service", "region"),
            "workloads": impact.workloads,
        },
    )


def markdown(diff: RateDiff, impact: Impact | None) -> str:
    """Everything that differs as Markdown."""
    text = [
        "# Rates compared",
        "",
        f"- before: {diff.before.label}",
        f"- after: {diff.after.label}",
    ]
    for title, headers, rows, right in _sections(diff, impact):
        text += ["", f"## {title}", ""]
        if rows:
            rule = ["---:" if header in right else "---" for header in headers]
            lines = [headers, rule, *rows]
            text += ["| " + " | ".join(map(_cell, line)) + " |" for line in lines]
    return "\n".join(text) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _side(side: Any) -> dict[str, str]:  # noqa: ANN401
    return {"book": side.book.name, "on": str(side.on), "rate_book_digest": side.book.digest}


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): cell for name, cell in row.items()} for row in frame.to_dict("records")]


def _sections(diff: RateDiff, impact: Impact | None) -> Iterator[Section]:
    counts = diff.frame["change"].value_counts()
    said = ", ".join(f"{counts.get(change, 0):,} {change}" for change in CHANGES)
    if impact is not None:
        yield from _impact_sections(impact)
    regions = [
        (
            row["service"],
            row["region"] or "all",
            *(f"{row[change]:,}" for change in CHANGES),
            percent(row["smallest_percent"]),
            percent(row["largest_percent"]),
        )
        for row in _rows(diff.by_region())
    ]
    yield f"Rates: {said}", REGION_HEADS, regions, REGION_HEADS[2:]
    rates = [
        (
            row["service"],
            row["region"] or "all",
            row["meter"],
            _variant(row),
            row["change"],
            text_or_dash(row["price_before"]),
            text_or_dash(row["price_after"]),
            percent(row["percent"]),
        )
        for row in _rows(diff.frame)
    ]
    yield f"Rate by rate: {len(rates):,}", RATE_HEADS, rates, RATE_HEADS[5:]


def _variant(row: dict[str, Any]) -> str:
    tier = f"from {row['tier_start']:g}" if row["tier_start"] else ""
    return " ".join(filter(None, (row["variant"], tier))) or "-"


def _impact_sections(impact: Impact) -> Iterator[Section]:
    totals = impact.totals
    said = "; ".join(
        f"{money(row['before'])} → {money(row['after'])} {row['currency']} per month,"
        f" {_signed(row['change'])} ({percent(row['percent'])})"
        for row in _rows(totals)
    )
    left_out = int(totals["unpriced"].sum())
    note = f"; {left_out:,} workloads are unpriced on a side and left out" if left_out else ""
    heads = ("service", "region", "workloads", *COST_HEADS)
    services = [
        (row["service"], "all", f"{row['workloads']:,}", *_costs(row))
        for row in _rows(impact.by("service"))
    ]
    yield f"Fleet: {said}{note}", heads, services, heads[2:]
    regions = [
        (row["service"], row["region"] or "-", f"{row['workloads']:,}", *_costs(row))
        for row in _rows(impact.by("service", "region"))
    ]
    yield "Fleet by region", heads, regions, heads[2:]
    ranked = impact.workloads.sort_values("change", key=abs, ascending=False, kind="stable")
    rows = [
        (str(row["workload"]), row["service"], row["region"], *_costs(row), row["note"])
        for row in _rows(ranked)
        if row["change"] != 0
    ]
    yield f"Workloads that change: {len(rows):,}", WORKLOAD_HEADS, rows, COST_HEADS


def _costs(row: dict[str, Any]) -> tuple[str, ...]:
    return (
        money(row["before"]),
        money(row["after"]),
        _signed(row["change"]),
        percent(row["percent"]),
    )


def _signed(amount: float) -> str:
    return money(amount) if pd.isna(amount) or amount <= 0 else f"+{money(amount)}"


def percent(value: float) -> str:
    """Percentage with a sign and one decimal; a dash where there is none.

    Examples
    --------
    >>> percent(-12.34)
    '-12.3 %'
    """
    return "-" if pd.isna(value) else f"{value:+,.1f} %" if value else "0.0 %"
