"""Graduated tiers: each part of a quantity at the price of its own tier."""

from __future__ import annotations

import numpy as np

from wharfage.errors import ScheduleError
from wharfage.schedules._typing import Cost, Quantity, UnitPrice


def quantity_in_tiers(quantity: float, tier_starts: Quantity) -> Quantity:
    """Part of one quantity that lies in each tier.

    Parameters
    ----------
    quantity : float
        Pricing quantity, >= 0. [pricing unit]
    tier_starts : array (k,)
        First quantity of each tier; ``tier_starts[0] == 0``, strictly increasing. [pricing unit]

    Returns
    -------
    array (k,)
        Parts that add up to the quantity; 0 in tiers that it does not reach. [pricing unit]

    Examples
    --------
    >>> quantity_in_tiers(120.0, np.array([0.0, 50.0, 200.0]))
    array([50., 70.,  0.])
    """
    widths = np.append(np.diff(tier_starts), np.inf)
    return np.clip(quantity - tier_starts, 0.0, widths)


def graduated_cost(quantity: Quantity, tier_starts: Quantity, unit_prices: UnitPrice) -> Cost:
    """Cost of each quantity when every tier is charged at its own price.

    Parameters
    ----------
    quantity : array (n,)
        Pricing quantity, >= 0. [pricing unit]
    tier_starts : array (k,)
        First quantity of each tier; ``tier_starts[0] == 0``, strictly increasing. [pricing unit]
    unit_prices : array (k,)
        Price inside each tier. [currency / pricing unit]

    Returns
    -------
    array (n,)
        List cost; NaN where `quantity` is NaN. [currency]

    Raises
    ------
    ScheduleError
        If `tier_starts` does not begin at 0 or does not increase.

    Examples
    --------
    >>> graduated_cost(np.array([100.0]), np.array([0.0, 50.0]), np.array([0.5, 0.1]))
    array([30.])
    """
    starts = np.asarray(tier_starts, dtype=np.float64)
    prices = np.asarray(unit_prices, dtype=np.float64)
    if not len(starts) or starts[0] != 0 or np.any(np.diff(starts) <= 0):
        raise ScheduleError("Tiers must start at 0 and increase.")
    cost_at_start = np.concatenate([[0.0], np.cumsum(np.diff(starts) * prices[:-1])])
    amount = np.asarray(quantity, dtype=np.float64)
    tier = np.clip(np.searchsorted(starts, amount, "right") - 1, 0, len(starts) - 1)
    return cost_at_start[tier] + (amount - starts[tier]) * prices[tier]
