"""What moves the bill: uncertain inputs one by one, and the next size up or down."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wharfage.analysis.ranges_price import Uncertainty, price_parts
from wharfage.analysis.what_if import vary
from wharfage.columns import DEMAND_KINDS
from wharfage.engine.estimate import price_fleet
from wharfage.engine.fleet import Fleet, encode_fleet
from wharfage.engine.options import read_options
from wharfage.engine.priced import PricedFleet
from wharfage.inputs.fleet import read_fleet
from wharfage.rates.book import RateBook
from wharfage.rates.rules import Assumption
from wharfage.services import find_service, service_ids
from wharfage.units import DEFAULT_MONTH

Array = NDArray[np.float64]

#: an input is moved between these of its quantiles
LOW, HIGH = 0.1, 0.9

#: columns of sizes, and the smallest step in which anybody sells them
STEPS: Mapping[str, float] = {"vcpu": 0.25, "memory_gib": 0.25}
#: parts that the range of smaller sizes is divided into, how often, and rows at once
PARTS, ROUNDS, ROWS = 64, 4, 4096


def tornado(
    setup: Uncertainty, labels: Sequence[Mapping[str, str | None]], row: int | None
) -> pd.DataFrame:
    """Cost with each input at its p10 and p90, the others typical; the largest swing first.

    `labels` are those of the scenarios; `row` is one workload, or None for the fleet.
    """
    typical = _total(setup, {}, 1, row)[:, 0]
    rows = []
    for each in setup.inputs:
        cost = _total(setup, {each.column: (LOW, HIGH)}, 2, row)
        whole = slice(0, len(setup.fleet)) if row is None else slice(row, row + 1)
        values = setup.fixed(whole, {each.column: (LOW, HIGH)}, 2)[each.column]
        is_one = (values == values[0]).all()
        for n, label in enumerate(labels):
            rows.append(
                {
                    **label,
                    "input": each.column,
                    "input_low": values[0, 0] if is_one else np.nan,
                    "input_high": values[0, 1] if is_one else np.nan,
                    "typical": typical[n],
                    "monthly_cost_low": cost[n, 0],
                    "monthly_cost_high": cost[n, 1],
                    "swing": abs(cost[n, 1] - cost[n, 0]),
                    "_scenario": n,
                }
            )
    names = [*labels[0], "input", "input_low", "input_high", "typical"]
    names += ["monthly_cost_low", "monthly_cost_high", "swing", "_scenario"]
    found = pd.DataFrame(rows, columns=names)
    found = found.sort_values(["_scenario", "swing"], ascending=[True, False], kind="stable")
    return found.drop(columns="_scenario").reset_index(drop=True)


def _total(
    setup: Uncertainty, shares: Mapping[str, Sequence[float]], times: int, row: int | None
) -> Array:
    """Cost of the fleet, or of a row, per scenario (scenarios, times); of what is priced.

    NaN where nothing is.
    """
    whole = np.zeros((len(setup.scenarios), times))
    priced = np.full((len(setup.scenarios), 1), 0 if row is None else 1)
    for part in price_parts(setup, times, lambda rows: setup.fixed(rows, shares, times)):
        if row is None:
            is_priced = ~np.isnan(part.cost).any(axis=2, keepdims=True)
            whole += np.where(is_priced, part.cost, 0.0).sum(axis=1)
            priced += is_priced.sum(axis=1)
        elif part.rows.start <= row < part.rows.stop:
            whole += part.cost[:, row - part.rows.start]
    return np.where(priced > 0, whole, np.nan)


def marginal(
    fleet: object,
    *,
    rates: RateBook | str | Path | None = None,
    on: str | dt.date | None = None,
    month: str = DEFAULT_MONTH,
    sizes: str = "round_up",
    before_first: str | None = None,
    assumptions: Mapping[str, Assumption] | None = None,
) -> pd.DataFrame:
    """What the next step up or down costs: one legal size of vCPU, of memory, one replica.

    Credits are left out: this is what a step costs once they are used up.

    Parameters
    ----------
    fleet : DataFrame, Arrow stream, path or list of dicts
        As for ``estimate``.
    rates, on, month, sizes, before_first, assumptions
        As for ``estimate``.

    Returns
    -------
    DataFrame
        One row per workload, column and direction: `workload`, `service`, `column`, `direction`
        (``up``, ``down``), `billed_from`, `billed_to` (of the column; replicas as they run),
        `monthly_cost`, `monthly_cost_after`, `difference` and `note`. Costs are NaN where there is
        no such step, and the note says why. Where sizes are continuous a step is 0.25.

    Raises
    ------
    WorkloadError
        If the fleet cannot be read.

    Examples
    --------
    >>> found = marginal([{"service": "aws.fargate", "region": "us-east-1", "vcpu": 0.5,
    ...                    "memory_gib": 1}], on="2026-10-01")
    >>> found.loc[found["column"] == "vcpu", "billed_to"].tolist()
    [1.0, 0.25]
    """
    book = rates if isinstance(rates, RateBook) else _book(rates)
    options = read_options(book, on, month, "none", sizes, before_first, assumptions)
    encoded = encode_fleet(read_fleet(fleet))

    def price(changed: Mapping[str, Array]) -> PricedFleet:
        arrays = {**encoded.arrays, **changed}
        given = encoded.given | frozenset(changed)
        faults = [fault for fault in encoded.faults if fault.column not in changed]
        return price_fleet(
            replace(encoded, arrays=arrays, given=given, faults=faults, warnings=[]), book, options
        )

    now = price_fleet(encoded, book, options)
    parts = [_size_steps(price, now, column, step) for column, step in STEPS.items()]
    parts.append(_replica_steps(price, now, encoded))
    whole = pd.concat(parts, ignore_index=True)
    whole["note"] = whole["note"].astype(object).where(whole["note"].notna(), None)
    order = np.tile(np.repeat(np.arange(len(encoded)), 2), len(parts))
    whole = whole.iloc[np.argsort(order, kind="stable")]
    # A step of what a service does not read is no step.
    read = {
        name: find_service(name).columns if name in service_ids() else tuple(STEPS)
        for name in whole["service"].unique()
    }
    pairs = zip(whole["service"], whole["column"], strict=True)
    return whole[[column in read[name] for name, column in pairs]].reset_index(drop=True)


def _book(rates: str | Path | None) -> RateBook:
    return RateBook.bundled() if rates is None else RateBook.open(rates)


def _size_steps(
    price: Callable[[Mapping[str, Array]], PricedFleet],
    now: PricedFleet,
    column: str,
    step: float,
) -> pd.DataFrame:
    """The next legal sizes above and below what is billed."""

    def billed(priced: PricedFleet) -> Array:
        return priced.billed_vcpu if column == "vcpu" else priced.billed_memory_gib

    size = billed(now)
    known = np.where(np.isnan(size), 0.0, size)
    above = price({column: known + step})
    request = np.maximum(known - step, 0.0)
    is_less = billed(price({column: request})) < known
    if not is_less.all():
        request = np.where(is_less, request, _largest_below(now, column, known, request))
    below = price({column: request})
    smaller = billed(below) < known
    return _rows(
        now,
        column,
        size,
        (
            (billed(above), above.monthly_cost, ~np.isnan(above.monthly_cost), above),
            (billed(below), below.monthly_cost, smaller, below),
        ),
        "no smaller size is sold with the rest as it is",
    )


def _largest_below(now: PricedFleet, column: str, size: Array, high: Array) -> Array:
    """Largest request up to `high` that is billed less than `size`; 0 where there is none.

    Sizes rise with requests, on the ladder of any service: the range is divided again and again,
    at many points of every row at once, until it is far narrower than any step.
    """
    found = np.zeros_like(size)
    for first in range(0, len(size), ROWS):
        rows = slice(first, min(first + ROWS, len(size)))
        low, top, at = np.zeros(rows.stop - first), high[rows], np.arange(rows.stop - first)
        for _ in range(ROUNDS):
            points = low[:, None] + np.linspace(0.0, 1.0, PARTS + 1) * (top - low)[:, None]
            fleet = vary(now.fleet, rows, PARTS + 1, {column: points}, apart=False)
            priced = price_fleet(fleet, now.book, now.options)
            billed = priced.billed_vcpu if column == "vcpu" else priced.billed_memory_gib
            less = billed.reshape(points.shape) < size[rows, None]
            last = np.maximum(less.sum(axis=1) - 1, 0)
            low, top = points[at, last], points[at, np.minimum(last + 1, PARTS)]
        found[rows] = low
    return found


def _replica_steps(
    price: Callable[[Mapping[str, Array]], PricedFleet], now: PricedFleet, fleet: Fleet
) -> pd.DataFrame:
    """One replica more and one less, where replicas are stated or are one."""
    given = fleet.arrays["replicas"]
    by_load = np.isnan(given) & ~np.isnan(fleet.arrays["requests_per_month"])
    count = np.where(np.isnan(given), 1.0, given)
    up = price({"replicas": np.where(by_load, np.nan, count + 1.0)})
    down = price({"replicas": np.where(by_load, np.nan, np.maximum(count - 1.0, 0.0))})
    return _rows(
        now,
        "replicas",
        np.where(by_load, np.nan, count),
        (
            (count + 1.0, up.monthly_cost, ~by_load, up),
            (count - 1.0, down.monthly_cost, ~by_load & (count > 0), down),
        ),
        f"replicas follow from the load of {DEMAND_KINDS[-1]}",
    )


def _rows(
    now: PricedFleet,
    column: str,
    size: Array,
    steps: Sequence[tuple[Array, Array, NDArray[np.bool_], PricedFleet]],
    otherwise: str,
) -> pd.DataFrame:
    """Both directions of one column, workload by workload."""
    rows = len(size)
    names = np.array([*now.fleet.values["service"], None, None], dtype=object)
    parts = []
    for direction, (after, cost, exists, priced) in zip(("up", "down"), steps, strict=True):
        is_step = exists & ~np.isnan(now.monthly_cost)
        reasons = np.where(now.reasons.any, now.reasons.text(), priced.reasons.text())
        notes = np.where(pd.isna(reasons), otherwise, reasons)
        parts.append(
            pd.DataFrame(
                {
                    "workload": now.fleet.workloads,
                    "service": names[now.fleet.arrays["service"]],
                    "column": column,
                    "direction": direction,
                    "billed_from": size,
                    "billed_to": np.where(is_step, after, np.nan),
                    "monthly_cost": now.monthly_cost,
                    "monthly_cost_after": np.where(is_step, cost, np.nan),
                    "difference": np.where(is_step, cost, np.nan) - now.monthly_cost,
                    "note": pd.Series(notes, dtype=object).where(~is_step, None),
                }
            )
        )
    both = pd.concat(parts, ignore_index=True)
    order = np.tile(np.arange(rows), 2)
    return both.iloc[np.argsort(order, kind="stable")]
