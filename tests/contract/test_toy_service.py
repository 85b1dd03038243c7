"""A service is one file, one table and one golden case: a toy harbour proves it.

The toy is put where a new service would be put, and nothing else is touched. Two ways in: a file
in the package of services (the toy's folder becomes part of the package's path), and another
distribution with an entry point (a real one, on the import path).
"""

from __future__ import annotations

import math
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from rich.console import Console

import wharfage as wf
import wharfage.services
from wharfage.outputs.rates import print_rates, rate_frame
from wharfage.rates.book import bundled_folder
from wharfage.services import find_service, registry, service_ids

TOY = Path(__file__).parent / "toy"
CASE: dict[Any, Any] = yaml.safe_load((TOY / "golden.yaml").read_text(encoding="utf-8"))
LINES = CASE["expected"]["lines"]
ON = "2026-10-01"


def add_to_package(folder: Path, patch: pytest.MonkeyPatch) -> None:
    """Put the toy's file where a service of a new provider belongs."""
    provider = folder / "services" / "toy"
    provider.mkdir(parents=True)
    (provider / "__init__.py").write_text('"""Services of the toy provider."""\n')
    shutil.copy(TOY / "harbour.py", provider / "harbour.py")
    path = [*wharfage.services.__path__, str(folder / "services")]
    patch.setattr(wharfage.services, "__path__", path)


def add_as_distribution(folder: Path, patch: pytest.MonkeyPatch) -> None:
    """Install the toy as another distribution that names an entry point."""
    site = folder / "site"
    metadata = site / "toy_harbour-1.0.dist-info"
    metadata.mkdir(parents=True)
    shutil.copy(TOY / "harbour.py", site / "toy_harbour.py")
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: toy-harbour\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(
        "[wharfage.services]\nharbour = toy_harbour:SERVICE\n"
    )
    patch.syspath_prepend(str(site))


def clear_registry() -> None:
    """Forget which services were found."""
    for member in vars(registry).values():
        if hasattr(member, "cache_clear"):
            member.cache_clear()


@pytest.fixture(params=[add_to_package, add_as_distribution], ids=["file", "distribution"])
def toy_book(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[wf.RateBook]:
    """Add the toy, and give a book that holds its table beside one of the bundled ones."""
    request.param(tmp_path, monkeypatch)
    tables = tmp_path / "pricing_data"
    bundled = bundled_folder()
    for name in ("sources.yaml", "regions.yaml", "aws/fargate.yaml"):
        (tables / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(bundled / name, tables / name)
    (tables / "toy").mkdir()
    shutil.copy(TOY / "harbour.yaml", tables / "toy" / "harbour.yaml")
    before = set(sys.modules)
    clear_registry()
    try:
        yield wf.RateBook.open(tables)
    finally:
        monkeypatch.undo()
        clear_registry()
        for name in set(sys.modules) - before:
            if name == "toy_harbour" or name.startswith("wharfage.services.toy"):
                del sys.modules[name]


@pytest.fixture
def bill(toy_book: wf.RateBook) -> wf.Bill:
    """Price the golden case."""
    return wf.estimate(CASE["fleet"], rates=toy_book, on=ON)


@pytest.mark.usefixtures("toy_book")
def test_toy_is_found() -> None:
    """The registry finds the toy beside the bundled services."""
    assert {"toy.harbour", "aws.fargate"} <= set(service_ids())


@pytest.mark.usefixtures("toy_book")
def test_toy_is_a_service() -> None:
    """The toy is found under its id."""
    assert find_service("toy.harbour").title == "Toy harbour"


def test_two_currencies_are_never_added_story_30(toy_book: wf.RateBook, tmp_path: Path) -> None:
    """Yuan of one table and dollars of another are two totals: nothing is converted."""
    path = tmp_path / "pricing_data" / "toy" / "harbour.yaml"
    text = path.read_text(encoding="utf-8")
    dollars = wf.estimate(CASE["fleet"], rates=toy_book, on=ON).total()["USD"]
    path.write_text(text.replace("currency: USD", "currency: CNY"), encoding="utf-8")
    task = {"workload": "task", "service": "aws.fargate", "region": "us-east-1"}
    fleet = [*CASE["fleet"], {**task, "vcpu": 1, "memory_gib": 2}]
    total = wf.estimate(fleet, rates=wf.RateBook.open(path.parents[1]), on=ON).total()
    assert total == pytest.approx({"CNY": dollars, "USD": 730 * (0.04048 + 2 * 0.004445)})


def test_toy_is_gone_afterwards() -> None:
    """Without its file there is no toy."""
    assert "toy.harbour" not in service_ids()


def test_toy_table_is_in_the_book(toy_book: wf.RateBook) -> None:
    """The book has the toy's table."""
    assert "toy.harbour" in toy_book.services()


@pytest.mark.parametrize("line", LINES, ids=lambda line: f"{line['workload']}-{line['meter']}")
def test_toy_lines(bill: wf.Bill, line: dict[str, str]) -> None:
    """Every charge is the golden one: tiers count over the ships of an account."""
    lines = bill.lines().set_index(["workload", "meter"])
    expected = eval(line["effective_cost"], {})  # noqa: S307  arithmetic of our own file
    found = lines.loc[(line["workload"], line["meter"]), "effective_cost"]
    assert found == pytest.approx(expected, rel=1e-12)


def test_toy_has_no_other_charges(bill: wf.Bill) -> None:
    """There is no charge beyond the golden ones, and no rate of the storage in the south."""
    lines = bill.lines()
    priced = lines[lines["effective_cost"].notna()]
    assert len(priced) == len(LINES)
    holes = lines[lines["effective_cost"].isna()]
    assert holes[["workload", "meter"]].to_numpy().tolist() == [
        ["south", "ephemeral_storage_gib_hours"]
    ]


def test_toy_total(bill: wf.Bill) -> None:
    """The total is the golden one, and says that it is a lower bound."""
    total = bill.total()
    assert total["USD"] == pytest.approx(eval(CASE["expected"]["monthly_cost"], {}))  # noqa: S307
    assert total.lower_bounds == 1


def test_toy_statuses(bill: wf.Bill) -> None:
    """A minor meter without a rate makes a lower bound, nothing else does."""
    found = bill.frame.set_index("workload")["cost_status"].to_dict()
    assert found == CASE["expected"]["status"]


@pytest.mark.parametrize(
    ("first", "second"), [(999, 1), (1000, 1), (1001, 1), (500, 500), (5000, 10)]
)
def test_toy_tiers_count_over_the_account_story_23(
    toy_book: wf.RateBook, first: int, second: int
) -> None:
    """Two ships pay what one ship with all their lifts pays, on both sides of the boundary."""
    ships = [
        {"service": "toy.harbour", "region": "north-quay", "events_per_month": lifts}
        for lifts in (first, max(second, 10))
    ]
    lifts = first + max(second, 10)
    expected = min(lifts, 1000) * 0.10 + max(lifts - 1000, 0) * 0.05
    assert wf.estimate(ships, rates=toy_book, on=ON).total()["USD"] == pytest.approx(expected)


def test_toy_tiered_line_has_the_average_price(bill: wf.Bill) -> None:
    """A tiered meter is one line, whose list unit price is list cost over quantity."""
    lines = bill.lines().set_index(["workload", "meter"])
    assert lines.loc[("large", "requests"), "list_unit_price"] == pytest.approx(0.075)


def test_toy_rule_is_used(toy_book: wf.RateBook) -> None:
    """A single lift is billed as the ten that the table's rule sets."""
    ship = {"service": "toy.harbour", "region": "north-quay", "events_per_month": 1}
    assert wf.estimate([ship], rates=toy_book, on=ON).total()["USD"] == pytest.approx(1)


def test_toy_fault_keeps_a_row_unpriced(toy_book: wf.RateBook) -> None:
    """A fault of the toy is a reason."""
    ship = {"service": "toy.harbour", "region": "north-quay", "storage_gib": 501}
    frame = wf.estimate([ship], rates=toy_book, on=ON).frame
    assert math.isnan(frame["monthly_cost"].item())
    assert frame["unpriced_reason"].item() == "illegal_size: no quay holds so much"


def test_toy_is_explained(bill: wf.Bill) -> None:
    """The toy's arithmetic is explained like any other, with SKU, date and source."""
    text = bill.explain("other")
    assert "1,200 Requests" in text
    assert "TOY-LIFT-1" in text
    assert "effective 2026-01-01" in text


def test_toy_tiers_are_explained(bill: wf.Bill) -> None:
    """An average price comes with the sum it is the average of, in quantities of the account."""
    text = " ".join(bill.explain("small").split())
    assert (
        "800 Requests x 0.075 = 60 USD the average over the account's 2,000 Requests at these"
        " prices: 1,000 x 0.1 + 1,000 x 0.05 = 150 USD [SKU TOY-LIFT-1" in text
    )


def test_one_tier_needs_no_average(toy_book: wf.RateBook) -> None:
    """Where an account stays in the first tier, its price is the table's and nothing is added."""
    ship = {"service": "toy.harbour", "region": "north-quay", "events_per_month": 1000}
    text = wf.estimate([ship], rates=toy_book, on=ON).explain("1")
    assert "1,000 Requests x 0.1 = 100 USD" in text
    assert "the average over" not in text


def test_toy_tiers_are_shown(toy_book: wf.RateBook) -> None:
    """A table of rates says from which quantity a price holds, where any holds from more than 0."""
    console = Console(record=True, width=150)
    print_rates(console, rate_frame(toy_book, "toy.harbour", region="north-quay"), 20)
    head, _, *rows = (line.split() for line in console.export_text().splitlines())
    assert head[2:5] == ["variant", "from", "price"]
    assert [row[2:4] for row in rows] == [["0", "0.10"], ["1,000", "0.05"], ["0", "0.001"]]


def test_from_is_not_shown_without_tiers(toy_book: wf.RateBook) -> None:
    """Where every price holds from 0, there is no column that says so."""
    console = Console(record=True, width=120)
    frame = rate_frame(toy_book, "toy.harbour", meter="ephemeral_storage_gib_hours")
    print_rates(console, frame, 20)
    assert "from" not in console.export_text()


def test_toy_unknown_region(toy_book: wf.RateBook) -> None:
    """A provider without a list of regions has the regions of its table."""
    ship = {"service": "toy.harbour", "region": "east-quay", "events_per_month": 1}
    reason = wf.estimate([ship], rates=toy_book, on=ON).frame["unpriced_reason"].item()
    assert reason.startswith("unknown_region: 'east-quay' (did you mean ")


def test_toy_before_its_first_day(toy_book: wf.RateBook) -> None:
    """Before its first day the toy has no price."""
    ship = {"service": "toy.harbour", "region": "north-quay", "events_per_month": 1}
    reason = wf.estimate([ship], rates=toy_book, on="2025-12-31").frame["unpriced_reason"].item()
    assert reason.startswith("not_yet_priced")


def test_toy_beside_a_real_service(toy_book: wf.RateBook) -> None:
    """The toy and a bundled service are priced together."""
    task = {"service": "aws.fargate", "region": "us-east-1", "vcpu": 1, "memory_gib": 2}
    ship = {"service": "toy.harbour", "region": "north-quay", "events_per_month": 10}
    assert wf.estimate([task, ship], rates=toy_book, on=ON).total()["USD"] == pytest.approx(37.0401)


def test_a_new_rate_never_changes_an_old_result_story_34(
    toy_book: wf.RateBook, tmp_path: Path
) -> None:
    """A price that is appended with a later date leaves every earlier date as it was."""
    path = tmp_path / "pricing_data" / "toy" / "harbour.yaml"
    text = path.read_text(encoding="utf-8")
    later = text.split("rates:\n")[1].split("\nrules:")[0]
    later = later.replace("2026-01-01", "2026-09-01").replace('"0.10"', '"0.20"')
    path.write_text(text.replace("\nrules:", f"\n{later}\nrules:"), encoding="utf-8")
    dearer = wf.RateBook.open(path.parents[1])
    for on, same in (("2026-08-31", True), ("2026-09-01", False)):
        old, new = (
            wf.estimate(CASE["fleet"], rates=book, on=on).total()["USD"]
            for book in (toy_book, dearer)
        )
        assert (old == new) is same
