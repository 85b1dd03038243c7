"""R3 and R10: no rate twice, tiers fall, Spot is below on-demand, regions lie within a band."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wharfage.rates.findings import Found
from wharfage.rates.rows import SPAN, Rows, combine

#: widest believable ratio between a price and the median of its meter, variant and option
REGION_BAND = 10
#: most that Spot or a commitment takes off: a price below on-demand by this factor is a slip
OPTION_BAND = 100


def check_sanity(rows: Rows) -> Found:
    """Rates that contradict each other or are out of any believable range."""
    if len(rows):
        yield from _repeats(rows)
        yield from _tiers(rows)
        yield from _options(rows)
        yield from _bands(rows)


def _day(ordinal: int) -> dt.date:
    return dt.date.fromordinal(int(ordinal))


def _repeats(rows: Rows) -> Found:
    key = combine(rows.kind, rows.option, rows.machine_code, rows.place_code)
    frame = pd.DataFrame({"key": key, "day": rows.ordinal, "tier": rows.tier})
    for row in np.flatnonzero(frame.duplicated()).tolist():
        first = int(np.flatnonzero((frame == frame.iloc[row]).all(axis=1))[0])
        same = rows.text[first] == rows.text[row]
        other = "" if same else f" with another price ({rows.text[first]} and {rows.text[row]})"
        message = f"{rows.words(row)} is stated twice on {_day(rows.ordinal[row])}{other}"
        yield "R3", rows.where(row), message


def _tiers(rows: Rows) -> Found:
    key = combine(rows.kind, rows.option, rows.machine_code, rows.place_code)
    order = np.lexsort((rows.tier, rows.ordinal, key))
    order = order[~np.isnan(rows.price[order])]
    packed = (key * SPAN + rows.ordinal)[order]
    first = np.append(True, packed[1:] != packed[:-1]) if len(packed) else np.empty(0, bool)
    tier, price = rows.tier[order], rows.price[order]
    for at in np.flatnonzero(first & (tier != 0)):
        row = int(order[at])
        yield (
            "R10",
            rows.where(row),
            f"the tiers of {rows.words(row)} start at {tier[at]:g}, not at 0",
        )
    rising = ~first[1:] & (price[1:] > price[:-1])
    for at in np.flatnonzero(rising) + 1:
        row, before = int(order[at]), int(order[at - 1])
        message = (
            f"the tier of {rows.words(row)} from {tier[at]:g} costs more"
            f" ({rows.text[row]} after {rows.text[before]})"
        )
        yield "R10", rows.where(row), message


def _options(rows: Rows) -> Found:
    """Spot above the on-demand price of its day; any option absurdly far below it."""
    key = combine(rows.kind, rows.machine_code, rows.place_code, rows.tier_code)
    priced = ~np.isnan(rows.price)
    listed = np.flatnonzero(rows.is_on_demand & priced)
    listed = listed[np.lexsort((rows.ordinal[listed], key[listed]))]
    other = np.flatnonzero(~rows.is_on_demand & priced & ~rows.is_confirmed)
    if not len(listed) or not len(other):
        return
    base = _as_of(key[listed], rows.ordinal[listed], key[other], rows.ordinal[other])
    other, base = other[base >= 0], listed[base[base >= 0]]
    above = rows.is_spot[other] & (rows.price[other] > rows.price[base])
    below = rows.price[other] * OPTION_BAND < rows.price[base]
    for at in np.flatnonzero(above | below).tolist():
        row = int(other[at])
        how = "above" if above[at] else f"more than {OPTION_BAND} times below"
        message = f"{rows.words(row)}: {rows.text[row]} is {how} on-demand {rows.text[base[at]]}"
        yield "R10", rows.where(row), message


def _as_of(
    keys: NDArray[np.int64], days: NDArray[np.int64], key: NDArray[np.int64], day: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Newest event not after a day, or the first one after it; -1 if a key has none."""
    after = np.searchsorted(keys * SPAN + days, key * SPAN + day, "right")
    before = np.maximum(after - 1, 0)
    later = np.minimum(after, len(keys) - 1)
    has_before = (after > 0) & (keys[before] == key)
    return np.where(has_before, before, np.where(keys[later] == key, later, -1))


def _bands(rows: Rows) -> Found:
    """Prices far from the median of their kind over all regions and dates, on a log scale."""
    group = combine(rows.kind, rows.option, rows.machine_code, rows.tier_code)
    above_zero = rows.price > 0
    logs = pd.Series(np.log10(np.where(above_zero, rows.price, np.nan)))
    middle = logs.groupby(group).transform("median").to_numpy()
    far = above_zero & (np.abs(logs.to_numpy() - middle) > np.log10(REGION_BAND))
    free = (rows.price == 0) & ~np.isnan(middle)
    for row in np.flatnonzero((far | free) & ~rows.is_confirmed).tolist():
        message = (
            f"{rows.words(row)}: {rows.text[row]} is more than {REGION_BAND} times away"
            f" from the median {10 ** middle[row]:.6g}: a slip of the unit?"
        )
        yield "R10", rows.where(row), message
