"""What tiles find besides costs: rows that cannot be billed, rows without a rate, rows in doubt."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wharfage.engine.plan import MeterPlan, Options, ServicePlan
from wharfage.engine.portion import Portion
from wharfage.engine.reasons import Reasons
from wharfage.engine.tiles import Tile
from wharfage.rates.lookup import Status, UnitPrices
from wharfage.rates.table import DATE_SPAN, vocabulary

Mask = NDArray[np.bool_]
Positions = NDArray[np.intp]

ILLEGAL_SIZE = "illegal_size: not a legal size, and sizes='strict' does not round up"


@dataclass(frozen=True)
class Findings:
    """Positions within a portion of the rows of a tile that are not just priced."""

    rows: int
    faults: dict[str, Positions]
    missing: dict[str, Positions]
    lower_bound: Mask | None
    doubtful: Mask | None


def find(tile: Tile, rows: slice, options: Options) -> Findings:
    """Findings of one tile that starts at ``rows.start``."""
    count = rows.stop - rows.start

    def positions(mask: Mask) -> Positions:
        return np.flatnonzero(np.broadcast_to(mask, count)) + rows.start

    faults = {text: positions(m) for text, m in tile.quantities.faults.items() if m.any()}
    if options.sizes == "strict":
        faults[ILLEGAL_SIZE] = positions(tile.quantities.is_resized())
    missing = {meter: positions(mask) for meter, mask in tile.missing.items()}
    return Findings(count, faults, missing, tile.lower_bound, tile.doubtful)


def joined(masks: Sequence[Mask | None], parts: Sequence[Findings]) -> Mask | None:
    """Masks of all tiles one after the other; None where none has any."""
    if all(mask is None for mask in masks):
        return None
    return np.concatenate(
        [
            np.zeros(part.rows, dtype=np.bool_) if mask is None else mask
            for mask, part in zip(masks, parts, strict=True)
        ]
    )


def gathered(parts: Sequence[Mapping[str, Positions]]) -> dict[str, Positions]:
    """Positions of all tiles, by text."""
    texts = dict.fromkeys(text for part in parts for text in part)
    return {text: np.concatenate([part[text] for part in parts if text in part]) for text in texts}


def add_faults(reasons: Reasons, portion: Portion, parts: Sequence[Findings]) -> None:
    """Give rows that cannot be billed as written their reasons."""
    for text, where in gathered([part.faults for part in parts]).items():
        reasons.add(portion.rows[where], text)


def add_missing_rates(reasons: Reasons, plan: ServicePlan, parts: Sequence[Findings]) -> None:
    """Reasons for rows whose meters have no rate; meters that lack it alike are told once."""
    found = gathered([part.missing for part in parts])
    if not found:
        return
    portion = plan.portion
    faulty = portion.take(reasons.any)
    told = np.full(portion.count, -1, dtype=np.int64)
    for name, prices in plan.prices.items():
        if name not in found:
            continue
        where = found[name]
        keys = np.broadcast_to(plan.meters[name].codes, portion.count)[where]
        why = (prices.status.astype(np.int64) * DATE_SPAN + prices.first_date)[keys]
        is_new = ~faulty[where] & (told[where] != why)
        where, keys = where[is_new], keys[is_new]
        told[where] = why[is_new]
        _tell(reasons, plan, plan.meters[name], where, keys)


def _tell(
    reasons: Reasons, plan: ServicePlan, meter: MeterPlan, where: Positions, keys: Positions
) -> None:
    """One reason per distinct key that has no rate."""
    if not len(where):
        return
    last = len(meter.prices.price) - 1
    order = np.argsort(keys, kind="stable")
    distinct, starts = np.unique(keys[order], return_index=True)
    for key, rows in zip(distinct, np.split(where[order], starts[1:]), strict=True):
        # A key says what its rows have in common; "no such key" is many of them.
        for own in _alike(plan, meter, rows) if key == last else [rows]:
            values = {name: _word(plan, name, own[0]) for name in _key_columns(meter)}
            text = missing_reason(meter.prices, int(key), values)
            reasons.add(plan.portion.rows[own], text)


def _key_columns(meter: MeterPlan) -> list[str]:
    rates = meter.prices.meter
    return ["region", *rates.variants] if rates.place_column else list(rates.variants)


def _alike(plan: ServicePlan, meter: MeterPlan, rows: Positions) -> list[Positions]:
    """Rows by the values of their key columns."""
    count = plan.portion.count
    codes = [np.broadcast_to(plan.columns[name], count)[rows] for name in _key_columns(meter)]
    coded = np.stack(codes or [np.zeros(len(rows), np.int64)])
    distinct, member = np.unique(coded, axis=1, return_inverse=True)
    return [rows[member.ravel() == n] for n in range(distinct.shape[1])]


def _word(plan: ServicePlan, column: str, row: int) -> str:
    """Value of a coded column in one row."""
    values = plan.columns[column]
    return _value(plan.values, column, int(values[0] if len(values) == 1 else values[row]))


def _value(values: Mapping[str, tuple[str, ...]], column: str, code: int) -> str:
    names = vocabulary(column) or values[column]
    return names[code] if code >= 0 else ""


def missing_reason(prices: UnitPrices, key: int, values: Mapping[str, str]) -> str:
    """Why a key of a meter has no price, as the reason of a row."""
    status = Status(int(prices.status[key]))
    what = ", ".join(v for v in values.values() if v)
    where = f"{prices.meter.name}" + (f" ({what})" if what else "")
    if status is Status.NOT_YET and prices.first_date[key] > 0:
        first = dt.date.fromordinal(int(prices.first_date[key]))
        return f"not_yet_priced: first observed {first}, {where}"
    if status is Status.NOT_YET:
        return f"not_yet_priced: {where}"
    if status is Status.WITHDRAWN:
        return f"withdrawn: {where}"
    return f"unknown_rate: {where}"
