"""Numbers for people: rounded half up, as text."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import numpy as np

CENTS = Decimal("0.01")


def money(amount: float) -> str:
    """Amount with two decimals, rounded half up; a dash where there is none.

    Examples
    --------
    >>> money(1234.565)
    '1,234.57'
    """
    if amount is None or np.isnan(amount):
        return "-"
    # The repr is the shortest text of the float, so 1.005 is rounded as it is written.
    rounded = Decimal(repr(float(amount))).quantize(CENTS, rounding=ROUND_HALF_UP)
    return f"{rounded:,.2f}"


def number(value: float) -> str:
    """Number with at most twelve significant digits, without an exponent; a dash for none.

    Examples
    --------
    >>> number(0.0000111)
    '0.0000111'
    """
    if value is None or np.isnan(value):
        return "-"
    return f"{Decimal(f'{float(value):.12g}'):,f}"


def text_or_dash(value: object) -> str:
    """Text of a cell; a dash where it holds nothing."""
    return "-" if value is None or value != value else str(value)  # noqa: PLR0124  NaN
