"""Rounding as providers do it: up, to an increment, with a minimum."""

from __future__ import annotations

import numpy as np

from wharfage.schedules._typing import Quantity

#: Relative slack taken off before any ceiling: 0.1 + 0.2 seconds are 300 ms, not 400.
SLACK = 1e-9


def round_up(quantity: Quantity, increment: float | Quantity) -> Quantity:
    """Each quantity rounded up to a whole number of increments.

    Parameters
    ----------
    quantity : array (n,)
        Quantity, >= 0. [any unit]
    increment : float or array (n,)
        Size of one increment, > 0. [the same unit]

    Returns
    -------
    array (n,)
        Smallest multiple of `increment` that holds ``quantity * (1 - 1e-9)``; NaN where
        `quantity` is NaN. [the same unit]

    Examples
    --------
    >>> round_up(np.array([0.1 + 0.2, 0.31]), 0.1)
    array([0.3, 0.4])
    """
    # A decimal increment such as 0.1 has no exact float: 3 / 10 is 0.3, 3 * 0.1 is not.
    per_unit = np.rint(np.divide(1.0, increment))
    is_fraction = np.abs(per_unit * increment - 1.0) < SLACK
    steps = np.ceil(quantity * ((1.0 - SLACK) / increment))
    if np.all(is_fraction):
        return steps if np.all(per_unit == 1.0) else steps / per_unit
    return np.where(is_fraction, steps / np.maximum(per_unit, 1.0), steps * increment)


def billed_seconds(
    seconds: Quantity, increment: float | Quantity, minimum: float | Quantity
) -> Quantity:
    """Seconds that are billed for runs of the given lengths.

    Parameters
    ----------
    seconds : array (n,)
        Length of each run, >= 0. [s]
    increment : float or array (n,)
        Each run is rounded up to this. [s]
    minimum : float or array (n,)
        Shortest run that is billed; a run of no length bills it too. [s]

    Returns
    -------
    array (n,)
        Billed length; NaN where `seconds` is NaN. [s]

    Examples
    --------
    >>> billed_seconds(np.array([0.0, 59.0, 60.2, 300.0]), 1.0, 60.0)
    array([ 60.,  60.,  61., 300.])
    """
    return np.maximum(round_up(seconds, increment), minimum)
