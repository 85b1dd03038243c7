"""Whether a bill of the library and the bills of the oracle agree, row by row and line by line."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import wharfage as wf

from .decimal_oracle import OracleBill

TOLERANCE = Decimal("1e-9")
CREDIT = "credit:"
COLUMNS = (
    *("monthly_cost", "monthly_list_cost", "unpriced_reason", "cost_status"),
    *("billed_vcpu", "billed_memory_gib"),
)


def _exact(cell: float) -> Decimal:
    """Read a float as it prints."""
    return Decimal(repr(float(cell)))


def _near(found: float, meant: Decimal | None, scale: Decimal | None = None) -> bool:
    """Say whether a cell is the oracle's amount, or missing in both."""
    if meant is None or math.isnan(found):
        return meant is None and math.isnan(found)
    most = max(abs(meant) if scale is None else scale, Decimal(1))
    return abs(_exact(found) - meant) <= most * TOLERANCE


def _row_agrees(cells: dict[str, Any], oracle: OracleBill) -> bool:
    """Say whether a row has the oracle's costs and size, or is unpriced in both, with a reason."""
    if not oracle.priced:
        reason = cells["unpriced_reason"]
        empty = math.isnan(cells["monthly_cost"]) and math.isnan(cells["monthly_list_cost"])
        return empty and isinstance(reason, str) and reason != ""
    billed = (cells["billed_vcpu"], cells["billed_memory_gib"])
    return (
        _near(cells["monthly_cost"], oracle.monthly_cost, oracle.gross)
        and _near(cells["monthly_list_cost"], oracle.monthly_list_cost)
        and (oracle.billed_vcpu is None or _near(billed[0], oracle.billed_vcpu))
        and (oracle.billed_memory_gib is None or _near(billed[1], oracle.billed_memory_gib))
        and (cells["cost_status"] == "lower_bound") == oracle.lower_bound
    )


def compare(bill: wf.Bill, expected: list[OracleBill]) -> int:
    """Assert that every row agrees; the number of rows that both have priced."""
    assert len(bill.frame) == len(expected)
    columns = {name: bill.frame[name].tolist() for name in COLUMNS}
    for row, oracle in enumerate(expected):
        cells = {name: column[row] for name, column in columns.items()}
        assert _row_agrees(cells, oracle), (
            f"row {row}: {dict(bill.frame.iloc[row].dropna())} oracle: {oracle}"
        )
    return sum(oracle.priced for oracle in expected)


def compare_lines(
    bill: wf.Bill, expected: Iterable[OracleBill], *, same_unit: Iterable[str] = ()
) -> int:
    """Assert that the priced workloads have the same lines; the number of lines compared.

    Meters named in `same_unit` must have the same quantity too: their pricing unit is the
    oracle's.
    """
    found: defaultdict[str, dict[str, tuple[float, float, float]]] = defaultdict(dict)
    lines = bill.lines()
    columns = (lines[name].tolist() for name in ("workload", "meter", "pricing_quantity"))
    costs = (lines[name].tolist() for name in ("list_cost", "effective_cost"))
    for workload, meter, *amounts in zip(*columns, *costs, strict=True):
        found[str(workload)][meter.removeprefix(CREDIT)] = (amounts[0], amounts[1], amounts[2])
    compared = 0
    for oracle in expected:
        if not oracle.priced:
            continue
        mine = {name: line for name, line in found[oracle.workload].items() if any(line)}
        where = f"{oracle} engine: {mine}"
        assert set(mine) == set(oracle.lines), where
        for name, (quantity, listed, effective) in oracle.lines.items():
            if name in same_unit:
                assert _near(mine[name][0], quantity), where
            assert _near(mine[name][1], listed), where
            assert _near(mine[name][2], effective), where
            compared += 1
    return compared
