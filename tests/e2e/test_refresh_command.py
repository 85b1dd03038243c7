"""``wharfage rates refresh``, ``diff`` and ``list`` as people meet them.

The feeds have their own tests against local servers; here a feed is a list of prices, so that what
is seen is the command: what it prints, what it writes, and how it ends.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

import wharfage as wf
from wharfage.errors import FeedError
from wharfage.feeds.observation import Observation, Reading
from wharfage.rates.book import bundled_folder

Run = Callable[..., subprocess.CompletedProcess[str]]

FIRST = [["us-east-1", "on_demand", "0.05", "2026-12-01"]]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of a book with the bundled Fargate table alone."""
    small = tmp_path_factory.mktemp("books") / "small"
    (small / "aws").mkdir(parents=True)
    for name in ("sources.yaml", "regions.yaml", "aws/fargate.yaml"):
        shutil.copyfile(bundled_folder() / name, small / name)
    return small


def feed(prices: list[list[str]]) -> Callable[..., Reading]:
    """Give a feed that reads these prices of Linux vCPU, and one SKU that is new."""
    key = {"operating_system": "linux", "cpu_architecture": "x86_64"}
    said = {"publisher": "Amazon Web Services", "page": "price list", "read_as": "served by a test"}

    def read(_: wf.RateBook, **__: object) -> Reading:
        if not prices:
            raise FeedError("The connection was dropped on page 7.", hint="run it again.")
        seen = [
            Observation(
                "aws.fargate",
                "vcpu_hours",
                {"region": region, **key, "purchase_option": option},
                Decimal(price),
                "vCPU-Hours",
                "USD",
                observed_on=dt.date.fromisoformat(day),
                source="test_2026_12",
            )
            for region, option, price, day in prices
        ]
        new = [{"sku_id": "NEW1", "why": "no rate goes by it"}]
        return Reading(seen, new=new, sources={"test_2026_12": said})

    return read


@pytest.fixture
def refresh(base: Path, tmp_path: Path, command: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Give a function that refreshes the small book from given prices; none: the line drops."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))

    def run(prices: list[list[str]], *options: str | Path) -> subprocess.CompletedProcess[str]:
        monkeypatch.setattr("wharfage.feeds.aws.read", feed(prices))
        return command("rates", "refresh", "aws", "--rates", base, *options)

    return run


def test_refresh_writes_a_book_that_prices(refresh: Run, tmp_path: Path) -> None:
    """A refresh prints what changed, writes a book in the data directory, and ends with 0."""
    done = refresh(FIRST)
    assert done.returncode == 0, done.stderr
    assert "0 added, 1 changed, 0 withdrawn, 0 as they were" in done.stdout
    assert re.search(r"changed +0.04048 +0.05 +\+23.5 %", done.stdout)
    assert "new SKUs: 1" in done.stdout
    place = tmp_path / "data" / "wharfage" / "rates"
    assert f"is in force in {place}; use it with --rates {place}" in done.stderr
    task = [{"service": "aws.fargate", "region": "us-east-1", "vcpu": 1, "memory_gib": 2}]
    assert wf.estimate(task, rates=place).total()["USD"] == pytest.approx(42.9897)


def test_second_refresh_starts_from_the_first(refresh: Run, tmp_path: Path) -> None:
    """What is read again is as it was; another day is appended to it."""
    out = tmp_path / "rates"
    refresh(FIRST, "--out", out)
    again = refresh(FIRST, "--out", out)
    assert again.returncode == 0, again.stderr
    assert "1 as they were" in again.stdout
    assert "nothing new" in again.stderr
    later = refresh([["us-east-1", "on_demand", "0.051", "2026-12-02"]], "--out", out)
    assert later.returncode == 0, later.stderr
    lines = (wf.RateBook.open(out).folder / "aws" / "fargate.rates.csv").read_text("utf-8")
    assert len(lines.splitlines()) == 3


def test_stopped_refresh_ends_with_2_and_writes_nothing(refresh: Run, tmp_path: Path) -> None:
    """A slip is told with its override, on standard error alone; the override passes it."""
    out = tmp_path / "rates"
    slip = [["us-east-1", "on_demand", "40.48", "2026-12-01"]]
    done = refresh(slip, "--out", out)
    assert (done.returncode, done.stdout) == (2, "")
    assert "40.48 is 1,000 times more than 0.04048" in done.stderr
    assert "--allow price_change:aws.fargate" in done.stderr
    assert not (out / "current").exists()
    allowed = refresh(slip, "--out", out, "--allow", "price_change:aws.fargate")
    assert allowed.returncode == 0, allowed.stderr
    assert "passed by an override: 1" in allowed.stdout


def test_dropped_connection_leaves_the_book(refresh: Run, tmp_path: Path) -> None:
    """A feed that breaks off ends with 2, and the book of the last refresh is as it was."""
    out = tmp_path / "rates"
    refresh(FIRST, "--out", out)
    digest = wf.RateBook.open(out).digest
    done = refresh([], "--out", out)
    assert (done.returncode, done.stdout) == (2, "")
    assert "error: The connection was dropped on page 7." in done.stderr
    assert wf.RateBook.open(out).digest == digest


def test_dry_run_writes_nothing(refresh: Run, tmp_path: Path) -> None:
    """A dry run tells what would change."""
    done = refresh(FIRST, "--out", tmp_path / "rates", "--dry-run")
    assert done.returncode == 0, done.stderr
    assert "1 changed" in done.stdout
    assert "dry run: nothing was written" in done.stderr
    assert not (tmp_path / "rates").exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("azure",), "There is no feed of 'azure'"),
        (("aws", "--allow", "price_chnge"), "did you mean 'price_change'"),
        (("aws", "--service", "aws.fargat"), "did you mean 'aws.fargate'"),
        (("aws", "--region", "us-east-9"), "did you mean 'us-east-1'"),
        (("aws", "--connect", "sauce=api"), "did you mean 'source'"),
        (("aws", "--connect", "attempts=many"), "attempts='many' is no number"),
        (("aws", "--out", str(bundled_folder())), "whose rate book is never changed"),
    ],
)
def test_bad_arguments_of_refresh(command: Run, options: tuple[str, ...], words: str) -> None:
    """What cannot be meant is told before anything is read."""
    done = command("rates", "refresh", *options)
    assert done.returncode == 2
    assert words in done.stderr


DATES = ("bundled@2026-07-19", "bundled@2026-07-20")


def test_diff_between_two_dates_prices_the_example(wharfage: Run) -> None:
    """The change of 20 July 2026 in EC2, and what it does to the example fleet."""
    done = wharfage("rates", "diff", *DATES, "--impact", "example")
    assert done.returncode == 1  # two workloads are bought at rates that are newer
    assert "before: bundled on 2026-07-19" in done.stdout
    assert ["aws.ec2", "us-east-1", "193", "0", "45", "+6.0", "%", "+10.0", "%"] in [
        line.split() for line in done.stdout.splitlines()
    ]
    assert "2 workloads are unpriced on a side and left out" in done.stdout


def test_diff_as_json_is_all_of_it(command: Run) -> None:
    """JSON holds both sides and every rate: 45 types of us-east-1 and 15 of GovCloud rose."""
    done = command("rates", "diff", *DATES, "--json")
    assert done.returncode == 0
    found = json.loads(done.stdout)
    assert found["before"]["on"] == "2026-07-19"
    changed = [rate for rate in found["rates"] if rate["change"] == "changed"]
    assert len([rate for rate in changed if rate["service"] == "aws.ec2"]) == 60


def test_diff_as_markdown(command: Run, tmp_path: Path) -> None:
    """Markdown has a table per part, and appears whole."""
    done = command("rates", "diff", *DATES, "--impact", "example", "--out", tmp_path / "diff.md")
    assert (done.returncode, done.stdout) == (1, "")
    text = (tmp_path / "diff.md").read_text(encoding="utf-8")
    assert text.startswith("# Rates compared")
    assert "| service | region | added | removed | changed | smallest | largest |" in text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("bundle", "bundled"), "did you mean 'bundled'"),
        (("bundled@July", "bundled"), "is not a date"),
        (("bundled", "bundled", "--out", "diff.txt"), "does not say in which format"),
    ],
)
def test_bad_arguments_of_diff(command: Run, arguments: tuple[str, ...], words: str) -> None:
    """A book, date or format that is none is a message."""
    done = command("rates", "diff", *arguments)
    assert done.returncode == 2
    assert words in done.stderr


def test_list_of_a_service_goes_by_region(wharfage: Run, folder: Path) -> None:
    """Coverage per region: rates, newest date, age, doubt and sources."""
    done = wharfage("rates", "list", "--service", "aws.fargate", "--on", "2026-10-11")
    assert done.returncode == 0
    assert "ap-northeast-2" in done.stdout
    assert "aws_ecs_feed_2025_10" in done.stdout
    assert wharfage("rates", "list", "--service", "aws.fargate", "--out", "list.csv").stdout == ""
    text = (folder / "list.csv").read_text(encoding="utf-8")
    assert text.startswith("service,region,rates,first_date,newest_date,age_days,compared_on")


def test_stale_rates_warn_on_standard_error(wharfage: Run) -> None:
    """Years after the last comparison a warning names the tables and the remedy."""
    done = wharfage("price", "example", "--on", "2031-01-01")
    assert "warning: stale rates of" in done.stderr
    assert "wharfage rates refresh aws" in done.stderr
