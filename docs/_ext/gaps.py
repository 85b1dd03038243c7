"""Regions of a table in which a meter has no rate on the newest date."""

from __future__ import annotations

from markdown import code, codes, table

import wharfage as wf
from wharfage.rates.completeness import ONE_BY_ONE
from wharfage.rates.table import MeterRates, RateTable

#: regions that are named; a longer list is counted
MOST_NAMED = 8


def gaps(book: wf.RateBook) -> str:
    """Meters by region that some regions lack, by service."""
    rows = [
        (f"[`{service}`](services/{service}.md)", code(name), _regions(missing))
        for service in book.services()
        for name, meter in book.table(service).meters.items()
        if (missing := _missing(book.table(service), meter))
    ]
    return table(("service", "meter", "no rate in"), rows)


def _missing(rates: RateTable, meter: MeterRates) -> list[str]:
    """Regions without any rate of a meter that is priced by region, but for what is sold one by one."""
    if meter.place_column != "region" or not ONE_BY_ONE.isdisjoint(meter.form.key):
        return []
    priced = {rate.place for rate in meter.rates() if rate.price is not None}
    return sorted(set(rates.regions) - priced)


def _regions(names: list[str]) -> str:
    if len(names) <= MOST_NAMED:
        return codes(names)
    return f"{len(names)} regions, such as {codes(names[:3])}"
