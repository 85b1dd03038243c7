"""What the pages take from code and tables is complete, and names things that exist."""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import wharfage as wf
from wharfage import errors
from wharfage.columns import FLEET_COLUMNS, METERS
from wharfage.rates.schema import TableForm

DOCS = Path(__file__).resolve().parents[2] / "docs"
MODULES = ("accuracy", "library_pages", "rate_tables", "self_contained", "service_pages", "words")


@pytest.fixture(scope="module")
def makers() -> Iterator[dict[str, ModuleType]]:
    """Give the modules that make pages, as the build finds them."""
    folder = str(DOCS / "_ext")
    sys.path.insert(0, folder)
    try:
        yield {name: importlib.import_module(name) for name in MODULES}
    finally:
        sys.path.remove(folder)


@pytest.fixture(scope="module")
def service_pages(makers: dict[str, ModuleType]) -> dict[str, str]:
    """Give the pages of all services."""
    return dict(makers["service_pages"].pages(wf.RateBook.bundled()))


def test_every_public_name_is_in_the_reference(
    makers: dict[str, ModuleType], book: wf.RateBook
) -> None:
    """The reference has every public function, class and error."""
    library = makers["library_pages"]
    text = library.verbs(book) + library.results(book) + library.errors(book)
    missing = {name for name in wf.__all__ if not re.search(rf"\.{name}$", text, re.MULTILINE)}
    assert not missing


def test_every_error_is_in_the_reference(makers: dict[str, ModuleType], book: wf.RateBook) -> None:
    """The page of errors has the whole tree."""
    text = makers["library_pages"].errors(book)
    tree = re.findall(r"(\w+(?:Error|Warning))\b", errors.__doc__ or "")
    own = {name for name in tree if hasattr(errors, name)}
    assert own
    assert all(f"wharfage.errors.{name}\n" in text for name in own)


def test_every_service_has_a_page(service_pages: dict[str, str], book: wf.RateBook) -> None:
    """Each table of the book has a page."""
    assert set(service_pages) == set(book.services())


def test_a_page_has_all_rules_and_assumptions(
    service_pages: dict[str, str], book: wf.RateBook
) -> None:
    """Each rule, credit and assumption of each table stands on its page."""
    for service, text in service_pages.items():
        form = book.table(service).form
        names = {*form.rules, *form.assumptions, *(credit.id for credit in form.credits)}
        assert {name for name in names if f"`{name}`" not in text} == set(), service


def test_a_page_shows_dated_values_with_their_source(service_pages: dict[str, str]) -> None:
    """A legal size, a minimum and a worked example are shown in words."""
    page = service_pages["aws.fargate"]
    assert "0.25 vCPU with 0.5, 1, 2 GiB" in page
    assert "by `operating_system`: linux 60, windows 300" in page
    assert "aws.amazon.com/fargate/pricing" in page
    assert "`TP-FG-60S-1`" in page


def test_doubt_is_shown(service_pages: dict[str, str], book: wf.RateBook) -> None:
    """A page whose table marks rates or rules as doubtful has a section on doubt, others none."""
    for service, text in service_pages.items():
        rates = book.table(service)
        marks = [b.confidence for meter in rates.meters.values() for b in meter.blocks]
        marks += [v.confidence for rule in rates.form.rules.values() for v in rule.versions]
        assert ("## Doubt" in text) is any(marks), service


def test_glossary_has_every_word(makers: dict[str, ModuleType], book: wf.RateBook) -> None:
    """The glossary has every column and every meter."""
    text = makers["words"].columns(book) + makers["words"].meters(book)
    assert all(f"| `{name}` |" in text for name in [*FLEET_COLUMNS, *METERS])


def test_schema_has_every_field(makers: dict[str, ModuleType], book: wf.RateBook) -> None:
    """The format's page has every field of a table."""
    text = makers["rate_tables"].fields(book)
    assert all(f"| `{name}` |" in text for name in TableForm.model_fields)


def test_tally_counts_the_book(makers: dict[str, ModuleType], book: wf.RateBook) -> None:
    """The page on accuracy counts the rates that the tables hold."""
    rates = sum(len(m) for name in book.services() for m in book.table(name).meters.values())
    assert f"holds {rates:,} dated rates" in makers["accuracy"].tally(book)


NAMED = sorted(set(re.findall(r"`(wharfage(?:\.\w+)+)`", (DOCS / "how_it_works.md").read_text())))


@pytest.mark.parametrize("name", NAMED)
def test_what_the_flow_names_exists(name: str) -> None:
    """Every function that "how it works" names is where it says."""
    module, _, own = name.rpartition(".")
    assert hasattr(importlib.import_module(module), own)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('<script defer src="https://x.example/a.js">', ["https://x.example/a.js"]),
        ('<link rel="stylesheet" href="//x.example/a.css">', ["//x.example/a.css"]),
        ('<link href="https://x.example/f" rel="preconnect">', ["https://x.example/f"]),
        ("@font-face { src: url(https://x.example/f.woff2) }", ["https://x.example/f.woff2"]),
        ('<a href="https://aws.amazon.com/fargate/pricing/">', []),
        ('<img src="_images/flow.svg"><link rel="stylesheet" href="_static/a.css">', []),
    ],
)
def test_what_a_page_loads_is_found(
    makers: dict[str, ModuleType], text: str, found: list[str]
) -> None:
    """Scripts, styles and fonts from elsewhere are found; links that a reader follows are not."""
    assert makers["self_contained"].loaded_addresses(text) == found
