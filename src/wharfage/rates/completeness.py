"""R7: from `available_from` on, a region priced for one required meter is priced for all of them.

Meters are compared two by two within the variant that they share. A meter whose key has fewer
columns (an operating system licence, storage) speaks for the variants that it prices somewhere;
meters with the same key need each other in every variant. Spot, commitments and meters marked
``minor`` or ``optional`` are left out, and so are machines, disks and destinations, which a region
sells one by one. Every day on which a price appears or is withdrawn is looked at.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from wharfage.plain_yaml import Place
from wharfage.rates.findings import Found, some
from wharfage.rates.rows import OPTION, SPAN, Rows, Variant, combine, variant_of
from wharfage.rates.schema import TableForm

#: columns whose values a region sells one by one: no region has to have them all
ONE_BY_ONE = frozenset(("instance_type", "boot_disk_type", "transfer_to"))

#: variant and place
Cell = tuple[Variant, str]


@dataclass(frozen=True)
class _Meter:
    """When a required meter has a price: days on which a cell gains (+1) or loses (-1) one."""

    name: str
    columns: frozenset[str]
    changes: dict[int, Counter[Cell]]

    @property
    def variants(self) -> set[Variant]:
        """Variants that are priced anywhere, at any time."""
        return {variant for day in self.changes.values() for variant, _ in day}


def check_completeness(rows: Rows) -> Found:
    """Regions that lack a required meter on some day from `available_from` on."""
    form = rows.form
    meters = [_changes(name, rows) for name in form.meters if is_required(name, form)]
    days = {day for meter in meters for day in meter.changes} | _group_days(form)
    start = form.available_from.toordinal()
    looked_at = sorted({start} | {day for day in days if day > start})
    for first, second in itertools.permutations(meters, 2):
        if second.columns <= first.columns:
            yield from _compare(first, second, looked_at, form)


def is_required(name: str, form: TableForm) -> bool:
    """True for a meter that a region needs, if it is priced for any other required meter."""
    meter = form.meters[name]
    first = meter.key[0] if meter.key else ""
    by_place = first == "region" or first in form.region_groups
    return (
        by_place
        and not meter.minor
        and not meter.optional
        and meter.prices_of is None
        and ONE_BY_ONE.isdisjoint(meter.key)
    )


def _group_days(form: TableForm) -> set[int]:
    versions = itertools.chain.from_iterable(form.region_groups.values())
    return {version.date.toordinal() for version in versions if version.date}


def _changes(name: str, rows: Rows) -> _Meter:
    """Days on which list prices of a meter appear or are withdrawn."""
    columns = frozenset(rows.form.meters[name].key[1:]) - {OPTION}
    # A block with another key is reported as such, and compared with nothing.
    blocks = [
        n
        for n, block in enumerate(rows.form.rates)
        if block.meter == name and block.key.keys() - {OPTION} == columns
    ]
    chosen = np.flatnonzero(np.isin(rows.block, blocks) & rows.is_on_demand & (rows.tier == 0))
    key = combine(rows.kind[chosen], rows.machine_code[chosen], rows.place_code[chosen])
    order = np.argsort(key * SPAN + rows.ordinal[chosen], kind="stable")
    chosen, key = chosen[order], key[order]
    priced = ~np.isnan(rows.price[chosen])
    new = np.append(True, key[1:] != key[:-1])[: len(key)]
    before = ~new & np.append(np.zeros(1, np.bool_), priced[:-1])[: len(key)]
    changes: dict[int, Counter[Cell]] = defaultdict(Counter)
    for at in np.flatnonzero(priced != before):
        row = int(chosen[at])
        cell = (variant_of(rows.form.rates[int(rows.block[row])]), str(rows.place[row]))
        changes[int(rows.ordinal[row])][cell] += 1 if priced[at] else -1
    return _Meter(name, columns, dict(changes))


def _compare(first: _Meter, second: _Meter, days: list[int], form: TableForm) -> Found:
    applies = {_project(variant, second.columns) for variant in second.variants}
    always = set(form.meters[first.name].key) == set(form.meters[second.name].key)
    reported: set[Cell] = set()
    for day in days:
        have = _regions(second, day, form, second.columns)
        lacking: dict[Variant, set[str]] = defaultdict(set)
        for variant, region in _regions(first, day, form, first.columns) - reported:
            shared = _project(variant, second.columns)
            if (always or shared in applies) and (shared, region) not in have:
                lacking[variant].add(region)
                reported.add((variant, region))
        for variant, regions in sorted(lacking.items()):
            words = ", ".join(value for _, value in variant) or "every variant"
            message = (
                f"{some(regions)} priced for {first.name} ({words}) but not for {second.name}"
                f" ({len(regions)} region(s), on {dt.date.fromordinal(day)})"
            )
            yield "R7", _place(first, variant, form), message


def _project(variant: Variant, columns: frozenset[str]) -> Variant:
    return tuple(part for part in variant if part[0] in columns)


def _regions(meter: _Meter, day: int, form: TableForm, columns: frozenset[str]) -> set[Cell]:
    """Variants and regions that have a price on a day."""
    count: Counter[Cell] = Counter()
    for changed, cells in meter.changes.items():
        if changed <= day:
            count.update(cells)
    members = _members(meter.name, day, form)
    return {
        (_project(variant, columns), region)
        for (variant, place), n in count.items()
        if n > 0
        for region in (members.get(place, []) if members is not None else [place])
    }


def _members(name: str, day: int, form: TableForm) -> Mapping[str, list[str]] | None:
    """Regions of each group on a day; None for a meter priced by region."""
    versions = form.region_groups.get(form.meters[name].key[0])
    if not versions:
        return None
    in_force = versions[0]
    for version in versions:
        if version.date is None or version.date.toordinal() <= day:
            in_force = version
    return in_force.groups


def _place(first: _Meter, variant: Variant, form: TableForm) -> Place:
    """Newest block of the meter in the variant."""
    blocks = [
        n
        for n, block in enumerate(form.rates)
        if block.meter == first.name and variant_of(block) == variant
    ]
    return ("rates", blocks[-1])
