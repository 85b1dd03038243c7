"""R7 on the bundled tables, seen through look-ups: no region is half priced on any day."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from functools import cache

import numpy as np
import pytest

import wharfage as wf
from wharfage.rates.lookup import Status, select_unit_prices
from wharfage.rates.table import RateTable

BOOK = wf.RateBook.bundled()
#: what a region sells one by one, so that no region has to have it all
ONE_BY_ONE = {"instance_type", "boot_disk_type", "transfer_to"}

Cells = set[tuple[str, frozenset[tuple[str, str]]]]


def change_days() -> Iterator[tuple[str, dt.date]]:
    """Give every service with every day on which its table changes."""
    for service in BOOK.services():
        for day in BOOK.dates(service):
            yield service, day


@cache
def required(service: str) -> tuple[str, ...]:
    """Meters that a region must have: by place, not minor, not sold one by one."""
    table = BOOK.table(service)
    return tuple(
        name
        for name, meter in table.meters.items()
        if meter.place_column
        and not (meter.form.minor or meter.form.optional)
        and not ONE_BY_ONE & set(meter.variants)
    )


def list_priced(table: RateTable, name: str, on: dt.date) -> Cells:
    """Regions and variants that have an on-demand price on a day."""
    found = select_unit_prices(table, name, on)
    variants, values = found.meter.variants, found.meter.values
    cells: Cells = set()
    for at in np.flatnonzero(found.status[:-1] == Status.PRICED):
        place, *codes = np.unravel_index(at, found.sizes)
        words = [v[int(code)] for v, code in zip(values, codes, strict=True)]
        key = dict(zip(variants, words, strict=True))
        if key.pop("purchase_option", "on_demand") == "on_demand":
            cells.add((found.places[int(place)], frozenset(key.items())))
    return cells


@pytest.mark.parametrize(("service", "day"), list(change_days()), ids=str)
def test_region_is_priced_for_all_meters_or_for_none(service: str, day: dt.date) -> None:
    """A region with one required meter of a variant has all of them on every day of change."""
    table = BOOK.table(service)
    priced = {name: list_priced(table, name, day) for name in required(service)}
    for first, second in itertools.permutations(priced, 2):
        columns = set(table.meters[second].variants) - {"purchase_option"}
        if not columns <= set(table.meters[first].variants):
            continue
        sold = {variant for _, variant in priced[second]}
        for region, variant in priced[first]:
            shared = frozenset(part for part in variant if part[0] in columns)
            assert shared not in sold or (region, shared) in priced[second], (
                f"{region} has {first} {dict(variant)} but no {second} on {day}"
            )


@pytest.mark.parametrize("service", BOOK.services())
def test_table_prices_something_on_its_first_complete_day(service: str) -> None:
    """On the day from which a table claims to be complete it has list prices."""
    table = BOOK.table(service)
    day = table.form.available_from
    assert any(
        (
            select_unit_prices(BOOK.table(meter.prices_of or service), name, day).status
            == Status.PRICED
        ).any()
        for name, meter in table.form.meters.items()
    )


@pytest.mark.parametrize("service", BOOK.services())
def test_every_region_of_a_table_has_a_name(service: str) -> None:
    """A region that a table prices is in the list of its provider's regions."""
    known = BOOK.regions.of_provider(service.split(".", maxsplit=1)[0])
    assert set(BOOK.table(service).regions) <= set(known)


@pytest.mark.parametrize("service", BOOK.services())
def test_nothing_was_read_after_the_last_comparison(service: str) -> None:
    """No rate is newer than the day on which its table was last compared with its sources."""
    table = BOOK.table(service)
    read = [block.observed_on for block in table.form.rates if block.observed_on]
    assert max(read, default=dt.date.min) <= table.form.checked_on
