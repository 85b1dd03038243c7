"""What the book holds now: the newest rate of every key, to compare a reading with."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np

from wharfage.rates.book import RateBook
from wharfage.rates.table import Rate


def current_rates(
    book: RateBook, service: str, meter: str, regions: Collection[str]
) -> Iterator[Rate]:
    """Newest listed rate of every key of a meter in these regions, unless withdrawn.

    A meter with tiers gives the highest tier only; rates that the book derives are left out.
    """
    rates = book.table(service).meters[meter]
    if rates.place_column != "region" or not len(rates):
        return
    per_place = rates.keys // len(rates.places)
    wanted = np.array([place in regions for place in rates.places])
    is_last = np.append(rates.key_code[1:] != rates.key_code[:-1], [True])
    is_listed = True if rates.is_derived is None else ~rates.is_derived
    for row in np.flatnonzero(is_last & is_listed & wanted[rates.key_code // per_place]):
        rate = rates.rate(int(row))
        if rate.price is not None:
            yield rate


def rate_key(rate: Rate) -> tuple[tuple[str, str], ...]:
    """Key columns of a rate, the region among them, in order of name."""
    return tuple(sorted((rate.key | {"region": rate.place}).items()))
