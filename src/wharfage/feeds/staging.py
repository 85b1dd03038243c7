"""The book as it would be: a copy of the old one with the new rates appended, checked whole."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from wharfage.errors import FeedError
from wharfage.feeds.comparison import Change, price_text
from wharfage.rates.appended import FIRST_LINE, appended_path, write_appended
from wharfage.rates.book import RateBook
from wharfage.rates.reading import read_table
from wharfage.rates.sources import read_sources

SOURCES = "sources.yaml"


@dataclass(frozen=True)
class Finding:
    """A rule that the would-be book breaks, and the change whose line breaks it, if any."""

    service: str
    rule: str
    message: str
    change: Change | None


def copy_book(book: RateBook, folder: Path) -> None:
    """Copy the files of a book to a new folder, with this process's own permissions."""
    for path in sorted(book.folder.rglob("*")):
        inside = path.relative_to(book.folder)
        if path.is_file() and not any(part.startswith(".") for part in inside.parts):
            target = folder / inside
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)


def write_sources(folder: Path, sources: Mapping[str, Mapping[str, str]]) -> None:
    """Append new sources to those of a book; the old ones stay as they are.

    Raises
    ------
    FeedError
        If a key of the book would get another meaning.
    """
    path = folder / SOURCES
    known = read_sources(path)
    changed = [
        key
        for key, entry in sources.items()
        if key in known and _said(known[key].model_dump(mode="json")) != _said(entry)
    ]
    if changed:
        raise FeedError(
            f"The source {changed[0]!r} stands for something else in the book"
            f" ({len(changed):,} such keys).",
            hint="a source that says something new needs a key of its own.",
        )
    new = {key: dict(sources[key]) for key in sorted(sources.keys() - known.keys())}
    if new:
        text = yaml.safe_dump(new, sort_keys=False, allow_unicode=True, width=100)
        with path.open("a", encoding="utf-8", newline="\n") as file:
            file.write("\n" + text)


def _said(entry: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in entry.items() if value is not None}


def write_changes(
    book: RateBook, folder: Path, changes: Sequence[Change]
) -> dict[tuple[str, int], Change]:
    """Append the rates of changes to the tables of a copy of `book`.

    Returns
    -------
    dict of service and line to Change
        Which line of which file of appended rates is whose.
    """
    lines: dict[tuple[str, int], Change] = {}
    for service in sorted({change.service for change in changes}):
        own = [change for change in changes if change.service == service]
        path = table_path(folder, service)
        before = appended_path(path)
        line = FIRST_LINE
        if before.is_file():
            line += before.read_bytes().count(b"\n") - 1
        rows: list[dict[str, str]] = []
        for change in own:
            for row in _rows(change):
                lines[service, line + len(rows)] = change
                rows.append(row)
        write_appended(path, book.table(service).form, rows)
    return lines


def _rows(change: Change) -> Iterable[dict[str, str]]:
    for seen in change.observations:
        yield {
            **seen.key,
            "meter": seen.meter,
            "pricing_unit": seen.pricing_unit,
            "currency": seen.currency,
            "tier_start": price_text(seen.tier_start),
            "price": "" if seen.price is None else price_text(seen.price),
            "sku_id": seen.sku_id,
            "effective_from": str(seen.effective_from or ""),
            "observed_on": str(seen.observed_on or ""),
            "source": seen.source,
            "confirmed": " ".join(change.confirmed),
        }


def table_path(folder: Path, service: str) -> Path:
    """Table of a service in a folder of tables."""
    return folder.joinpath(*service.split(".")).with_suffix(".yaml")


def check_staged(
    book: RateBook, folder: Path, lines: Mapping[tuple[str, int], Change]
) -> list[Finding]:
    """Every rule that the changed tables of a copy break."""
    sources = read_sources(folder / SOURCES)
    found = []
    for service in sorted({service for service, _ in lines}):
        path = table_path(folder, service)
        regions = book.regions.of_provider(path.parent.name)
        _, problems = read_table(path, folder, sources, regions)
        for problem in problems:
            is_appended = problem["file"] == appended_path(path).relative_to(folder).as_posix()
            change = lines.get((service, int(str(problem["line"])))) if is_appended else None
            words = f"{problem['message']} ({problem['rule']}, {problem['file']}:{problem['line']})"
            found.append(Finding(service, str(problem["rule"]), words, change))
    return found
