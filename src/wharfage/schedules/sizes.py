"""Legal sizes: the smallest pair of vCPU and memory that holds a request."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wharfage.errors import ScheduleError
from wharfage.schedules._typing import Mask, Quantity
from wharfage.schedules.rounding import SLACK


@dataclass(frozen=True)
class SizeLadder:
    """Legal sizes as rungs of vCPU, each with its memory.

    A rung's memory is either a list of legal values or a range in which every value is legal.

    Attributes
    ----------
    vcpu : array (k,)
        vCPU of each rung, strictly increasing. [vCPU]
    minimum_memory_gib, maximum_memory_gib : array (k,)
        Memory limits of each rung; the maxima never decrease. [GiB]
    memory_gib : array (m,)
        Legal memory values of all rungs, rung after rung; empty if every value in the range
        is legal. [GiB]
    first : array (k,)
        Position of each rung's first value in `memory_gib`.
    sorted_memory : array (m,)
        All memory values in one increasing array: rung number times `stride`, plus the value.
    stride : float
        More than any memory value. [GiB]
    """

    vcpu: Quantity
    minimum_memory_gib: Quantity
    maximum_memory_gib: Quantity
    memory_gib: Quantity
    first: NDArray[np.int64]
    sorted_memory: Quantity
    stride: float

    @classmethod
    def from_rungs(cls, rungs: list[tuple[float, list[float]]], *, listed: bool) -> SizeLadder:
        """Ladder from (vCPU, memory values) pairs; with ``listed=False`` two values are a range.

        Raises
        ------
        ScheduleError
            If vCPU does not increase, or a larger rung holds less memory than a smaller one.

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
        counts = [len(rung[1]) if listed else 0 for rung in rungs]
        listed_values = [np.asarray(rung[1], np.float64) for rung in rungs if listed]
        values = np.concatenate([np.empty(0), *listed_values])
        first = np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int64)
        stride = float(high[-1]) + 1.0
        rung_of_value = np.repeat(np.arange(len(rungs)), counts)
        return cls(vcpu, low, high, values, first, rung_of_value * stride + values, stride)


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
        The legal size; the request itself where nothing is large enough, NaN where a
        request is NaN. [vCPU], [GiB]
    too_large : array of bool (n,)
        True where no legal size holds the request.

    Examples
    --------
    >>> ladder = SizeLadder.from_rungs([(0.25, [0.5, 1, 2]), (0.5, [1, 2, 3, 4])], listed=True)
    >>> smallest_size(np.array([0.2, 0.25]), np.array([1.5, 3.0]), ladder)[:2]
    (array([0.25, 0.5 ]), array([2., 3.]))
    """
    least_vcpu = vcpu * (1.0 - SLACK)
    least_memory = memory_gib * (1.0 - SLACK)
    rung = np.maximum(
        np.searchsorted(ladder.vcpu, least_vcpu),
        np.searchsorted(ladder.maximum_memory_gib, least_memory),
    )
    too_large = rung >= len(ladder.vcpu)
    rung = np.where(too_large, 0, rung)
    if len(ladder.memory_gib):
        wanted = rung * ladder.stride + np.minimum(least_memory, ladder.maximum_memory_gib[-1])
        position = np.searchsorted(ladder.sorted_memory, wanted)
        # A request below the rung's smallest value still lands on that value.
        position = np.clip(position, ladder.first[rung], len(ladder.memory_gib) - 1)
        legal_memory = ladder.memory_gib[position]
    else:
        # Within the slack of the maximum a request counts as the maximum.
        legal_memory = np.minimum(
            np.maximum(memory_gib, ladder.minimum_memory_gib[rung]), ladder.maximum_memory_gib[rung]
        )
    is_unknown = np.isnan(vcpu) | np.isnan(memory_gib)
    return (
        np.where(is_unknown, np.nan, np.where(too_large, vcpu, ladder.vcpu[rung])),
        np.where(is_unknown, np.nan, np.where(too_large, memory_gib, legal_memory)),
        too_large & ~is_unknown,
    )


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
