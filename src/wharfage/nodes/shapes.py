"""Fewer shapes of pods: near ones packed as one, so that a plan's time does not grow with them.

The plan packs the largest of each cell, so it holds every pod; the bound packs the smallest, so it
stays below every plan.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wharfage.nodes.problem import Ints

#: shapes up to which every one is packed as it is, and cells that more are merged into
SHAPES, CELLS = 1000, 600
#: relative width of a cell at first; it doubles until few enough are left
WIDTH = 1 / 128
#: from here on all sizes are one
WIDEST = 2.0**40


@dataclass(frozen=True)
class Shapes:
    """K cells of k groups.

    Attributes
    ----------
    cell : array of int (k,)
        Cell of each group.
    largest, smallest : array of int (K, d)
        Demand that holds every pod of the cell, and one that none is below.
    """

    cell: Ints
    largest: Ints
    smallest: Ints

    @property
    def is_exact(self) -> bool:
        """True where every group has a cell of its own."""
        return len(self.cell) == len(self.largest)


def merge_shapes(demand: Ints, apart: Ints, limit: int = SHAPES, cells: int = CELLS) -> Shapes:
    """Cells of near demands, where there are more than `limit`.

    Parameters
    ----------
    demand : array of int (k, d)
        What one pod of each group takes.
    apart : array of int (k,)
        Groups with different numbers never share a cell.
    limit : int
        Groups up to which each has a cell of its own.
    cells : int
        Most cells of more groups, where groups that stay apart allow it.

    Returns
    -------
    Shapes

    Examples
    --------
    >>> merge_shapes(np.array([[1000], [1001], [4000]]), np.zeros(3, int), 2, 2).cell.tolist()
    [0, 0, 1]
    """
    own = np.arange(len(demand))
    kinds = len(np.unique(apart))
    if len(demand) <= max(limit, kinds):
        return Shapes(own, demand, demand)
    width = WIDTH
    while True:
        level = np.ceil(np.log1p(demand) / np.log1p(width)).astype(np.int64)
        _, cell = np.unique(np.column_stack([apart, level]), axis=0, return_inverse=True)
        cell = cell.ravel()
        if cell.max() < max(cells, kinds) or width > WIDEST:
            break
        width *= 2.0
    largest = np.zeros((int(cell.max()) + 1, demand.shape[1]), np.int64)
    smallest = np.full_like(largest, np.iinfo(np.int64).max)
    np.maximum.at(largest, cell, demand)
    np.minimum.at(smallest, cell, demand)
    return Shapes(cell, largest, smallest)
