"""Results as frames: one row per workload, or one row per charge."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wharfage.columns import COST_STATUSES, LINE_COLUMNS
from wharfage.engine.priced import PricedFleet, ServiceResult
from wharfage.engine.tiles import own_rows, price_tile
from wharfage.engine.workload_ids import text_column
from wharfage.rates.lookup import UnitPrices


def workload_frame(priced: PricedFleet) -> pd.DataFrame:
    """One row per workload in input order: the inputs, then what it costs."""
    cost, reasons = priced.monthly_cost, priced.reasons
    frame = priced.fleet.frame
    columns = {
        "daily_cost": cost * priced.options.month.per_day,
        "monthly_cost": cost,
        "monthly_list_cost": priced.list_cost,
        "billed_vcpu": priced.billed_vcpu,
        "billed_memory_gib": priced.billed_memory_gib,
        "cost_status": _texts(status_codes(priced), COST_STATUSES),
        "unpriced_reason": _texts(
            reasons.codes - 1 if reasons.exist else np.broadcast_to(np.int64(-1), len(frame)),
            reasons.texts[1:],
        ),
    }
    results = pd.DataFrame(columns, index=frame.index, copy=False)
    kept = frame.drop(columns=[name for name in columns if name in frame])
    if "workload" not in kept:
        kept.insert(0, "workload", priced.fleet.labels)
    else:
        kept = kept.assign(workload=priced.fleet.labels)
    return pd.concat([kept, results], axis="columns")


def _texts(codes: NDArray[np.integer[Any]], words: Sequence[str]) -> pd.Series | NDArray[Any]:
    """Text column of codes, nothing where a code is negative; one text repeated costs nothing."""
    import pyarrow as pa  # noqa: PLC0415  heavy, and only for frames

    if codes.strides[0]:
        known = pa.array(words, pa.large_string())
        return text_column(known.take(pa.array(codes, mask=codes < 0)))
    code = int(codes[0])
    if code < 0:
        return text_column(pa.nulls(len(codes), pa.large_string()))
    return text_column(pa.repeat(pa.scalar(words[code], pa.large_string()), len(codes)))


def status_codes(priced: PricedFleet) -> NDArray[np.int64]:
    """Status of every row, as a position in ``COST_STATUSES``."""
    masks = {
        "doubtful": priced.doubtful,
        "lower_bound": priced.lower_bound,
        "unpriced": priced.reasons.any if priced.reasons.exist else np.broadcast_to(np.False_, 1),
    }
    codes = np.broadcast_to(np.int64(COST_STATUSES.index("exact")), len(priced.fleet))
    for status, mask in masks.items():
        if mask.strides[0] and mask.any():
            codes = np.where(mask, COST_STATUSES.index(status), codes)
    return codes


def line_frame(priced: PricedFleet, rows: NDArray[np.intp] | None = None) -> pd.DataFrame:
    """One row per charge: workloads in input order, meters in the service's order, then credits.

    A meter that is not used has no line. A minor meter without a rate has a line of NaN. Rows
    that cannot be priced have NaN costs on the lines of whatever they use.
    """
    wanted = np.ones(len(priced.fleet), dtype=bool)
    if rows is not None:
        wanted[:] = False
        wanted[rows] = True
    parts = [_service_lines(priced, result, wanted) for result in priced.services.values()] + [
        _credit_lines(priced, wanted)
    ]
    parts = [part for part in parts if len(part)]
    if not parts:
        return pd.DataFrame(columns=list(LINE_COLUMNS))
    lines = pd.concat(parts, ignore_index=True)
    lines = lines.sort_values(["_row", "_order"], kind="stable", ignore_index=True)
    return lines[list(LINE_COLUMNS)]


def _service_lines(
    priced: PricedFleet, result: ServiceResult, wanted: NDArray[np.bool_]
) -> pd.DataFrame:
    own = np.flatnonzero(wanted[result.rows])
    if not len(own):
        return pd.DataFrame()
    tile = price_tile(result.plan, own, tier_prices=result.tier_prices, keep_meters=True)
    rows = result.rows[own]
    unpriced = priced.reasons.any[rows]
    parts = []
    for order, (meter, values) in enumerate(tile.quantities.meters.items()):
        quantity = np.broadcast_to(values, len(own))
        used = np.flatnonzero(quantity > 0)
        if not len(used):
            continue
        prices = result.plan.prices[meter]
        key = np.broadcast_to(own_rows(result.plan.meters[meter].codes, own), len(own))[used]
        scale = prices.meter.per_canonical_unit
        blank = np.where(unpriced[used], np.nan, 1.0)
        list_cost = tile.meter_list_cost[meter][used] * blank
        parts.append(
            pd.DataFrame(
                {
                    "_row": rows[used],
                    "_order": order,
                    "workload": priced.fleet.workloads[rows[used]],
                    "service": result.plan.service.id,
                    "region": _regions(priced, rows[used]),
                    "meter": meter,
                    "pricing_quantity": quantity[used] * scale,
                    "pricing_unit": prices.meter.form.pricing_unit,
                    "list_unit_price": _unit_price(prices, key, list_cost, quantity[used]) / scale,
                    "list_cost": list_cost,
                    "contracted_cost": list_cost,
                    "effective_cost": tile.meter_effective_cost[meter][used] * blank,
                    **_provenance(priced, prices, key),
                }
            )
        )
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def _unit_price(
    prices: UnitPrices,
    key: NDArray[np.int32],
    list_cost: NDArray[np.float64],
    quantity: NDArray[np.float64],
) -> NDArray[np.float64]:
    # A graduated meter is one line at its average price.
    return list_cost / quantity if prices.meter.is_tiered else prices.list_price[key]


def _provenance(priced: PricedFleet, prices: UnitPrices, key: NDArray[np.int32]) -> dict[str, Any]:
    """SKU, date and source of the rate of every line, through the few distinct keys."""
    distinct, member = np.unique(key, return_inverse=True)
    table = priced.book.table(prices.meter.service)
    described: list[tuple[str | None, ...]] = []
    for code in distinct:
        row = int(prices.row[code])
        discount = int(prices.discount[code])
        list_row = int(prices.list_row[code])
        if row >= 0:
            rate = prices.meter.rate(row)
            described.append((rate.sku, rate.date.isoformat(), rate.date_kind, rate.source))
        elif discount >= 0:
            entry = table.form.discounts[discount]
            sku = prices.meter.sku[list_row] if list_row >= 0 else None
            date = entry.date.isoformat() if entry.date else None
            described.append((sku, date, entry.date_kind, entry.source))
        else:
            described.append((None, None, None, None))
    columns = np.array(described, dtype=object).reshape(len(distinct), -1)[member.ravel()]
    names = ("sku_id", "rate_date", "rate_date_kind", "source")
    return {name: columns[:, n] for n, name in enumerate(names)}


def _regions(priced: PricedFleet, rows: NDArray[np.intp]) -> NDArray[np.object_]:
    names = np.array([*priced.fleet.values["region"], None], dtype=object)
    return names[priced.fleet.arrays["region"][rows]]


def _credit_lines(priced: PricedFleet, wanted: NDArray[np.bool_]) -> pd.DataFrame:
    parts = []
    services = np.array([*priced.fleet.values["service"], None], dtype=object)
    for order, name in enumerate(priced.pools):
        credit = priced.credit(name)
        rows = np.flatnonzero(wanted & (credit > 0))
        if not len(rows):
            continue
        pool = priced.pools[name]
        parts.append(
            pd.DataFrame(
                {
                    "_row": rows,
                    "_order": 1000 + order,
                    "workload": priced.fleet.workloads[rows],
                    "service": services[priced.fleet.arrays["service"][rows]],
                    "region": _regions(priced, rows),
                    "meter": f"credit:{name}",
                    "pricing_quantity": 1.0,
                    "pricing_unit": "Credits",
                    "list_unit_price": 0.0,
                    "list_cost": 0.0,
                    "contracted_cost": 0.0,
                    "effective_cost": -credit[rows],
                    "sku_id": None,
                    "rate_date": pool.date.isoformat() if pool.date else None,
                    "rate_date_kind": pool.date_kind,
                    "source": pool.source,
                }
            )
        )
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
