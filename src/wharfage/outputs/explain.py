"""Explanations as text: the arithmetic of one workload, and everything that was assumed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from wharfage.columns import COST_STATUSES
from wharfage.engine.assemble import line_frame, status_codes
from wharfage.engine.priced import PricedFleet, ServiceResult
from wharfage.outputs.explain_tiers import tier_lines
from wharfage.outputs.figures import money, number
from wharfage.rates.age import table_age

#: notes that services give, in words
NOTES = {
    "sized_from_average_load": "instances follow from the average load over the target utilization",
    "run_longer_than_month_billed_whole": "a run longer than the month is billed whole",
    "node_chosen_by_nominal_size": "the smallest machine that holds the pod by its nominal size",
    "no_boot_disk_priced": "no boot disk is stated, none is priced",
    "replicas_not_read": (
        "replicas multiplies no machines, clusters or addresses: node_count, cluster_count and"
        " public_ipv4_count do"
    ),
    "sustained_use_discount": "sustained use lowers the price, each node counted on its own",
    "management_hours_by_formula": (
        "no list that is known here has the fee of this machine and region; it is a share of the"
        " on-demand price, rounded as the provider rounds it"
    ),
    "requests_share_instances_perfectly": "concurrent requests share instances perfectly",
}

#: notes whose facts have a day: the rule that they stand in, and what happened on that day
DATED = {
    "spot_interruptions": ("interruption_bands", "read"),
    "closed_to_new_customers": ("closed_to_new_customers", "since"),
}

#: rules that fill an empty size, and its column
DEFAULTS = {"default_vcpu": "vcpu", "default_memory_gib": "memory_gib"}


def assumption_lines(
    priced: PricedFleet, counts: Mapping[tuple[str, str], int] | None = None
) -> dict[str, str]:
    """Everything that was taken for granted, by name, in words.

    With `counts`, the notes and numbers of workloads are those, and not the fleet's own: this is
    how a fleet that was priced in parts is told of.
    """
    counts = count_assumptions(priced) if counts is None else counts
    said, told = _choices(priced), Counter[tuple[str, str]]()
    for service, result in priced.services.items():
        said |= {name: text for name, text in _rules(priced, result).items() if name not in said}
        for (own, note), count in counts.items():
            if own == service and note not in DEFAULTS:
                told[_note(priced, result, note)] += count
    for (name, words), count in told.items():
        before = f"{said[name]}; " if name in said else ""
        said[name] = f"{before}{words} ({count:,} workloads)"
    return said | _defaults(priced, counts)


def count_assumptions(priced: PricedFleet) -> Counter[tuple[str, str]]:
    """Workloads that each note, or default of a size, is true of, by service and its name."""
    counts: Counter[tuple[str, str]] = Counter()
    for service, result in priced.services.items():
        for note, rows in result.notes.items():
            counts[service, note] = len(rows)
        rules = priced.book.table(service).form.rules
        if "replicas" not in result.plan.service.columns:
            replicas = priced.fleet.arrays["replicas"][result.rows]
            counts[service, "replicas_not_read"] = int((replicas > 1).sum())
        for default, column in DEFAULTS.items():
            if column in result.columns and default in rules:
                counts[service, default] = int(np.isnan(result.columns[column]).sum())
    return +counts


def _choices(priced: PricedFleet) -> dict[str, str]:
    """How the fleet was priced: date, month, free tier, sizes, rate book."""
    options, book = priced.options, priced.book
    age = (options.on - book.newest_date).days
    when = f"{options.on}; newest rate in the book {book.newest_date}"
    if age > 0:
        when += f", {age:,} days before that date"
    said = {
        "on": f"rates and rules in force on {when}",
        "month": f"{options.month.text} ({options.month.hours:g} hours)",
        "free_tier": {
            "account": "credits given once per billing account and month, shared over the fleet",
            "none": "no credits, no free tiers",
        }[options.free_tier],
        "sizes": {
            "round_up": "illegal sizes are rounded up to the next legal one",
            "strict": "illegal sizes are faults",
        }[options.sizes],
        "rate_book": _book(priced),
    }
    if options.before_first:
        said["before_first"] = "dates before the first rate are priced with it, and doubtful"
    return said


def _book(priced: PricedFleet) -> str:
    """Which rate book, and how old the oldest of its tables that were used is."""
    book, on = priced.book, priced.options.on
    said = f"digest {book.digest}, {len(book.tables)} tables, {book.name}"
    ages = [table_age(book, service, on) for service in priced.services]
    if not ages:
        return said
    oldest = max(ages, key=lambda age: age.days)
    when = f"{oldest.days:,} days before {on}" if oldest.days > 0 else "in force"
    return f"{said}; oldest table used {oldest.service}, newest rate {oldest.newest_rate}, {when}"


def _rules(priced: PricedFleet, result: ServiceResult) -> dict[str, str]:
    """What the provider of a service leaves open, with the value that was used."""
    forms = priced.book.table(result.plan.service.id).form.assumptions
    return {
        name: f"{_plain(value)} ({' '.join(forms[name].meaning.split())})"
        for name, value in result.plan.rules.assumptions.items()
    }


def _note(priced: PricedFleet, result: ServiceResult, note: str) -> tuple[str, str]:
    """Name and words of a note of a service."""
    name, _, words = note.partition(": ")
    return name, words + _read_on(result, priced, name) if words else NOTES.get(note, note)


def _read_on(result: ServiceResult, priced: PricedFleet, note: str) -> str:
    """Day on which the facts behind a note were read, for notes that age."""
    rule, word = DATED.get(note, ("", ""))
    form = priced.book.table(result.plan.service.id).form.rules.get(rule)
    return f", {word} {form.versions[-1].date}" if form else ""


def _defaults(priced: PricedFleet, counts: Mapping[tuple[str, str], int]) -> dict[str, str]:
    """Defaults of services that filled empty sizes."""
    return {
        f"{default}.{service}": (
            f"{_plain(result.plan.rules[default])} where empty ({counts[service, default]:,} workloads)"
        )
        for service, result in priced.services.items()
        for default in DEFAULTS
        if (service, default) in counts
    }


def explain_workload(priced: PricedFleet, row: int) -> str:
    """Arithmetic of one workload: requested, billed, charges, credits, cost, assumptions."""
    name = priced.fleet.workloads[row]
    result = next((r for r in priced.services.values() if row in r.rows), None)
    service = result.plan.service.id if result else "unknown service"
    currency = priced.book.table(service).form.currency if result else ""
    region = priced.fleet.values["region"]
    code = int(priced.fleet.arrays["region"][row])
    text = [f"{name} on {service}" + (f" in {region[code]}" if code >= 0 else "")]
    text += [
        f"  on {priced.options.on}, month {priced.options.month.text}, rate book {priced.book.digest}",
        "",
    ]
    if result:
        text += _sizes(priced, result, row)
    reason = priced.reasons.texts[priced.reasons.codes[row]]
    if reason:
        return "\n".join([*text, f"unpriced: {reason}"])
    lines = line_frame(priced, np.array([row]))
    text += _charges(lines, currency, tier_lines(priced, result, row) if result else {})
    cost = priced.monthly_cost[row]
    status = COST_STATUSES[int(status_codes(priced)[row])]
    text += [
        f"monthly cost  {money(cost)} {currency}  ({status}; list {money(priced.list_cost[row])})",
        f"daily cost    {money(cost * priced.options.month.per_day)} {currency}",
        "",
        "assumptions",
        *_assumptions(priced, result, row),
    ]
    return "\n".join(text)


def _sizes(priced: PricedFleet, result: ServiceResult, row: int) -> list[str]:
    position = int(np.flatnonzero(result.rows == row)[0])
    shown = []
    if "instance_type" in result.plan.service.columns:
        code = int(result.columns["instance_type"][position])
        if code >= 0:
            shown.append(
                f"  on {result.plan.values['instance_type'][code]}: {number(priced.billed_vcpu[row])} vCPU,"
                f" {number(priced.billed_memory_gib[row])} GiB each"
            )
    for column, billed, unit in (
        ("vcpu", priced.billed_vcpu, "vCPU"),
        ("memory_gib", priced.billed_memory_gib, "GiB"),
    ):
        if column not in result.plan.service.columns:
            continue
        asked = float(result.columns[column][position])
        requested = "nothing" if np.isnan(asked) else f"{number(asked)} {unit}"
        is_unpriced = np.isnan(billed[row]) or priced.reasons.codes[row]
        to = "" if is_unpriced else f" → billed {number(billed[row])} {unit}"
        shown.append(f"  requested {requested}{to} per replica")
    return [*shown, ""] if shown else []


def _charges(lines: pd.DataFrame, currency: str, tiers: Mapping[str, list[str]]) -> list[str]:
    """Arithmetic of every charge; `tiers` says where an average price comes from."""
    text = []
    rows: Iterable[Any] = lines.itertuples()
    for line in rows:
        if line.meter.startswith("credit:"):
            text.append(
                f"  {line.meter:<30} {number(line.effective_cost)} {currency}  [{line.source}]"
            )
            continue
        if pd.isna(line.list_cost):
            text.append(
                f"  {line.meter:<30} {number(line.pricing_quantity)} {line.pricing_unit}: no rate,"
                " left out; the cost is a lower bound"
            )
            continue
        price = number(line.list_unit_price)
        arithmetic = f"{number(line.pricing_quantity)} {line.pricing_unit} x {price} = {number(line.list_cost)} {currency}"
        if line.effective_cost != line.list_cost and line.list_cost:
            paid = line.effective_cost / line.list_cost
            arithmetic += (
                f", bought at {number(line.list_unit_price * paid)} = {number(line.effective_cost)}"
            )
        sku = "" if pd.isna(line.sku_id) else f"SKU {line.sku_id}, "
        dated = f"{line.rate_date_kind} {line.rate_date}"
        text.append(f"  {line.meter:<30} {arithmetic}")
        text += [f"  {'':<30} {words}" for words in tiers.get(line.meter, [])]
        text.append(f"  {'':<30} [{sku}{dated}, {line.source}]")
    return [*text, ""] if text else ["  nothing is used", ""]


def _assumptions(priced: PricedFleet, result: ServiceResult | None, row: int) -> list[str]:
    """What was taken for granted for one workload."""
    said = _choices(priced)
    if result is not None:
        said |= _rules(priced, result)
        said |= dict(
            _note(priced, result, note) for note, rows in result.notes.items() if row in rows
        )
    return [f"  {name}: {text}" for name, text in said.items()]


def _plain(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
