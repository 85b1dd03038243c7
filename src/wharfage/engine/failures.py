"""Unpriced workloads as one error: every reason, how many, where first, a hint, a full list."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wharfage.engine.priced import PricedFleet
from wharfage.engine.reasons import code_of
from wharfage.errors import (
    IllegalSizeError,
    InvalidValueError,
    NotYetPricedError,
    UnknownRateError,
    UnknownServiceError,
    UnpricedError,
    WharfageError,
    WithdrawnError,
    WorkloadError,
)

Mask = NDArray[np.bool_]

#: error type that a reason's code stands for
TYPES: dict[str, type[WharfageError]] = {
    "invalid_value": InvalidValueError,
    "required": InvalidValueError,
    "illegal_size": IllegalSizeError,
    "unknown_rate": UnknownRateError,
    "unknown_region": UnknownRateError,
    "not_yet_priced": NotYetPricedError,
    "withdrawn": WithdrawnError,
    "unknown_service": UnknownServiceError,
}

#: reasons shown in a message; the rest is counted
SHOWN = 10


def failure_frame(priced: PricedFleet, among: Mask | None = None) -> pd.DataFrame:
    """One row per unpriced workload: row (from 1), workload, service, region, reason."""
    unpriced = priced.reasons.any
    rows = np.flatnonzero(unpriced if among is None else unpriced & among)
    names = {
        column: np.array([*priced.fleet.values[column], None], dtype=object)[
            priced.fleet.arrays[column][rows]
        ]
        for column in ("service", "region")
    }
    return pd.DataFrame(
        {
            "row": rows + 1,
            "workload": priced.fleet.workloads[rows],
            **names,
            "reason": priced.reasons.text()[rows],
        }
    )


def raise_unpriced(priced: PricedFleet, among: Mask | None = None) -> None:
    """Raise with every unpriced workload, or with those of a mask.

    Raises
    ------
    UnpricedError
        Always; ``errors`` holds one typed error per reason.
    """
    failures = failure_frame(priced, among)
    groups = [
        Unpriced(str(service), str(reason), len(group), *group.iloc[0][["workload", "row"]])
        for (service, reason), group in failures.groupby(
            ["service", "reason"], sort=False, dropna=False
        )
    ]
    raise unpriced_error(groups, failures, len(priced.fleet), priced.options.on)


@dataclass(frozen=True)
class Unpriced:
    """Workloads of one service without a price for one reason; the first by id and row, from 1."""

    service: str
    reason: str
    count: int
    workload: str
    row: int


def unpriced_error(
    groups: Sequence[Unpriced], failures: pd.DataFrame, rows: int, on: dt.date
) -> UnpricedError:
    """Error that tells of all unpriced workloads of a fleet of `rows`, by reason."""
    largest = sorted(groups[:1000], key=lambda group: -group.count)
    errors = [_error(group, rows, on) for group in largest]
    shown = [f"- {error.message}" for error in errors[:SHOWN]]
    if len(errors) > SHOWN:
        shown.append(f"- and {len(errors) - SHOWN:,} more reasons")
    hint = next((error.hint for error in errors if error.hint), None)
    missing = sum(group.count for group in groups)
    return UnpricedError(
        f"{missing:,} of {rows:,} workloads have no price on {on}:\n" + "\n".join(shown),
        hint=hint or "error.failures lists them; without strict, the rest is priced.",
        failures=failures,
        errors=errors,
    )


def _error(group: Unpriced, rows: int, on: dt.date) -> WharfageError:
    where = (
        f"({group.count:,} of {rows:,} workloads, first {group.workload!r} in row {group.row:,})"
    )
    service, reason = group.service, group.reason
    kind = TYPES.get(code_of(reason), WorkloadError)
    hint = re.search(r"\((did you mean [^)]*)\)", reason)
    detail = reason.replace(hint[0], "").strip() if hint else reason
    if code_of(reason) in ("unknown_rate", "unknown_region"):
        detail = f"No rate for {service} {detail.split(': ', 1)[1]} on {on}"
        if code_of(reason) == "unknown_region":
            named = re.match(r"unknown_region: (?P<name>'.*?'|\".*?\")(?: |$)", reason)
            region = f"region {named['name']}" if named else detail.split(" on ", 1)[0]
            detail = f"No rate for {service} in {region} on {on}"
    else:
        detail = f"{service}: {detail}"
    return kind(f"{detail} {where}.", hint=f"{hint[1]}?" if hint else None)
