"""What pricing one service takes: its columns, rules, prices and key codes on a date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wharfage.discounts.credits import Share
from wharfage.engine.portion import KeyCodes, Portion, find_key_codes, key_identity
from wharfage.rates.book import RateBook
from wharfage.rates.lookup import UnitPrices, select_unit_prices
from wharfage.rates.rules import Assumption, Rules, select_rules
from wharfage.rates.table import RateTable, vocabulary
from wharfage.services import Service
from wharfage.units import Month


@dataclass(frozen=True)
class Options:
    """How a fleet is priced; everything that reconciling with another calculator needs."""

    on: dt.date
    month: Month
    free_tier: str = "account"
    sizes: str = "round_up"
    before_first: str | None = None
    assumptions: Mapping[str, Assumption] = field(default_factory=dict)


@dataclass(frozen=True)
class PoolShare:
    """The part of one credit that a service's meters may draw."""

    pool: str
    meters: tuple[str, ...]
    when: Mapping[str, tuple[int, ...]]


class MeterPlan:
    """Prices of one meter on the date, and what is known of the keys that the workloads use.

    `is_list` is true where every used key pays the list price; `has_hole` and `has_doubt` where
    some used key has no price, or a doubtful one.
    """

    def __init__(self, name: str, prices: UnitPrices, keys: KeyCodes) -> None:
        used = keys.used
        price, list_price = prices.price[used], prices.list_price[used]
        self.name = name
        self.prices = prices
        self.codes = keys.codes
        self.is_minor = prices.meter.form.minor
        self.is_list = bool(np.array_equal(price, list_price, equal_nan=True))
        self.has_hole = bool(np.isnan(price).any())
        self.has_doubt = bool(prices.doubtful[used].any())


@dataclass(frozen=True)
class ServicePlan:
    """All that pricing the workloads of one service takes, on one date.

    `columns` are (n,), or (1,) where all rows hold the same value.
    """

    service: Service
    portion: Portion
    columns: Mapping[str, NDArray[Any]]
    values: Mapping[str, tuple[str, ...]]
    rules: Rules
    meters: Mapping[str, MeterPlan]
    pools: tuple[PoolShare, ...]

    @property
    def prices(self) -> dict[str, UnitPrices]:
        """Prices of every meter."""
        return {name: meter.prices for name, meter in self.meters.items()}


def derive_columns(
    portion: Portion, table: RateTable, columns: dict[str, NDArray[Any]], options: Options
) -> tuple[dict[str, NDArray[Any]], dict[str, tuple[str, ...]]]:
    """Columns and vocabularies with those that the service derives from others."""
    service, values = portion.service, portion.values
    if service.derive is None:
        return columns, dict(values)
    # Rules by machine type must know the machines that the service may choose, not only the fleet's.
    rules = select_rules(table, options.on, assumptions=options.assumptions, fleet_values=values)
    machines = {**values, "instance_type": rules["node_types"].names}
    rules = select_rules(table, options.on, assumptions=options.assumptions, fleet_values=machines)
    more_columns, more_values = service.derive(columns, values, rules)
    return {**columns, **more_columns}, {**values, **more_values}


def plan_service(
    portion: Portion, book: RateBook, options: Options, shares: list[Share]
) -> ServicePlan:
    """Columns, rules, prices and key codes of a service on the date."""
    service = portion.service
    table = book.table(service.id)
    columns, values = derive_columns(portion, table, portion.of_month(options.month), options)
    rules = select_rules(table, options.on, assumptions=options.assumptions, fleet_values=values)
    prices = {
        name: select_unit_prices(
            book.table(meter.prices_of or service.id),
            name,
            options.on,
            before_first=options.before_first,
        )
        for name, meter in table.form.meters.items()
    }
    derived: dict[tuple[Any, ...], KeyCodes] = {}
    own = {
        name: array
        for name, array in columns.items()
        if array is not portion.columns.get(name) and array.dtype.kind in "iub"
    }
    constants = tuple((name, array.item()) for name, array in own.items() if array.size == 1)
    is_constant = len(constants) == len(own)

    def keys_of(found: UnitPrices) -> KeyCodes:
        if service.derive is None:
            return portion.key_codes(found)
        identity = key_identity(found), constants, tuple(values.get("instance_type", ()))
        kept = portion.derived_keys if is_constant else derived
        if identity not in kept:
            kept[identity] = find_key_codes(found, columns, values)
        return kept[identity]

    return ServicePlan(
        service=service,
        portion=portion,
        columns=columns,
        values=values,
        rules=rules,
        meters={name: MeterPlan(name, found, keys_of(found)) for name, found in prices.items()},
        pools=tuple(_pool_share(share, values) for share in shares),
    )


def _pool_share(share: Share, values: Mapping[str, tuple[str, ...]]) -> PoolShare:
    """Share with its conditions as codes of the workloads' own vocabularies."""
    codes = {}
    for column in {**share.when, **share.unless}:
        names = vocabulary(column) or values[column]
        wanted, refused = share.when.get(column, ["*"]), share.unless.get(column, [])
        codes[column] = tuple(
            code
            for code, name in enumerate(names)
            if is_like(name, wanted) and not is_like(name, refused)
        )
    return PoolShare(share.pool, share.meters, codes)


def is_like(name: str, words: Sequence[str]) -> bool:
    """True if a name is one of the words; a word may be a pattern such as ``us-gov-*``."""
    return any(fnmatchcase(name, word) for word in words)
