"""The public verb for people who do not run commands: a report as one HTML file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wharfage.analysis.compare import compare_fleet
from wharfage.api import Bill, Comparison, estimate
from wharfage.api_pictures import plot
from wharfage.api_stacks import compare_stack, price_stack
from wharfage.columns import FLEET_COLUMNS, PURCHASE_OPTIONS
from wharfage.engine.chosen_rows import take_rows
from wharfage.engine.estimate import price_fleet
from wharfage.engine.fleet import encode_fleet
from wharfage.engine.priced import PricedFleet
from wharfage.errors import MissingExtraError, WorkloadError
from wharfage.inputs.half_characters import check_whole_characters
from wharfage.inputs.stack import Note, Stack
from wharfage.outputs.files import check_output_path, whole_file
from wharfage.outputs.report import breakdowns, crossings, savings
from wharfage.outputs.report.elements import Html
from wharfage.outputs.report.embedded import embedded
from wharfage.outputs.report.facts import Facts
from wharfage.outputs.report.page import page
from wharfage.outputs.report.waste import waste
from wharfage.outputs.report.workload_data import costliest
from wharfage.rates.age import table_age
from wharfage.rates.book import RateBook, open_book
from wharfage.rates.rules import Assumption
from wharfage.services import find_service, service_ids
from wharfage.units import DEFAULT_MONTH

SUFFIXES = (".html", ".htm")

#: workloads up to which nodes are planned too: a plan takes seconds for each region
NODES_UP_TO = 100

#: ways to buy what runs all month, by the words of the idea
COMMITMENTS = {
    "commit for 1 year": ("savings_plan_1yr_no_upfront", "cud_1yr", "flexible_cud_1yr"),
    "commit for 3 years": ("savings_plan_3yr_no_upfront", "cud_3yr", "flexible_cud_3yr"),
}

#: charges that end without a change of place, by the words of the idea
UPGRADES = {"leave extended support of Kubernetes": "extended_support_hours"}


def report(
    fleet: object,
    out: str | Path | None = None,
    *,
    services: Sequence[str] | None = None,
    title: str | None = None,
    service: str | None = None,
    region: str | None = None,
    purchase_option: str | None = None,
    usage: Mapping[str, object] | None = None,
    rates: RateBook | str | Path | None = None,
    on: str | dt.date | None = None,
    month: str = DEFAULT_MONTH,
    free_tier: str = "account",
    sizes: str = "round_up",
    strict: bool = False,
    before_first: str | None = None,
    assumptions: Mapping[str, Assumption] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> str:
    r"""Report on a fleet: one HTML file, without network, to read, sort, filter, print and hand on.

    It tells what the fleet costs and where, what is unused, what would be cheaper and by how
    much, break-evens, and how sure all of that is. What is not priced is counted, never 0.

    Parameters
    ----------
    fleet : Stack, or fleet as :func:`wharfage.estimate` takes it
        Workloads, or documents from :func:`wharfage.read_documents`.
    out : path, optional
        File to write, ending in .html; whole or not at all.
    services : sequence of str, optional
        Services to compare with. By default every one that bills each workload on its own, and
        for up to 100 workloads pods on nodes too; the report says so.
    title : str, optional
        Heading of the report.
    service, region, purchase_option, usage
        For documents, as for :func:`wharfage.price_stack`.
    rates, on, month, free_tier, sizes, strict, before_first, assumptions
        As for :func:`wharfage.estimate`.
    progress : callable, optional
        Called as ``progress(done, total)`` with numbers of scenarios while they are compared.

    Returns
    -------
    str
        The HTML text.

    Raises
    ------
    WorkloadError
        If the fleet cannot be read, an argument makes no sense, or `out` cannot be written.
    UnpricedError
        If `strict` and any workload is unpriced.

    Examples
    --------
    >>> web = {"workload": "web", "service": "aws.fargate", "region": "us-east-1", "vcpu": 1, "memory_gib": 2}
    >>> text = report([web], services=["aws.fargate", "gcp.cloud_run"], on="2026-10-01")
    >>> text.startswith("<!doctype html>")
    True
    """
    place = {
        "service": service,
        "region": region,
        "purchase_option": purchase_option,
        "usage": usage,
    }
    keywords = {
        "rates": rates,
        "on": on,
        "month": month,
        "free_tier": free_tier,
        "sizes": sizes,
        "before_first": before_first,
        "assumptions": assumptions,
    }
    text, _ = report_page(
        fleet, out, services=services, title=title, strict=strict, place=place,
        keywords=keywords, progress=progress,
    )  # fmt: skip
    return text


def report_page(
    fleet: object,
    out: str | Path | None,
    *,
    services: Sequence[str] | None,
    title: str | None,
    strict: bool,
    place: Mapping[str, Any],
    keywords: Mapping[str, Any],
    progress: Callable[[int, int], None] | None,
) -> tuple[str, Bill]:
    """Report and the bill behind it; the arguments are those of :func:`report`, sorted.

    Raises
    ------
    WorkloadError, UnpricedError
        As for :func:`report`.
    """
    if out is not None:
        check_output_path(Path(out), SUFFIXES)
    check_whole_characters({"title": [title]})
    keywords = {**keywords, "rates": open_book(keywords["rates"])}
    if isinstance(fleet, Stack):
        priced = price_stack(fleet, **place, strict=strict, **keywords)
        bill: Bill = priced
        where = {name: place[name] for name in ("region", "usage")}
        found: dict[str, Any] = {
            "platforms": compare_stack(fleet, services=services, **where, **keywords),
            "missing": [str(each) for each in priced.missing],
            "notes": [_note(each) for each in dict.fromkeys(priced.notes)],
        }
        facts = _facts(bill, title or "What these documents cost")
    else:
        bill = estimate(fleet, strict=strict, **keywords)
        facts = _facts(bill, title or "What this fleet costs")
        found = _compared(facts, services, keywords, progress)
    facts = replace(facts, **found)
    text = page(replace(facts, pictures=_pictures(facts)))
    if out is not None:
        with whole_file(Path(out)) as beside:
            beside.write_text(text, encoding="utf-8", newline="\n")
    return text, bill


def _note(note: Note) -> str:
    """Note on documents, with whom it is about and where."""
    who = f"{note.workload}: " if note.workload else ""
    return who + note.text + (f" [{note.where}]" if note.where else "")


def _facts(bill: Bill, title: str) -> Facts:
    """What a bill alone can tell."""
    priced = _priced(bill)
    lines, frame = bill.lines(), bill.frame
    currencies = {name: priced.book.table(name).form.currency for name in priced.services}
    currency = frame["service"].astype("string").map(currencies)
    if len(set(currencies.values())) == 1:
        # A row without a price has no currency of its own.
        currency = currency.fillna(next(iter(currencies.values())))
    currency = currency.fillna("").astype(str)
    return Facts(
        title=title,
        bill=bill,
        fleet=frame,
        lines=lines,
        currency=currency,
        currencies=currencies,
        waste=waste(priced, lines),
        breakdowns=breakdowns.breakdowns(bill, currency),
        components=breakdowns.by_component(lines, currencies),
        ages=[table_age(priced.book, name, bill.on) for name in priced.services],
    )


def _priced(bill: Bill) -> PricedFleet:
    return bill._priced  # noqa: SLF001  of the same room; the sizes and rate tables behind the bill


def _compared(
    facts: Facts,
    services: Sequence[str] | None,
    keywords: Mapping[str, Any],
    progress: Callable[[int, int], None] | None,
) -> dict[str, Any]:
    """Where the fleet would be cheaper; or why that cannot be told."""
    priced = _priced(facts.bill)
    if not facts.only_currency:
        return {"not_compared": "the fleet has prices in several currencies, or none."}
    chosen, remarks = _chosen(facts, services, priced.book)
    order = np.sort(costliest(facts.fleet["monthly_cost"]))
    if len(order) < len(facts.fleet):
        remarks.append(
            f"Compared are the {len(order):,} costliest of {len(facts.fleet):,} workloads."
        )
    whole = priced.fleet if len(order) == len(facts.fleet) else take_rows(priced.fleet, order)
    try:
        found = compare_fleet(
            whole, priced.book, priced.options,
            services=chosen, regions=None, purchase_options=None, progress=progress,
        )  # fmt: skip
    except WorkloadError as error:
        return {"not_compared": error.message}
    comparison = Comparison(found)

    def price(fleet: pd.DataFrame) -> NDArray[np.float64]:
        encoded = replace(encode_fleet(fleet), given=frozenset(FLEET_COLUMNS))
        return price_fleet(encoded, priced.book, priced.options).monthly_cost

    candidates = savings.candidates_of(comparison.frame, facts.fleet)
    same = candidates[candidates["same_cloud"]]
    requests = np.broadcast_to(priced.fleet.arrays["requests_per_month"], len(facts.fleet))
    return {
        "comparison": comparison,
        "remarks": remarks,
        "moves": (
            savings.move("move within the same cloud and region", facts.fleet, same, price),
            savings.move("move to either cloud", facts.fleet, candidates, price),
        ),
        "purchases": _purchases(facts, price),
        "upgrades": [
            savings.drop(name, facts.fleet, facts.lines, meter) for name, meter in UPGRADES.items()
        ],
        "crossings": crossings.crossings(facts.fleet, requests, comparison.frame, keywords),
    }


def _chosen(
    facts: Facts, services: Sequence[str] | None, book: RateBook
) -> tuple[list[str], list[str]]:
    """Services to compare with, and what is said of the choice."""
    if services is not None:
        names = [services] if isinstance(services, str) else list(services)
        return names, [f"Compared with {', '.join(names)} only."]
    able = [n for n in service_ids() if find_service(n).runs_workloads and n in book.tables]
    if len(facts.fleet) <= NODES_UP_TO:
        return able, []
    said = (
        f"Pods on shared nodes are compared for up to {NODES_UP_TO} workloads only, as each plan"
        " takes its time: `wharfage compare` and `wharfage nodes` plan them for this fleet."
    )
    return [name for name in able if not find_service(name).plans_nodes], [said]


def _purchases(facts: Facts, price: savings.Price) -> list[savings.Saving]:
    """Commitments for what runs all month, and Spot for all that is on demand."""
    priced = _priced(facts.bill)
    arrays, hours = priced.fleet.arrays, priced.options.month.hours
    is_open = arrays["purchase_option"] == PURCHASE_OPTIONS.index("on_demand")
    is_open = is_open & facts.fleet["monthly_cost"].notna().to_numpy()
    steady = is_open & np.isnan(arrays["runs_per_month"]) & np.isnan(arrays["requests_per_month"])
    own = arrays["hours_per_month"]
    steady &= np.isnan(own) | (own >= hours)
    found = [
        savings.buy(f"{name}, nothing upfront", facts.fleet, steady, options, price)
        for name, options in COMMITMENTS.items()
    ]
    return [*found, savings.buy("all of it as Spot", facts.fleet, is_open, ("spot",), price)]


def _pictures(facts: Facts) -> dict[str, Html]:
    """Pictures of the report; none where the extra that draws them is not installed."""
    wanted: list[tuple[str, object, str, dict[str, object]]] = []
    if facts.fleet["monthly_cost"].notna().any():
        wanted.append(("components", facts.bill, "components", {"top": 10}))
    if facts.waste["unused_cost"].max() > 0:
        wanted.append(("waste", facts.bill, "waste", {"by": "service", "top": 10}))
    if facts.comparison is not None and (facts.comparison.totals["priced"] > 0).any():
        wanted.append(("ranking", facts.comparison, "ranking", {"top": 15}))
    for n, crossing in enumerate(facts.crossings):
        if crossing.found is not None and len(crossing.found.roots):
            wanted.append((f"break_even_{n}", crossing.found, "break_even", {}))
    try:
        return {
            name: embedded(plot(result, kind, **options), name)
            for name, result, kind, options in wanted
        }
    except MissingExtraError:
        return {}
