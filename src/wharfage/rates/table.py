"""A compiled rate table: rates as sorted arrays, ready to be looked up by key and date.

A meter's rates are keyed by a place (a region, or a price group that regions belong to from a
date on) and by variant columns such as architecture or purchase option. The vocabulary of a
closed column is the one of :mod:`wharfage.columns`, so fleet codes index rates directly.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wharfage.columns import FLEET_COLUMNS, Kind
from wharfage.rates.cells import MACHINE, Cells, read_cells, read_machine_file
from wharfage.units import PRICING_UNITS

if TYPE_CHECKING:
    from wharfage.rates.document import Document
    from wharfage.rates.schema import GroupVersion, MeterForm, RateBlock, TableForm

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
    `is_derived` marks rates that no list holds (:mod:`wharfage.rates.derived`).
    """

    name: str
    service: str
    form: MeterForm
    place_column: str | None
    places: tuple[str, ...]
    variants: tuple[str, ...]
    values: tuple[tuple[str, ...], ...]
    blocks: tuple[RateBlock, ...]
    block_of: NDArray[np.int64]
    key_code: NDArray[np.int64]
    ordinal: NDArray[np.int64]
    tier_start: NDArray[np.float64]
    price_text: NDArray[np.object_]
    price: NDArray[np.float64]
    sku: NDArray[np.object_]
    doubtful: NDArray[np.bool_]
    list_by_default: bool = False
    is_derived: NDArray[np.bool_] | None = None

    def __len__(self) -> int:
        """Number of rates."""
        return len(self.key_code)

    @property
    def sizes(self) -> tuple[int, ...]:
        """Shape of the dense key product."""
        return ((len(self.places),) if self.place_column else ()) + tuple(map(len, self.values))

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

    def rate(self, row: int) -> Rate:
        """One rate, as a person reads it."""
        block = self.blocks[self.block_of[row]]
        parts = list(np.unravel_index(self.key_code[row], self.sizes)) if self.sizes else []
        place = self.places[parts.pop(0)] if self.place_column else ""
        key = {
            column: values[part]
            for column, values, part in zip(self.variants, self.values, parts, strict=True)
        }
        if self.list_by_default:
            key.pop("purchase_option")
        return Rate(
            service=self.service,
            meter=self.name,
            place=place,
            key=key,
            pricing_unit=block.pricing_unit,
            tier_start=block.tier_start,
            price=self.price_text[row],
            date=dt.date.fromordinal(int(self.ordinal[row])),
            date_kind=block.date_kind,
            sku=self.sku[row],
            source=block.source,
            confidence=block.confidence,
            note=block.note,
        )

    def rates(self) -> Iterator[Rate]:
        """Every rate, in order of key, date and tier."""
        return map(self.rate, range(len(self)))


@dataclass(frozen=True, eq=False)
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
        """Every day on which something starts: a rate, discount, group, rule or credit, in order."""
        rates = {
            dt.date.fromordinal(int(day))
            for meter in self.meters.values()
            for day in np.unique(meter.ordinal)
        }
        discounts = {entry.date for entry in (*self.form.discounts, *self.form.derived_rates)}
        groups = {v.date for versions in self.form.region_groups.values() for v in versions}
        rules = {version.date for rule in self.form.rules.values() for version in rule.versions}
        given_back = {credit.date for credit in self.form.credits}
        changes = rates | discounts | groups | rules | given_back
        return tuple(sorted(day for day in changes if day is not None))

    @cached_property
    def newest_rate(self) -> dt.date:
        """Newest date of any rate; the table's own first day where all prices are another's."""
        days = [int(meter.ordinal.max()) for meter in self.meters.values() if len(meter)]
        return dt.date.fromordinal(max(days, default=self.form.available_from.toordinal()))

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

    @cached_property
    def machine_types(self) -> frozenset[str]:
        """Machine types that the table prices, or whose size it lists; empty for other tables."""
        priced = {
            name
            for meter in self.meters.values()
            for column, names in zip(meter.variants, meter.values, strict=True)
            if column == MACHINE
            for name in names
        }
        rule = self.form.rules.get("machine_types")
        files = [version.file for version in rule.versions if version.file] if rule else []
        folder = self.document.path.parent
        listed = {name for file in files for name in read_machine_file(folder / file)[MACHINE]}
        return frozenset(priced | listed)

    def group_versions(self, name: str | None) -> list[GroupVersion]:
        """History of a region group; empty if there is no such group."""
        return self.form.region_groups.get(name or "", [])


def compile_table(form: TableForm, document: Document, digest: str) -> RateTable:
    """Table with its rates in arrays; the form must have passed :mod:`wharfage.rates.check`.

    Raises
    ------
    RateTableError
        If a machine file that the table names cannot be read.
    """
    folder = document.path.parent
    cells = {n: read_cells(block, folder) for n, block in enumerate(form.rates)}
    regions = _regions(form, cells)
    own = [name for name, meter in form.meters.items() if meter.prices_of is None]
    meters = {name: _compile_meter(name, form, cells, regions) for name in own}
    return RateTable(form, document, digest, meters)


def _regions(form: TableForm, cells: dict[int, Cells]) -> tuple[str, ...]:
    """Regions of all meters by region: they share one vocabulary, so that keys are shared."""
    found: set[str] = set()
    for n, block in enumerate(form.rates):
        if (form.meters[block.meter].key or [""])[0] == "region":
            found |= set(pd.unique(cells[n].place))
    return tuple(sorted(found))


def _compile_meter(
    name: str, form: TableForm, cells: dict[int, Cells], regions: tuple[str, ...]
) -> MeterRates:
    meter = form.meters[name]
    place_column = meter.key[0] if meter.key and _is_place(meter.key[0], form) else None
    variants = tuple(meter.key[1:] if place_column else meter.key)
    discounted = any(name in discount.meters for discount in form.discounts)
    list_by_default = discounted and "purchase_option" not in variants
    if list_by_default:
        variants = (*variants, "purchase_option")
    own = [(n, block) for n, block in enumerate(form.rates) if block.meter == name]
    columns = [_key_columns(block, cells[n], meter, place_column, variants) for n, block in own]
    places = regions if place_column == "region" else _distinct(c[0] for c in columns)
    values = tuple(
        vocabulary(column) or _distinct(c[k + 1] for c in columns)
        for k, column in enumerate(variants)
    )
    vocabularies = ([places] if place_column else []) + list(values)
    codes = []
    for found in columns:
        parts = [
            pd.Index(words).get_indexer(pd.Index(column))
            for words, column in zip(
                vocabularies, found if place_column else found[1:], strict=True
            )
        ]
        shape = tuple(map(len, vocabularies))
        codes.append(np.ravel_multi_index(parts, shape) if parts else np.zeros(len(found[0]), int))
    counts = [len(cells[n]) for n, _ in own]
    key_code = np.concatenate([np.empty(0, int), *codes]).astype(np.int64)
    ordinal = np.concatenate([np.empty(0, int), *(cells[n].ordinal for n, _ in own)]).astype(
        np.int64
    )
    tier_start = np.repeat([float(block.tier_start) for _, block in own], counts)
    order = np.lexsort((tier_start, ordinal, key_code))
    price_text = np.concatenate([np.empty(0, object), *(cells[n].price for n, _ in own)])[order]
    block_of = np.repeat(np.arange(len(own)), counts)[order]
    is_doubtful = np.array([block.confidence == "doubtful" for _, block in own], dtype=np.bool_)
    return MeterRates(
        name=name,
        service=form.service,
        form=meter,
        place_column=place_column,
        places=places if place_column else (),
        variants=variants,
        values=values,
        blocks=tuple(block for _, block in own),
        block_of=block_of,
        key_code=key_code[order],
        ordinal=ordinal[order],
        tier_start=tier_start[order],
        price_text=price_text,
        price=pd.to_numeric(pd.Series(price_text, dtype=object)).to_numpy(dtype=np.float64),
        sku=np.concatenate([np.empty(0, object), *(cells[n].sku for n, _ in own)])[order],
        doubtful=is_doubtful[block_of] if own else np.empty(0, np.bool_),
        list_by_default=list_by_default,
    )


def _key_columns(
    block: RateBlock,
    cells: Cells,
    meter: MeterForm,
    place_column: str | None,
    variants: tuple[str, ...],
) -> list[NDArray[np.object_]]:
    """Place and variant values of every cell of a block."""
    count = len(cells)
    # Without a place the first key column is a variant, and the cells are listed by it.
    listed = None if place_column or block.places is None else meter.key[0]
    found = [cells.place]
    for column in variants:
        if column == listed:
            found.append(cells.place)
        elif column == MACHINE and cells.machine is not None:
            found.append(cells.machine)
        else:
            found.append(np.full(count, block.key.get(column, "on_demand"), dtype=object))
    return found


def _distinct(columns: Iterable[NDArray[np.object_]]) -> tuple[str, ...]:
    return tuple(sorted({word for column in columns for word in pd.unique(column)}))


def _is_place(column: str, form: TableForm) -> bool:
    return column == "region" or column in form.region_groups
