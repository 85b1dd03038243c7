"""One page per service: what is billed, from its module, its table and its worked examples."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator

import pandas as pd
from golden_cases import cases
from markdown import code, codes, from_docstring, link, table
from rule_values import shown

import wharfage as wf
from wharfage.columns import FLEET_COLUMNS, METERS
from wharfage.outputs.coverage import coverage
from wharfage.rates.schema import Dated
from wharfage.rates.table import RateTable
from wharfage.services import Service, find_service, service_ids

NO_DATE = "always"


def pages(book: wf.RateBook) -> dict[str, str]:
    """Text of every page, by service id."""
    ids = [service for service in service_ids() if service in book.services()]
    held = _held(book)
    return {name: "\n".join(_page(find_service(name), book, held.loc[name])) for name in ids}


def service_list(book: wf.RateBook) -> str:
    """Every service with what its table holds, and the tree of pages."""
    held = _held(book)
    rows = [
        (
            f"[`{service}`]({service}.md)",
            find_service(service).title,
            held.regions[service] or "",
            f"{held.rates[service]:,}",
            held.newest_date[service],
            len(cases().get(service, [])),
        )
        for service in book.services()
    ]
    head = ("service", "title", "regions", "rates", "newest rate", "worked examples")
    tree = "\n".join(["```{toctree}", ":hidden:", "", *book.services(), "```"])
    return f"{table(head, rows)}\n{tree}\n"


def _held(book: wf.RateBook) -> pd.DataFrame:
    """What each table of the book holds."""
    return coverage(book, book.newest_date).set_index("service")


def _page(service: Service, book: wf.RateBook, held: pd.Series) -> Iterator[str]:
    rates = book.table(service.id)
    module = sys.modules[service.quantities.__module__]
    yield f"# {service.id}\n\n**{service.title}**\n"
    yield from_docstring(inspect.getdoc(module) or "") + "\n"
    yield "## In numbers\n\n" + _numbers(service, rates, book, held)
    yield "## What is billed\n\n" + _meters(rates, book)
    yield "## What it reads\n\n" + _columns(service)
    sections = {
        "Rules": _rules(rates, book),
        "Price groups": _groups(rates, book),
        "Discounts": _discounts(rates, book),
        "Free units and credits": _credits(rates, book),
        "Not offered": _not_offered(rates, book),
        "Assumptions": _assumptions(rates, book),
        "Doubt": doubt_of(rates, book),
        "Worked examples": _examples(service),
    }
    for title, text in sections.items():
        if text:
            yield f"## {title}\n\n{text}"


def _numbers(service: Service, rates: RateTable, book: wf.RateBook, held: pd.Series) -> str:
    rows = [
        ("rates", f"{held.rates:,}"),
        ("regions", held.regions or "the same everywhere, or priced by another table"),
        ("oldest and newest rate", f"{held.first_date} to {held.newest_date}"),
        ("complete from", rates.form.available_from),
        ("last compared with its sources", book.compared_on(service.id)),
        ("sold as", codes(rates.form.purchase_options)),
        ("table", code(f"pricing_data/{service.id.replace('.', '/', 1)}.yaml")),
    ]
    return table(("", ""), [row for row in rows if "NaT" not in str(row[1])])


def _meters(rates: RateTable, book: wf.RateBook) -> str:
    rows = []
    for name, form in rates.form.meters.items():
        own = rates.meters.get(name)
        notes = [
            form.prices_of and f"prices of [`{form.prices_of}`]({form.prices_of}.md)",
            form.minor and "minor: without a rate the row is a lower bound",
            form.optional and "only for who uses it",
            own is not None and own.is_tiered and "graduated tiers",
        ]
        rows.append(
            (
                code(name),
                METERS[name].meaning,
                form.pricing_unit,
                codes(form.key) or "nothing: the same everywhere",
                f"{len(own):,}" if own is not None else "",
                "; ".join(note for note in notes if note),
            )
        )
    head = ("meter", "meaning", "priced per", "price depends on", "rates", "")
    return f"{table(head, rows)}\n{_sources(rates, book)}"


def _sources(rates: RateTable, book: wf.RateBook) -> str:
    """Sources of the rates, by name."""
    keys = {block.source for meter in rates.meters.values() for block in meter.blocks}
    return f"Rates from: {'; '.join(_source(key, book) for key in sorted(keys))}.\n" if keys else ""


def _source(key: str, book: wf.RateBook) -> str:
    source = book.sources[key]
    when = f", {source.published}" if source.published else ""
    return f"{link(f'{source.publisher}, {source.page}', source.url)}{when}"


def _dated(entry: Dated) -> str:
    return f"{entry.date} {entry.date_kind}" if entry.date else NO_DATE


def _columns(service: Service) -> str:
    rows = [
        (
            code(name),
            FLEET_COLUMNS[name].unit,
            "required" if name in service.required else FLEET_COLUMNS[name].meaning,
        )
        for name in service.columns
    ]
    refused = "".join(
        f"- {kind.replace('_', ' ')}: {why}\n" for kind, why in service.cannot_run.items()
    )
    text = f"{table(('column', 'unit', ''), rows)}\nAll columns: [glossary](../glossary.md).\n"
    return f"{text}\nIt does not take\n\n{refused}" if refused else text


def _rules(rates: RateTable, book: wf.RateBook) -> str:
    rows = [
        (
            code(name),
            rule.meaning + (f" ({rule.unit})" if rule.unit else ""),
            _dated(version),
            shown(version, rule.by),
            _source(version.source, book) + (f" ({version.note})" if version.note else ""),
        )
        for name, rule in rates.form.rules.items()
        for version in rule.versions
    ]
    return table(("rule", "meaning", "from", "value", "source"), rows) if rows else ""


def _groups(rates: RateTable, book: wf.RateBook) -> str:
    rows = [
        (code(name), _dated(version), f"{group}: {codes(regions)}", _source(version.source, book))
        for name, versions in rates.form.region_groups.items()
        for version in versions
        for group, regions in version.groups.items()
    ]
    return table(("group", "from", "regions", "source"), rows) if rows else ""


def _discounts(rates: RateTable, book: wf.RateBook) -> str:
    rows = [
        (code(entry.purchase_option), entry.fraction, codes(entry.meters), _dated(entry),
         _source(entry.source, book))
        for entry in rates.form.discounts
    ]  # fmt: skip
    return (
        table(("option", "part of the list price taken off", "meters", "from", "source"), rows)
        if rows
        else ""
    )


def _credits(rates: RateTable, book: wf.RateBook) -> str:
    rows = [
        (
            code(credit.id),
            f"{credit.amount} {rates.form.currency}" if credit.amount else credit.quantity
            or f"that of `{credit.defined_in}`",
            codes(credit.meters),
            f"per {credit.per}",
            _dated(credit),
            _source(credit.source, book),
        )
        for credit in rates.form.credits
    ]  # fmt: skip
    head = ("pool", "a month", "meters", "", "from", "source")
    return table(head, rows) if rows else ""


def _not_offered(rates: RateTable, book: wf.RateBook) -> str:
    rows = [
        (
            "; ".join(f"{code(column)} {codes(values)}" for column, values in entry.when.items()),
            entry.why + (f"; sold from {entry.until} on" if entry.until else ""),
            _source(entry.source, book),
        )
        for entry in rates.form.not_offered
    ]
    return table(("what", "why", "source"), rows) if rows else ""


def _assumptions(rates: RateTable, book: wf.RateBook) -> str:
    rows = [
        (
            code(name),
            code(entry.default),
            entry.meaning,
            entry.confidence,
            _source(entry.source, book),
        )
        for name, entry in rates.form.assumptions.items()
    ]
    text = "What the provider leaves open. Change one with `assumptions={...}` or `--assume NAME=VALUE`.\n\n"
    head = ("name", "default", "meaning", "confidence", "source")
    return text + table(head, rows) if rows else ""


def doubt_of(rates: RateTable, book: wf.RateBook) -> str:
    """Rates and rules that are marked as doubtful, with the reason."""
    rows = [
        (code(name), _variant(block.key), _dated(block), _source(block.source, book), block.note)
        for name, meter in rates.meters.items()
        for block in meter.blocks
        if block.confidence
    ]
    rows += [
        (code(name), "", _dated(version), _source(version.source, book), version.note)
        for name, rule in rates.form.rules.items()
        for version in rule.versions
        if version.confidence
    ]
    return table(("what", "variant", "from", "source", "why"), rows) if rows else ""


def _variant(key: dict[str, str]) -> str:
    return ", ".join(f"{column} {code(value)}" for column, value in key.items())


def _examples(service: Service) -> str:
    rows = [
        (code(case.name), case.on, case.fact, case.monthly_cost, case.source)
        for case in cases().get(service.id, [])
    ]
    text = "Priced by the tests, line by line. `HAND-` marks arithmetic of our own; the others are published.\n\n"
    return text + table(("example", "on", "fact", "a month", "source"), rows) if rows else ""
