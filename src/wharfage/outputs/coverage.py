"""What the rate book covers: tables or regions with their dates, age, sources and doubt."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
from rich.console import Console

from wharfage.outputs.figures import text_or_dash
from wharfage.outputs.tables import print_item, print_table
from wharfage.rates.age import STALE_DAYS, stale_text, table_age
from wharfage.rates.book import RateBook
from wharfage.rates.table import MeterRates, RateTable

NUMBERS = ("regions", "rates", "age days", "doubtful")
#: columns that go where there is no room, the first one first
LESS_IMPORTANT = ("sources", "first date", "compared on", "doubtful", "rates", "regions")
#: sources named on a terminal
SOURCES_SHOWN = 3


def coverage(book: RateBook, on: dt.date, service: str | None = None) -> pd.DataFrame:
    """One row per table, or per region of one table.

    Parameters
    ----------
    book : RateBook
        The book.
    on : date
        Ages are days up to this date; negative for a rate that begins after it.
    service : str, optional
        A service, to see its regions.

    Returns
    -------
    DataFrame
        service; regions (or region, ``all`` for what is the same everywhere), rates, first_date,
        newest_date, age_days, compared_on, doubtful, sources (keys, most rates first).

    Raises
    ------
    UnknownServiceError
        If the book has no such table.
    """
    if service is not None:
        return _regions(book, service, on)
    rows = []
    for name in book.services():
        table = book.table(name)
        rates = _rates(table)
        rows.append(
            {"service": name, "regions": len(table.regions), **_summary(book, name, rates, on)}
        )
    return pd.DataFrame(rows)


def _regions(book: RateBook, service: str, on: dt.date) -> pd.DataFrame:
    table = book.table(service)
    rates = _rates(table)
    rows = [
        {"service": service, "region": region, **_summary(book, service, own, on)}
        for region, own in rates.explode("regions").groupby("regions", sort=True)
    ]
    return pd.DataFrame(rows)


def _rates(table: RateTable) -> pd.DataFrame:
    """Regions, day, source and doubt of every rate of a table."""
    parts = [_of_meter(table, meter) for meter in table.meters.values() if len(meter)]
    columns = ["regions", "ordinal", "source", "doubtful"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def _of_meter(table: RateTable, meter: MeterRates) -> pd.DataFrame:
    names = np.array(meter.places or ("all",), dtype=object)
    place = meter.key_code // (meter.keys // len(names))
    versions = table.group_versions(meter.place_column)
    members = versions[-1].groups if versions else {name: [name] for name in names}
    sources = np.array([block.source for block in meter.blocks], dtype=object)
    return pd.DataFrame(
        {
            "regions": pd.Series(names[place]).map(members),
            "ordinal": meter.ordinal,
            "source": sources[meter.block_of],
            "doubtful": meter.doubtful,
        }
    )


def _summary(book: RateBook, service: str, rates: pd.DataFrame, on: dt.date) -> dict[str, object]:
    age = table_age(book, service, on)
    ordinals = rates["ordinal"] if len(rates) else [age.newest_rate.toordinal()]
    first, newest = (dt.date.fromordinal(int(day)) for day in (min(ordinals), max(ordinals)))
    return {
        "rates": len(rates),
        "first_date": first.isoformat(),
        "newest_date": newest.isoformat(),
        "age_days": (on - newest).days,
        "compared_on": age.compared_on.isoformat(),
        "doubtful": int(rates["doubtful"].sum()),
        "sources": " ".join(map(str, rates["source"].value_counts().index)),
    }


def print_coverage(console: Console, book: RateBook, frame: pd.DataFrame, on: dt.date) -> None:
    """Rows as a table, then which book it is and how old."""
    by_region = "region" in frame
    rows = [
        (
            *((row["region"],) if by_region else (row["service"], str(row["regions"] or "all"))),
            f"{row['rates']:,}",
            row["first_date"],
            row["newest_date"],
            f"{row['age_days']:,}",
            row["compared_on"],
            f"{row['doubtful']:,}" if row["doubtful"] else "-",
            _brief(row["sources"]),
        )
        for row in frame.to_dict("records")
    ]
    heads = ("rates", "first date", "newest date", "age days", "compared on", "doubtful", "sources")
    first = ("region",) if by_region else ("service", "regions")
    sums = ("total", *([""] * len(first[1:])), f"{frame['rates'].sum():,}", "", "", "", "")
    total = (*sums, f"{frame['doubtful'].sum():,}", "")
    print_table(
        console,
        (*first, *heads),
        rows,
        right=NUMBERS,
        total=None if by_region else total,
        drop=LESS_IMPORTANT,
    )
    print_item(
        console,
        f"rate book {book.digest}, {book.name}, newest rate {book.newest_date};"
        f" ages are days before {on}",
    )
    stale = stale_text(book, dict.fromkeys(frame["service"]), on)
    if stale is not None:
        print_item(console, f"{stale} (after {STALE_DAYS} days)", style="yellow")


def _brief(sources: str) -> str:
    names = sources.split()
    more = f" +{len(names) - SOURCES_SHOWN}" if len(names) > SOURCES_SHOWN else ""
    return text_or_dash(" ".join(names[:SOURCES_SHOWN]) + more or None)
