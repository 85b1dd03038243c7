"""Rates appended beside a table: read with it, checked by the same rules, named by file and line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import wharfage as wf
from wharfage.errors import RateTableError
from wharfage.rates.appended import read_appended, write_appended
from wharfage.rates.lock import check_lock, write_lock
from wharfage.rates.lookup import select_unit_prices

HEADING = (
    "meter,region,operating_system,purchase_option,tier,billing_mode,cluster_type,pricing_unit,"
    "currency,tier_start,price,sku_id,effective_from,observed_on,source,confidence,confirmed"
)
GOOD = "vcpu_hours,us-east-1,linux,on_demand,,,,vCPU-Hours,USD,0,0.05,SKU9,,2026-12-01,price_page,,"
Append = Callable[..., Path]


def line(**cells: str) -> str:
    """Give the good line with other cells."""
    names, values = HEADING.split(","), GOOD.split(",")
    return ",".join(cells.get(name, value) for name, value in zip(names, values, strict=True))


@pytest.fixture
def append(good: Path) -> Append:
    """Give a function that puts lines beside the table of the good book."""

    def write(*lines: str, heading: str = HEADING) -> Path:
        text = "\n".join([heading, *lines]) + "\n"
        (good / "aws" / "fargate.rates.csv").write_text(text, encoding="utf-8")
        return good

    return write


def prices(book: wf.RateBook, meter: str, day: str) -> list[float]:
    """Give all prices of a meter in force on a day."""
    table = book.table("aws.fargate")
    found = select_unit_prices(table, meter, dt.date.fromisoformat(day)).price
    return sorted(found[~np.isnan(found)].tolist())


def test_appended_rate_is_in_force_from_its_day(append: Append) -> None:
    """The appended price replaces the older one of its key and no other."""
    book = wf.RateBook.open(append(GOOD))
    before, after = (prices(book, "vcpu_hours", day) for day in ("2026-11-30", "2026-12-01"))
    assert 0.05 not in before
    assert after.count(0.05) == before.count(0.04048) - 1


def test_newest_date_counts_appended_rates(append: Append) -> None:
    """The default date of an estimate is the newest rate, appended or not."""
    assert wf.RateBook.open(append(GOOD)).newest_date == dt.date(2026, 12, 1)


@pytest.mark.parametrize(
    ("cells", "meter", "price"),
    [
        ({"meter": "requests", "pricing_unit": "1M Requests", "price": "0.39"}, "requests", 0.39),
        ({"meter": "cluster_hours", "pricing_unit": "Hours", "cluster_type": "zonal", "price": "0.11"}, "cluster_hours", 0.11),
        ({"meter": "idle_vcpu_hours", "pricing_unit": "vCPU-Seconds", "tier": "tier_1", "billing_mode": "request", "price": "0.0000026"}, "idle_vcpu_hours", 0.0000026 * 3600),
    ],
)  # fmt: skip
def test_every_kind_of_key_can_be_appended(
    append: Append, cells: dict[str, str], meter: str, price: float
) -> None:
    """A meter without a key, without a place, or by a group of regions takes appended rates."""
    own = {"region": "", "operating_system": "", "purchase_option": "", **cells}
    if meter == "requests":
        folder = append(line(**own), line(**own | {"tier_start": "2000", "price": "0.2"}))
    else:
        folder = append(line(**own))
    canonical = price / 1e6 if meter == "requests" else price
    assert any(found == pytest.approx(canonical) for found in prices(wf.RateBook.open(folder), meter, "2026-12-01"))  # fmt: skip


def test_digest_holds_appended_rates(append: Append, good: Path) -> None:
    """Another appended price is another book."""
    digests = [wf.RateBook.open(good).digest]
    digests += [wf.RateBook.open(append(line(price=text))).digest for text in ("0.05", "0.051")]
    assert len(set(digests)) == 3


def test_lock_counts_appended_rates(append: Append, good: Path) -> None:
    """The lock tells that rates were appended, and up to which day."""
    write_lock(wf.RateBook.open(good))
    (problem,) = check_lock(wf.RateBook.open(append(GOOD)))
    assert "16 rates up to 2026-06-01 became 17 up to 2026-12-01" in str(problem["message"])


@pytest.mark.parametrize(
    ("cells", "rule", "words"),
    [
        ({"meter": "vcpu_houres"}, "R6", "there is no meter 'vcpu_houres' in this table; did you mean 'vcpu_hours'?"),
        ({"region": "us-east-9"}, "R6", "'us-east-9' is no region; did you mean 'us-east-1'?"),
        ({"region": ""}, "R6", "vcpu_hours needs a value of region"),
        ({"tier": "tier_1"}, "R6", "tier is no key column of vcpu_hours"),
        ({"operating_system": "linus"}, "R6", "'linus' is no operating_system; did you mean 'linux'?"),
        ({"purchase_option": "cud_3yr"}, "R6", "'cud_3yr' is not among purchase_options"),
        ({"pricing_unit": "vCPU-Seconds"}, "R5", "'vCPU-Seconds' is not the meter's pricing unit 'vCPU-Hours'"),
        ({"currency": "CNY"}, "R6", "'CNY' is not the table's currency USD"),
        ({"price": "1e-3"}, "R4", "'1e-3' is not a price such as 0.04048"),
        ({"price": "-1"}, "R4", "'-1' is not a price such as 0.04048"),
        ({"price": "50"}, "R10", "50 is more than 10 times away from the median"),
        ({"tier_start": "none"}, "R4", "'none' is not the first unit of a tier"),
        ({"tier_start": "5"}, "R10", "start at 5, not at 0"),
        ({"observed_on": "yesterday"}, "R2", "'yesterday' is not a date such as 2026-10-01"),
        ({"observed_on": ""}, "R2", "give effective_from or observed_on, one of them"),
        ({"effective_from": "2026-12-01"}, "R2", "give effective_from or observed_on, one of them"),
        ({"source": ""}, "R8", "the source is missing"),
        ({"source": "price_pages"}, "R8", "source 'price_pages' is not in sources.yaml; did you mean 'price_page'?"),
        ({"confidence": "sure"}, "form", "'sure' is not 'doubtful' or empty"),
        ({"observed_on": "2026-01-01"}, "R3", "is stated twice on 2026-01-01 with another price (0.04048 and 0.05)"),
        ({"purchase_option": "spot", "price": "0.045"}, "R10", "0.045 is above on-demand 0.04048"),
        ({"price": ""}, "R7", "us-east-1 priced for memory_gib_hours (linux) but not for vcpu_hours"),
    ],
)  # fmt: skip
def test_wrong_line_is_named(append: Append, cells: dict[str, str], rule: str, words: str) -> None:
    """A line that breaks a rule fails with the rule, the words, the file and the line."""
    fine = line(region="eu-west-1", price="0.0405")
    with pytest.raises(RateTableError) as caught:
        wf.RateBook.open(append(fine, line(**cells)))
    faults: list[dict[str, Any]] = caught.value.failures.to_dict("records")
    found = [fault for fault in faults if fault["rule"] == rule and words in fault["message"]]
    assert found, faults
    if rule != "R7":  # a withdrawal breaks the rule where the other meter stands
        assert (found[0]["file"], found[0]["line"]) == ("aws/fargate.rates.csv", 3)


def test_all_wrong_lines_are_told_at_once(append: Append) -> None:
    """Three faults in three lines are three failures."""
    wrong = [line(price="x"), line(region="us-east-9"), line(meter="nothing")]
    with pytest.raises(RateTableError) as caught:
        wf.RateBook.open(append(*wrong))
    assert set(caught.value.failures["line"]) == {2, 3, 4}


@pytest.mark.parametrize(
    ("heading", "words"),
    [
        (HEADING.replace("price,", "", 1), "the column 'price' is missing"),
        (HEADING.replace("region", "regoin"), "'regoin' is no key column here"),
    ],
)
def test_wrong_heading_is_named(append: Append, heading: str, words: str) -> None:
    """A heading that lacks a column or has a strange one fails in line 1."""
    with pytest.raises(RateTableError, match=words):
        wf.RateBook.open(append(GOOD, heading=heading))


def test_line_with_too_many_cells_is_a_message(append: Append) -> None:
    """A ragged file is a fault in words."""
    with pytest.raises(RateTableError, match=r"cannot be read: .*line 3"):
        wf.RateBook.open(append(GOOD, GOOD + ",more,and,more"))


def test_withdrawn_rate_has_an_empty_price(append: Append) -> None:
    """An empty price ends a Spot rate: no price, and no zero, from its day on."""
    book = wf.RateBook.open(append(line(purchase_option="spot", price="")))
    assert 0.0121 in prices(book, "vcpu_hours", "2026-11-30")
    assert 0.0121 not in prices(book, "vcpu_hours", "2026-12-01")
    assert 0.0 not in prices(book, "vcpu_hours", "2026-12-01")


def test_doubt_is_kept(append: Append) -> None:
    """A doubtful appended rate makes what it prices doubtful."""
    table = wf.RateBook.open(append(line(confidence="doubtful"))).table("aws.fargate")
    found = select_unit_prices(table, "vcpu_hours", dt.date(2026, 12, 1))
    assert found.doubtful[found.price == 0.05].all()
    assert not found.doubtful[found.price == 0.04656].any()


def test_confirmed_price_passes_the_band(append: Append) -> None:
    """A price that a person let through is no slip of R10."""
    book = wf.RateBook.open(append(line(price="50", confirmed="price_change")))
    assert 50.0 in prices(book, "vcpu_hours", "2026-12-01")


def test_written_lines_are_read_again(good: Path) -> None:
    """What is appended twice stands there in order, the first lines unchanged."""
    book = wf.RateBook.open(good)
    form, path = book.table("aws.fargate").form, good / "aws" / "fargate.yaml"
    row = dict(zip(HEADING.split(","), GOOD.split(","), strict=True))
    write_appended(path, form, [row])
    first = (good / "aws" / "fargate.rates.csv").read_text(encoding="utf-8")
    write_appended(path, form, [{**row, "observed_on": "2026-12-02", "price": "0.051"}])
    text = (good / "aws" / "fargate.rates.csv").read_text(encoding="utf-8")
    assert text.startswith(first)
    assert 0.051 in prices(wf.RateBook.open(good), "vcpu_hours", "2026-12-02")


def test_twenty_thousand_lines_are_read_as_columns(append: Append, good: Path) -> None:
    """Many lines become few blocks: one per variant, day and source, not one per line."""
    days = [dt.date(2027, 1, 1) + dt.timedelta(days=n) for n in range(20)]
    lines = [
        line(price=f"0.04{n:04d}", observed_on=str(day), region=region)
        for day in days
        for n in range(334)
        for region in ("us-east-1", "eu-west-1", "ap-northeast-2")
    ]
    form = wf.RateBook.open(good).table("aws.fargate").form
    blocks, problems = read_appended(append(*lines) / "aws" / "fargate.yaml", form)
    assert (len(blocks), problems) == (len(days), [])
    assert sum(len(block.cells) for block in blocks) == len(lines) > 20_000
