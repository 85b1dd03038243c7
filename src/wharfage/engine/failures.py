"""Unpriced workloads as one error: every reason, how many, where first, a hint, a full list."""

from __future__ import annotations

import re

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
    rows = len(priced.fleet)
    groups = failures.groupby(["service", "reason"], sort=False, dropna=False)
    errors = [
        _error(priced, str(service), str(reason), group)
        for (service, reason), group in list(groups)[:1000]
    ]
    errors.sort(key=lambda pair: -pair[0])
    shown = [f"- {error.message}" for _, error in errors[:SHOWN]]
    if len(errors) > SHOWN:
        shown.append(f"- and {len(errors) - SHOWN:,} more reasons")
    hint = next((error.hint for _, error in errors if error.hint), None)
    raise UnpricedError(
        f"{len(failures):,} of {rows:,} workloads have no price on {priced.options.on}:\n"
        + "\n".join(shown),
        hint=hint or "error.failures lists them; without strict, the rest is priced.",
        failures=failures,
        errors=[error for _, error in errors],
    )


def _error(
    priced: PricedFleet, service: str, reason: str, group: pd.DataFrame
) -> tuple[int, WharfageError]:
    first = group.iloc[0]
    where = (
        f"({len(group):,} of {len(priced.fleet):,} workloads,"
        f" first {first['workload']!r} in row {first['row']:,})"
    )
    kind = TYPES.get(code_of(reason), WorkloadError)
    hint = re.search(r"\((did you mean [^)]*)\)", reason)
    detail = reason.replace(hint[0], "").strip() if hint else reason
    if code_of(reason) in ("unknown_rate", "unknown_region"):
        detail = f"No rate for {service} {detail.split(': ', 1)[1]} on {priced.options.on}"
        if code_of(reason) == "unknown_region":
            named = re.match(r"unknown_region: (?P<name>'.*?'|\".*?\")(?: |$)", reason)
            region = f"region {named['name']}" if named else detail.split(" on ", 1)[0]
            detail = f"No rate for {service} in {region} on {priced.options.on}"
    else:
        detail = f"{service}: {detail}"
    return len(group), kind(f"{detail} {where}.", hint=f"{hint[1]}?" if hint else None)
