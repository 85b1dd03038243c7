"""What pricing one service takes: its columns, rules, prices and key codes on a date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wharfage.columns import FLEET_COLUMNS
from wharfage.discounts.credits import Share
from wharfage.engine.fleet import EMPTY, Fleet
from wharfage.engine.tiles import PoolShare, ServicePlan, key_codes
from wharfage.rates.book import RateBook
from wharfage.rates.lookup import select_unit_prices
from wharfage.rates.rules import Assumption, select_rules
from wharfage.rates.table import RateTable, vocabulary
from wharfage.services import Service
from wharfage.services.accelerators import NO_GPU
from wharfage.services.demand import REQUESTS, RUNS
from wharfage.units import Month


@dataclass(frozen=True)
class Options:
    """How a fleet is priced; everything that reconciling with another calculator needs."""

    on: dt.date
    month: Month
    free_tier: str = "account"
    sizes: str = "round_up"
    before_first: str | None = None
    assumptions: Mapping[str, Assumption] = field(default_factory=dict)


def service_columns(
    fleet: Fleet, service: Service, rows: NDArray[np.intp], month: Month
) -> dict[str, NDArray[Any]]:
    """Columns of one service's workloads, with the month and the kind of work derived."""
    whole = len(rows) == len(fleet)
    columns = {name: values if whole else values[rows] for name, values in fleet.arrays.items()}
    columns["month_seconds"] = np.broadcast_to(np.float64(month.seconds), len(rows))
    hours = columns["hours_per_month"]
    columns["hours_per_month"] = np.where(np.isnan(hours), month.hours, hours)
    has_runs = ~np.isnan(columns["runs_per_month"])
    has_requests = ~np.isnan(columns["requests_per_month"])
    demand = np.where(has_runs, RUNS, np.where(has_requests, REQUESTS, 0))
    if not service.reads_demand:
        demand = np.zeros(len(rows), dtype=np.int64)
    columns["demand"] = demand
    columns["billing_mode"] = billing_modes(
        columns["billing_mode"], demand == REQUESTS, columns["gpu_type"]
    )
    return columns


def billing_modes(
    given: NDArray[np.int64], has_requests: NDArray[np.bool_], gpu_type: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Billing mode of each row; by default request-based where there are requests and no GPU."""
    modes = FLEET_COLUMNS["billing_mode"].choices
    by_request = has_requests & (gpu_type == NO_GPU)
    by_default = np.where(by_request, modes.index("request"), modes.index("instance"))
    return np.where(given == EMPTY, by_default, given)


def derive_columns(
    service: Service,
    table: RateTable,
    columns: dict[str, NDArray[Any]],
    values: Mapping[str, tuple[str, ...]],
    options: Options,
) -> tuple[dict[str, NDArray[Any]], dict[str, tuple[str, ...]]]:
    """Columns and vocabularies with those that the service derives from others."""
    if service.derive is None:
        return columns, dict(values)
    # Rules by machine type must know the machines that the service may choose, not only the fleet's.
    rules = select_rules(table, options.on, assumptions=options.assumptions, fleet_values=values)
    machines = {**values, "instance_type": rules["node_types"].names}
    rules = select_rules(table, options.on, assumptions=options.assumptions, fleet_values=machines)
    more_columns, more_values = service.derive(columns, values, rules)
    return {**columns, **more_columns}, {**values, **more_values}


def plan_service(
    service: Service,
    book: RateBook,
    columns: Mapping[str, NDArray[Any]],
    values: Mapping[str, tuple[str, ...]],
    options: Options,
    pools: Mapping[str, int],
    shares: list[Share],
) -> ServicePlan:
    """Rules, prices and key codes of a service on the date."""
    table = book.table(service.id)
    rules = select_rules(table, options.on, assumptions=options.assumptions, fleet_values=values)
    prices = {
        name: select_unit_prices(
            book.table(meter.prices_of or service.id),
            name,
            options.on,
            before_first=options.before_first,
        )
        for name, meter in table.form.meters.items()
    }
    codes: dict[str, NDArray[np.int32]] = {}
    shared: dict[tuple[Any, ...], NDArray[np.int32]] = {}
    for name, found in prices.items():
        identity = (
            found.meter.place_column is None,
            found.places,
            found.meter.variants,
            found.meter.values,
        )
        if identity not in shared:
            shared[identity] = key_codes(found, columns, values)
        codes[name] = shared[identity]
    pool_shares = tuple(
        PoolShare(
            pools[share.pool],
            share.meters,
            {c: tuple(vocabulary(c).index(v) for v in vs) for c, vs in share.when.items()},
        )
        for share in shares
    )
    return ServicePlan(service, rules, prices, codes, pool_shares, values)
