"""Prices of one key over time, as a refresh sees them: the book's, then those it appends."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

import numpy as np

from wharfage.rates.table import MeterRates

Key = tuple[str, ...]
#: price per tier start; None where it is withdrawn
Schedule = dict[Decimal, Decimal | None]

exact = lru_cache(maxsize=65_536)(Decimal)


@dataclass(frozen=True)
class Event:
    """Prices that begin on a day."""

    date: dt.date
    schedule: Schedule

    @property
    def is_priced(self) -> bool:
        """True unless the rate was withdrawn."""
        return any(price is not None for price in self.schedule.values())


class History:
    """Events of every key of a meter, in order of their days."""

    def __init__(self, meter: MeterRates) -> None:
        self._meter = meter
        places = [meter.place_index] if meter.place_column else []
        self._codes = places + [{word: n for n, word in enumerate(v)} for v in meter.values]
        self._events: dict[Key, list[Event]] = {}

    def events(self, key: Key) -> list[Event]:
        """Events of a key, oldest first; empty for a key without a rate."""
        if key not in self._events:
            self._events[key] = self._read(key)
        return self._events[key]

    def at(self, key: Key, day: dt.date) -> Event | None:
        """Event in force on a day; None before the first."""
        return next((event for event in reversed(self.events(key)) if event.date <= day), None)

    def append(self, key: Key, event: Event) -> None:
        """Add an event that is newer than all of its key."""
        self.events(key).append(event)

    def _read(self, key: Key) -> list[Event]:
        meter = self._meter
        # Where every purchase option pays the list price, the rate stands under the first of them.
        words = (*key, "on_demand") if meter.list_by_default else key
        code = 0
        for word, codes in zip(words, self._codes, strict=True):
            if word not in codes:
                return []
            code = code * len(codes) + codes[word]
        first, last = np.searchsorted(meter.key_code, [code, code + 1]).tolist()
        found: list[Event] = []
        for row in range(first, last):
            # A derived rate is no rate of the book: the first listed one is new.
            if meter.is_derived is not None and meter.is_derived[row]:
                continue
            day = dt.date.fromordinal(int(meter.ordinal[row]))
            if not found or found[-1].date != day:
                found.append(Event(day, {}))
            text = meter.price_text[row]
            tier = exact(repr(float(meter.tier_start[row])))
            found[-1].schedule[tier] = None if text is None else exact(text)
        return found
