"""Draws of uncertain inputs: seeded, the same for every service and for every part of a fleet.

Each column has a stream of random bits of its own, by seed and name, and each row a fixed place in
it. Whether a fleet is drawn whole or in parts, with other columns or without, its draws are the
same bits.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from numbers import Real

import numpy as np
from numpy.typing import NDArray

from wharfage.analysis.normal_quantiles import normal_quantile, normal_share
from wharfage.analysis.ranges_inputs import Uncertain, is_whole, limits
from wharfage.errors import InvalidValueError

Array = NDArray[np.float64]

LATIN_HYPERCUBE, PLAIN = "latin_hypercube", "plain"
METHODS = (LATIN_HYPERCUBE, PLAIN)
#: draws per workload, and the most of them
DRAWS, MOST_DRAWS = 4096, 262_144
#: name of the stream of what all inputs have in common
SHARED = "shared factor"


@dataclass(frozen=True)
class Sampling:
    """How inputs are drawn.

    Attributes
    ----------
    draws : int
        Draws per workload.
    seed : int
        Seed of all streams.
    method : {"latin_hypercube", "plain"}
        Of a Latin hypercube, every input of a row has one draw, its middle, in each of `draws`
        equally likely parts; the order is random. Plain draws are independent.
    shared_factor : float
        Correlation of any two inputs, of one row or of two, before their distributions are
        applied (a Gaussian copula with one factor); 0 for independent ones.
    """

    draws: int
    seed: int
    method: str
    shared_factor: float

    def shares(self, column: str, rows: slice) -> Array:
        """Shares between 0 and 1, (rows, draws), of a column."""
        own = self._stream(column, rows.start, rows.stop - rows.start)
        if not self.shared_factor:
            return own
        common = normal_quantile(self._stream(SHARED, 0, 1))
        mixed = np.sqrt(self.shared_factor) * common
        mixed = mixed + np.sqrt(1.0 - self.shared_factor) * normal_quantile(own)
        return normal_share(mixed)

    def _stream(self, name: str, first: int, rows: int) -> Array:
        key = np.random.SeedSequence([self.seed, zlib.crc32(name.encode())])
        bits = np.random.PCG64(key)
        bits.advance(first * self.draws)
        found = np.random.Generator(bits).random((rows, self.draws))
        if self.method == PLAIN:
            return found
        order = np.argsort(found, axis=1)
        return (order + 0.5) / self.draws


def read_sampling(draws: int, seed: int, method: str, shared_factor: float) -> Sampling:
    """How inputs are drawn, from its keywords.

    Raises
    ------
    InvalidValueError
        If one makes no sense.
    """
    if method not in METHODS:
        raise InvalidValueError(
            f"method={method!r} is not one of {', '.join(METHODS)}.", hint="write 'plain'."
        )
    for name, value in (("draws", draws), ("seed", seed), ("shared_factor", shared_factor)):
        if not isinstance(value, Real):
            raise InvalidValueError(f"{name}={value!r} is no number.", hint=f"{name}=1.")
    if not 2 <= draws <= MOST_DRAWS or draws != int(draws):  # noqa: PLR2004  a range has two ends
        raise InvalidValueError(
            f"draws={draws!r} is not a whole number from 2 to {MOST_DRAWS:,}.",
            hint=f"{DRAWS:,} is the default.",
        )
    if seed < 0 or seed != int(seed):
        raise InvalidValueError(f"seed={seed!r} is not a whole number from 0 on.", hint="seed=1.")
    if not 0 <= shared_factor <= 1:
        raise InvalidValueError(
            f"shared_factor={shared_factor!r} is not between 0 and 1.",
            hint="it is a correlation: 0 is none, 1 moves everything together.",
        )
    return Sampling(int(draws), int(seed), method, float(shared_factor))


def draw(
    found: Sequence[Uncertain],
    own: Mapping[str, Array],
    rows: slice,
    sampling: Sampling,
    month_hours: float,
) -> dict[str, Array]:
    """Values of every uncertain column, (rows, draws).

    `own` holds the columns as they stand in the fleet. Whole numbers are rounded; what no cell
    may hold is moved to the nearest value that one may.
    """
    drawn = {}
    for each in found:
        values = each.quantile(sampling.shares(each.column, rows), rows)
        drawn[each.column] = settle(each, values, own, rows, month_hours)
    return drawn


def settle(
    each: Uncertain, values: Array, own: Mapping[str, Array], rows: slice, month_hours: float
) -> Array:
    """Values as cells of the fleet: times the row's own, legal, and only where it is uncertain."""
    given = own.get(each.column)
    before = np.full((rows.stop - rows.start, 1), np.nan) if given is None else given[rows, None]
    if each.is_relative:
        values = before * values
    values = np.clip(values, *limits(each.column, month_hours))
    if is_whole(each.column):
        values = np.rint(values)
    if each.rows is None:
        return values
    return np.where(each.rows[rows, None], values, before)
