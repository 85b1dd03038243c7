"""As-of look-up: the price of every key of a meter on one date.

One ``searchsorted`` over (key, date) finds the newest rate that is not after the date. What is
not there stays NaN with a status: never 0, never another region, never another date.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from fnmatch import fnmatchcase
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from wharfage.columns import PURCHASE_OPTIONS
from wharfage.rates.table import DATE_SPAN, MeterRates, RateTable

if TYPE_CHECKING:
    from wharfage.rates.schema import GroupVersion

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
    schedules: dict[int, tuple[NDArray[np.float64], NDArray[np.float64]]] = field(
        default_factory=dict
    )

    @cached_property
    def is_derived(self) -> NDArray[np.bool_] | None:
        """True for keys whose price no list holds; None where all prices are listed."""
        if self.meter.is_derived is None:
            return None
        return np.append(self.meter.is_derived, False)[self.row]

    @cached_property
    def tier_key(self) -> NDArray[np.intp]:
        """First key with the same SKU as each key: quantities of one SKU count together."""
        first: dict[object, int] = {}
        keys = np.arange(len(self.price), dtype=np.intp)
        for key, row in enumerate(self.list_row):
            sku = self.meter.sku[row] if row >= 0 else None
            if isinstance(sku, str) and sku:
                keys[key] = first.setdefault(sku, key)
        return keys

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


@lru_cache(maxsize=64)
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
        found, places = _regions_of_groups(found, meter, groups, table.regions, on), table.regions
    shape = ((len(places), *meter.sizes[1:]) if meter.place_column else meter.sizes) or (1,)
    scale = meter.per_canonical_unit
    codes = dict(zip(_key_columns(meter), np.indices(shape).reshape(len(shape), -1), strict=False))
    listed = _on_demand(found, shape, meter)
    if meter.list_by_default:
        found = replace(listed, first_date=found.first_date)
    list_price = _price_of(meter, listed.row) * scale
    paid = _Effective(
        price=_price_of(meter, found.row) * scale,
        status=found.status.copy(),
        doubtful=found.early
        | listed.early
        | _doubt_of(meter, found.row)
        | _doubt_of(meter, listed.row),
        discount=np.full(len(list_price), -1, dtype=np.int64),
    )
    if "purchase_option" in codes:
        paid.doubtful |= _stale_spot(meter, found.row, codes["purchase_option"], on)
        nearest = before_first == "nearest"
        _apply_discounts(paid, table, meter, codes, list_price, on, nearest=nearest)
    status = np.where(
        (paid.status == Status.PRICED) & np.isnan(list_price), listed.status, paid.status
    )
    is_priced = status == Status.PRICED
    return UnitPrices(
        meter=meter,
        places=places,
        list_price=np.append(np.where(is_priced, list_price, np.nan), np.nan),
        price=np.append(np.where(is_priced, paid.price, np.nan), np.nan),
        status=np.append(status, Status.UNKNOWN).astype(np.int8),
        doubtful=np.append(paid.doubtful, False),
        row=np.append(found.row, -1),
        list_row=np.append(listed.row, -1),
        discount=np.append(paid.discount, -1),
        first_date=np.append(found.first_date, -1),
        schedules=_schedules(meter, listed.row) if meter.is_tiered else {},
    )


def _key_columns(meter: MeterRates) -> tuple[str, ...]:
    return (("region",) if meter.place_column else ()) + meter.variants


def _as_of(meter: MeterRates, on: dt.date, *, nearest: bool) -> _AsOf:
    keys = np.arange(meter.keys)
    # Tiers of one date are neighbours; the first of them (tier 0) stands for the date.
    packed = meter.key_code * DATE_SPAN + meter.ordinal
    starts = (
        np.flatnonzero(np.append(True, np.diff(packed) != 0)) if len(packed) else np.empty(0, int)
    )
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


def _regions_of_groups(
    found: _AsOf,
    meter: MeterRates,
    versions: Sequence[GroupVersion],
    regions: tuple[str, ...],
    on: dt.date,
) -> _AsOf:
    """Group prices spread over the regions that belong to each group on the date."""
    in_force = versions[0]
    for version in versions:
        if version.date is None or version.date <= on:
            in_force = version
    group_of = {region: name for name, members in in_force.groups.items() for region in members}
    # A region outside every group gets the slot after the last group, which has no price.
    outside = len(meter.places)
    group = [meter.place_index.get(group_of.get(region, ""), outside) for region in regions]

    def spread(part: NDArray[Any], missing: float) -> NDArray[Any]:
        by_group = part.reshape(len(meter.places), -1)
        none = np.full((1, by_group.shape[1]), missing, dtype=part.dtype)
        return np.concatenate([by_group, none])[group].ravel()

    return _AsOf(
        spread(found.row, -1),
        spread(found.status, Status.UNKNOWN),
        spread(found.early, 0),
        spread(found.first_date, -1),
    )


def _on_demand(found: _AsOf, shape: tuple[int, ...], meter: MeterRates) -> _AsOf:
    """The on-demand slice, repeated for every purchase option; all of it if there is none."""
    if "purchase_option" not in meter.variants:
        return found
    axis = len(shape) - len(meter.variants) + meter.variants.index("purchase_option")
    index = [PURCHASE_OPTIONS.index("on_demand")]

    def repeat(part: NDArray[Any]) -> NDArray[Any]:
        return np.broadcast_to(part.reshape(shape).take(index, axis=axis), shape).ravel()

    return _AsOf(
        repeat(found.row), repeat(found.status), repeat(found.early), repeat(found.first_date)
    )


def _price_of(meter: MeterRates, row: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.append(meter.price, np.nan)[row]


def _doubt_of(meter: MeterRates, row: NDArray[np.int64]) -> NDArray[np.bool_]:
    return np.append(meter.doubtful, False)[row]


def _stale_spot(
    meter: MeterRates, row: NDArray[np.int64], option: NDArray[np.int64], on: dt.date
) -> NDArray[np.bool_]:
    age = on.toordinal() - np.append(meter.ordinal, on.toordinal())[row]
    return (option == PURCHASE_OPTIONS.index("spot")) & (age > SPOT_FRESH_DAYS)


@dataclass
class _Effective:
    """What every key pays, being filled in."""

    price: NDArray[np.float64]
    status: NDArray[np.int8]
    doubtful: NDArray[np.bool_]
    discount: NDArray[np.int64]


def _apply_discounts(
    paid: _Effective,
    table: RateTable,
    meter: MeterRates,
    codes: Mapping[str, NDArray[np.int64]],
    list_price: NDArray[np.float64],
    on: dt.date,
    *,
    nearest: bool,
) -> None:
    """Fill options that are sold as a percentage off the list price, oldest discount first."""
    open_keys = paid.status != Status.PRICED
    if meter.list_by_default:
        open_keys = codes["purchase_option"] != PURCHASE_OPTIONS.index("on_demand")
    own = [(n, d) for n, d in enumerate(table.form.discounts) if meter.name in d.meters]
    for number, entry in sorted(own, key=lambda item: item[1].date or dt.date.min):
        mask = open_keys & ~np.isnan(list_price)
        for column, words in {**entry.key, "purchase_option": [entry.purchase_option]}.items():
            if column in codes:
                mask &= np.isin(codes[column], _matching(meter, column, words))
        early = entry.date is not None and entry.date > on
        if early and not nearest:
            paid.status[mask & (paid.status == Status.UNKNOWN)] = Status.NOT_YET
            continue
        paid.price[mask] = list_price[mask] * (1.0 - float(entry.fraction))
        paid.status[mask] = Status.PRICED
        paid.doubtful[mask] |= early or entry.confidence == "doubtful"
        paid.discount[mask] = number


def _matching(meter: MeterRates, column: str, words: Sequence[str]) -> list[int]:
    """Codes of the values that any word names; a word may be a pattern such as ``n2-*``."""
    values = meter.values[meter.variants.index(column)]
    return [n for n, value in enumerate(values) if any(fnmatchcase(value, w) for w in words)]


def _schedules(
    meter: MeterRates, list_row: NDArray[np.int64]
) -> dict[int, tuple[NDArray[np.float64], NDArray[np.float64]]]:
    found = {}
    for key, row in enumerate(list_row):
        if row < 0:
            continue
        same = (meter.key_code == meter.key_code[row]) & (meter.ordinal == meter.ordinal[row])
        scale = meter.per_canonical_unit
        found[key] = (meter.tier_start[same] / scale, meter.price[same] * scale)
    return found
