"""Two rate books, or one book on two dates: which rates came, went and changed.

Price groups are spread over the regions that belong to them, so that a region that moved to
another group shows as changed prices. Percentages off the list price are compared as well.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wharfage.errors import InvalidValueError, did_you_mean
from wharfage.rates.book import BUNDLED, RateBook, parse_date
from wharfage.rates.schema import GroupVersion
from wharfage.rates.table import MeterRates, RateTable

#: what makes a rate the same rate in both books
IDENTITY = ["service", "meter", "region", "variant", "tier_start", "pricing_unit"]
#: what is told of each side
FACTS = ["price", "rate_date", "source", "sku_id"]
CHANGES = ("added", "removed", "changed")
#: unit of a percentage off the list price
FRACTION = "off list"


@dataclass(frozen=True)
class BookOn:
    """A rate book on a date."""

    book: RateBook
    on: dt.date

    @property
    def label(self) -> str:
        """Which book, on which date, with its digest."""
        return f"{self.book.name} on {self.on} (digest {self.book.digest})"


@dataclass(frozen=True)
class RateDiff:
    """What differs between two books.

    Attributes
    ----------
    before, after : BookOn
        The two sides.
    frame : DataFrame
        One row per rate that differs: service, meter, region (empty: everywhere), variant,
        tier_start, pricing_unit, change (added, removed, changed), percent (NaN unless changed
        from a price above zero), and price, rate_date, source and sku_id of both sides.
    """

    before: BookOn
    after: BookOn
    frame: pd.DataFrame

    def by_region(self) -> pd.DataFrame:
        """Rates that differ per service and region: counts, smallest and largest percentage."""
        grouped = self.frame.groupby(["service", "region"], sort=True)
        counts = pd.crosstab([self.frame["service"], self.frame["region"]], self.frame["change"])
        spread = grouped["percent"].agg(smallest_percent="min", largest_percent="max")
        return counts.reindex(columns=list(CHANGES), fill_value=0).join(spread).reset_index()


def open_sides(first: str, second: str, on: str | None = None) -> tuple[BookOn, BookOn]:
    """Two books on their dates.

    Parameters
    ----------
    first, second : str
        ``bundled``, or a folder of tables; each may end in a date: ``bundled@2026-05-01``.
    on : str, optional
        Date of a side that names none; by default the newest date of any rate in either book.

    Raises
    ------
    InvalidValueError
        If a date makes no sense, or there is no such book.
    """
    sides = [_split(text) for text in (first, second)]
    books = [_open(name) for name, _ in sides]
    day = parse_date(on) if on is not None else max(book.newest_date for book in books)
    dates = [parse_date(date) if date else day for _, date in sides]
    return BookOn(books[0], dates[0]), BookOn(books[1], dates[1])


def _split(text: str) -> tuple[str, str]:
    name, at, date = text.rpartition("@")
    return (name, date) if at and not Path(text).exists() else (text, "")


def _open(name: str) -> RateBook:
    if name == BUNDLED:
        return RateBook.bundled()
    if not Path(name).is_dir():
        raise InvalidValueError(
            f"There is no rate book {name!r}.",
            hint=did_you_mean(name, [BUNDLED]) or "give 'bundled', a folder, or either with @DATE.",
        )
    return RateBook.open(name)


def diff_rates(before: BookOn, after: BookOn) -> RateDiff:
    """Rates in force that differ between two books on their dates.

    Parameters
    ----------
    before, after : BookOn
        The two sides; a table that one of them lacks is added or removed whole.

    Returns
    -------
    RateDiff
        Rows in order of service, region, meter, variant and tier.

    Examples
    --------
    >>> book = RateBook.bundled()
    >>> days = [BookOn(book, dt.date(2026, month, 1)) for month in (7, 8)]
    >>> sorted(diff_rates(*days).frame["service"].unique())[:1]
    ['aws.ec2']
    """
    old, new = (_book_frame(side) for side in (before, after))
    both = old.merge(new, on=IDENTITY, how="outer", suffixes=("_before", "_after"), indicator=True)
    prices = [pd.to_numeric(both[f"price_{side}"]) for side in ("before", "after")]
    merged = both["_merge"].to_numpy()
    change = np.select(
        [merged == "left_only", merged == "right_only"], ["removed", "added"], "changed"
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        percent = (prices[1] / prices[0].where(prices[0] > 0) - 1) * 100
    both = both.assign(change=change, percent=percent)
    differs = (change != "changed") | (prices[0] != prices[1]).to_numpy()
    order = ["service", "region", "meter", "variant", "tier_start"]
    columns = [
        *IDENTITY,
        "change",
        "percent",
        *(f"{f}_{s}" for f in FACTS for s in ("before", "after")),
    ]
    frame = both.loc[differs, columns].sort_values(order, kind="stable", ignore_index=True)
    return RateDiff(before, after, frame)


def _book_frame(side: BookOn) -> pd.DataFrame:
    parts = [rates_in_force(side.book.table(name), side.on) for name in side.book.services()]
    return pd.concat(parts, ignore_index=True)


def rates_in_force(table: RateTable, on: dt.date) -> pd.DataFrame:
    """Rates of a table that are in force on a date, one row per region, variant and tier.

    Parameters
    ----------
    table : RateTable
        A compiled table.
    on : date
        Starts are inclusive; a rate that was withdrawn is not in force.

    Returns
    -------
    DataFrame
        service, meter, region, variant, tier_start, pricing_unit, price (text), rate_date,
        source, sku_id.
    """
    parts = [_in_force(table, meter, on) for meter in table.meters.values() if len(meter)]
    parts.append(pd.DataFrame(_discounts(table, on), columns=[*IDENTITY, *FACTS]))
    filled = [part for part in parts if len(part)] or parts[-1:]
    found = pd.concat(filled, ignore_index=True)
    return found.drop_duplicates(IDENTITY, keep="last")


def _in_force(table: RateTable, meter: MeterRates, on: dt.date) -> pd.DataFrame:
    rows = np.flatnonzero(meter.ordinal <= on.toordinal())
    newest = pd.Series(meter.ordinal[rows]).groupby(meter.key_code[rows]).transform("max")
    rows = rows[meter.ordinal[rows] == newest.to_numpy()]
    rows = rows[~np.isnan(meter.price[rows])]
    place, variant = _words(meter, meter.key_code[rows])
    days = pd.Series(meter.ordinal[rows])
    dates = {day: dt.date.fromordinal(day).isoformat() for day in days.unique().tolist()}
    sources = np.array([block.source for block in meter.blocks], dtype=object)
    frame = pd.DataFrame(
        {
            "service": table.service,
            "meter": meter.name,
            "region": place,
            "variant": variant,
            "tier_start": meter.tier_start[rows],
            "pricing_unit": meter.form.pricing_unit,
            "price": meter.price_text[rows],
            "rate_date": days.map(dates).to_numpy(dtype=object),
            "source": sources[meter.block_of[rows]],
            "sku_id": meter.sku[rows],
        }
    )
    versions = table.group_versions(meter.place_column)
    return _spread(frame, versions, on) if versions else frame


def _words(
    meter: MeterRates, codes: NDArray[np.int64]
) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    """Place and variant of key codes, as text."""
    distinct, member = np.unique(codes, return_inverse=True)
    parts = list(np.unravel_index(distinct, meter.sizes)) if meter.sizes else []
    nothing = np.full(len(distinct), "", dtype=object)
    place = np.array(meter.places, dtype=object)[parts.pop(0)] if meter.place_column else nothing
    # Where every purchase option pays the list price, the rate names none.
    values = meter.values[:-1] if meter.list_by_default else meter.values
    words = [np.array(v, dtype=object)[part] for v, part in zip(values, parts, strict=False)]
    variant = np.array([" ".join(row) for row in zip(*words, strict=True)], dtype=object)
    return place[member], (variant if words else nothing)[member]


def _spread(frame: pd.DataFrame, versions: list[GroupVersion], on: dt.date) -> pd.DataFrame:
    """Group prices over the regions that belong to each group on the date."""
    in_force = versions[0]
    for version in versions:
        if version.date is None or version.date <= on:
            in_force = version
    spread = frame.assign(region=frame["region"].map(in_force.groups)).explode("region")
    return spread.dropna(subset="region")


def _discounts(table: RateTable, on: dt.date) -> Iterator[dict[str, object]]:
    """Percentages off the list price that are in force, oldest first."""
    entries = [entry for entry in table.form.discounts if entry.date and entry.date <= on]
    for entry in sorted(entries, key=lambda entry: entry.date or dt.date.min):
        only = [word for words in entry.key.values() for word in words]
        for meter in entry.meters:
            yield {
                "service": table.service,
                "meter": meter,
                "region": "",
                "variant": " ".join((entry.purchase_option, *only)),
                "tier_start": 0.0,
                "pricing_unit": FRACTION,
                "price": entry.fraction,
                "rate_date": str(entry.date),
                "source": entry.source,
                "sku_id": None,
            }
