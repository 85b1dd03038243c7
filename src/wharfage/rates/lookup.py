"""As-of look-up: the price of every key of a meter on one date.

One ``searchsorted`` over (key, date) finds the newest rate that is not after the date. What is
not there stays NaN with a status: never 0, never another region, never another date.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from wharfage.columns import PURCHASE_OPTIONS
from wharfage.rates.table import DATE_SPAN, MeterRates, RateTable

#: A Spot price moves; one read longer ago than this makes the result doubtful (contract, 3).
SPOT_FRESH_DAYS = 90


class Status(IntEnum):
    """Why a key has a price or has none."""

    PRICED = 0
    UNKNOWN = 1
    NOT_YET = 2
    WITHDRAWN = 3


@dataclass(frozen=True)
class UnitPrices:
    """Prices of every key of one meter on one date; the last slot stands for "no such key".

    Prices are per canonical unit of the meter. `row` and `list_row` point into the meter's
    rates (-1: none); `discount` points into the table's discounts (-1: none).
    """

    meter: MeterRates
    places: tuple[str, ...]
    list_price: NDArray[np.float64]
    price: NDArray[np.float64]
    status: NDArray[np.int8]
    doubtful: NDArray[np.bool_]
    row: NDArray[np.int64]
    list_row: NDArray[np.int64]
    discount: NDArray[np.int64]
    first_date: NDArray[np.int64]
    schedules: dict[int, tuple[NDArray[np.float64], NDArray[np.float64]]] = field(default_factory=dict)

    @property
    def sizes(self) -> tuple[int, ...]:
        """Shape of the dense key product."""
        shape = self.meter.sizes
        return ((len(self.places), *shape[1:]) if self.meter.place_column else shape) or (1,)


@dataclass(frozen=True)
class _AsOf:
    row: NDArray[np.int64]
    status: NDArray[np.int8]
    early: NDArray[np.bool_]
    first_date: NDArray[np.int64]


def select_unit_prices(
    table: RateTable, meter_name: str, on: dt.date, *, before_first: str | None = None
) -> UnitPrices:
    """Prices of a meter on a date, for every place and variant of its table.

    Parameters
    ----------
    table : RateTable
        The service's table.
    meter_name : str
        A meter of the table.
    on : date
        Starts are inclusive: a rate is in force on its own date.
    before_first : {"nearest"}, optional
        Price a date before the first rate with that rate, and call it doubtful.

    Returns
    -------
    UnitPrices
        NaN where there is no price, with the status that says why.
    """
    meter = table.meters[meter_name]
    found = _as_of(meter, on, nearest=before_first == "nearest")
    places = meter.places
    groups = table.group_versions(meter.place_column)
    if groups:
        found, places = _regions_of_groups(found, meter, groups, table.regions, on)
    shape = ((len(places), *meter.sizes[1:]) if meter.place_column else meter.sizes) or (1,)
    scale = meter.per_canonical_unit
    list_row, list_status, list_early = found.row, found.status, found.early
    if "purchase_option" in meter.variants:
        axis = len(shape) - len(meter.variants) + meter.variants.index("purchase_option")
        list_row, list_status, list_early = (
            _on_demand(part, shape, axis) for part in (found.row, found.status, found.early)
        )
    if meter.list_by_default:
        found = _AsOf(list_row, list_status, list_early, found.first_date)
    list_price = _price_of(meter, list_row) * scale
    price = _price_of(meter, found.row) * scale
    status = found.status.copy()
    doubtful = found.early | list_early | _doubt_of(meter, found.row) | _doubt_of(meter, list_row)
    discount = np.full(len(price), -1, dtype=np.int64)
    if "purchase_option" in meter.variants:
        doubtful |= _stale_spot(meter, found.row, shape, axis, on)
        _apply_discounts(
            table, meter, shape, on, before_first, list_price, price, status, doubtful, discount
        )
    status = np.where((status == Status.PRICED) & np.isnan(list_price), list_status, status)
    price = np.where(status == Status.PRICED, price, np.nan)
    schedules = _schedules(meter, list_row) if meter.is_tiered else {}
    return UnitPrices(
        meter=meter,
        places=places,
        list_price=np.append(np.where(status == Status.PRICED, list_price, np.nan), np.nan),
        price=np.append(price, np.nan),
        status=np.append(status, Status.UNKNOWN).astype(np.int8),
        doubtful=np.append(doubtful, False),
        row=np.append(found.row, -1),
        list_row=np.append(list_row, -1),
        discount=np.append(discount, -1),
        first_date=np.append(found.first_date, -1),
        schedules=schedules,
    )


def _as_of(meter: MeterRates, on: dt.date, *, nearest: bool) -> _AsOf:
    keys = np.arange(meter.keys)
    # Tiers of one date are neighbours; the first of them (tier 0) stands for the date.
    packed = meter.key_code * DATE_SPAN + meter.ordinal
    starts = np.flatnonzero(np.append(True, np.diff(packed) != 0)) if len(packed) else np.empty(0, int)
    events, event_key = packed[starts], meter.key_code[starts]
    if not len(events):
        none = np.full(len(keys), -1)
        return _AsOf(none, np.ones(len(keys), np.int8), none > 0, none)
    position = np.searchsorted(events, keys * DATE_SPAN + on.toordinal(), "right") - 1
    has_rate = (position >= 0) & (event_key[position] == keys)
    after = np.minimum(position + 1, len(events) - 1)
    starts_later = ~has_rate & (event_key[after] == keys)
    first = np.searchsorted(events, keys * DATE_SPAN)
    known = has_rate | starts_later
    first_date = np.where(known, events[np.minimum(first, len(events) - 1)] - keys * DATE_SPAN, -1)
    use_first = starts_later & nearest
    chosen = np.where(has_rate, position, after)
    row = np.where(has_rate | use_first, starts[chosen], -1)
    status = np.select(
        [~known, starts_later & ~use_first, np.isnan(_price_of(meter, row))],
        [Status.UNKNOWN, Status.NOT_YET, Status.WITHDRAWN],
        Status.PRICED,
    )
    return _AsOf(row, status.astype(np.int8), use_first, first_date)


def _regions_of_groups(found, meter, versions, regions, on):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Group prices spread over the regions that belong to each group on the date."""
    in_force = versions[0]
    for version in versions:
        if version.date is None or version.date <= on:
            in_force = version
    group_of = {region: name for name, members in in_force.groups.items() for region in members}
    group_code = np.array(
        [meter.place_index.get(group_of.get(region, ""), -1) for region in regions], dtype=np.int64
    )
    inside = (group_code >= 0)[:, None]

    def spread(part, missing):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        by_group = part.reshape(len(meter.places), -1)
        return np.where(inside, by_group[np.maximum(group_code, 0)], missing).ravel()

    return (
        _AsOf(
            spread(found.row, -1),
            spread(found.status, Status.UNKNOWN).astype(np.int8),
            spread(found.early, False),
            spread(found.first_date, -1),
        ),
        tuple(regions),
    )


def _on_demand(part: NDArray, shape: tuple[int, ...], axis: int) -> NDArray:
    """The on-demand slice, repeated for every purchase option."""
    dense = part.reshape(shape)
    index = PURCHASE_OPTIONS.index("on_demand")
    return np.broadcast_to(dense.take([index], axis=axis), shape).ravel()


def _price_of(meter: MeterRates, row: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.append(meter.price, np.nan)[row]


def _doubt_of(meter: MeterRates, row: NDArray[np.int64]) -> NDArray[np.bool_]:
    return np.append(meter.doubtful, False)[row]


def _stale_spot(meter, row, shape, axis, on):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    age = on.toordinal() - np.append(meter.ordinal, on.toordinal())[row]
    option = np.indices(shape)[axis].ravel()
    return (option == PURCHASE_OPTIONS.index("spot")) & (age > SPOT_FRESH_DAYS)


def _apply_discounts(  # type: ignore[no-untyped-def]  # noqa: PLR0913
    table, meter, shape, on, before_first, list_price, price, status, doubtful, discount  # noqa: ANN001
) -> None:
    """Fill options that are sold as a percentage off the list price, oldest discount first."""
    offset = len(shape) - len(meter.variants)
    codes = np.indices(shape).reshape(len(shape), -1)
    without_rate = status != Status.PRICED
    if meter.list_by_default:
        on_demand = PURCHASE_OPTIONS.index("on_demand")
        without_rate = codes[offset + meter.variants.index("purchase_option")] != on_demand
    ordered = sorted(enumerate(table.form.discounts), key=lambda item: str(item[1].date or ""))
    for number, entry in ordered:
        if meter.name not in entry.meters:
            continue
        wanted = {**entry.key, "purchase_option": [entry.purchase_option]}
        mask = without_rate & ~np.isnan(list_price)
        for column, allowed in wanted.items():
            if column not in meter.variants:
                continue
            position = meter.variants.index(column)
            allowed_codes = [meter.values[position].index(v) for v in allowed]
            mask &= np.isin(codes[offset + position], allowed_codes)
        early = entry.date is not None and entry.date > on
        if early and meter.list_by_default and before_first != "nearest":
            continue
        if early and before_first != "nearest":
            status[mask & (status == Status.UNKNOWN)] = Status.NOT_YET
            continue
        price[mask] = list_price[mask] * (1.0 - float(entry.fraction))
        status[mask] = Status.PRICED
        doubtful[mask] |= early or entry.confidence == "doubtful"
        discount[mask] = number


def _schedules(meter: MeterRates, list_row: NDArray[np.int64]):  # type: ignore[no-untyped-def]  # noqa: ANN202
    found = {}
    for key, row in enumerate(list_row):
        if row < 0:
            continue
        same = (meter.key_code == meter.key_code[row]) & (meter.ordinal == meter.ordinal[row])
        scale = meter.per_canonical_unit
        found[key] = (meter.tier_start[same] / scale, meter.price[same] * scale)
    return found
