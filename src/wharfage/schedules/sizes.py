"""Legal sizes: the smallest pair of vCPU and memory that holds a request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from wharfage.errors import ScheduleError
from wharfage.schedules._typing import Mask, Quantity
from wharfage.schedules.rounding import SLACK

#: cells of the largest look-up table; legal sizes lie on far coarser steps
MOST_CELLS = 4_000_000

#: parts of a vCPU or a GiB that sizes are told apart by
MILLION = 1_000_000


@dataclass(frozen=True)
class SizeLadder:
    """Legal sizes as rungs of vCPU, each with its memory.

    A rung's memory is either a list of legal values or a range in which every value is legal.
    All limits lie on whole steps of vCPU and of memory, so that a request's steps, rounded up,
    decide its size: one table look-up per request.

    Attributes
    ----------
    vcpu : array (k,)
        vCPU of each rung, strictly increasing. [vCPU]
    minimum_memory_gib, maximum_memory_gib : array (k,)
        Memory limits of each rung; the maxima never decrease. [GiB]
    is_listed : bool
        True if only listed memory values are legal, False if every value of the range is.
    vcpu_step, memory_step : float
        Largest steps on which all limits lie. [vCPU], [GiB]
    shape : tuple of int
        Steps of vCPU and of memory in the table, with one more for what no size holds.
    vcpu_of, least_memory_of, most_memory_of : array
        By cell: vCPU of its size, its least and most memory; NaN where no size holds it.
    """

    vcpu: Quantity
    minimum_memory_gib: Quantity
    maximum_memory_gib: Quantity
    is_listed: bool
    vcpu_step: float
    memory_step: float
    shape: tuple[int, int]
    vcpu_of: Quantity
    least_memory_of: Quantity
    most_memory_of: Quantity

    @classmethod
    def from_rungs(cls, rungs: list[tuple[float, list[float]]], *, listed: bool) -> SizeLadder:
        """Ladder from (vCPU, memory values) pairs; with ``listed=False`` two values are a range.

        Raises
        ------
        ScheduleError
            If vCPU does not increase, a larger rung holds less memory than a smaller one, or the
            sizes lie on no common step.

        Examples
        --------
        >>> SizeLadder.from_rungs([(0.25, [0.5, 1, 2]), (0.5, [1, 2, 3, 4])], listed=True).vcpu
        array([0.25, 0.5 ])
        """
        vcpu = np.array([rung[0] for rung in rungs], dtype=np.float64)
        low = np.array([rung[1][0] for rung in rungs], dtype=np.float64)
        high = np.array([rung[1][-1] for rung in rungs], dtype=np.float64)
        if not len(rungs) or np.any(np.diff(vcpu) <= 0) or np.any(np.diff(high) < 0):
            raise ScheduleError("Sizes must have increasing vCPU and memory that never shrinks.")
        if any(np.any(np.diff(rung[1]) < 0) or rung[1][0] < 0 for rung in rungs):
            raise ScheduleError("Memory values of a size must be in increasing order.")
        legal = [value for _, values in rungs for value in values] if listed else list(high)
        vcpu_step, memory_step = _common_step(vcpu), _common_step(legal)
        shape = (round(vcpu[-1] / vcpu_step) + 2, round(high[-1] / memory_step) + 2)
        if shape[0] * shape[1] > MOST_CELLS:
            raise ScheduleError("Sizes must lie on whole steps of vCPU and of memory.")
        of = np.full((3, *shape), np.nan)
        # From the largest rung down: the smallest that holds a cell is written last.
        for at, least, most, values in reversed(
            list(zip(vcpu, low, high, [rung[1] for rung in rungs], strict=True))
        ):
            fits = slice(round(at / vcpu_step) + 1)
            for value in reversed(values if listed else [most]):
                holds = slice(round(value / memory_step) + 1)
                pair = (value, value) if listed else (least, most)
                of[:, fits, holds] = np.reshape([at, *pair], (3, 1, 1))
        return cls(
            vcpu, low, high, listed, vcpu_step, memory_step, shape, *(part.ravel() for part in of)
        )


def _common_step(values: Sequence[float] | Quantity) -> float:
    """Largest number of which all values are whole multiples, to a millionth."""
    millionths = np.rint(np.asarray(values) * MILLION).astype(np.int64)
    return float(np.gcd.reduce(millionths)) / MILLION


def smallest_size(
    vcpu: Quantity, memory_gib: Quantity, ladder: SizeLadder
) -> tuple[Quantity, Quantity, Mask]:
    """Smallest legal size that holds each request: least vCPU, then least memory.

    Parameters
    ----------
    vcpu, memory_gib : array (n,)
        Requests, >= 0. [vCPU], [GiB]
    ladder : SizeLadder
        The legal sizes.

    Returns
    -------
    vcpu, memory_gib : array (n,)
        The legal size; NaN where a request is NaN or nothing is large enough. [vCPU], [GiB]
    too_large : array of bool (n,)
        True where no legal size holds the request.

    Examples
    --------
    >>> ladder = SizeLadder.from_rungs([(0.25, [0.5, 1, 2]), (0.5, [1, 2, 3, 4])], listed=True)
    >>> smallest_size(np.array([0.2, 0.25]), np.array([1.5, 3.0]), ladder)[:2]
    (array([0.25, 0.5 ]), array([2., 3.]))
    """
    rows, columns = ladder.shape
    # NaN, as whatever is too large, falls on the last step, which no size holds.
    row = np.fmin(np.ceil(vcpu * ((1.0 - SLACK) / ladder.vcpu_step)), rows - 1)
    column = np.fmin(np.ceil(memory_gib * ((1.0 - SLACK) / ladder.memory_step)), columns - 1)
    cell = (row * columns + column).astype(np.intp)
    legal_vcpu, legal_memory = ladder.vcpu_of[cell], ladder.least_memory_of[cell]
    if not ladder.is_listed:
        # Within the slack of the maximum a request counts as the maximum.
        legal_memory = np.minimum(np.maximum(memory_gib, legal_memory), ladder.most_memory_of[cell])
    too_large = np.isnan(legal_vcpu)
    if too_large.any():
        too_large = too_large & ~np.isnan(vcpu) & ~np.isnan(memory_gib)
    return legal_vcpu, legal_memory, too_large


def is_resized(
    asked_vcpu: Quantity, asked_memory_gib: Quantity, vcpu: Quantity, memory_gib: Quantity
) -> Mask:
    """True where a billed size is not the one that was asked for; NaN asks for nothing.

    Examples
    --------
    >>> one = np.array([1.0])
    >>> is_resized(one, one, one, 2 * one)
    array([ True])
    """
    return (np.abs(vcpu - asked_vcpu) > SLACK * vcpu) | (
        np.abs(memory_gib - asked_memory_gib) > SLACK * memory_gib
    )
