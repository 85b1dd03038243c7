"""Services compared cell by cell; those that are billed for the same hours are compared without them.

Where two services cost ``hours * a`` and ``hours * b``, the cheaper one follows from `a` and `b`,
which have fewer axes. Only neighbours in the order of the services are joined, so that the first
of several equally cheap ones wins, joined or not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wharfage.engine.cells import PricedGrid
from wharfage.engine.factored import LIMIT, Block, Later, Node, cells, factor, plain, shape_of
from wharfage.engine.products import Products, Scratch
from wharfage.engine.tiles import own_rows

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Rival:
    """One service, or several that share their hours.

    Attributes
    ----------
    grids : tuple of PricedGrid
        The services.
    cost : Products or None
        Lowest cost of several services.
    positions : array
        Which service has the lowest cost, from one on, over the axes that decide it.
    """

    grids: tuple[PricedGrid, ...]
    cost: Products | None
    positions: NDArray[Any]

    def monthly_cost(self, block: Block, out: Array, scratch: Scratch) -> Array:
        """Lowest cost of the cells of a block, put into `out`; NaN where none has a price."""
        if self.cost is None:
            return self.grids[0].monthly_cost(block, out, scratch)
        return self.cost.at(block, out, scratch)

    def is_void(self, block: Block) -> bool:
        """True if no cell of a block has a price, as far as small factors tell."""
        if self.cost is None:
            return self.grids[0].is_void(block)
        return self.cost.is_void(block)

    def position(self, block: Block) -> NDArray[Any]:
        """Which service that is, from one on, over the axes that decide it."""
        return own_rows(self.positions, block)


def rivals(grids: Sequence[PricedGrid], code: np.dtype[Any]) -> list[Rival]:
    """Services to compare, in order; positions have the type `code`."""
    found: list[Rival] = []
    for number, grid in enumerate(grids):
        position = np.full(1, number + 1, code)
        joined = _joined(found[-1], grid, position) if found else None
        if joined is None:
            found.append(Rival((grid,), None, position))
        else:
            found[-1] = joined
    return found


def _joined(rival: Rival, grid: PricedGrid, position: NDArray[Any]) -> Rival | None:
    """Rival with one more service, if this shares the hours of the others."""
    ours, theirs = _single_term(rival.grids[0]), _single_term(grid)
    if ours is None or theirs is None:
        return None
    if rival.cost is not None:
        ours = rival.cost.terms[0]
    best, own = plain(ours[0]), plain(theirs[0])
    if not _are_alike(ours[1:], theirs[1:]) or cells(best, own) > LIMIT:
        return None
    is_less = (own < best) | (np.isnan(best) & ~np.isnan(own))
    lowest = factor(np.asarray(np.where(is_less, own, best)))
    positions = np.asarray(np.where(is_less, position, rival.positions))
    return Rival((*rival.grids, grid), Products(((lowest, *ours[1:]),)), positions)


def _single_term(grid: PricedGrid) -> tuple[Node, ...] | None:
    """Factors of the cost of a grid, if it is one product of something and positive hours."""
    if grid.costs is None or not grid.costs.is_plain or len(grid.costs.cost.terms) != 1:
        return None
    term = grid.costs.cost.terms[0]
    hours = term[1:]
    if any(isinstance(each, Later) for each in term) or any((each <= 0).any() for each in hours):
        return None
    return term


def _are_alike(ours: Sequence[Node], theirs: Sequence[Node]) -> bool:
    """True if the same numbers stand along the same axes."""
    ours, theirs = (sorted(map(plain, each), key=shape_of) for each in (ours, theirs))
    return len(ours) == len(theirs) and all(
        np.array_equal(one, other) for one, other in zip(ours, theirs, strict=True)
    )
