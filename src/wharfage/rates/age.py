"""How old the rates are on a date, and when that deserves a warning."""

from __future__ import annotations

import datetime as dt
import warnings
from collections.abc import Iterable
from dataclasses import dataclass

from wharfage.errors import RateWarning
from wharfage.rates.book import RateBook
from wharfage.rates.findings import some

#: days after the last comparison with its provider from which a table is called stale
STALE_DAYS = 90


@dataclass(frozen=True)
class Age:
    """Age of a table on a date.

    Attributes
    ----------
    service : str
        Service id.
    newest_rate : date
        Newest date of any of its rates.
    compared_on : date
        Day on which it was last compared with its sources.
    days, days_since_compared : int
        Days from those dates to the date; negative if the date lies before.
    """

    service: str
    newest_rate: dt.date
    compared_on: dt.date
    days: int
    days_since_compared: int

    @property
    def is_stale(self) -> bool:
        """True if nobody has looked at the table for long: neither a rate nor a comparison is near."""
        return min(self.days, self.days_since_compared) > STALE_DAYS


def table_age(book: RateBook, service: str, on: dt.date) -> Age:
    """Age of a table on a date."""
    newest, compared = book.table(service).newest_rate, book.compared_on(service)
    return Age(service, newest, compared, (on - newest).days, (on - compared).days)


def stale_text(book: RateBook, services: Iterable[str], on: dt.date) -> str | None:
    """What there is to warn of, in words; None if every table is fresh enough."""
    ages = [table_age(book, service, on) for service in services]
    stale = sorted((age for age in ages if age.is_stale), key=lambda age: age.newest_rate)
    if not stale:
        return None
    names = some(age.service for age in stale)
    providers = sorted({age.service.split(".")[0] for age in stale})
    how = " or ".join(f"`wharfage rates refresh {provider}`" for provider in providers)
    oldest = stale[0]
    return (
        f"stale rates of {names} in the rate book {book.name}: the newest rate of {oldest.service}"
        f" is of {oldest.newest_rate}, {oldest.days:,} days before {on}, and nothing was compared"
        f" since {oldest.compared_on}; {how} brings them up to date"
    )


def warn_if_stale(book: RateBook, services: Iterable[str], on: dt.date) -> None:
    """Warn of tables that were last compared with their sources long before a date."""
    text = stale_text(book, services, on)
    if text is not None:
        warnings.warn(text, RateWarning, stacklevel=3)
