"""Prices as AWS writes them: the terms of one product, taken apart and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

ENDLESS = "Inf"


class MalformedError(ValueError):
    """A piece of a feed that is not what AWS documents."""


@dataclass(frozen=True, slots=True)
class Price:
    """On-demand price of a product, in AWS's unit: (first unit, price) of every tier."""

    unit: str
    currency: str
    tiers: tuple[tuple[Decimal, Decimal], ...]

    @property
    def is_free(self) -> bool:
        """True if no tier costs anything."""
        return not any(price for _, price in self.tiers)


def amount(text: object, what: str) -> Decimal:
    """Exact number from a feed, without idle zeros.

    Raises
    ------
    MalformedError
        If it is missing, no number, negative or not finite.
    """
    try:
        found = Decimal(str(text))
    except InvalidOperation:
        raise MalformedError(f"{what} {text!r} is not a number") from None
    if not found.is_finite() or found < 0:
        raise MalformedError(f"{what} {text!r} is not a finite number from 0 on")
    return plain(found)


def plain(number: Decimal) -> Decimal:
    """The same number without trailing zeros and without exponent.

    Examples
    --------
    >>> print(plain(Decimal("0.0404800000")), plain(Decimal("1E+2")))
    0.04048 100
    """
    text = format(number, "f")
    return Decimal(text.rstrip("0").rstrip(".") or "0") if "." in text else Decimal(text)


def json_object(value: object, name: str) -> Mapping[str, Any]:
    """The value, which must be a JSON object.

    Raises
    ------
    MalformedError
        If it is missing or something else.
    """
    if not isinstance(value, Mapping):
        raise MalformedError(f"{name} is missing or is no object")
    return value


def read_price(terms: Mapping[str, Any], currency: str) -> Price | None:
    """On-demand price of a product; None if it is not sold on demand.

    Parameters
    ----------
    terms : mapping
        ``terms.OnDemand`` of the product: offer terms by code.
    currency : str
        Currency that is preferred where several are stated.

    Raises
    ------
    MalformedError
        If a dimension is missing or is no number, if tiers leave a gap, or if there are several
        terms, units or currencies.
    """
    if not terms:
        return None
    if len(terms) > 1:
        raise MalformedError(f"{len(terms)} on-demand terms instead of one")
    (term,) = terms.values()
    dimensions = json_object(json_object(term, "term").get("priceDimensions"), "priceDimensions")
    if not dimensions:
        raise MalformedError("priceDimensions is empty")
    rows = [
        _dimension(json_object(dimension, "price dimension"), currency)
        for dimension in dimensions.values()
    ]
    units = {(row.unit, row.currency) for row in rows}
    if len(units) > 1:
        raise MalformedError("its tiers have different units or currencies")
    rows.sort(key=lambda row: row.begin)
    ends = [row.end for row in rows]
    if [row.begin for row in rows] != [Decimal(0), *ends[:-1]] or ends[-1] is not None:
        raise MalformedError("its tiers leave a gap or overlap")
    unit, stated = next(iter(units))
    return Price(unit, stated, tuple((row.begin, row.price) for row in rows))


@dataclass(frozen=True, slots=True)
class _Dimension:
    begin: Decimal
    end: Decimal | None
    unit: str
    currency: str
    price: Decimal


def _dimension(dimension: Mapping[str, Any], currency: str) -> _Dimension:
    prices = json_object(dimension.get("pricePerUnit"), "pricePerUnit")
    if not prices:
        raise MalformedError("pricePerUnit is empty")
    stated = currency if currency in prices else next(iter(prices))
    end = dimension.get("endRange", ENDLESS)
    unit = dimension.get("unit")
    if not isinstance(unit, str) or not unit:
        raise MalformedError("unit is missing")
    return _Dimension(
        begin=amount(dimension.get("beginRange", "0"), "beginRange"),
        end=None if end == ENDLESS else amount(end, "endRange"),
        unit=unit,
        currency=stated,
        price=amount(prices[stated], "price"),
    )


def without_free_allowance(
    tiers: tuple[tuple[Decimal, Decimal], ...],
) -> list[tuple[Decimal, Decimal]]:
    """Tiers with leading free ones folded into the first positive price, which starts at zero.

    AWS codes a free allowance as a first tier of price zero; the book keeps it as a pool, once.

    Examples
    --------
    >>> d = Decimal
    >>> without_free_allowance(((d(0), d(0)), (d(2200), d("0.01025"))))
    [(Decimal('0'), Decimal('0.01025'))]
    """
    first = next(n for n, (_, price) in enumerate(tiers) if price)
    return [(Decimal(0), tiers[first][1]), *tiers[first + 1 :]]
