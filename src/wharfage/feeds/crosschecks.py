"""Gates that look at several keys at once: Spot beside on-demand, meters that belong together."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import replace

from wharfage.feeds.comparison import Change, Comparison, price_text
from wharfage.feeds.gates import Gatekeeper
from wharfage.feeds.history import Key
from wharfage.feeds.observation import Reading
from wharfage.rates.book import RateBook
from wharfage.rates.completeness import is_required
from wharfage.rates.findings import some
from wharfage.rates.schema import TableForm

OPTION, ON_DEMAND, SPOT = "purchase_option", "on_demand", "spot"

#: key columns and values, the purchase option and the place left out
Variant = frozenset[tuple[str, str]]
Cell = tuple[Variant, str]


def check_spot(found: Comparison, book: RateBook, gates: Gatekeeper) -> list[Change]:
    """Changes, with a mark on Spot prices above on-demand that an override passes."""
    checked = []
    for change in found.changes:
        columns = book.table(change.service).form.meters[change.meter].key
        if change.observations[0].key.get(OPTION) != SPOT:
            checked.append(change)
            continue
        listed_key = tuple(
            ON_DEMAND if column == OPTION else value
            for column, value in zip(columns, change.key, strict=True)
        )
        listed = found.histories[change.service, change.meter].at(listed_key, change.date)
        above = [
            f"Spot {price_text(seen.price)} is above on-demand {price_text(base)}"
            for seen in change.observations
            if listed is not None
            and seen.price is not None
            and (base := listed.schedule.get(seen.tier_start)) is not None
            and seen.price > base
        ]
        passed = [gates.passes("spot_price", message, **change.where) for message in above]
        mark = ("spot_price",) if any(passed) else ()
        checked.append(replace(change, confirmed=(*change.confirmed, *mark)))
    return checked


def check_meters(
    found: Comparison, reading: Reading, book: RateBook, gates: Gatekeeper
) -> set[tuple[str, str]]:
    """Services and regions of which new rates stay out, as they lack a meter and may.

    A region that is read for one required meter is read for all of its variant, as far as the
    feed prices them.
    """
    left_out = set()
    for service in sorted({service for service, _ in found.seen}):
        form = book.table(service).form
        seen = {meter for name, meter in found.seen if name == service}
        covered = reading.covers.get(service, frozenset(seen))
        meters = sorted(m for m in covered if m in form.meters and is_required(m, form))
        for first, second in itertools.permutations(meters, 2):
            lacking = _lacking(found, book, service, first, second)
            for region, variants in sorted(lacking.items()):
                words = some(
                    ", ".join(sorted(v for _, v in variant)) or "all" for variant in variants
                )
                message = f"{region} was read for {first} ({words}) but not for {second}"
                if gates.passes("missing_meter", message, service=service, region=region):
                    left_out.add((service, region))
    return left_out


def _lacking(
    found: Comparison, book: RateBook, service: str, first: str, second: str
) -> dict[str, set[Variant]]:
    """Regions, and variants in them, that were read for one meter and not for another."""
    form = book.table(service).form
    shared = _variant_columns(form, second)
    if form.meters[first].key[0] != form.meters[second].key[0] or not (
        shared <= _variant_columns(form, first)
    ):
        return {}
    read = _cells(found.seen.get((service, second), ()), form, second, shared)
    applies = {variant for variant, _ in read} | _variants_in_force(book, service, second, shared)
    lacking: dict[str, set[Variant]] = {}
    for variant, place in _cells(found.seen.get((service, first), ()), form, first, shared):
        if variant in applies and (variant, place) not in read:
            lacking.setdefault(place, set()).add(variant)
    return lacking


def _variant_columns(form: TableForm, meter: str) -> frozenset[str]:
    return frozenset(form.meters[meter].key[1:]) - {OPTION}


def _cells(keys: Iterable[Key], form: TableForm, meter: str, shared: frozenset[str]) -> set[Cell]:
    """Variants and places of on-demand keys."""
    columns = form.meters[meter].key
    cells = set()
    for key in keys:
        values = dict(zip(columns, key, strict=True))
        if values.get(OPTION, ON_DEMAND) == ON_DEMAND:
            variant = frozenset((c, v) for c, v in values.items() if c in shared)
            cells.add((variant, key[0]))
    return cells


def _variants_in_force(
    book: RateBook, service: str, meter: str, shared: frozenset[str]
) -> set[Variant]:
    """Variants that the book prices for a meter anywhere."""
    return {
        frozenset((c, v) for c, v in block.key.items() if c in shared)
        for block in book.table(service).form.rates
        if block.meter == meter
    }
