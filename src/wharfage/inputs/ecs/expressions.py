"""How often an EventBridge schedule fires: ``rate(5 minutes)``, ``cron(0 3 * * ? *)``, ``at(...)``.

AWS's cron has six parts, counts the days of the week from Sunday = 1, wants a ``?`` in one of the
two parts for days, and knows ``L``, ``W`` and ``#``. It is put into the words of a plain cron
schedule. Source: Amazon EventBridge user guide, "Schedule expressions" (2026).
"""

from __future__ import annotations

import re

from wharfage.inputs.cron import LONGEST, runs_per_month
from wharfage.inputs.places import quoted
from wharfage.units import Month

_RATE = re.compile(r"rate\(\s*(\d{1,9})\s+(minute|hour|day)s?\s*\)", re.ASCII)
_CRON = re.compile(r"cron\(([^()]*)\)")
_AT = re.compile(r"at\(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?\)", re.ASCII)
_PER_HOUR = {"minute": 60, "hour": 1, "day": 1 / 24}
_PARTS = 6
_YEARS = re.compile(r"\*(?:/\d+)?|\d{4}(?:[-,/]\d{1,4})*", re.ASCII)
_NEAREST_WEEKDAY = re.compile(r"(\d{1,2})W", re.ASCII)
_ORDINAL = re.compile(r"(\w{1,3})#([1-5])", re.ASCII)
_LAST = re.compile(r"(\w{1,3})L", re.ASCII)
_DAY = re.compile(r"\d+", re.ASCII)
_STEPS = re.compile(r"([1-7])/(\d+)", re.ASCII)
#: a day that every month has once: what fires on the last or the nearest of something
ONE_DAY = "28"
FIFTH = "5"
#: days of the week as AWS counts them
DAYS = "1234567"


def schedule_runs(expression: str, month: Month) -> float:
    """Runs of a schedule expression in a month, on average where that is a number of hours.

    Raises
    ------
    ValueError
        With what is wrong, if `expression` is no schedule expression.

    Examples
    --------
    >>> from wharfage.units import parse_month
    >>> schedule_runs("rate(1 hour)", parse_month("730h"))
    730.0
    >>> schedule_runs("cron(0 3 ? * MON-FRI *)", parse_month("2026-02"))
    20.0
    """
    text = expression.strip()
    if len(text) > LONGEST:
        raise ValueError(f"{quoted(text)} is too long for a schedule")
    if rate := _RATE.fullmatch(text):
        if not int(rate[1]):
            raise ValueError(f"{quoted(text)} never waits")
        return month.hours * _PER_HOUR[rate[2]] / int(rate[1])
    if _AT.fullmatch(text):
        return 1.0
    cron = _CRON.fullmatch(text)
    parts = cron[1].upper().split() if cron else []
    if len(parts) != _PARTS:
        raise ValueError(
            f"{quoted(text)} is not a schedule: write rate(5 minutes), at(...) or cron(...) of 6 parts"
        )
    return _cron_runs(parts, month)


def is_once(expression: str) -> bool:
    """Whether a schedule fires once and never again."""
    return bool(_AT.fullmatch(expression.strip()))


def _cron_runs(parts: list[str], month: Month) -> float:
    minute, hour, day, months, weekday, year = parts
    if (day == "?") == (weekday == "?"):
        raise ValueError("one of the two parts for days must be '?', the other one not")
    if not _YEARS.fullmatch(year):
        raise ValueError(f"{quoted(year)} is no year")

    def runs(day: str, weekday: str) -> float:
        return runs_per_month(f"{minute} {hour} {day} {months} {weekday}", month)

    if weekday == "?":
        nearest = _NEAREST_WEEKDAY.fullmatch(day)
        return runs(ONE_DAY if day in ("L", "LW") else nearest[1] if nearest else day, "*")
    if weekday == "L":
        return runs("*", "6")
    if last := _LAST.fullmatch(weekday):
        runs("*", _plain(last[1]))
        return runs(ONE_DAY, "*")
    if ordinal := _ORDINAL.fullmatch(weekday):
        every = runs("*", _plain(ordinal[1]))
        # Four of every weekday fall on the first 28 days; a fifth is what is left.
        return every - runs("1-4", "*") if ordinal[2] == FIFTH else runs(ONE_DAY, "*")
    return runs("*", _plain(weekday))


def _plain(weekday: str) -> str:
    """Part of a schedule for days of the week, counted from Sunday = 0."""
    items = []
    for item in weekday.split(","):
        stepped = _STEPS.fullmatch(item)
        text = f"{stepped[1]}-7/{stepped[2]}" if stepped else item
        span, slash, step = text.partition("/")
        items.append(_DAY.sub(_from_sunday, span) + slash + step)
    return ",".join(items)


def _from_sunday(day: re.Match[str]) -> str:
    if len(day[0]) != 1 or day[0] not in DAYS:
        raise ValueError(f"{quoted(day[0])} is no day of the week: 1 to 7, from Sunday")
    return str(DAYS.index(day[0]))
