"""The rules that every rate table must keep, checked before anything is priced.

=====  ==========================================================================================
form   known names, right types, one date and one source per rate (R2, R3, R4, R8)
R1     a key holds no amount, currency or date
R3     a rate is stated once per key, date and tier; dates of a history increase
R5     the pricing unit of a rate is its meter's, and the meter's is one it can be measured in
R6     meters, columns, options and values are known
R7     from `available_from` on, a region priced for one meter is priced for all of its variant
R8     every source is in sources.yaml
R10    tiers start at zero and fall; Spot is not above on-demand; regions lie within a band
=====  ==========================================================================================

R9, the lock, is :mod:`wharfage.rates.lock`. Every failure is reported with file, line and path.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from wharfage.columns import FLEET_COLUMNS, METERS, PURCHASE_OPTIONS
from wharfage.errors import RateTableError, did_you_mean
from wharfage.rates.document import Document, Place
from wharfage.rates.schema import RateBlock, TableForm
from wharfage.rates.sources import Sources
from wharfage.rates.table import vocabulary
from wharfage.units import PRICING_UNITS

#: widest believable ratio between a region's price and the median of its meter and variant
REGION_BAND = 10

#: words that would put an amount, a currency or a date into a key
NOT_IN_A_KEY = ("price", "amount", "usd", "eur", "cny", "currency", "date", "effective_from", "observed_on")

Problem = dict[str, Any]


def check_table(
    document: Document, sources: Sources, service: str
) -> tuple[TableForm | None, list[Problem]]:
    """Form of a table (None if it has no readable form) and every rule that it breaks."""
    try:
        form = TableForm.model_validate(document.data)
    except ValidationError as error:
        return None, [_form_problem(document, problem) for problem in error.errors()]
    found = [
        {
            "rule": rule,
            "file": document.path.name,
            "line": document.line(place),
            "path": ".".join(str(part) for part in place),
            "message": message,
        }
        for rule, place, message in _problems(form, sources, service)
    ]
    return form, found


def raise_problems(problems: list[Problem], tables: int) -> None:
    """Raise all problems at once.

    Raises
    ------
    RateTableError
        If there is any problem.
    """
    if not problems:
        return
    shown = [
        f"{p['rule']} {p['file']}:{p['line']}"
        + (f" ({p['path']})" if p.get("path") else "")
        + f": {p['message']}"
        for p in problems[:20]
    ]
    if len(problems) > len(shown):
        shown.append(f"... and {len(problems) - len(shown):,} more")
    raise RateTableError(
        f"The rate tables break {len(problems):,} rule(s) in {tables:,} table(s):\n" + "\n".join(shown),
        hint="mend the places named; `wharfage rates check DIR` lists them again.",
        failures=problems,
    )


def _form_problem(document: Document, problem: Any) -> Problem:  # noqa: ANN401  pydantic's own type
    place = tuple(part for part in problem["loc"] if part != "function-before[]")
    message = problem["msg"].removeprefix("Value error, ")
    if problem["type"] == "extra_forbidden":
        parent = TableForm.model_fields if len(place) == 1 else RateBlock.model_fields
        hint = did_you_mean(str(place[-1]), parent)
        message = f"{place[-1]!r} is not known here" + (f"; {hint}" if hint else "")
    elif problem["type"] == "missing":
        message = f"{place[-1]!r} is missing"
    return {
        "rule": "form",
        "file": document.path.name,
        "line": document.line(place),
        "path": ".".join(str(part) for part in place),
        "message": message,
    }


Found = Iterator[tuple[str, Place, str]]


def _problems(form: TableForm, sources: Sources, service: str) -> Found:
    if form.service != service:
        yield "R6", ("service",), f"the table of {form.service!r} lies where {service!r} belongs"
    yield from _meters(form)
    yield from _names(form)
    yield from _blocks(form)
    yield from _sources(form, sources)
    known = [(n, b) for n, b in enumerate(form.rates) if b.meter in form.meters]
    yield from _repeats(known)
    yield from _complete(form, known)
    yield from _tiers(known)
    yield from _spot(known)
    yield from _bands(known)
    yield from _histories(form)


def _meters(form: TableForm) -> Found:
    for name, meter in form.meters.items():
        place = ("meters", name)
        if name not in METERS:
            yield "R6", place, f"there is no meter {name!r}" + _hint(name, METERS)
            continue
        unit = PRICING_UNITS.get(meter.pricing_unit)
        if unit is None:
            message = f"{meter.pricing_unit!r} is no pricing unit" + _hint(meter.pricing_unit, PRICING_UNITS)
            yield "R5", (*place, "pricing_unit"), message
        elif unit[0] != METERS[name].unit:
            yield (
                "R5",
                (*place, "pricing_unit"),
                f"{meter.pricing_unit} cannot price {name}, which is measured in {METERS[name].unit}",
            )
        for column in meter.key:
            if any(word in column.split("_") for word in NOT_IN_A_KEY) or column in NOT_IN_A_KEY:
                yield "R1", (*place, "key"), f"{column!r} does not belong in a key"
            elif column not in FLEET_COLUMNS and column not in form.region_groups:
                yield "R6", (*place, "key"), f"{column!r} is no fleet column" + _hint(column, FLEET_COLUMNS)


def _names(form: TableForm) -> Found:
    for option in form.purchase_options:
        if option not in PURCHASE_OPTIONS:
            yield "R6", ("purchase_options",), f"{option!r} is no purchase option" + _hint(option, PURCHASE_OPTIONS)
    for n, discount in enumerate(form.discounts):
        place = ("discounts", n)
        if discount.date is None:
            yield "R2", place, "a discount needs effective_from or observed_on"
        if discount.purchase_option not in form.purchase_options:
            yield "R6", place, f"{discount.purchase_option!r} is not among purchase_options"
        for meter in discount.meters:
            if meter not in form.meters:
                yield "R6", place, f"there is no meter {meter!r}" + _hint(meter, form.meters)
        if Decimal(discount.fraction) > 1:
            yield "R10", place, f"fraction {discount.fraction} is more than the whole price"
        yield from _conditions(discount.key, (*place, "key"))
    for n, entry in enumerate(form.not_offered):
        yield from _conditions(entry.when, ("not_offered", n, "when"))
    for n, credit in enumerate(form.credits):
        place = ("credits", n)
        if (credit.amount is None) == (credit.defined_in is None):
            yield "R6", place, "a credit has an amount, or names the table that defines it"
        for meter in credit.meters:
            if meter not in form.meters:
                yield "R6", place, f"there is no meter {meter!r}" + _hint(meter, form.meters)
        yield from _conditions(credit.when, (*place, "when"))


def _conditions(when: dict[str, list[str]], place: Place) -> Found:
    for column, values in when.items():
        known = vocabulary(column)
        if column not in FLEET_COLUMNS:
            yield "R6", place, f"{column!r} is no fleet column" + _hint(column, FLEET_COLUMNS)
        for value in values:
            if known and value not in known:
                yield "R6", place, f"{value!r} is no {column}" + _hint(value, known)


def _blocks(form: TableForm) -> Found:
    for n, block in enumerate(form.rates):
        place: Place = ("rates", n)
        meter = form.meters.get(block.meter)
        if meter is None:
            yield "R6", (*place, "meter"), f"there is no meter {block.meter!r} in this table" + _hint(block.meter, form.meters)
            continue
        if block.pricing_unit != meter.pricing_unit:
            yield (
                "R5",
                (*place, "pricing_unit"),
                f"{block.pricing_unit!r} is not the meter's pricing unit {meter.pricing_unit!r}",
            )
        expected = meter.key[1:] if block.prices is not None else meter.key
        if set(block.key) != set(expected):
            yield (
                "R6",
                (*place, "key"),
                f"the key names {sorted(block.key)}, the meter's key is {sorted(expected)}",
            )
        yield from _conditions({c: [v] for c, v in block.key.items()}, (*place, "key"))
        option = block.key.get("purchase_option")
        if option is not None and option not in form.purchase_options:
            yield "R6", (*place, "key"), f"{option!r} is not among purchase_options"
        if block.prices is not None and meter.key and meter.key[0] in form.region_groups:
            groups = {g for v in form.region_groups[meter.key[0]] for g in v.groups}
            for name in block.prices:
                if name not in groups:
                    yield "R6", (*place, "prices", name), f"{name!r} is no group of {meter.key[0]}" + _hint(name, groups)


def _sources(form: TableForm, sources: Sources) -> Found:
    listed: list[tuple[Place, str]] = [(("rates", n), b.source) for n, b in enumerate(form.rates)]
    listed += [(("discounts", n), d.source) for n, d in enumerate(form.discounts)]
    listed += [(("credits", n), c.source) for n, c in enumerate(form.credits)]
    listed += [(("not_offered", n), e.source) for n, e in enumerate(form.not_offered)]
    listed += [(("assumptions", name), a.source) for name, a in form.assumptions.items()]
    for name, rule in form.rules.items():
        listed += [(("rules", name, "versions", k), v.source) for k, v in enumerate(rule.versions)]
    for name, group in form.region_groups.items():
        listed += [(("region_groups", name, k), v.source) for k, v in enumerate(group)]
    for place, source in listed:
        if source not in sources:
            yield "R8", (*place, "source"), f"source {source!r} is not in sources.yaml" + _hint(source, sources)


def _cells(known: Iterable[tuple[int, RateBlock]]) -> Iterator[tuple[int, RateBlock, str, str | None]]:
    for n, block in known:
        for name, (price, _) in (block.prices or {"": block.price or (None, None)}).items():
            yield n, block, name, price


def _identity(block: RateBlock, place: str) -> tuple[Any, ...]:
    return (block.meter, place, *sorted(block.key.items()))


def _repeats(known: list[tuple[int, RateBlock]]) -> Found:
    seen: dict[tuple[Any, ...], str | None] = {}
    for n, block, place, price in _cells(known):
        identity = (*_identity(block, place), block.date, Decimal(block.tier_start))
        if identity in seen:
            where = ("rates", n, "prices", place) if place else ("rates", n)
            other = "" if seen[identity] == price else f" with another price ({seen[identity]} and {price})"
            yield "R3", where, f"{block.meter} is stated twice on {block.date}{other}"
        seen[identity] = price


def _complete(form: TableForm, known: list[tuple[int, RateBlock]]) -> Found:
    """R7, on the newest on-demand rates that are in force."""
    priced: dict[str, dict[tuple[tuple[str, str], ...], set[str]]] = defaultdict(lambda: defaultdict(set))
    for _, block, place, price in _cells(known):
        meter = form.meters[block.meter]
        option = block.key.get("purchase_option", "on_demand")
        if meter.minor or option != "on_demand" or not place or price is None:
            continue
        variant = tuple(sorted((c, v) for c, v in block.key.items() if c != "purchase_option"))
        if block.date and block.date >= form.available_from:
            priced[block.meter][variant].add(place)
    for first, first_variants in priced.items():
        for second, second_variants in priced.items():
            if first == second or form.meters[first].key[0] != form.meters[second].key[0]:
                continue
            # A meter with more key columns (storage types, tiers) speaks of other things.
            if {c for v in first_variants for c, _ in v} < {c for v in second_variants for c, _ in v}:
                continue
            for variant, places in first_variants.items():
                yield from _missing(form, known, first, second, variant, places, second_variants)


def _missing(  # type: ignore[no-untyped-def]  # noqa: PLR0913
    form, known, first, second, variant, places, second_variants  # noqa: ANN001
) -> Found:
    shared = {c for v in second_variants for c, _ in v}
    matching = [v for v in second_variants if set(v) == {(c, x) for c, x in variant if c in shared}]
    if not matching:
        return
    have = set().union(*(second_variants[v] for v in matching))
    lacking = sorted(places - have)
    if lacking:
        words = ", ".join(x for _, x in variant) or "every variant"
        place = next(("rates", n) for n, b in known if b.meter == second)
        yield (
            "R7",
            place,
            f"{', '.join(lacking[:5])} priced for {first} ({words}) but not for {second}"
            f" ({len(lacking)} place(s), from {form.available_from} on)",
        )


def _tiers(known: list[tuple[int, RateBlock]]) -> Found:
    schedules: dict[tuple[Any, ...], list[tuple[Decimal, Decimal, int]]] = defaultdict(list)
    for n, block, place, price in _cells(known):
        if price is not None:
            key = (*_identity(block, place), block.date)
            schedules[key].append((Decimal(block.tier_start), Decimal(price), n))
    for (meter, place, *_), steps in schedules.items():
        steps.sort()
        n = steps[-1][2]
        if steps[0][0] != 0:
            yield "R10", ("rates", n), f"the tiers of {meter} {place} start at {steps[0][0]}, not at 0"
        for (_, low, _), (start, high, _) in zip(steps, steps[1:], strict=False):
            if high > low:
                yield "R10", ("rates", n), f"the tier of {meter} {place} from {start} costs more ({high} after {low})"


def _spot(known: list[tuple[int, RateBlock]]) -> Found:
    on_demand: dict[tuple[Any, ...], list[tuple[dt.date, Decimal]]] = defaultdict(list)
    for _, block, place, price in _cells(known):
        if block.key.get("purchase_option") == "on_demand" and price is not None and block.date:
            on_demand[_without_option(block, place)].append((block.date, Decimal(price)))
    for n, block, place, price in _cells(known):
        if block.key.get("purchase_option") != "spot" or price is None or not block.date:
            continue
        history = sorted(on_demand.get(_without_option(block, place), []))
        before = [p for day, p in history if day <= block.date] or [p for _, p in history[:1]]
        if before and Decimal(price) > before[-1]:
            yield (
                "R10",
                ("rates", n, "prices", place),
                f"Spot {price} of {block.meter} is above on-demand {before[-1]}",
            )


def _without_option(block: RateBlock, place: str) -> tuple[Any, ...]:
    return (block.meter, place, *sorted(i for i in block.key.items() if i[0] != "purchase_option"))


def _bands(known: list[tuple[int, RateBlock]]) -> Found:
    for n, block in known:
        prices = sorted(Decimal(p) for p, _ in (block.prices or {}).values() if p is not None and Decimal(p))
        if not prices:
            continue
        middle = prices[len(prices) // 2]
        for place, (price, _) in (block.prices or {}).items():
            if price is not None and not (middle / REGION_BAND <= Decimal(price) <= middle * REGION_BAND):
                yield (
                    "R10",
                    ("rates", n, "prices", place),
                    f"{price} is more than {REGION_BAND} times away from the median {middle}:"
                    " a slip of the unit?",
                )


def _histories(form: TableForm) -> Found:
    histories: list[tuple[Place, list[Any]]] = [
        (("rules", name, "versions"), list(rule.versions)) for name, rule in form.rules.items()
    ]
    histories += [(("region_groups", name), list(v)) for name, v in form.region_groups.items()]
    for place, versions in histories:
        days = [version.date for version in versions]
        if any(day is None for day in days[1:]):
            yield "R3", place, "only the first version may have no date"
        dated = [day for day in days if day is not None]
        if dated != sorted(set(dated)):
            yield "R3", place, "the versions are not in the order of their dates"


def _hint(name: str, known: Iterable[str]) -> str:
    hint = did_you_mean(name, known)
    return f"; {hint}" if hint else ""
