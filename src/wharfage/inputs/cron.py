"""How often a cron schedule fires in a month.

A schedule without a calendar month is averaged over a year of 365 days that starts on each day
of the week in turn, so that ``730h``, a twelfth of such a year, holds one run of a monthly
schedule. A calendar month is counted day by day. Time zones and clock changes are left aside.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass

from wharfage.inputs.places import quoted
from wharfage.units import HOURS_PER_DAY, Month

MACROS = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
MONTHS = {name.lower(): n for n, name in enumerate(calendar.month_abbr) if name}
#: cron counts the days of the week from Sunday
WEEKDAYS = {name.lower(): (n + 1) % 7 for n, name in enumerate(calendar.day_abbr)}
DAYS_OF_WEEK = 7
COMMON_YEAR = 2023  # any year of 365 days
LEAP_YEAR = 2024
#: leap years in a Gregorian cycle, and its years
LEAP_YEARS = (97, 400)
_EVERY = re.compile(r"@every\s+((?:\d+(?:\.\d+)?(?:h|m|s))+)", re.ASCII)
_PART = re.compile(r"(\d+(?:\.\d+)?)(h|m|s)", re.ASCII)
_ZONE = re.compile(r"(?:CRON_TZ|TZ)=\S+\s+")
_PER_HOUR = {"h": 1, "m": 60, "s": 60 * 60}
#: a longer text is no schedule that somebody wrote
LONGEST = 1000


@dataclass(frozen=True)
class _Clock:
    """Name, first and last value, and names of one of the five parts of a schedule."""

    name: str
    first: int
    last: int
    names: dict[str, int]


_CLOCKS = (
    _Clock("minute", 0, 59, {}),
    _Clock("hour", 0, 23, {}),
    _Clock("day of the month", 1, 31, {}),
    _Clock("month", 1, 12, MONTHS),
    _Clock("day of the week", 0, DAYS_OF_WEEK, WEEKDAYS),
)


def runs_per_month(schedule: str, month: Month) -> float:
    """Runs of a schedule in a month, on average where the month is a number of hours.

    Raises
    ------
    ValueError
        With what is wrong, if `schedule` is no cron schedule.

    Examples
    --------
    >>> from wharfage.units import parse_month
    >>> runs_per_month("*/5 * * * *", parse_month("730h"))
    8760.0
    >>> runs_per_month("0 3 * * mon", parse_month("2026-02"))
    4.0
    """
    if len(schedule) > LONGEST:
        raise ValueError(f"{quoted(schedule)} is too long for a schedule")
    text = _ZONE.sub("", schedule.strip(), count=1)
    if every := _EVERY.fullmatch(text):
        hours = sum(float(number) / _PER_HOUR[unit] for number, unit in _PART.findall(every[1]))
        if not hours:
            raise ValueError(f"{quoted(schedule)} never waits")
        return month.hours / hours
    parts = MACROS.get(text.lower(), text).split()
    if len(parts) != len(_CLOCKS):
        raise ValueError(
            f"{quoted(schedule)} is not a schedule: it has {len(parts)} parts, not {len(_CLOCKS)}"
        )
    minutes, hours_of_day, days, months, weekdays = map(_values, parts, _CLOCKS)
    # Cron takes either day where both are restricted, each alone where the other is a star.
    is_either = not parts[2].startswith(("*", "?")) and not parts[4].startswith(("*", "?"))
    on_weekday = {weekday % DAYS_OF_WEEK for weekday in weekdays}
    fires_on = _Days(days, months, on_weekday, is_either=is_either)
    return len(minutes) * len(hours_of_day) * fires_on.in_month(month)


def _values(text: str, clock: _Clock) -> set[int]:
    """Values that one part of a schedule names: lists of stars, numbers, ranges and steps."""
    found: set[int] = set()
    for item in text.lower().split(","):
        span, _, step = item.partition("/")
        first, dash, last = span.partition("-")
        if span in ("*", "?"):
            low, high = clock.first, clock.last
        else:
            low = _value(first, clock)
            high = _value(last, clock) if dash else clock.last if step else low
        is_step = step.isascii() and step.isdecimal() and int(step) > 0
        if (("/" in item) and not is_step) or low > high:
            raise ValueError(f"{quoted(item)} is no {clock.name}")
        found.update(range(low, high + 1, int(step or 1)))
    return found


def _value(text: str, clock: _Clock) -> int:
    is_number = text.isascii() and text.isdecimal()
    value = int(text) if is_number else clock.names.get(text, -1)
    if not clock.first <= value <= clock.last:
        raise ValueError(
            f"{quoted(text)} is no {clock.name}: {clock.first} to {clock.last}"
            + (f", or {next(iter(clock.names))} and so on" if clock.names else "")
        )
    return value


@dataclass(frozen=True)
class _Days:
    """Days on which a schedule fires."""

    days: set[int]
    months: set[int]
    weekdays: set[int]
    is_either: bool

    def in_month(self, month: Month) -> float:
        """Days in a month: counted in a calendar month, on average in a number of hours."""
        try:
            first = dt.date.fromisoformat(f"{month.text}-01")
        except ValueError:
            return self._in_a_year() * month.hours / (365 * HOURS_PER_DAY)
        length = calendar.monthrange(first.year, first.month)[1]
        dates = [first + dt.timedelta(days=n) for n in range(length)]
        return float(sum(self._hits(day, (day.isoweekday() % DAYS_OF_WEEK,)) for day in dates))

    def _in_a_year(self) -> float:
        every = range(DAYS_OF_WEEK)
        start = dt.date(COMMON_YEAR, 1, 1)
        hits = sum(self._hits(start + dt.timedelta(days=n), every) for n in range(365))
        if hits:
            return hits / DAYS_OF_WEEK
        # Only a 29th of February fires: in 97 of 400 years.
        leap, cycle = LEAP_YEARS
        return self._hits(dt.date(LEAP_YEAR, 2, 29), every) / DAYS_OF_WEEK * leap / cycle

    def _hits(self, day: dt.date, weekdays: range | tuple[int, ...]) -> int:
        """Number of `weekdays` on which the schedule fires, if a date fell on each in turn."""
        if day.month not in self.months:
            return 0
        is_day = day.day in self.days
        if self.is_either:
            return sum(is_day or weekday in self.weekdays for weekday in weekdays)
        return sum(is_day and weekday in self.weekdays for weekday in weekdays)
