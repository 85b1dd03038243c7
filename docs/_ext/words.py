"""The glossary: columns, meters and units as the code has them."""

from __future__ import annotations

from markdown import code, codes, table

import wharfage as wf
from wharfage.columns import (
    COST_STATUSES,
    FLEET_COLUMNS,
    LINE_COLUMNS,
    METERS,
    RESULT_COLUMNS,
    Column,
    Kind,
)
from wharfage.units import PRICING_UNITS


def columns(_book: wf.RateBook) -> str:
    """Every column of a fleet."""
    rows = [
        (code(column.name), column.unit or column.kind, _default(column), _meaning(column))
        for column in FLEET_COLUMNS.values()
    ]
    return table(("column", "unit or kind", "if empty", "meaning"), rows)


def _default(column: Column) -> str:
    if column.default is None:
        return ""
    if isinstance(column.default, bool):
        return code(str(column.default).lower())
    return code(f"{column.default:g}" if column.kind is not Kind.CATEGORY else column.default)


def _meaning(column: Column) -> str:
    said = [column.meaning]
    if column.choices:
        said.append(f"one of {codes(column.choices)}")
    if column.focus:
        said.append(f"FOCUS {code(column.focus)}")
    return "; ".join(said)


def meters(_book: wf.RateBook) -> str:
    """Every meter."""
    rows = [(code(meter.name), meter.unit, meter.meaning) for meter in METERS.values()]
    return table(("meter", "measured in", "meaning"), rows)


def units(_book: wf.RateBook) -> str:
    """Every pricing unit, and how many of it one canonical unit holds."""
    rows = [(unit, own, f"{count:,g}") for unit, (own, count) in PRICING_UNITS.items()]
    return table(("providers price per", "wharfage measures in", "of theirs in one of ours"), rows)


def result_columns(_book: wf.RateBook) -> str:
    """Columns of a bill's frame and lines."""
    rows = [(code(name), meaning) for name, meaning in RESULT_COLUMNS.items()]
    frame = table(("column", "meaning"), rows)
    return (
        f"{frame}\n`cost_status` is one of {codes(COST_STATUSES)}.\n\n"
        f"A line has {codes(LINE_COLUMNS)}.\n"
    )
