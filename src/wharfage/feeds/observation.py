"""What a feed reads: one price of one key, as the provider states it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True)
class Observation:
    """One price, in the unit of our rate table, with where and when it was read.

    Attributes
    ----------
    service, meter : str
        Ids of the rate table and of its meter.
    key : mapping of column to value
        Every key column of the meter, ``region`` (or the region group) among them.
    price : Decimal or None
        Price per pricing unit of the meter, exact; None where the provider withdrew it.
    pricing_unit : str
        The meter's pricing unit: whoever made the observation has converted the SKU's own.
    currency : str
        ISO 4217 code, as stated by the provider.
    tier_start : Decimal
        Quantity at which the price begins, in pricing units.
    effective_from, observed_on : date or None
        Documented first day, or the day of reading; one of them.
    sku_id, source : str
        The provider's SKU, and the key of its source.
    """

    service: str
    meter: str
    key: Mapping[str, str]
    price: Decimal | None
    pricing_unit: str
    currency: str
    tier_start: Decimal = Decimal(0)
    effective_from: dt.date | None = None
    observed_on: dt.date | None = None
    sku_id: str = ""
    source: str = ""


@dataclass(frozen=True)
class Reading:
    """All that one refresh read, and what it could not place.

    `new`, `gone` and `ambiguous` hold one row per SKU with its id, a description and why; they
    are reported, never guessed. `sources` holds what ``sources.yaml`` says of each new source.
    `read_on` is the day of reading (else the newest day that an observation or source states).
    `covers` names, per service, the meters that the feed always prices: a region that lacks one
    of them stops the refresh, even if no region has it (else the meters seen anywhere count).
    """

    observations: list[Observation] = field(default_factory=list)
    new: list[dict[str, str]] = field(default_factory=list)
    gone: list[dict[str, str]] = field(default_factory=list)
    ambiguous: list[dict[str, str]] = field(default_factory=list)
    sources: dict[str, dict[str, str]] = field(default_factory=dict)
    read_on: dt.date | None = None
    covers: Mapping[str, frozenset[str]] = field(default_factory=dict)
