"""The normal distribution and its inverse, over whole arrays, to nine digits.

Exact values on a fine grid of the standard deviation, from the error function of the standard
library, are joined by cubic curves that have the right slope at every grid point.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

#: grid points per standard deviation, and how far the grid goes
PER_DEVIATION, FARTHEST = 64, 8


@cache
def _grid() -> tuple[Array, Array, Array]:
    """Deviations from the far left to the middle, the share below each, and the density."""
    z = np.linspace(-float(FARTHEST), 0.0, FARTHEST * PER_DEVIATION + 1)
    below = np.array([0.5 * math.erfc(-value / math.sqrt(2.0)) for value in z])
    return z, below, np.exp(-z * z / 2.0) / math.sqrt(2.0 * math.pi)


def normal_quantile(share: Array) -> Array:
    """Standard deviations from the mean below which `share` of all values lie.

    Parameters
    ----------
    share : array
        Between 0 and 1; what lies beyond eight deviations counts as eight.

    Examples
    --------
    >>> float(normal_quantile(np.array([0.9]))[0].round(6))
    1.281552
    """
    z, below, density = _grid()
    tail = np.clip(np.minimum(share, 1.0 - share), below[0], 0.5)
    # Against the logarithm of the share the curve is gentle, even far out.
    logs = np.log(below)
    found = _cubic(np.log(tail), logs, z, below / density)
    return np.where(share < 0.5, found, -found)  # noqa: PLR2004  the middle


def normal_share(deviations: Array) -> Array:
    """Share of all values that lie below so many standard deviations from the mean.

    Examples
    --------
    >>> float(normal_share(np.array([1.2815515655446004]))[0].round(6))
    0.9
    """
    z, below, density = _grid()
    left = _cubic(np.maximum(-np.abs(deviations), z[0]), z, below, density)
    return np.where(deviations < 0, left, 1.0 - left)


def _cubic(at: Array, x: Array, y: Array, slope: Array) -> Array:
    """Cubic curves through points with given slopes."""
    n = np.clip(np.searchsorted(x, at, side="right") - 1, 0, len(x) - 2)
    width = x[n + 1] - x[n]
    t = (at - x[n]) / width
    rise = y[n + 1] - y[n]
    a = slope[n] * width - rise
    b = rise - slope[n + 1] * width
    return y[n] + t * rise + t * (1.0 - t) * (a * (1.0 - t) + b * t)
