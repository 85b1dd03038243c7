"""Rates that follow from another price: a fee that the provider sets as a share of a list price.

A listed fee is a rate like any other. Where no list is known, a ``derived_rates`` entry of the
table says which share of which on-demand price the fee is, for which machines and from which day;
the rates are computed here once, with the provider's rounding, and marked as derived. From the
day on which a region's fee of a machine is listed, only listed fees count for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wharfage.rates.cells import MACHINE
from wharfage.rates.table import MeterRates, RateTable

if TYPE_CHECKING:
    from wharfage.rates.schema import DerivedRate, RateBlock


def with_derived_rates(table: RateTable, tables: Mapping[str, RateTable]) -> RateTable:
    """Table with the rates that its entries derive; itself if it derives none.

    Parameters
    ----------
    table : RateTable
        With ``derived_rates`` in its form, or without.
    tables : mapping of service id to RateTable
        Where the on-demand prices are; without them nothing is derived.
    """
    meters = dict(table.meters)
    for name in dict.fromkeys(entry.meter for entry in table.form.derived_rates):
        entries = [entry for entry in table.form.derived_rates if entry.meter == name]
        if all(entry.prices_of in tables for entry in entries):
            meters[name] = _derive(meters[name], entries, tables)
    return replace(table, meters=meters) if table.form.derived_rates else table


def _derive(
    own: MeterRates, entries: Sequence[DerivedRate], tables: Mapping[str, RateTable]
) -> MeterRates:
    """Rates of a meter, listed and derived."""
    found = _listed(own)
    derived = pd.DataFrame()
    blocks = list(own.blocks)
    for entry in sorted(entries, key=_start):
        prices = _on_demand(tables[entry.prices_of].meters[entry.meter_of], entry)
        part = _share(prices, entry, len(blocks))
        blocks += _blocks(entry, own)
        # The newest entry that names a machine replaces the older ones from its first day on.
        if len(derived):
            replaced = _named(derived, entry) & (derived["ordinal"] >= _start(entry))
            derived = derived[~replaced]
        derived = pd.concat([derived, part], ignore_index=True)
    first_listed = found.groupby(["place", "machine"])["ordinal"].min().rename("listed")
    derived = derived.join(first_listed, on=["place", "machine"])
    is_older = derived["ordinal"] < derived["listed"].astype(np.float64).fillna(np.inf)
    derived = derived[is_older].drop(columns="listed")
    return _compiled(own, pd.concat([found, derived], ignore_index=True), tuple(blocks))


def _start(entry: DerivedRate) -> int:
    return entry.date.toordinal() if entry.date else 0


def _named(rates: pd.DataFrame, entry: DerivedRate) -> NDArray[np.bool_]:
    """True for rates whose machine and region a pattern of the entry names."""
    named = np.ones(len(rates), dtype=np.bool_)
    for column, key in (("machine", MACHINE), ("place", "region")):
        patterns = entry.key.get(key, ["*"])
        distinct, member = np.unique(rates[column].to_numpy(dtype=str), return_inverse=True)
        fits = [any(fnmatchcase(name, pattern) for pattern in patterns) for name in distinct]
        named &= np.array(fits, dtype=np.bool_)[member]
    return named


def _frame(meter: MeterRates, machine: str) -> pd.DataFrame:
    """Rates as place, machine, day and price text, with the key columns as codes."""
    codes = np.unravel_index(meter.key_code, meter.sizes)
    places, names = (
        np.array(meter.places, dtype=object),
        meter.values[meter.variants.index(machine)],
    )
    columns = dict(zip(meter.variants, codes[1:], strict=True))
    return pd.DataFrame(
        {
            **columns,
            "place": places[codes[0]],
            "machine": np.array(names, dtype=object)[columns[machine]],
            "ordinal": meter.ordinal,
            "text": meter.price_text,
            "block": meter.block_of,
        }
    )


def _listed(own: MeterRates) -> pd.DataFrame:
    """Listed rates of the meter itself."""
    if not len(own):
        columns = ["place", "machine", "ordinal", "text", "block", "sku"]
        return pd.DataFrame({name: pd.Series(dtype=object) for name in columns})
    return _frame(own, MACHINE).drop(columns=MACHINE).assign(sku=own.sku)


def _on_demand(meter: MeterRates, entry: DerivedRate) -> pd.DataFrame:
    """On-demand prices of the machines that an entry names."""
    frame = _frame(meter, MACHINE)
    wanted = _named(frame, entry)
    for column, value in entry.key_of.items():
        wanted &= frame[column] == meter.values[meter.variants.index(column)].index(value)
    is_effective = np.array([block.effective_from is not None for block in meter.blocks])
    frame = frame.assign(effective=is_effective[frame["block"]])
    return frame.loc[wanted, ["place", "machine", "ordinal", "text", "effective"]]


def _share(prices: pd.DataFrame, entry: DerivedRate, first_block: int) -> pd.DataFrame:
    """Rates of an entry: the price in force on its first day, then every later one."""
    start = _start(entry)
    key = ["place", "machine"]
    prices = prices.sort_values([*key, "ordinal"])
    carried = prices[prices["ordinal"] <= start].drop_duplicates(key, keep="last")
    carried = carried.assign(ordinal=start, effective=entry.effective_from is not None)
    found = pd.concat([carried, prices[prices["ordinal"] > start]], ignore_index=True)
    distinct = {text: _part(text, entry) for text in found["text"].unique()}
    return pd.DataFrame(
        {
            "place": found["place"],
            "machine": found["machine"],
            "ordinal": found["ordinal"],
            "text": found["text"].map(distinct),
            "block": first_block + found["effective"].astype(np.int64),
            "sku": None,
        }
    )


def _part(price: str | None, entry: DerivedRate) -> str | None:
    """Share of a price as exact decimal text; none of a price that was withdrawn."""
    if price is None:
        return None
    exact = Decimal(price) * Decimal(entry.fraction)
    return f"{exact.quantize(Decimal(1).scaleb(-entry.decimals), ROUND_HALF_UP):f}"


def _blocks(entry: DerivedRate, own: MeterRates) -> list[RateBlock]:
    """What the rates of an entry say of themselves: observed ones first, then effective ones."""
    from wharfage.rates.schema import RateBlock  # noqa: PLC0415  loads pydantic

    said = {
        "meter": own.name,
        "pricing_unit": own.form.pricing_unit,
        "price": None,
        "source": entry.source,
        "confidence": entry.confidence,
        "note": entry.note,
    }
    return [
        RateBlock(**said, observed_on=entry.date),
        RateBlock(**said, effective_from=entry.date),
    ]


def _compiled(own: MeterRates, rates: pd.DataFrame, blocks: tuple[RateBlock, ...]) -> MeterRates:
    """The meter with all its rates in arrays, sorted by key and day."""
    places = tuple(sorted(set(rates["place"])))
    machines = tuple(sorted(set(rates["machine"])))
    place = pd.Index(places).get_indexer(pd.Index(rates["place"]))
    machine = pd.Index(machines).get_indexer(pd.Index(rates["machine"]))
    key_code = place * len(machines) + machine
    ordinal = rates["ordinal"].to_numpy(dtype=np.int64)
    order = np.lexsort((ordinal, key_code))
    block_of = rates["block"].to_numpy(dtype=np.int64)[order]
    text = rates["text"].to_numpy(dtype=object)[order]
    doubtful = np.array([block.confidence == "doubtful" for block in blocks], dtype=np.bool_)
    return replace(
        own,
        places=places,
        values=(machines,),
        blocks=blocks,
        block_of=block_of,
        key_code=key_code[order].astype(np.int64),
        ordinal=ordinal[order],
        tier_start=np.zeros(len(order)),
        price_text=text,
        price=pd.to_numeric(pd.Series(text, dtype=object)).to_numpy(dtype=np.float64),
        sku=rates["sku"].to_numpy(dtype=object)[order],
        doubtful=doubtful[block_of],
        is_derived=block_of >= len(own.blocks),
    )
