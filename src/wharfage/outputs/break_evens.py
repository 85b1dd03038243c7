"""A break-even on a terminal: who is cheapest from where to where, and where others cannot run."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
from rich.console import Console

from wharfage.analysis.break_even import BreakEven
from wharfage.analysis.break_even_surface import BreakEvenSurface
from wharfage.outputs.figures import money
from wharfage.outputs.tables import print_table

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
    console.print(title)
    print_table(console, headers, rows, right=right)
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
    console.print(title)
    print_table(console, ["contender", "cheapest"], rows, right=("cheapest",))
    x, y = found.x.name, found.y.name
    console.print()
    rows = [
        [str(line["one"].iloc[0]), str(line["other"].iloc[0]), place(line[x].min()),
         place(line[x].max()), place(line[y].min()), place(line[y].max()), f"{len(line):,}"]
        for _, line in list(found.boundaries.groupby("line"))[:SHOWN]
    ]  # fmt: skip
    headers = ["between", "and", "x from", "x to", "y from", "y to", "points"]
    console.print(f"boundaries: x is {x}, y is {y}")
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
        console.print("regions  " + ", ".join(f"{n}: {r}" for n, r in found.regions.items()))
    console.print(
        f"rates of {found.on}, month {found.month}, rate book {found.rate_book_digest[:19]};"
        " each point is an account of its own"
    )


def break_even_form(found: BreakEven | BreakEvenSurface) -> dict[str, Any]:
    """A break-even as plain data for JSON; None where there is no number."""
    form: dict[str, Any] = {
        "on": found.on.isoformat(),
        "month": found.month,
        "rate_book_digest": found.rate_book_digest,
        "contenders": found.names,
    }
    if isinstance(found, BreakEven):
        axis = {"name": found.axis.name, "unit": found.axis.unit}
        tables = {
            "intervals": found.intervals,
            "roots": found.roots,
            "infeasible": found.infeasible,
        }
        return form | {"axis": axis, "regions": found.regions} | {
            name: plain_records(table) for name, table in tables.items()
        }  # fmt: skip
    return form | {
        "x": found.x.name,
        "y": found.y.name,
        "shares": found.shares,
        "boundaries": plain_records(found.boundaries),
    }


def plain_records(frame: Any) -> list[dict[str, Any]]:  # noqa: ANN401  a frame
    """Rows of a frame as plain data; None for NaN and infinity."""
    return [
        {str(name): _plain(value) for name, value in row.items()}
        for row in frame.to_dict("records")
    ]


def _plain(value: Any) -> Any:  # noqa: ANN401  a cell
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, np.generic):
        value = value.item()
    return value if np.isfinite(value) else None
