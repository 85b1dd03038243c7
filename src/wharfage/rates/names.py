"""R1, R2, R5, R6, R8: every name, unit, date and source of a table is a known one."""

from __future__ import annotations

import datetime as dt
import itertools
import math
import re
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from wharfage.columns import FLEET_COLUMNS, METERS, PURCHASE_OPTIONS
from wharfage.plain_yaml import Place
from wharfage.rates.cells import MACHINE
from wharfage.rates.findings import Found, hint, hint_or_add
from wharfage.rates.schema import (
    AppendedBlock,
    CreditForm,
    Dated,
    MeterForm,
    RateBlock,
    TableForm,
)
from wharfage.rates.sources import Sources
from wharfage.rates.table import vocabulary
from wharfage.units import PRICING_UNITS

#: words that would put an amount, a currency or a date into a key
NOT_IN_A_KEY = frozenset(
    ("price", "amount", "usd", "eur", "cny", "currency", "date", "effective", "observed")
)
CURRENCY = re.compile("[A-Z]{3}")

#: where the words are listed that every table may use
COLUMN_LIST = "FLEET_COLUMNS in src/wharfage/columns.py"
METER_LIST = "METERS in src/wharfage/columns.py"
UNIT_LIST = "PRICING_UNITS in src/wharfage/units.py"


def check_names(form: TableForm, sources: Sources, regions: Mapping[str, str]) -> Found:
    """Names, units, dates and sources that are unknown or do not fit; no region list, no check."""
    if not CURRENCY.fullmatch(form.currency):
        yield "R6", ("currency",), f"{form.currency!r} is no currency code such as USD"
    for option in form.purchase_options:
        if option not in PURCHASE_OPTIONS:
            message = f"{option!r} is no purchase option" + hint(option, PURCHASE_OPTIONS)
            yield "R6", ("purchase_options",), message
    for name in form.meters:
        yield from _meter(name, form)
    for n, block in enumerate(form.rates):
        yield from _block(n, block, form, regions)
    yield from _groups(form, regions)
    yield from _derived(form)
    yield from _discounts(form)
    yield from _credits(form)
    for n, entry in enumerate(form.not_offered):
        yield from _conditions(entry.when, ("not_offered", n, "when"))
    yield from _rules(form)
    yield from _dates(form)
    yield from _sources(form, sources)


def _meter(name: str, form: TableForm) -> Found:
    meter, place = form.meters[name], ("meters", name)
    if name not in METERS:
        message = f"there is no meter {name!r}" + hint_or_add(name, METERS, METER_LIST)
        yield "R6", place, message
    unit = PRICING_UNITS.get(meter.pricing_unit)
    if unit is None:
        message = f"{meter.pricing_unit!r} is no pricing unit"
        message += hint_or_add(meter.pricing_unit, PRICING_UNITS, UNIT_LIST)
        yield "R5", (*place, "pricing_unit"), message
    elif name in METERS and unit[0] != METERS[name].unit:
        message = f"{meter.pricing_unit} cannot price {name}, which is measured in"
        yield "R5", (*place, "pricing_unit"), f"{message} {METERS[name].unit}"
    for column in meter.key:
        yield from _key_column(column, (*place, "key"), form)
    if len(set(meter.key)) != len(meter.key):
        yield "R6", (*place, "key"), "a column stands in the key twice"
    has_rates = any(block.meter == name for block in form.rates)
    has_rates |= any(entry.meter == name for entry in form.derived_rates)
    if meter.prices_of is None and not has_rates:
        yield "R6", place, f"{name} has no rate in this table"
    elif meter.prices_of is not None and has_rates:
        yield (
            "R6",
            place,
            f"{name} has rates here, though its prices are those of {meter.prices_of}",
        )


def _key_column(column: str, place: Place, form: TableForm) -> Found:
    if NOT_IN_A_KEY & set(column.split("_")):
        yield "R1", place, f"{column!r} does not belong in a key"
    elif column not in FLEET_COLUMNS and column not in form.region_groups:
        message = f"{column!r} is no fleet column"
        yield "R6", place, message + hint_or_add(column, FLEET_COLUMNS, COLUMN_LIST)


def _block(n: int, block: RateBlock, form: TableForm, regions: Mapping[str, str]) -> Found:
    place: Place = ("rates", n)
    meter = form.meters.get(block.meter)
    if meter is None:
        message = f"there is no meter {block.meter!r} in this table"
        yield "R6", (*place, "meter"), message + hint(block.meter, form.meters)
        return
    if block.pricing_unit != meter.pricing_unit:
        message = f"{block.pricing_unit!r} is not the meter's pricing unit {meter.pricing_unit!r}"
        yield "R5", (*place, "pricing_unit"), message
    expected = _columns_of_block(block, meter)
    if set(block.key) != expected:
        message = f"the key names {sorted(block.key)}, the meter's key is {sorted(expected)}"
        yield "R6", (*place, "key"), message
    for column in block.key:
        yield from _key_column(column, (*place, "key", column), form)
    known = {c: [v] for c, v in block.key.items() if c in FLEET_COLUMNS}
    yield from _conditions(known, (*place, "key"))
    option = block.key.get("purchase_option")
    if option in PURCHASE_OPTIONS and option not in form.purchase_options:
        yield "R6", (*place, "key"), f"{option!r} is not among purchase_options"
    yield from _places(block, meter, form, place, regions)


def _columns_of_block(block: RateBlock, meter: MeterForm) -> set[str]:
    """Key columns that the block itself must state; the rest is in its cells."""
    from_file = block.file is not None or block.history_file is not None
    if from_file or isinstance(block, AppendedBlock):
        return set(meter.key[1:]) - {MACHINE}
    return set(meter.key[1:] if block.places is not None else meter.key)


def _places(
    block: RateBlock, meter: MeterForm, form: TableForm, place: Place, regions: Mapping[str, str]
) -> Found:
    first = meter.key[0] if meter.key else ""
    by_place = first == "region" or first in form.region_groups
    if block.price is not None and by_place:
        yield "R6", (*place, "price"), f"{block.meter} is priced by {first}: give prices"
    if block.places is None:
        return
    if not first:
        yield "R6", (*place, "prices"), f"{block.meter} is the same everywhere: give price"
    if not block.places:
        yield "R6", (*place, "prices"), "prices names no place"
    if first in form.region_groups:
        known = {group for version in form.region_groups[first] for group in version.groups}
        what = f"group of {first}"
    else:
        known = set(regions if first == "region" else vocabulary(first))
        what = first
    for name in block.places:
        if known and name not in known:
            yield "R6", (*place, "prices", name), f"{name!r} is no {what}" + hint(name, known)


def _groups(form: TableForm, regions: Mapping[str, str]) -> Found:
    for name, versions in form.region_groups.items():
        for n, version in enumerate(versions):
            place: Place = ("region_groups", name, n)
            members = list(itertools.chain.from_iterable(version.groups.values()))
            for region, count in Counter(members).items():
                if count > 1:
                    yield "R6", place, f"{region} is in the groups of {name} {count} times"
                if regions and region not in regions:
                    yield "R6", place, f"{region!r} is no region" + hint(region, regions)


def _discounts(form: TableForm) -> Found:
    for n, discount in enumerate(form.discounts):
        place: Place = ("discounts", n)
        if discount.date is None:
            yield "R2", place, "a discount needs effective_from or observed_on"
        if discount.purchase_option not in form.purchase_options:
            message = f"{discount.purchase_option!r} is not among purchase_options"
            yield "R6", (*place, "purchase_option"), message
        if Decimal(discount.fraction) >= 1:
            message = f"fraction {discount.fraction} is the whole price or more; 28% is 0.28"
            yield "R10", (*place, "fraction"), message
        yield from _known_meters(discount.meters, form, (*place, "meters"))
        yield from _conditions(discount.key, (*place, "key"))
        for column in discount.key:
            if not any(column in form.meters[m].key for m in discount.meters if m in form.meters):
                yield "R6", (*place, "key"), f"{column!r} is in the key of none of its meters"


def _credits(form: TableForm) -> Found:
    for n, credit in enumerate(form.credits):
        place: Place = ("credits", n)
        given = [credit.amount, credit.quantity, credit.defined_in]
        if sum(value is not None for value in given) != 1:
            yield (
                "R6",
                place,
                "a credit has an amount or a quantity, or names the table that defines it",
            )
        if credit.quantity is not None and len(credit.meters) != 1:
            yield "R6", place, "a credit of a quantity is of one meter"
        yield from _skus(credit, form, place)
        yield from _known_meters(credit.meters, form, (*place, "meters"))
        yield from _conditions(credit.when, (*place, "when"))
        yield from _conditions(credit.unless, (*place, "unless"))


def _skus(credit: CreditForm, form: TableForm, place: Place) -> Found:
    if credit.skus and (credit.quantity is None or credit.per != "sku"):
        yield "R6", (*place, "skus"), "skus are for a credit of a quantity per sku"
    blocks = [block for block in form.rates if block.meter in credit.meters]
    cells = [cell for block in blocks for cell in (block.prices or {}).values()]
    known = {sku for _, sku in cells if sku}
    for sku in credit.skus:
        if sku not in known:
            yield "R6", (*place, "skus"), f"no rate of its meter has the SKU {sku!r}"


def _derived(form: TableForm) -> Found:
    for n, entry in enumerate(form.derived_rates):
        place: Place = ("derived_rates", n)
        if entry.date is None:
            yield "R2", place, "a derived rate needs effective_from or observed_on"
        if Decimal(entry.fraction) >= 1:
            message = f"fraction {entry.fraction} is the whole price or more; 12% is 0.12"
            yield "R10", (*place, "fraction"), message
        yield from _known_meters([entry.meter], form, (*place, "meter"))
        if entry.meter in form.meters and form.meters[entry.meter].key != ["region", MACHINE]:
            yield "R6", (*place, "meter"), f"{entry.meter} is not keyed by region and {MACHINE}"
        if set(entry.key) - {"region"} != {MACHINE}:
            message = f"the key names patterns of {MACHINE}, and of region where not all have it"
            yield "R6", (*place, "key"), message


def _known_meters(meters: list[str], form: TableForm, place: Place) -> Found:
    for meter in meters:
        if meter not in form.meters:
            yield "R6", place, f"there is no meter {meter!r}" + hint(meter, form.meters)


def _conditions(when: Mapping[str, list[str]], place: Place) -> Found:
    for column, values in when.items():
        known = vocabulary(column)
        if column not in FLEET_COLUMNS:
            message = f"{column!r} is no fleet column" + hint(column, FLEET_COLUMNS)
            yield "R6", (*place, column), message
        for value in values:
            if known and value not in known:
                yield "R6", (*place, column), f"{value!r} is no {column}" + hint(value, known)


def _rules(form: TableForm) -> Found:
    for name, rule in form.rules.items():
        columns = [rule.by] if isinstance(rule.by, str) else rule.by or []
        for column in columns:
            if column not in FLEET_COLUMNS:
                message = f"{column!r} is no fleet column" + hint(column, FLEET_COLUMNS)
                yield "R6", ("rules", name, "by"), message
        for n, version in enumerate(rule.versions):
            if version.file is None and not isinstance(version.value, list):
                place = ("rules", name, "versions", n, "value")
                yield from _rule_value(version.value, columns, place)


def _rule_value(value: Any, columns: list[str], place: Place) -> Found:  # noqa: ANN401
    if not columns:
        if not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
            yield "R6", place, f"{value!r} is no number of 0 or more"
    elif not isinstance(value, dict):
        yield "R6", place, f"the rule goes by {columns[0]}: give a value for each"
    else:
        yield from _conditions({columns[0]: list(value)}, place)
        for key, inner in value.items():
            if not isinstance(inner, list):
                yield from _rule_value(inner, columns[1:], (*place, key))


def _dates(form: TableForm) -> Found:
    """Histories in order (R3), and nothing read after the day the table was last compared (R2)."""
    histories: dict[Place, list[Any]] = {
        ("rules", name, "versions"): list(rule.versions) for name, rule in form.rules.items()
    }
    histories |= {("region_groups", name): list(v) for name, v in form.region_groups.items()}
    for place, versions in histories.items():
        days: list[dt.date | None] = [version.date for version in versions]
        for n, (before, day) in enumerate(itertools.pairwise(days), start=1):
            if day is None:
                yield "R3", (*place, n), "only the first version may have no date"
            elif before is not None and day <= before:
                message = "the versions are not in the order of their dates"
                yield "R3", (*place, n), f"{message} ({day} after {before})"
    for place, entry in _dated(form):
        # An appended rate is a comparison of its own; `checked_on` speaks for the table beside it.
        if isinstance(entry, AppendedBlock):
            continue
        if entry.observed_on and entry.observed_on > form.checked_on:
            message = f"read on {entry.observed_on}, after checked_on {form.checked_on}"
            yield "R2", (*place, "observed_on"), message


def _dated(form: TableForm) -> list[tuple[Place, Dated]]:
    """Every part of a table that has a date and a source."""
    listed: list[tuple[Place, Dated]] = [(("rates", n), b) for n, b in enumerate(form.rates)]
    listed += [(("derived_rates", n), d) for n, d in enumerate(form.derived_rates)]
    listed += [(("discounts", n), d) for n, d in enumerate(form.discounts)]
    listed += [(("credits", n), c) for n, c in enumerate(form.credits)]
    for name, rule in form.rules.items():
        listed += [(("rules", name, "versions", k), v) for k, v in enumerate(rule.versions)]
    for name, group in form.region_groups.items():
        listed += [(("region_groups", name, k), v) for k, v in enumerate(group)]
    return listed


def _sources(form: TableForm, sources: Sources) -> Found:
    listed: list[tuple[Place, str]] = [(place, entry.source) for place, entry in _dated(form)]
    listed += [(("not_offered", n), e.source) for n, e in enumerate(form.not_offered)]
    listed += [(("assumptions", name), a.source) for name, a in form.assumptions.items()]
    for place, source in listed:
        if source not in sources:
            message = f"source {source!r} is not in sources.yaml" + hint(source, sources)
            yield "R8", (*place, "source"), message
