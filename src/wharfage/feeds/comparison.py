"""What a reading changes in a rate book, observation by observation.

The same price as in force changes nothing. Another price, or a key that the book does not have,
becomes a dated rate. A reading that is older than the newest rate of its key is told, and stays
out: a past value changes only by a stated correction. What the book cannot hold (a region or a
value that it does not know) is told too.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field, replace
from decimal import Decimal

from wharfage.feeds.gates import JUMP, Gatekeeper
from wharfage.feeds.history import Event, History, Key, Schedule
from wharfage.feeds.observation import Observation, Reading
from wharfage.rates.book import RateBook
from wharfage.rates.findings import hint
from wharfage.rates.schema import MeterForm
from wharfage.rates.table import RateTable, vocabulary

Meter = tuple[str, str]
#: observations of one key by day and tier
Days = dict[dt.date, dict[Decimal, Observation]]


@dataclass(frozen=True)
class Change:
    """New prices of one key from a day on: one observation per tier.

    `kind` is ``added``, ``changed`` or ``withdrawn``; `before` is what was in force, if anything;
    `confirmed` names the gates that an override passed.
    """

    kind: str
    key: Key
    date: dt.date
    observations: tuple[Observation, ...]
    before: Event | None
    confirmed: tuple[str, ...] = ()

    @property
    def service(self) -> str:
        """Service id."""
        return self.observations[0].service

    @property
    def meter(self) -> str:
        """Meter."""
        return self.observations[0].meter

    @property
    def region(self) -> str:
        """Region; empty where the meter is not priced by region."""
        return self.observations[0].key.get("region", "")

    @property
    def where(self) -> dict[str, str]:
        """Service, region and words for the rate."""
        rate = " ".join((self.meter, *self.key))
        return {"service": self.service, "region": self.region, "rate": rate}


@dataclass
class Comparison:
    """A reading beside a book.

    Attributes
    ----------
    changes : list of Change
        In order of service, meter, key and day.
    same : int
        Observations that say what the book says.
    older, unplaced : list of dict
        service, region, rate, sku_id, message: readings older than the book, and keys it cannot hold.
    seen : mapping of service and meter to keys
        Every key that was read, whatever it says.
    histories : mapping of service and meter to History
        Prices of the book with the changes.
    """

    changes: list[Change] = field(default_factory=list)
    same: int = 0
    older: list[dict[str, str]] = field(default_factory=list)
    unplaced: list[dict[str, str]] = field(default_factory=list)
    seen: dict[Meter, set[Key]] = field(default_factory=dict)
    histories: dict[Meter, History] = field(default_factory=dict)


def compare(book: RateBook, reading: Reading, gates: Gatekeeper) -> Comparison:
    """Changes that a reading makes to a book; what stops it goes to `gates`.

    Parameters
    ----------
    book : RateBook
        The book as it is.
    reading : Reading
        What a feed read.
    gates : Gatekeeper
        Collects every finding, and knows the overrides.
    """
    found = Comparison()
    by_meter: dict[Meter, list[Observation]] = defaultdict(list)
    for observation in reading.observations:
        by_meter[observation.service, observation.meter].append(observation)
    for (service, meter), observations in sorted(by_meter.items()):
        form = _meter_form(book, service, meter, gates)
        if form is None:
            continue
        table = book.table(service)
        history = found.histories[service, meter] = History(table.meters[meter])
        grouped = _grouped(book, table, form, observations, found, gates)
        found.seen[service, meter] = set(grouped)
        for key, by_day in sorted(grouped.items()):
            for _, tiers in sorted(by_day.items()):
                _compare(key, tuple(tiers[t] for t in sorted(tiers)), history, found, gates)
    return found


def _meter_form(book: RateBook, service: str, meter: str, gates: Gatekeeper) -> MeterForm | None:
    """Form of a meter; None if the book has none of its own."""
    if service not in book.tables:
        gates.passes("form", "the book has no table of this service", service=service)
        return None
    meters = book.table(service).form.meters
    if meter not in meters:
        message = f"there is no meter {meter!r}" + hint(meter, meters)
        gates.passes("form", message, service=service)
        return None
    if meters[meter].prices_of is not None:
        message = f"{meter} has the prices of {meters[meter].prices_of}, and none of its own"
        gates.passes("form", message, service=service)
        return None
    return meters[meter]


def _grouped(
    book: RateBook,
    table: RateTable,
    form: MeterForm,
    observations: list[Observation],
    found: Comparison,
    gates: Gatekeeper,
) -> dict[Key, Days]:
    """Usable observations by key, day and tier."""
    known = _known_values(book, table, form)
    grouped: dict[Key, Days] = defaultdict(dict)
    doubted: set[tuple[Key, dt.date]] = set()
    for observation in observations:
        where = _where(observation)
        fault = _fault(observation, form, table.form.currency)
        if fault is not None:
            gates.passes(*fault, **where)
            continue
        key = tuple(observation.key[column] for column in form.key)
        strange = [
            f"{value!r} is no {column} of the book"
            for column, value in zip(form.key, key, strict=True)
            if known[column] and value not in known[column]
        ]
        if strange:
            found.unplaced.append(_told(observation, "; ".join(strange)))
            continue
        day = _day(observation)
        tiers = grouped[key].setdefault(day, {})
        other = tiers.setdefault(observation.tier_start, observation)
        if other.price != observation.price:
            message = (
                f"two prices of {day}, {price_text(other.price)} (SKU {other.sku_id or '-'})"
                f" and {price_text(observation.price)} (SKU {observation.sku_id or '-'})"
            )
            gates.passes("conflict", message, **where)
            doubted.add((key, day))
    for key, day in doubted:
        del grouped[key][day]
    return grouped


def _known_values(book: RateBook, table: RateTable, form: MeterForm) -> dict[str, frozenset[str]]:
    """Values that each key column may have; empty for a column that takes any."""
    provider = table.service.split(".")[0]
    known = {column: frozenset(vocabulary(column)) for column in form.key}
    for column in form.key:
        if column == "region":
            known[column] = frozenset(book.regions.of_provider(provider))
        elif column in table.form.region_groups:
            versions = table.form.region_groups[column]
            known[column] = frozenset(name for version in versions for name in version.groups)
        elif column == "purchase_option":
            known[column] = frozenset(table.form.purchase_options)
    return known


def _fault(observation: Observation, form: MeterForm, currency: str) -> tuple[str, str] | None:
    """Gate and words for an observation that cannot be compared."""
    if set(observation.key) != set(form.key):
        return "form", f"the key is {sorted(observation.key)}, not {sorted(form.key)}"
    if observation.pricing_unit != form.pricing_unit:
        message = f"the price is per {observation.pricing_unit}, the meter's unit is"
        return "unit", f"{message} {form.pricing_unit}"
    if (observation.effective_from is None) == (observation.observed_on is None):
        return "form", "give effective_from or observed_on, one of them"
    price = observation.price
    if price is not None and (not price.is_finite() or price < 0):
        return "form", f"{price} is not a price"
    if observation.currency != currency:
        message = f"the price is in {observation.currency}, the table is in {currency}"
        return "currency", message
    return None


def _compare(
    key: Key,
    observations: tuple[Observation, ...],
    history: History,
    found: Comparison,
    gates: Gatekeeper,
) -> None:
    """Decide what the observations of one key and day are: the same, older, or a change."""
    day = _day(observations[0])
    read = Event(day, {seen.tier_start: seen.price for seen in observations})
    events, in_force = history.events(key), history.at(key, day)
    newest = events[-1] if events else None
    # A price that the provider dates before the day on which we read it ourselves is no news.
    says_newest = newest is not None and day < newest.date and _alike(read, newest)
    if says_newest or (in_force is not None and _alike(read, in_force)):
        found.same += len(observations)
        return
    if newest is None and not read.is_priced:
        found.same += len(observations)
        return
    kind = "withdrawn" if not read.is_priced else "changed" if in_force else "added"
    change = Change(kind, key, day, observations, in_force)
    if not _tiers_fit(change, read, gates):
        return
    if newest is not None and day <= newest.date:
        message = f"{schedule_text(read.schedule)} of {day}, the book has {schedule_text(newest.schedule)} of {newest.date}"
        found.older.append(_told(observations[0], message))
        return
    if _jumps(change, read, gates):
        change = replace(change, confirmed=("price_change",))
    found.changes.append(change)
    history.append(key, read)


def _alike(first: Event, second: Event) -> bool:
    if not first.is_priced and not second.is_priced:
        return True
    return first.schedule == second.schedule


def _tiers_fit(change: Change, read: Event, gates: Gatekeeper) -> bool:
    """False if the tiers have a gap, and so stay out."""
    starts = sorted(read.schedule)
    lost = sorted(set(change.before.schedule) - set(starts)) if change.before else []
    prices = [read.schedule[start] for start in starts]
    fault = ""
    if starts[0] != 0:
        fault = f"the tiers start at {price_text(starts[0])}, not at 0"
    elif None in prices and read.is_priced:
        fault = "a tier has no price"
    elif lost and read.is_priced and change.before and change.before.is_priced:
        fault = f"the tier from {price_text(lost[0])} is missing, which the book has"
    if not fault:
        return True
    gates.passes("tier_gap", fault, **change.where)
    return False


def _jumps(change: Change, read: Event, gates: Gatekeeper) -> bool:
    """True if a price is far from the one before it, and an override passes it."""
    before = change.before.schedule if change.before else {}
    passed = False
    for start, price in sorted(read.schedule.items()):
        old = before.get(start)
        if old is None or price is None or (old == 0 and price == 0):
            continue
        if 0 < price < old * JUMP and old < price * JUMP:
            continue
        message = (
            f"{price_text(price)} {_how_far(price, old)} {price_text(old)} of"
            f" {change.before.date if change.before else change.date}: a slip of the unit?"
        )
        passed = gates.passes("price_change", message, **change.where) or passed
    return passed


def _how_far(price: Decimal, old: Decimal) -> str:
    if not price or not old:
        return "follows"
    factor = f"{max(price, old) / min(price, old):,.1f}".removesuffix(".0")
    return f"is {factor} times {'more' if price > old else 'less'} than"


def _day(observation: Observation) -> dt.date:
    return observation.effective_from or observation.observed_on or dt.date.min


def _told(observation: Observation, message: str) -> dict[str, str]:
    return {**_where(observation), "sku_id": observation.sku_id, "message": message}


def _where(observation: Observation) -> dict[str, str]:
    return {
        "service": observation.service,
        "region": observation.key.get("region", ""),
        "rate": " ".join((observation.meter, *observation.key.values())),
    }


def price_text(price: Decimal | None) -> str:
    """Price as plain decimal text, without needless zeros."""
    return "withdrawn" if price is None else f"{price.normalize():f}"


def schedule_text(schedule: Schedule) -> str:
    """Prices of all tiers as text."""
    return ", ".join(price_text(schedule[start]) for start in sorted(schedule))
