"""Sums of a fleet by rate key: all that re-pricing takes, once quantities are known.

Quantities of workloads that are bought alike (the same region, option, architecture, account ...)
are added up once. The sums are a small fleet of their own, whose quantities stand in columns, and
any number of price scenarios is priced on it by the same engine: prices, tiers, credits and all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wharfage.engine.checks import check_work
from wharfage.engine.plan import Options, ServicePlan
from wharfage.engine.portion import Portion, compact
from wharfage.engine.tiles import map_tiles, rows_of, tiles

Array = NDArray[Any]
Codes = NDArray[np.intp]

#: most codes that are counted in one array; beyond, distinct ones are found by sorting
DENSE = 1 << 20
#: rows that are added up at once
RUN = 1 << 18


@dataclass(frozen=True)
class Sums:
    """Workloads of one service added up; arrays are (k,), one place per way of buying.

    Attributes
    ----------
    columns : mapping of column to array (k,)
        Codes that prices, credits and offers depend on, as the fleet has them.
    derived : mapping of column to array (k,)
        Codes of columns that the service derives from others, by name.
    quantities, discounted : mapping of meter to array (k,)
        Monthly quantity, and the same times the discount that follows from usage.
    workloads : array (k,)
        Number of workloads.
    faulty : int
        Workloads that cannot be billed as written, whatever the price.
    """

    plan: ServicePlan
    columns: Mapping[str, Array]
    derived: Mapping[str, Array]
    quantities: Mapping[str, Array]
    discounted: Mapping[str, Array]
    workloads: Array
    faulty: int


def sum_quantities(plan: ServicePlan, accounts: Array, options: Options) -> Sums:
    """Quantities of a service's workloads, added up by how they are bought.

    Rows that cannot be billed as written are counted and left out. Rows that use different
    meters are kept apart: a missing price must cost only those who use it.
    """
    portion, meters = plan.portion, list(plan.meters)
    coded = _coded(plan, accounts)
    code, example = _joint_codes(list(coded.values()), portion.count)
    faulty = _faulty_rows(portion, options)

    def add(rows: slice) -> tuple[Codes, Array]:
        return _add_run(plan, rows, code[rows], faulty[rows], options)

    parts = map_tiles(add, portion.count, RUN)
    found, member = np.unique(np.concatenate([part[0] for part in parts]), return_inverse=True)
    added = np.zeros((2 * len(meters) + 1, len(found)))
    whole = np.concatenate([part[1] for part in parts], axis=1)
    for line, values in enumerate(whole):
        added[line] = np.bincount(member, weights=values, minlength=len(found))
    own = example[found >> len(meters)]
    at = {name: np.broadcast_to(values, portion.count)[own] for name, values in coded.items()}
    workloads = added[-1]
    return Sums(
        plan,
        {name: values for (name, is_derived), values in at.items() if not is_derived},
        {name: values for (name, is_derived), values in at.items() if is_derived},
        dict(zip(meters, added[: len(meters)], strict=True)),
        dict(zip(meters, added[len(meters) : -1], strict=True)),
        workloads,
        portion.count - round(float(workloads.sum())),
    )


def _coded(plan: ServicePlan, accounts: Array) -> dict[tuple[str, bool], Array]:
    """Coded columns of a portion, and whether the service derives them."""
    before = plan.portion.columns
    coded = {(name, False): v for name, v in before.items() if v.dtype.kind in "iu"}
    coded["billing_account", False] = compact(plan.portion.take(accounts))
    for name, values in plan.columns.items():
        if values.dtype.kind in "iub" and values is not before.get(name):
            coded[name, True] = compact(values.astype(np.int64))
    return coded


def _joint_codes(columns: list[Array], count: int) -> tuple[Codes, Codes]:
    """One code per combination of codes that occurs, and a row that has it."""
    code, size = np.zeros(1, dtype=np.intp), 1
    for values in columns:
        if len(values) == 1:
            continue
        low, high = int(values.min()), int(values.max())
        code, size = code * (high - low + 1) + (values - low), size * (high - low + 1)
        if size > DENSE:
            distinct, code = np.unique(code, return_inverse=True)
            size = len(distinct)
    code = np.broadcast_to(code, count)
    example = np.full(size, -1, dtype=np.intp)
    example[code] = np.arange(count)
    return code, example


def _faulty_rows(portion: Portion, options: Options) -> Array:
    """True where a row cannot be billed as written, however it is bought."""
    faulty = np.zeros(portion.count, dtype=np.bool_)

    def fault(where: Array, _: str) -> None:
        if where.dtype == np.bool_:
            np.logical_or(faulty, where, out=faulty)
        else:
            faulty[where] = True

    used = {*portion.service.columns, "runs_per_month", "requests_per_month", "billing_account"}
    for cell in portion.cell_faults:
        if cell.column in used:
            fault(cell.rows, cell.reason)
    check_work(portion, options, fault)
    return faulty


def _add_run(
    plan: ServicePlan, rows: slice, code: Codes, faulty: Array, options: Options
) -> tuple[Codes, Array]:
    """Distinct codes of a run, with the meters used in their low bits, and what belongs to them.

    The second array holds quantities, discounted quantities, and the number of workloads.
    """
    meters, count = list(plan.meters), rows.stop - rows.start
    amounts = np.zeros((2 * len(meters) + 1, count))
    amounts[-1] = ~faulty
    for tile in tiles(count):
        _measure(
            plan, slice(rows.start + tile.start, rows.start + tile.stop), amounts[:, tile], options
        )
    amounts *= amounts[-1]
    key = code << len(meters)
    for bit, quantity in enumerate(amounts[: len(meters)]):
        key = key | ((quantity > 0).astype(np.intp) << bit)
    if key.max(initial=0) < DENSE:
        sums = np.stack([np.bincount(key, weights=values) for values in amounts])
        found = np.flatnonzero(sums[-1])
        return found, sums[:, found]
    found, member = np.unique(key, return_inverse=True)
    return found, np.stack([np.bincount(member, weights=values) for values in amounts])


def _measure(plan: ServicePlan, rows: slice, into: Array, options: Options) -> None:
    """Write the quantities of a tile; a row that cannot be billed counts for no workload."""
    meters = list(plan.meters)
    part, _ = rows_of(plan, rows)
    found = plan.service.quantities(part, plan.rules)
    for number, name in enumerate(meters):
        if name in found.meters:
            into[number] = np.nan_to_num(found.meters[name])
            factor = found.discounts.get(name)
            into[len(meters) + number] = into[number] if factor is None else into[number] * factor
    for mask in found.faults.values():
        if mask.any():
            into[-1] *= ~mask
    if options.sizes == "strict":
        into[-1] *= ~found.is_resized()
