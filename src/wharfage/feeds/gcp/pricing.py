"""From a SKU's own unit and tiers to the price of a rate table's meter.

Only the conversions of ``units.csv`` are known; a SKU that counts in anything else is reported. A
zero-price first tier is a free allowance: rate tables hold it as a credit, and the price begins
with the first positive one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from wharfage.feeds.gcp.sku import Sku, Tier, Unit, plain

#: (pricing unit of a meter, unit of a SKU) -> usage units in one pricing unit
Conversions = Mapping[tuple[str, Unit], Decimal]


@dataclass(frozen=True)
class Price:
    """Tiers of a price per pricing unit: pairs of first quantity and price, from 0 on."""

    tiers: tuple[tuple[Decimal, Decimal], ...]
    currency: str

    @property
    def flat(self) -> Decimal | None:
        """The price, where it has no tiers."""
        return self.tiers[0][1] if len(self.tiers) == 1 else None

    def __str__(self) -> str:
        """Price as a person reads it."""
        if self.flat is not None:
            return f"{self.flat:f} {self.currency}"
        return f"{' / '.join(f'{price:f}' for _, price in self.tiers)} {self.currency} by tier"


def price_of(sku: Sku, pricing_unit: str, conversions: Conversions) -> Price | str:
    """Price of a SKU per `pricing_unit`, or the reason why it has none.

    Parameters
    ----------
    sku : Sku
        With its unit and tiers, as the catalog states them.
    pricing_unit : str
        Unit of the meter or machine part that the SKU prices.
    conversions : mapping
        Usage units in one pricing unit, for every unit that is known.

    Examples
    --------
    A vCPU-hour that the catalog counts in thousandths:

    >>> from wharfage.feeds.gcp.sku import Sku, Tier, Unit
    >>> one = Decimal(1)
    >>> unit = Unit("h", "s", Decimal(3600), Decimal(1000))
    >>> tier = Tier(Decimal(0), Decimal("0.0000445"), "USD")
    >>> sku = Sku("3194-8714-B3AD", "", "", ("", "", ""), ("us-central1",), unit, (tier,), None)
    >>> str(price_of(sku, "vCPU-Hours", {("vCPU-Hours", unit): Decimal(1000)}))
    '0.0445 USD'
    """
    if sku.unit is None or not sku.tiers:
        return "the catalog states no price (no tier): not priced, not free"
    multiplier = conversions.get((pricing_unit, sku.unit))
    if multiplier is None:
        return f"cannot be read as {pricing_unit}: {_words(sku.unit)}"
    tiers = sorted(sku.tiers, key=lambda tier: tier.start)
    fault = _fault(tiers)
    if fault:
        return fault
    return Price(
        tuple(
            (plain(tier.start / multiplier), plain(tier.price * multiplier))
            for tier in _without_allowance(tiers)
        ),
        tiers[0].currency,
    )


def _fault(tiers: list[Tier]) -> str:
    """What makes tiers unusable; empty if nothing does."""
    currencies = sorted({tier.currency for tier in tiers})
    if len(currencies) > 1:
        return f"has several currencies: {', '.join(currencies)}"
    if tiers[0].start != 0:
        return f"its first tier starts at {tiers[0].start:f}, not at 0"
    if any(tier.price < 0 for tier in tiers):
        return "has a negative price"
    if not any(tier.price for tier in tiers):
        return "is priced at 0 in every tier: free or not sold, the catalog does not say which"
    return ""


def _without_allowance(tiers: list[Tier]) -> list[Tier]:
    """Tiers from the first positive price on, which then starts at 0."""
    first = next(n for n, tier in enumerate(tiers) if tier.price)
    return [replace(tiers[first], start=Decimal(0)), *tiers[first + 1 :]]


def _words(unit: Unit) -> str:
    return (
        f"usage unit {unit.usage!r} of {unit.factor:f} {unit.base!r},"
        f" display quantity {unit.display_quantity:f}"
    )
