"""How old the rates are: told always, warned of once nobody has looked for long."""

from __future__ import annotations

import datetime as dt
import warnings
from pathlib import Path

import pytest

import wharfage as wf
from wharfage.errors import RateWarning
from wharfage.rates.age import STALE_DAYS, stale_text, table_age
from wharfage.rates.refreshes import Compared, read_refreshes, write_refreshes

TASK = {"service": "aws.fargate", "region": "us-east-1", "vcpu": 1, "memory_gib": 2}


def compared(day: str, share: float) -> Compared:
    """Give a comparison of a share of the small table."""
    return Compared("aws.fargate", dt.date.fromisoformat(day), int(100 * share), 100, "price_page")


def test_age_counts_from_newest_rate_and_from_comparison(good: Path) -> None:
    """The small table: newest rate of 2026-06-01, compared on 2026-11-23."""
    age = table_age(wf.RateBook.open(good), "aws.fargate", dt.date(2026, 12, 1))
    assert (age.days, age.days_since_compared) == (183, 8)
    assert not age.is_stale


@pytest.mark.parametrize(("after", "stale"), [(STALE_DAYS, False), (STALE_DAYS + 1, True)])
def test_table_grows_stale_after_its_days(good: Path, after: int, stale: bool) -> None:
    """Up to the limit a table is fresh, a day later it is stale."""
    day = dt.date(2026, 11, 23) + dt.timedelta(days=after)
    assert table_age(wf.RateBook.open(good), "aws.fargate", day).is_stale is stale


def test_refresh_that_found_nothing_new_makes_a_table_fresh(good: Path) -> None:
    """Prices that were compared and had not moved are not stale."""
    write_refreshes(good, [compared("2027-05-01", 0.9)])
    book = wf.RateBook.open(good)
    assert book.compared_on("aws.fargate") == dt.date(2027, 5, 1)
    assert stale_text(book, ["aws.fargate"], dt.date(2027, 6, 1)) is None


def test_refresh_of_one_region_does_not_speak_for_the_table(good: Path) -> None:
    """A tenth of the prices says nothing of the rest."""
    write_refreshes(good, [compared("2027-05-01", 0.1)])
    text = stale_text(wf.RateBook.open(good), ["aws.fargate"], dt.date(2027, 6, 1))
    assert text is not None
    assert "nothing was compared since 2026-11-23" in text
    assert "`wharfage rates refresh aws` brings them up to date" in text


def test_record_is_read_as_it_was_written(good: Path) -> None:
    """Comparisons survive the file."""
    entries = [compared("2026-12-01", 1), compared("2027-01-01", 0.2)]
    write_refreshes(good, entries)
    assert read_refreshes(good) == entries


def test_damaged_record_is_a_message(good: Path) -> None:
    """A record of another form is refused with its columns."""
    (good / "refreshes.csv").write_text("service,read_on\naws.fargate,never\n", encoding="utf-8")
    with pytest.raises(wf.RateError, match=r"refreshes.csv cannot be read"):
        _ = wf.RateBook.open(good).refreshes


def test_estimate_warns_of_stale_rates() -> None:
    """Far after the last comparison the library warns, with book, table, days and remedy."""
    with pytest.warns(RateWarning, match=r"stale rates of aws.fargate in the rate book bundled: .* days before 2031-01-01"):  # fmt: skip
        wf.estimate([TASK], on="2031-01-01")


def test_compare_warns_of_stale_rates() -> None:
    """A comparison warns too, of every table that it used."""
    with pytest.warns(RateWarning, match=r"stale rates of aws.fargate, gcp.cloud_run"):
        wf.compare([TASK], services=["aws.fargate", "gcp.cloud_run"], on="2031-01-01")


def test_estimate_on_the_default_date_is_silent() -> None:
    """The newest date of the book needs no warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        wf.estimate([TASK])


def test_assumptions_say_which_book_and_how_old() -> None:
    """Every result names its book, its digest, and the oldest table that it used."""
    said = wf.estimate([TASK], on="2026-12-01").assumptions["rate_book"]
    assert "bundled" in said
    assert (
        "oldest table used aws.fargate, newest rate 2026-10-01, 61 days before 2026-12-01" in said
    )


def test_opened_book_is_named_by_its_folder(good: Path) -> None:
    """A book from a folder is called by that folder."""
    assert wf.RateBook.open(good).name == str(good)
    assert wf.RateBook.bundled().name == "bundled"
