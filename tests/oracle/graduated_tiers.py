"""Graduated tiers: a pool of a billing account fills them together, and pays its average price.

A pool is all that an account uses in a month of one SKU, which Google may sell between several
pairs of areas; without a SKU, it is a meter and the place and key of its rates. Rows that are
unpriced for another reason use up nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from .demand import NoPriceError
from .price_tables import PriceTable, entry_date, norm, unit_factor

Key = frozenset[tuple[str, str]]
Pool = tuple[str, Key, str]
# First quantity and unit price of each tier, from 0 upwards
Tiers = tuple[tuple[Decimal, Decimal], ...]


@dataclass(frozen=True)
class GraduatedCharge:
    """What a row adds to a pool; ``own`` is its own meter, key and place."""

    pool: Pool
    own: Pool
    tiers: Tiers
    quantity: Decimal


@lru_cache(maxsize=64)
def _readings(table: PriceTable) -> dict[Pool, dict[date, tuple[str, dict[Decimal, Decimal]]]]:
    """Return the SKU and the tiers that each reading has for a meter, key and place."""
    readings: dict[Pool, dict[date, tuple[str, dict[Decimal, Decimal]]]] = {}
    for block in table.graduated_blocks:
        if unit_factor(block["pricing_unit"]) != 1:
            raise ValueError("the oracle knows tiers of canonical units only")
        start = Decimal(str(block.get("tier_start", "0")))
        key = frozenset((column, norm(value)) for column, value in (block["key"] or {}).items())
        for place, cell in block["prices"].items():
            price = Decimal(cell[0] if isinstance(cell, list) else cell)
            reading = readings.setdefault((block["meter"], key, place), {})
            sku, tiers = reading.setdefault(
                entry_date(block), (cell[1] if isinstance(cell, list) else "", {})
            )
            if tiers.setdefault(start, price) != price or (sku and cell[1] != sku):
                raise ValueError(f"two prices for {block['meter']} above {start} in {place}")
    return readings


def charge(
    table: PriceTable, meter: str, attributes: Mapping[str, str], on: date, quantity: Decimal
) -> GraduatedCharge:
    """Return what a quantity is charged by: the tiers of the newest reading on or before a day."""
    columns = list(table.meters[meter]["key"])
    place = table.place_of(columns.pop(0), attributes, on)
    pool = (meter, frozenset((column, attributes[column]) for column in columns), place)
    readings = _readings(table).get(pool, {})
    if not readings:
        raise NoPriceError(f"unknown_rate: {meter} {dict(sorted(pool[1]))} in {place}")
    days = [day for day in readings if day <= on]
    if not days:
        raise NoPriceError(f"not_yet_priced: {meter} first observed {min(readings)}")
    sku, tiers = readings[max(days)]
    shared: Pool = (meter, frozenset([("sku", sku)]), "") if sku else pool
    return GraduatedCharge(shared, pool, tuple(sorted(tiers.items())), quantity)


def graduated_cost(tiers: Tiers, quantity: Decimal) -> Decimal:
    """Return what a quantity costs from the first tier on, each part at the price of its tier."""
    ends = [start for start, _ in tiers[1:]] + [max(quantity, tiers[-1][0])]
    parts = zip(tiers, ends, strict=True)
    return sum(
        (max(min(quantity, end) - start, Decimal(0)) * price for (start, price), end in parts),
        Decimal(0),
    )


def average_prices(
    accounts: Sequence[str], charges: Sequence[Mapping[str, GraduatedCharge]]
) -> list[dict[str, Decimal]]:
    """Return, for every row and graduated meter of it, the average price of the row's pool."""
    used: dict[tuple[str, Pool], Decimal] = defaultdict(Decimal)
    for account, of_row in zip(accounts, charges, strict=True):
        for one in of_row.values():
            used[account, one.pool] += one.quantity
    prices = []
    for account, of_row in zip(accounts, charges, strict=True):
        pools = {meter: (one, used[account, one.pool]) for meter, one in of_row.items()}
        prices.append(
            {
                meter: graduated_cost(one.tiers, total) / total
                for meter, (one, total) in pools.items()
            }
        )
    return prices
