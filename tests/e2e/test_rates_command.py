"""``wharfage rates``: what the book holds, and whether it keeps its rules."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pandas as pd

import wharfage as wf

Run = Callable[..., subprocess.CompletedProcess[str]]


def test_list_names_every_table_and_the_digest(wharfage: Run, book: wf.RateBook) -> None:
    """The list has a line per service and ends with the digest."""
    done = wharfage("rates", "list")
    assert done.returncode == 0
    assert all(service in done.stdout for service in book.services())
    assert f"rate book {book.digest}" in done.stdout


def test_show_has_prices_with_dates_and_sources(wharfage: Run, folder: Path) -> None:
    """The rates of a service are shown, and written in full."""
    options = ("rates", "show", "aws.fargate", "--region", "ap-northeast-2", "--on", "2026-10-01")
    done = wharfage(*options, "--meter", "vcpu_hours")
    assert done.returncode == 0
    assert "0.04656" in done.stdout
    assert wharfage(*options, "--history", "--out", "rates.csv").stdout == ""
    rates = pd.read_csv(folder / "rates.csv", dtype=str)
    assert "0.04656" in set(rates["list_unit_price"])
    assert rates[["rate_date", "source"]].notna().all(axis=None)


def test_check_of_the_bundled_tables_passes(wharfage: Run, book: wf.RateBook) -> None:
    """The bundled tables keep every rule."""
    done = wharfage("rates", "check")
    assert done.returncode == 0
    assert f"{len(book.services())} tables keep every rule" in done.stdout
