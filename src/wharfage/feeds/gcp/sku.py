"""A SKU of the Cloud Billing Catalog as plain values, prices exact."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

#: digits of `nanos`, the fraction part of Google's Money message
NANO_DIGITS = 9


@dataclass(frozen=True)
class Tier:
    """One tier of a price: from `start` usage units on, `price` per usage unit."""

    start: Decimal
    price: Decimal
    currency: str


@dataclass(frozen=True)
class Unit:
    """How a SKU counts, as its pricing expression states it.

    `factor` is the number of base units in one usage unit. `display_quantity` is the number of
    usage units that Google shows a price for; on CPU and GPU SKUs by the hour 1000 means that the
    usage unit is a thousandth (the catalog of 2026-04-30 has no other sign of it).
    """

    usage: str
    base: str
    factor: Decimal
    display_quantity: Decimal


@dataclass(frozen=True)
class Sku:
    """What one SKU is, where it applies and what it costs now.

    `unit` is None and `tiers` empty where the catalog states no price. `service` is the catalog's
    id of the service, ``category`` its resource family, resource group and usage type.
    """

    sku_id: str
    service: str
    description: str
    category: tuple[str, str, str]
    regions: tuple[str, ...]
    unit: Unit | None
    tiers: tuple[Tier, ...]
    read_on: dt.date | None


def sku_of(message: Any, service: str) -> Sku:  # noqa: ANN401  a message class of the client
    """SKU from the client's protobuf message.

    Of a timeline of prices the newest is taken; the catalog's answer without dates has one.
    """
    category = message.category
    newest = max(message.pricing_info, key=lambda info: info.effective_time.seconds, default=None)
    expression = newest.pricing_expression if newest is not None else None
    return Sku(
        sku_id=message.sku_id,
        service=service,
        description=" ".join(message.description.split()),
        category=(category.resource_family, category.resource_group, category.usage_type),
        regions=tuple(message.service_regions),
        unit=_unit(expression) if expression is not None else None,
        tiers=tuple(map(_tier, expression.tiered_rates)) if expression is not None else (),
        read_on=_day(newest.effective_time.seconds) if newest is not None else None,
    )


def _unit(expression: Any) -> Unit:  # noqa: ANN401
    return Unit(
        usage=expression.usage_unit,
        base=expression.base_unit,
        factor=_exact(expression.base_unit_conversion_factor),
        display_quantity=_exact(expression.display_quantity),
    )


def _tier(rate: Any) -> Tier:  # noqa: ANN401
    money = rate.unit_price
    return Tier(
        start=_exact(rate.start_usage_amount),
        price=Decimal(money.units) + Decimal(money.nanos).scaleb(-NANO_DIGITS),
        currency=money.currency_code,
    )


def _exact(number: float) -> Decimal:
    """The decimal number that was sent: the shortest text that gives the same float."""
    return plain(Decimal(repr(number)))


def plain(number: Decimal) -> Decimal:
    """The same number without trailing zeros and without exponent."""
    return Decimal(f"{number.normalize():f}")


def _day(seconds: int) -> dt.date | None:
    return dt.datetime.fromtimestamp(seconds, tz=dt.UTC).date() if seconds else None
