"""The price of one row, written down: a service's formulas and the prices of its plan.

Formulas are the service's own functions, run once on symbols. Whatever is not just priced (a row
that cannot be billed, a meter without a rate, a quantity that is not known) is only marked here;
the kernel of :mod:`wharfage.engine.tiles` prices such rows with all that is to be said of them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from wharfage.engine.compiled.symbols import NotTraceableError, Recorder, Table
from wharfage.engine.plan import MeterPlan, Options, ServicePlan
from wharfage.engine.tiles import applies
from wharfage.rates.rules import Rules
from wharfage.services import Quantities

#: a symbol, or an array of one value
Value = Any


@dataclass(frozen=True)
class Trace:
    """What a compiled function gives for each row, and the operations that it takes.

    `doubtful` is None where no used price is doubtful; `unusual` marks the rows that the other
    kernel has to price.
    """

    recorder: Recorder
    list_cost: Value
    effective_cost: Value
    pool_cost: tuple[Value, ...]
    doubtful: Value | None
    unusual: Value


def trace_plan(plan: ServicePlan, options: Options) -> Trace:
    """Costs of one row of a plan as expressions of its columns.

    Raises
    ------
    NotTraceableError
        If a formula cannot be written for one row, or no row can be billed.
    """
    recorder = Recorder()
    columns: dict[str, Value] = {
        name: values if values.size == 1 else recorder.column(values)
        for name, values in plan.columns.items()
    }
    found = plan.service.quantities(columns, _tables_of(plan.rules))
    if found.discounts:
        raise NotTraceableError("a discount that follows from the usage")
    list_cost = effective_cost = np.zeros(1)
    pool_cost: list[Value] = [np.zeros(1)] * len(plan.pools)
    doubtful = np.zeros(1, dtype=np.bool_)
    for name, quantity in found.meters.items():
        meter = plan.meters[name]
        if isinstance(quantity, np.ndarray) and not quantity.any():
            continue
        codes = meter.codes if meter.codes.size == 1 else recorder.column(meter.codes)
        list_part = _cost(meter, quantity, meter.prices.list_price.view(Table)[codes])
        part = list_part
        if not meter.is_list:
            part = _cost(meter, quantity, meter.prices.price.view(Table)[codes])
        list_cost, effective_cost = list_cost + list_part, effective_cost + part
        if meter.has_doubt:
            doubtful = doubtful | (meter.prices.doubtful.view(Table)[codes] & (quantity > 0))
        for number, share in enumerate(plan.pools):
            if name in share.meters:
                covered = applies(share.when, columns)
                pool_cost[number] = pool_cost[number] + np.where(covered, part, 0.0)
    return Trace(
        recorder,
        list_cost,
        effective_cost,
        tuple(pool_cost),
        doubtful if any(meter.has_doubt for meter in plan.meters.values()) else None,
        _unusual(recorder, found, options, list_cost, effective_cost),
    )


def _cost(meter: MeterPlan, quantity: Value, price: Value) -> Value:
    """Cost of a meter; NaN where it is used without a price."""
    cost = quantity * price
    # Nothing used costs nothing, whatever its price.
    return np.where(quantity == 0, 0.0, cost) if meter.has_hole else cost


def _unusual(recorder: Recorder, found: Quantities, options: Options, *costs: Value) -> Value:
    """True where a row is not just priced."""
    unusual = np.zeros(1, dtype=np.bool_)
    for fault in found.faults.values():
        unusual = unusual | fault
    if options.sizes == "strict":
        unusual = unusual | found.is_resized()
    for cost in costs:
        unusual = unusual | np.isnan(cost)
    for value in recorder.finite.values():
        unusual = unusual | ~(value - value == 0)
    if isinstance(unusual, np.ndarray) and unusual.any():
        raise NotTraceableError("no row can be billed")
    return unusual


class _TableRules(Rules):
    """Rules whose arrays can be indexed by symbols."""

    def __init__(self, rules: Rules) -> None:
        super().__init__(lambda name: _as_tables(rules[name]), tuple(rules), rules.assumptions)


def _tables_of(rules: Rules) -> Rules:
    return _TableRules(rules)


def _as_tables(rule: Any) -> Any:  # noqa: ANN401  a rule has several shapes
    """A rule with every array as a table."""
    if isinstance(rule, np.ndarray):
        return rule.view(Table)
    if isinstance(rule, Mapping):
        return {name: _as_tables(part) for name, part in rule.items()}
    if dataclasses.is_dataclass(rule) and not isinstance(rule, type):
        parts = {f.name: _as_tables(getattr(rule, f.name)) for f in dataclasses.fields(rule)}
        return dataclasses.replace(rule, **parts)
    return rule
