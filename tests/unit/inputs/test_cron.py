"""Schedules of CronJobs as runs in a month."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wharfage.inputs.cron import runs_per_month
from wharfage.units import parse_month

#: schedule, runs in 730 hours, runs in February 2026 (28 days from a Sunday)
SCHEDULES = [
    ("*/5 * * * *", 8760, 8064),
    ("* * * * *", 43800, 40320),
    ("@hourly", 730, 672),
    ("0 3 * * *", 730 / 24, 28),
    ("@daily", 730 / 24, 28),
    ("@midnight", 730 / 24, 28),
    ("@weekly", 365 / 7 / 12, 4),
    ("@monthly", 1, 1),
    ("@yearly", 1 / 12, 0),
    ("0 0 1 2 *", 1 / 12, 1),
    ("*/7 * * * *", 9 * 730, 9 * 672),
    ("5,35 8-17/3 * * *", 2 * 4 * 730 / 24, 2 * 4 * 28),
    ("0 9 * * mon-fri", 365 * 5 / 7 / 12, 20),
    ("0 9 * * MON,Wed", 365 * 2 / 7 / 12, 8),
    ("0 9 * * 7", 365 / 7 / 12, 4),
    ("0 9 * * 0,7", 365 / 7 / 12, 4),
    ("0 0 * jan-mar *", 90 / 12, 28),
    ("0 0 13 * 5", (12 + (365 - 12) / 7) / 12, 4),
    ("0 0 14 * 5", (12 + (365 - 12) / 7) / 12, 5),
    ("0 0 */2 * 1", None, 2),
    ("0 0 31 * *", 7 / 12, 0),
    ("0 0 29 2 *", 97 / 400 / 12, 0),
    ("0 0 30 2 *", 0, 0),
    ("0 0 ? * *", 730 / 24, 28),
    ("10/20 * * * *", 3 * 730, 3 * 672),
    ("TZ=Asia/Seoul 0 3 * * *", 730 / 24, 28),
    ("@every 1h30m", 730 / 1.5, 672 / 1.5),
]
REFUSED = {
    "": "it has 0 parts, not 5",
    "* * * *": "it has 4 parts, not 5",
    "0 0 * * * *": "it has 6 parts, not 5",
    "60 * * * *": "'60' is no minute: 0 to 59",
    "* 24 * * *": "'24' is no hour: 0 to 23",
    "* * 0 * *": "'0' is no day of the month: 1 to 31",
    "* * * 13 *": "'13' is no month: 1 to 12, or jan",
    "* * * * 8": "'8' is no day of the week",
    "* * * * someday": "'someday' is no day of the week",
    "*/0 * * * *": "'*/0' is no minute",
    "*/-1 * * * *": "'*/-1' is no minute",
    "*/ * * * *": "'*/' is no minute",
    "30-10 * * * *": "'30-10' is no minute",
    "1,,2 * * * *": "'' is no minute",
    "@sometimes": "is not a schedule",
    "@every 0s": "never waits",
    "@every soon": "is not a schedule",
    "x" * 2000: "too long for a schedule",
}


@pytest.mark.parametrize(("schedule", "average", "february"), SCHEDULES)
def test_runs(schedule: str, average: float | None, february: float) -> None:
    """A schedule fires as often as its five parts say."""
    if average is not None:
        assert runs_per_month(schedule, parse_month("730h")) == pytest.approx(average)
    assert runs_per_month(schedule, parse_month("2026-02")) == pytest.approx(february)


@pytest.mark.parametrize("schedule", REFUSED)
def test_what_is_no_schedule_says_why(schedule: str) -> None:
    """A text that is no schedule is refused with the part that is wrong."""
    with pytest.raises(ValueError, match=r".") as caught:
        runs_per_month(schedule, parse_month("730h"))
    assert REFUSED[schedule] in str(caught.value)


@given(st.integers(1, 59), st.integers(0, 23), st.integers(1, 28))
def test_twelve_months_make_a_year(minute: int, hour: int, day: int) -> None:
    """The months of 2026 together hold as many runs as twelve months of 730 hours."""
    schedule = f"*/{minute} {hour} {day} * *"
    months = [runs_per_month(schedule, parse_month(f"2026-{n:02}")) for n in range(1, 13)]
    assert sum(months) == pytest.approx(12 * runs_per_month(schedule, parse_month("730h")))


@given(st.text("0123456789*/,-? @everymonTZ=", max_size=20))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Whatever the text, the result is a number of 0 or more, or a ValueError."""
    try:
        runs = runs_per_month(text, parse_month("730h"))
    except ValueError:
        return
    assert runs >= 0
