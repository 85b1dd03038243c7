"""What a change costs: two priced fleets side by side, matched by the ids of their rows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from wharfage.columns import FLEET_COLUMNS, Kind
from wharfage.engine.priced import PricedFleet
from wharfage.errors import InvalidValueError

ADDED, REMOVED, CHANGED, UNCHANGED = "added", "removed", "changed", "unchanged"
DIFF_COLUMNS = (
    "workload", "part", "service", "region", "currency", "change_kind", "before", "after",
    "change", "percent", "why", "note",
)  # fmt: skip
#: one side of a row: its inputs, cost, currency and reason
Side = dict[str, Any]
GATE = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*(%|[A-Z]{3})")


@dataclass(frozen=True)
class Gate:
    """Largest increase of the monthly total that is let through: percent, or an amount."""

    limit: float
    unit: str

    def __str__(self) -> str:
        """As it was written."""
        return f"{self.limit:g}{'' if self.unit == '%' else ' '}{self.unit}"


def parse_gate(text: str) -> Gate:
    """Gate from text such as ``5%`` or ``10USD``.

    Raises
    ------
    InvalidValueError
        If it is neither.

    Examples
    --------
    >>> str(parse_gate("10USD"))
    '10 USD'
    """
    found = GATE.fullmatch(text.strip())
    if found is None:
        raise InvalidValueError(
            f"{text!r} is no limit for an increase.", hint="write 5% or 10USD, a month."
        )
    return Gate(float(found[1]), found[2])


@dataclass(frozen=True)
class CostDiff:
    """Monthly cost before and after a change.

    Attributes
    ----------
    rows : DataFrame
        One row per workload or rider of either side: `before` and `after` are NaN where the side
        does not have it or does not price it; `change_kind` is added, removed, changed (its
        columns or its cost) or unchanged; `why` names the columns that changed; `note` says why
        a side has no price.
    before, after : PricedFleet
        The two sides.
    """

    rows: pd.DataFrame
    before: PricedFleet
    after: PricedFleet

    @cached_property
    def totals(self) -> pd.DataFrame:
        """Sums by currency: currency, before, after, change, percent, unpriced.

        Rows that either side holds without a price are left out of both sums and counted; those
        whose currency is not known either, for lack of a service, are in no row here.
        """
        rows = self.rows.assign(unpriced=self.rows["note"] != "")
        rows = rows[rows["currency"] != ""].copy()
        rows.loc[rows["unpriced"], ["before", "after"]] = 0.0
        sums = rows.groupby("currency", sort=True)[["before", "after", "unpriced"]].sum()
        sums = sums.reset_index()
        change = sums["after"] - sums["before"]
        base = sums["before"].where(sums["before"] > 0)
        sums.insert(3, "change", change)
        sums.insert(4, "percent", change / base * 100)
        return sums

    @property
    def unpriced(self) -> int:
        """Rows that a side holds without a price."""
        return int((self.rows["note"] != "").sum())

    def exceeds(self, gate: Gate) -> bool:
        """Whether the total of any currency grows by more than a gate lets through.

        A total that grows from nothing exceeds every percentage. An amount is compared with the
        total of its own currency.

        Raises
        ------
        InvalidValueError
            If the amount is in a currency that no row has.
        """
        currencies = self.totals["currency"].tolist()
        if gate.unit != "%" and gate.unit not in currencies:
            raise InvalidValueError(
                f"Nothing here is priced in {gate.unit}.",
                hint=f"write {gate.limit:g}{currencies[0] if currencies else 'USD'}.",
            )
        for row in self.totals.to_dict("records"):
            allowed = row["before"] * gate.limit / 100 if gate.unit == "%" else gate.limit
            is_meant = gate.unit in ("%", row["currency"])
            # A cent of a millionth is the sum's own rounding, not an increase.
            if is_meant and row["change"] > allowed + 1e-9 * max(row["before"], 1.0):
                return True
        return False


def diff_priced(before: PricedFleet, after: PricedFleet) -> CostDiff:
    """Costs of two priced fleets, matched by the ids of their rows.

    Returns
    -------
    CostDiff
        Rows in the order of `after`, with those that are gone at the end.
    """
    sides = [_side(priced) for priced in (before, after)]
    names = [*sides[1], *(name for name in sides[0] if name not in sides[1])]
    renamed = _renamed(*sides)
    rows = []
    for name in names:
        pair = [side.get(name) for side in sides]
        for old, new in of_one_currency(*pair):
            row = _row(name, old, new)
            rows.append({**row, "why": renamed.get(name) or row["why"]})
    return CostDiff(pd.DataFrame(rows, columns=list(DIFF_COLUMNS)), before, after)


def of_one_currency(
    before: Side | None, after: Side | None
) -> list[tuple[Side | None, Side | None]]:
    """Both sides of a row; apart where they are in two currencies, which cannot be subtracted."""
    found = {side["currency"] for side in (before, after) if side and side["currency"]}
    if len(found) > 1:
        return [(None, after), (before, None)]
    return [(before, after)]


def _renamed(before: Mapping[str, Side], after: Mapping[str, Side]) -> dict[str, str]:
    """Words for rows that one side has under another id: the same inputs, whatever it is called."""
    gone: dict[tuple[str, ...], list[str]] = {}
    for name, side in before.items():
        if name not in after:
            gone.setdefault(_inputs(side), []).append(name)
    said = {}
    for name, side in after.items():
        old = gone.get(_inputs(side), []) if name not in before else []
        if old:
            said[old[0]], said[name] = f"renamed to {name!r}", f"renamed from {old[0]!r}"
            old.pop(0)
    return said


def _inputs(side: Side) -> tuple[str, ...]:
    """Fleet columns of a row, its id left out."""
    inputs = side["inputs"]
    return tuple(_cell(name, inputs.get(name)) for name in FLEET_COLUMNS if name != "workload")


def _side(priced: PricedFleet) -> dict[str, Side]:
    """Rows of a side by id: inputs, cost, currency and reason."""
    currency = np.full(len(priced.fleet), "", dtype=object)
    for name, result in priced.services.items():
        currency[result.rows] = priced.book.table(name).form.currency
    records = priced.fleet.frame.to_dict("records")
    reasons = priced.reasons.text()
    return {
        str(name): {
            "inputs": record,
            "cost": float(cost),
            "currency": money,
            "reason": reason or "",
        }
        for name, record, cost, money, reason in zip(
            priced.fleet.workloads, records, priced.monthly_cost, currency, reasons, strict=True
        )
    }


def _row(name: str, before: Side | None, after: Side | None) -> dict[str, Any]:
    shown = after or before or {}
    currencies = [side["currency"] for side in (after, before) if side and side["currency"]]
    old, new = (side["cost"] if side else np.nan for side in (before, after))
    why = _why(before["inputs"], after["inputs"]) if before and after else ""
    if before is None:
        kind, change = ADDED, new
    elif after is None:
        kind, change = REMOVED, -old
    else:
        change = new - old
        is_same = not why and (change == 0 or np.isnan(change))
        kind = UNCHANGED if is_same else CHANGED
    notes = [
        f"{when}: {side['reason']}"
        for when, side in (("before", before), ("after", after))
        if side and side["reason"]
    ]
    return {
        "workload": name,
        "part": shown["inputs"].get("part") or "workload",
        "service": _text(shown["inputs"].get("service")),
        "region": _text(shown["inputs"].get("region")),
        "currency": currencies[0] if currencies else "",
        "change_kind": kind,
        "before": old,
        "after": new,
        "change": change,
        "percent": change / old * 100 if before and old > 0 else np.nan,
        "why": why,
        "note": "; ".join(notes),
    }


def _why(before: dict[str, Any], after: dict[str, Any]) -> str:
    """Fleet columns that changed, with both values."""
    names = [name for name in FLEET_COLUMNS if name in before or name in after]
    pairs = [(name, *(_cell(name, side.get(name)) for side in (before, after))) for name in names]
    return ", ".join(
        f"{name} {old or '-'} → {new or '-'}" for name, old, new in pairs if old != new
    )


def _cell(column: str, value: Any) -> str:  # noqa: ANN401  cells hold anything
    """Cell of a column as it reads; numbers that are equal read alike, names stay as they are."""
    text = _text(value)
    if FLEET_COLUMNS[column].kind not in (Kind.NUMBER, Kind.COUNT):
        return text
    try:
        return f"{float(text):.12g}"
    except ValueError:
        return text


def _text(value: Any) -> str:  # noqa: ANN401  cells hold anything
    """Cell as text; empty where it holds nothing."""
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return ""
    return str(value).strip()
