"""The rate book on a terminal."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
from rich.console import Console

from wharfage.errors import InvalidValueError, RateTableError, did_you_mean
from wharfage.outputs.figures import number, text_or_dash
from wharfage.outputs.tables import print_item, print_table
from wharfage.rates.book import RateBook, bundled_folder
from wharfage.rates.lock import check_lock, read_lock
from wharfage.rates.table import Rate, RateTable

#: columns that go where there is no room, the first one first
LESS_IMPORTANT = ("source", "SKU", "date", "region")


def rate_frame(
    book: RateBook,
    service: str,
    *,
    region: str | None = None,
    meter: str | None = None,
    on: dt.date | None = None,
) -> pd.DataFrame:
    """Rates of a service, one row each; with `on`, only those in force on that date.

    Raises
    ------
    InvalidValueError
        If the region or meter is not in the table.
    """
    table = book.table(service)
    if meter is not None and meter not in table.meters:
        raise InvalidValueError(
            f"{service} has no meter {meter!r}.",
            hint=did_you_mean(meter, table.meters) or f"it has {', '.join(table.meters)}.",
        )
    if region is not None and region not in table.regions:
        raise InvalidValueError(
            f"{service} has no rate in region {region!r}.", hint=did_you_mean(region, table.regions)
        )
    rows = [
        _row(rate)
        for name, rates in table.meters.items()
        if meter is None or name == meter
        for rate in rates.rates()
        if region is None or rate.place in _places(table, rates.place_column, region, on)
    ]
    frame = pd.DataFrame(rows)
    if on is None or frame.empty:
        return frame
    frame = frame[frame["rate_date"] <= on.isoformat()]
    identity = ["meter", "region", "key", "tier_start"]
    return (
        frame.sort_values("rate_date", kind="stable")
        .drop_duplicates(identity, keep="last")
        .sort_index()
    )


def _places(table: RateTable, column: str | None, region: str, on: dt.date | None) -> set[str]:
    """The region itself, or the price group that it belongs to."""
    versions = [
        v for v in table.group_versions(column) if on is None or v.date is None or v.date <= on
    ]
    groups = {
        name for v in versions[-1:] for name, members in v.groups.items() if region in members
    }
    return {region, ""} | groups


def _row(rate: Rate) -> dict[str, object]:
    return {
        "meter": rate.meter,
        "region": rate.place or "all",
        "key": ", ".join(rate.key.values()),
        "tier_start": rate.tier_start,
        "list_unit_price": "withdrawn" if rate.price is None else rate.price,
        "pricing_unit": rate.pricing_unit,
        "rate_date": rate.date.isoformat(),
        "rate_date_kind": rate.date_kind,
        "sku_id": rate.sku,
        "source": rate.source,
        "confidence": rate.confidence,
    }


def print_rates(console: Console, frame: pd.DataFrame, limit: int) -> None:
    """Rates as a table."""
    if frame.empty:
        console.print("no rate is in force there on that date")
        return
    shown = frame.head(limit)
    # Rows of graduated tiers differ in nothing else but their price.
    has_tiers = bool((frame["tier_start"].astype(float) > 0).any())
    rows = [
        (
            r["meter"],
            r["region"],
            r["key"],
            *([number(float(r["tier_start"]))] if has_tiers else []),
            f"{r['list_unit_price']} / {r['pricing_unit']}",
            f"{r['rate_date']} {r['rate_date_kind']}",
            text_or_dash(r["sku_id"]),
            r["source"],
        )
        for r in shown.to_dict("records")
    ]
    tier = ("from",) if has_tiers else ()
    headers = ("meter", "region", "variant", *tier, "price", "date", "SKU", "source")
    print_table(console, headers, rows, right=(*tier, "price"), drop=LESS_IMPORTANT)
    if len(frame) > limit:
        console.print(f"... and {len(frame) - limit:,} more; --region, --meter or --out FILE.csv")


def checked_book(folder: Path | None) -> RateBook:
    """Book of a folder, every rule of its tables checked, its lock too.

    Raises
    ------
    RateTableError
        If any table breaks a rule; all failures are listed.
    """
    book = RateBook.open(folder or bundled_folder())
    changed = check_lock(book) if read_lock(book.folder) else []
    if changed:
        lines = [f"R9 {problem['service']} {problem['message']}" for problem in changed]
        raise RateTableError(
            f"{len(changed):,} table(s) are not as the lock says:\n" + "\n".join(lines),
            hint=f"if the change is meant: wharfage rates lock {book.folder}",
            failures=changed,
        )
    return book


def check_frame(book: RateBook) -> pd.DataFrame:
    """What was checked: service, rates and regions of every table."""
    rows = []
    for service in book.services():
        table = book.table(service)
        rates = sum(len(meter) for meter in table.meters.values())
        rows.append({"service": service, "rates": rates, "regions": len(table.regions)})
    return pd.DataFrame(rows)


def print_check(console: Console, book: RateBook) -> None:
    """Say what was checked."""
    for row in check_frame(book).to_dict("records"):
        counts = f"{row['rates']:>6,} rates  {row['regions']:>3} regions"
        console.print(f"ok  {row['service']:<30} {counts}", soft_wrap=True)
    print_item(console, f"{len(book.services())} tables keep every rule; digest {book.digest}")
