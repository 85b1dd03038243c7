"""A compiled rate table: rates as sorted arrays, ready to be looked up by key and date.

A meter's rates are keyed by a place (a region, or a price group that regions belong to from a
date on) and by variant columns such as architecture or purchase option. The vocabulary of a
closed column is the one of :mod:`wharfage.columns`, so fleet codes index rates directly.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from wharfage.columns import FLEET_COLUMNS, Kind
from wharfage.rates.document import Document
from wharfage.rates.schema import GroupVersion, MeterForm, TableForm
from wharfage.units import PRICING_UNITS

FLAG_VALUES = ("false", "true")

#: one more than any proleptic date ordinal in use, so that key and date pack into one integer
DATE_SPAN = 4_000_000


def vocabulary(column: str) -> tuple[str, ...]:
    """Closed vocabulary of a fleet column; empty for an open one."""
    known = FLEET_COLUMNS.get(column)
    if known is None:
        return ()
    return FLAG_VALUES if known.kind is Kind.FLAG else known.choices


@dataclass(frozen=True)
class Rate:
    """One dated price, as a person reads it. `price` is None where the rate is withdrawn."""

    service: str
    meter: str
    place: str
    key: dict[str, str]
    pricing_unit: str
    tier_start: str
    price: str | None
    date: dt.date
    date_kind: str
    sku: str | None
    source: str
    confidence: str | None
    note: str | None


@dataclass(frozen=True)
class MeterRates:
    """All rates of one meter in arrays sorted by key, date and tier.

    `key_code` is the position in the dense product of place and variant vocabularies. With
    `list_by_default` every purchase option pays the list price unless a discount names the meter.
    """

    name: str
    form: MeterForm
    place_column: str | None
    places: tuple[str, ...]
    variants: tuple[str, ...]
    sizes: tuple[int, ...]
    values: tuple[tuple[str, ...], ...]
    rates: tuple[Rate, ...]
    key_code: NDArray[np.int64]
    ordinal: NDArray[np.int64]
    tier_start: NDArray[np.float64]
    price: NDArray[np.float64]
    doubtful: NDArray[np.bool_]
    list_by_default: bool = False

    @property
    def keys(self) -> int:
        """Number of keys in the dense product."""
        return int(np.prod(self.sizes)) if self.sizes else 1

    @property
    def per_canonical_unit(self) -> float:
        """Pricing units in one canonical unit of the meter."""
        return PRICING_UNITS[self.form.pricing_unit][1]

    @cached_property
    def is_tiered(self) -> bool:
        """True if any rate starts above zero."""
        return bool(np.any(self.tier_start > 0))

    @cached_property
    def place_index(self) -> dict[str, int]:
        """Code of each place."""
        return {place: code for code, place in enumerate(self.places)}


@dataclass(frozen=True)
class RateTable:
    """All rates, rules, credits and assumptions of one service."""

    form: TableForm
    document: Document
    digest: str
    meters: dict[str, MeterRates] = field(repr=False)

    @property
    def service(self) -> str:
        """Service id."""
        return self.form.service

    @cached_property
    def dates(self) -> tuple[dt.date, ...]:
        """Every day on which a rate, a discount or a price group starts, in order."""
        rates = {block.date for block in self.form.rates}
        discounts = {discount.date for discount in self.form.discounts}
        groups = {v.date for versions in self.form.region_groups.values() for v in versions}
        return tuple(sorted(day for day in rates | discounts | groups if day is not None))

    @cached_property
    def newest_rate(self) -> dt.date:
        """Newest date of any rate."""
        return max(block.date for block in self.form.rates if block.date)

    @cached_property
    def regions(self) -> tuple[str, ...]:
        """Every region that has ever been priced, in order."""
        found: set[str] = set()
        for meter in self.meters.values():
            group = self.form.region_groups.get(meter.place_column or "")
            if group:
                found |= {r for version in group for rs in version.groups.values() for r in rs}
            elif meter.place_column == "region":
                found |= set(meter.places)
        return tuple(sorted(found))

    def group_versions(self, name: str | None) -> list[GroupVersion]:
        """History of a region group; empty if there is no such group."""
        return self.form.region_groups.get(name or "", [])


def compile_table(form: TableForm, document: Document, digest: str) -> RateTable:
    """Table with its rates in arrays; the form must have passed :mod:`wharfage.rates.check`."""
    meters = {name: _compile_meter(name, form) for name in form.meters}
    return RateTable(form, document, digest, meters)


def _compile_meter(name: str, form: TableForm) -> MeterRates:
    meter = form.meters[name]
    place_column = meter.key[0] if meter.key and _is_place(meter.key[0], form) else None
    variants = tuple(meter.key[1:] if place_column else meter.key)
    discounted = any(name in discount.meters for discount in form.discounts)
    list_by_default = discounted and "purchase_option" not in variants
    found = [rate for block in form.rates if block.meter == name for rate in _rates(block, form)]
    if list_by_default:
        variants = (*variants, "purchase_option")
        found = [replace(r, key={**r.key, "purchase_option": "on_demand"}) for r in found]
    places = _places(place_column, found, form)
    values = tuple(
        vocabulary(column) or tuple(sorted({rate.key[column] for rate in found}))
        for column in variants
    )
    sizes = ((len(places),) if place_column else ()) + tuple(len(v) for v in values)
    index = [{value: code for code, value in enumerate(v)} for v in values]
    place_code = {place: code for code, place in enumerate(places)}
    coded = []
    for rate in found:
        parts = ([place_code[rate.place]] if place_column else []) + [
            lookup[rate.key[column]] for column, lookup in zip(variants, index, strict=True)
        ]
        code = int(np.ravel_multi_index(parts, sizes)) if sizes else 0
        coded.append((code, rate.date.toordinal(), float(rate.tier_start), rate))
    coded.sort(key=lambda row: row[:3])
    return MeterRates(
        name=name,
        form=meter,
        place_column=place_column,
        places=places,
        variants=variants,
        sizes=sizes,
        values=values,
        rates=tuple(row[3] for row in coded),
        key_code=np.array([row[0] for row in coded], dtype=np.int64),
        ordinal=np.array([row[1] for row in coded], dtype=np.int64),
        tier_start=np.array([row[2] for row in coded], dtype=np.float64),
        price=np.array([_float(row[3].price) for row in coded], dtype=np.float64),
        list_by_default=list_by_default,
        doubtful=np.array([row[3].confidence == "doubtful" for row in coded], dtype=np.bool_),
    )


def _places(column: str | None, found: list[Rate], form: TableForm) -> tuple[str, ...]:
    """Places of a meter; all meters by region share the table's regions, so that keys are shared."""
    if column is None:
        return ()
    if column != "region":
        return tuple(sorted({rate.place for rate in found}))
    by_region = [b for b in form.rates if (form.meters[b.meter].key or [""])[0] == "region"]
    return tuple(sorted({place for block in by_region for place in block.prices or ()}))


def _is_place(column: str, form: TableForm) -> bool:
    return column == "region" or column in form.region_groups


def _float(price: str | None) -> float:
    return np.nan if price is None else float(price)


def _rates(block, form: TableForm):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    meter = form.meters[block.meter]
    by_place = bool(meter.key) and _is_place(meter.key[0], form)
    if block.prices is None:
        cells = {"": block.price or (None, None)}
    else:
        cells = block.prices
    for place, (price, sku) in cells.items():
        key = dict(block.key)
        if not by_place and block.prices is not None:
            # Without a place the first key column is a variant that `prices` lists.
            key[meter.key[0]] = place
        yield Rate(
            service=form.service,
            meter=block.meter,
            place=place if by_place else "",
            key=key,
            pricing_unit=block.pricing_unit,
            tier_start=block.tier_start,
            price=price,
            date=block.date,
            date_kind=block.date_kind,
            sku=sku,
            source=block.source,
            confidence=block.confidence,
            note=block.note,
        )
