"""Units and the exact factors between them; the only file that knows 730, 3600 or 1024.

A service measures in canonical units (hours, GiB-hours, requests). A provider prices in its own
pricing units (vCPU-seconds, mCPU-hours). :data:`PRICING_UNITS` says how many pricing units one
canonical unit holds, so that a price is never divided and keeps its digits.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass

from wharfage.errors import InvalidValueError

HOURS_PER_DAY = 24
SECONDS_PER_HOUR = 3600
MIB_PER_GIB = 1024
MILLICORES_PER_VCPU = 1000
#: AWS counts a vCPU as this many CPU units (Amazon ECS API reference, 2026)
CPU_UNITS_PER_VCPU = 1024
DEFAULT_MONTH = "730h"

#: pricing unit -> (canonical unit, pricing units in one canonical unit).
#: "GB" on AWS's Fargate page is 1024^3 bytes (aws.amazon.com/fargate/pricing, read 2026), hence 1.
PRICING_UNITS: dict[str, tuple[str, float]] = {
    "vCPU-Hours": ("vCPU-Hours", 1.0),
    "vCPU-Seconds": ("vCPU-Hours", 3600.0),
    "mCPU-Hours": ("vCPU-Hours", 1000.0),
    "GiB-Hours": ("GiB-Hours", 1.0),
    "GB-Hours": ("GiB-Hours", 1.0),
    "GiB-Seconds": ("GiB-Hours", 3600.0),
    "GPU-Hours": ("GPU-Hours", 1.0),
    "GPU-Seconds": ("GPU-Hours", 3600.0),
    "Hours": ("Hours", 1.0),
    "Cluster-Hours": ("Hours", 1.0),
    "Requests": ("Requests", 1.0),
    "1M Requests": ("Requests", 1e-6),
    "GiB-Months": ("GiB-Months", 1.0),
    "GB-Months": ("GiB-Months", 1.0),
    "GiB": ("GiB", 1.0),
    "GB": ("GiB", 1.0),
    "LCU-Hours": ("LCU-Hours", 1.0),
    "Application-Months": ("Application-Months", 1.0),
    "IOPS-Months": ("IOPS-Months", 1.0),
    "MiBps-Months": ("MiBps-Months", 1.0),
    "GiBps-Months": ("MiBps-Months", 1.0 / MIB_PER_GIB),
    "Events": ("Events", 1.0),
    "1M Events": ("Events", 1e-6),
    "Minutes": ("Minutes", 1.0),
    "vCPU-Minutes": ("vCPU-Minutes", 1.0),
    "GiB-Minutes": ("GiB-Minutes", 1.0),
}

_HOURS = re.compile(r"(\d+(?:\.\d+)?)h")
_CALENDAR = re.compile(r"(\d{4})-(\d{2})")


@dataclass(frozen=True)
class Month:
    """The length of the month that is priced. [hours]."""

    text: str
    hours: float

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return self.hours * SECONDS_PER_HOUR

    @property
    def per_day(self) -> float:
        """Factor from a monthly to a daily cost."""
        return HOURS_PER_DAY / self.hours


def parse_month(text: str) -> Month:
    """Month from ``"730h"``, any ``"<n>h"``, or a calendar month such as ``"2026-02"``.

    Raises
    ------
    InvalidValueError
        If `text` has another form, or names no real month.

    Examples
    --------
    >>> parse_month("730h").hours
    730.0
    >>> parse_month("2028-02").hours
    696.0
    """
    written = str(text).strip()
    if match := _HOURS.fullmatch(written):
        hours = float(match[1])
        if 0 < hours <= HOURS_PER_DAY * 366:
            return Month(written, hours)
    if match := _CALENDAR.fullmatch(written):
        year, month = int(match[1]), int(match[2])
        if year >= 1 and 1 <= month <= 12:  # noqa: PLR2004  twelve months a year
            days = calendar.monthrange(year, month)[1]
            return Month(written, float(days * HOURS_PER_DAY))
    raise InvalidValueError(
        f"month={text!r} is not a month.",
        hint="write '730h', another number of hours such as '720h', or a month such as '2026-02'.",
    )
