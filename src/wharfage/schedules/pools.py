"""Pools: an amount that belongs to an account and a month, given back in proportion."""

from __future__ import annotations

import numpy as np

from wharfage.schedules._typing import Codes, Cost, Quantity


def pooled_credit(cost: Cost, pool: Codes, amounts: Cost, spent: Cost | None = None) -> Cost:
    """Credit of each row when each pool's amount is shared in proportion to cost.

    Parameters
    ----------
    cost : array (n,)
        Cost that the pool may cover, >= 0. [currency]
    pool : array of int (n,)
        Pool of each row, 0 <= pool < k.
    amounts : array (k,)
        Amount of each pool, >= 0. [currency]
    spent : array (k,), optional
        What is spent in each pool, if `cost` is only a part of that. [currency]

    Returns
    -------
    array (n,)
        Credit, 0 <= credit <= cost; a pool never gives more than is spent in it. NaN cost
        neither draws from the pool nor gets a credit. [currency]

    Examples
    --------
    >>> pooled_credit(np.array([6.0, 2.0]), np.array([0, 0]), np.array([4.0]))
    array([3., 1.])
    """
    covered = np.where(np.isnan(cost), 0.0, cost)
    total = pooled_quantity(covered, pool, len(amounts)) if spent is None else spent
    share = np.minimum(amounts, total) / np.where(total > 0.0, total, 1.0)
    return covered * share[pool]


def pooled_quantity(quantity: Quantity, pool: Codes, pools: int) -> Quantity:
    """Quantity of each pool, summed over its rows; NaN counts as nothing.

    Examples
    --------
    >>> pooled_quantity(np.array([1.0, 2.0, np.nan]), np.array([0, 1, 1]), 2)
    array([1., 2.])
    """
    used = np.where(np.isnan(quantity), 0.0, quantity)
    return np.bincount(pool, weights=used, minlength=pools).astype(np.float64)
