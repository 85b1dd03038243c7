"""A break-even on a terminal: who is cheapest from where to where, and where others cannot run."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pandas as pd
from rich.console import Console

from wharfage.analysis.break_even import BreakEven
from wharfage.analysis.break_even_surface import BreakEvenSurface
from wharfage.outputs.figures import money
from wharfage.outputs.json_document import document_of
from wharfage.outputs.tables import print_heading, print_item, print_table

#: stretches and points shown
SHOWN = 40
#: digits of a place: limits lie within 1e-9 of where they are stated
DIGITS = 8
KINDS = {"crossing": "costs meet", "step": "a step", "limit": "a limit"}


def place(value: float) -> str:
    """A place on an axis, with as many digits as it means.

    Examples
    --------
    >>> place(131400000.1314)
    '131,400,000'
    """
    return f"{Decimal(f'{value:.{DIGITS}g}'):,f}"


def print_break_even(console: Console, found: BreakEven) -> None:
    """Stretches in order, then where contenders have no price."""
    intervals, roots = found.intervals, found.roots
    kinds = [*(KINDS[kind] for kind in roots["kind"]), "-"]
    rows = [
        [
            place(row["low"]),
            place(row["high"]),
            row["cheapest"] or "none can run",
            money(row["monthly_cost_low"]),
            money(row["monthly_cost_high"]),
            kinds[n],
        ]
        for n, row in enumerate(intervals.head(SHOWN).to_dict("records"))
    ]
    headers = ["from", "to", "cheapest", "cost from", "cost to", "ends with"]
    right = ("from", "to", "cost from", "cost to")
    title = f"cheapest along {found.axis.name} [{found.axis.unit}], costs per month"
    drop = ("ends with", "cost to", "cost from")
    print_table(console, headers, rows, right=right, title=title, drop=drop)
    if len(intervals) > SHOWN:
        console.print(f"... and {len(intervals) - SHOWN:,} more; --out FILE.csv writes all of them")
    if len(found.infeasible):
        console.print()
        rows = [
            [row["contender"], place(row["low"]), place(row["high"]), row["reason"]]
            for row in found.infeasible.head(SHOWN).to_dict("records")
        ]
        headers = ["contender", "from", "to", "has no price because"]
        print_table(console, headers, rows, right=("from", "to"))
    _print_footer(console, found)


def print_surface(console: Console, found: BreakEvenSurface) -> None:
    """How much of the plane each contender has, and the lines between them."""
    rows = [[name, f"{100 * share:.1f} %"] for name, share in found.shares.items()]
    title = f"cheapest over {found.x.name} and {found.y.name}, share of the points"
    print_table(console, ["contender", "cheapest"], rows, right=("cheapest",), title=title)
    x, y = found.x.name, found.y.name
    console.print()
    rows = [
        [str(line["one"].iloc[0]), str(line["other"].iloc[0]), place(line[x].min()),
         place(line[x].max()), place(line[y].min()), place(line[y].max()), f"{len(line):,}"]
        for _, line in list(found.boundaries.groupby("line"))[:SHOWN]
    ]  # fmt: skip
    headers = ["between", "and", "x from", "x to", "y from", "y to", "points"]
    print_heading(console, f"boundaries: x is {x}, y is {y}")
    print_table(console, headers, rows, right=tuple(headers[2:]))
    _print_footer(console, found)


def show_break_even(console: Console, found: BreakEven | BreakEvenSurface) -> None:
    """A break-even along one axis or over two."""
    if isinstance(found, BreakEven):
        print_break_even(console, found)
    else:
        print_surface(console, found)


def table_of(found: BreakEven | BreakEvenSurface) -> pd.DataFrame:
    """The table that a file holds: stretches, or boundaries."""
    return found.intervals if isinstance(found, BreakEven) else found.boundaries


def _print_footer(console: Console, found: BreakEven | BreakEvenSurface) -> None:
    console.print()
    if isinstance(found, BreakEven):
        places = [f"{name}: {region}" for name, region in found.regions.items() if "@" not in name]
        if places:
            print_item(console, f"regions  {', '.join(places)}")
    print_item(
        console,
        f"rates of {found.on}, month {found.month}, rate book {found.rate_book_digest[:19]};"
        " each point is an account of its own",
    )


def break_even_document(found: BreakEven | BreakEvenSurface) -> dict[str, Any]:
    """A break-even as a JSON document; null where there is no number."""
    if isinstance(found, BreakEven):
        return document_of(
            "break_even",
            found,
            contenders=found.names,
            axis={"name": found.axis.name, "unit": found.axis.unit},
            regions=found.regions,
            intervals=found.intervals,
            roots=found.roots,
            infeasible=found.infeasible,
        )
    return document_of(
        "break_even_surface",
        found,
        contenders=found.names,
        x=found.x.name,
        y=found.y.name,
        shares=found.shares,
        boundaries=found.boundaries,
    )
