"""The loop over rows, as Python source: what numba compiles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from wharfage.engine.compiled.symbols import Symbol
from wharfage.engine.compiled.trace import Trace

NAME = "price_rows"


@dataclass(frozen=True)
class Source:
    """Source of a function ``price_rows(*outputs, *arguments)``.

    It fills the outputs, one value per row: rows that are not just priced, list cost, effective
    cost, cost per pool, and rows in doubt where `has_doubt`. Its text names no value: another
    date, month or book with the same formulas has the same text.
    """

    text: str
    arguments: tuple[Any, ...]
    is_column: tuple[bool, ...]
    has_doubt: bool


def write_source(trace: Trace) -> Source:
    """Source of the loop, with only those operations and arguments that the outputs need."""
    symbol = trace.recorder.symbol
    outputs = {
        "unusual": symbol(trace.unusual),
        "list_cost": symbol(trace.list_cost),
        "effective_cost": symbol(trace.effective_cost),
        **{f"pool_cost_{n}": symbol(cost) for n, cost in enumerate(trace.pool_cost)},
    }
    if trace.doubtful is not None:
        outputs["doubtful"] = symbol(trace.doubtful)
    needed = _needed(list(outputs.values()))
    arguments = [own for own in trace.recorder.arguments.values() if own.name in needed]
    steps = [own for own in trace.recorder.expressions.values() if own.name in needed]
    names = ", ".join([*outputs, *(own.name for own in arguments)])
    lines = [
        f"def {NAME}({names}):",
        "    for i in range(unusual.size):",
        *(f"        {own.name} = {own.text}" for own in steps),
        *(f"        {name}[i] = {own.name}" for name, own in outputs.items()),
    ]
    return Source(
        "\n".join(lines) + "\n",
        tuple(own.value for own in arguments),
        tuple(own.name.startswith("column") for own in arguments),
        trace.doubtful is not None,
    )


def _needed(outputs: list[Symbol]) -> set[str]:
    """Names of all that the outputs follow from."""
    needed: set[str] = set()
    open_ones = outputs
    while open_ones:
        own = open_ones.pop()
        if own.name not in needed:
            needed.add(own.name)
            open_ones += own.operands
    return needed
