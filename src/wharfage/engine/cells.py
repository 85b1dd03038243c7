"""Cells of a grid, priced: every column lies along its own axis, and formulas broadcast.

A size is looked up over the axes of sizes, hours are counted over the axes of traffic, a price is
found over the axes of places: each factor over the axes that it depends on and no others, once.
Only their product has all axes, block by block.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wharfage.engine import checks
from wharfage.engine.estimate import credits_drawn, price_fleet
from wharfage.engine.factored import Block, CannotFactorError
from wharfage.engine.factored_costs import FactoredCosts
from wharfage.engine.fleet import CellFault, Fleet
from wharfage.engine.grid_cells import GridCells
from wharfage.engine.plan import Options, ServicePlan, plan_service
from wharfage.engine.portion import Portion, columns_read
from wharfage.engine.products import Scratch
from wharfage.rates.book import RateBook
from wharfage.services import Service

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


class GridPortion(Portion):
    """Cells of a grid on one service; each cell is a workload alone in its billing account."""

    def __init__(
        self,
        service: Service,
        corner: Fleet,
        axes: Mapping[str, Fleet],
        order: Sequence[str],
        names: frozenset[str],
    ) -> None:
        def along(name: str, values: NDArray[Any]) -> NDArray[Any]:
            place = list(order).index(name)
            return values.reshape([-1 if n == place else 1 for n in range(len(order))])

        arrays = {name: values[:1] for name, values in corner.arrays.items()}
        arrays |= {name: along(name, fleet.arrays[name]) for name, fleet in axes.items()}
        values = dict(corner.values)
        values |= {name: own.values[name] for name, own in axes.items() if name in own.values}
        shape = tuple(len(axes[name]) if name in axes else 1 for name in order)
        super().__init__(service, arrays, values, names, shape=shape)
        # What follows from several axes is often the same along some of them.
        for name in {"demand", "billing_mode"} & {*self.columns}:
            self.columns[name] = _collapsed(self.columns[name])
        self._masks = [
            (fault.column, np.ones(1, dtype=np.bool_), fault.reason)
            for fault in corner.faults
            if fault.column not in axes
        ]
        for name, fleet in axes.items():
            for fault in fleet.faults:
                mask = np.zeros(len(fleet), dtype=np.bool_)
                mask[fault.rows] = True
                self._masks.append((name, along(name, mask), fault.reason))

    @property
    def cell_faults(self) -> list[CellFault]:
        """Cells of axes that cannot be used, as masks along their axes."""
        return [CellFault(column, mask, reason) for column, mask, reason in self._masks]  # type: ignore[arg-type]

    def is_faulty(self, column: str) -> Mask:
        """True where a cell of an axis cannot be used."""
        found = np.zeros(1, dtype=np.bool_)
        for name, mask, _ in self._masks:
            if name == column:
                found = found | mask
        return found


class PricedGrid:
    """One service over the axes that it reads, ready to be priced block by block.

    Formulas run once, over whole columns, and leave sums of products (`costs`); where that does
    not do (graduated prices, free units), `costs` is None and cells are priced as workloads.
    """

    def __init__(
        self, cells: GridCells, order: Sequence[str], book: RateBook, options: Options
    ) -> None:
        service = cells.service
        names = columns_read(service, book.table(service.id))
        portion = GridPortion(service, cells.corner, cells.axes, order, names)
        self._drawn = credits_drawn(book, service.id, options)
        self._cells = cells
        self._order = tuple(order)
        self.book = book
        self.options = options
        self.plan: ServicePlan = plan_service(portion, book, options, [s for _, s in self._drawn])
        self.shape = portion.shape
        self._refused: list[Mask] = []
        checks.check_rows(self.plan, book, options, self._refuse)
        self.costs = self._factored()

    def _refuse(self, mask: NDArray[Any], _: str) -> None:
        if mask.any():
            self._refused.append(mask)

    def _factored(self) -> FactoredCosts | None:
        """Costs as sums of products; None where that does not do."""
        try:
            return FactoredCosts.of_plan(
                self.plan,
                [pool for pool, _ in self._drawn],
                self._refused,
                is_strict=self.options.sizes == "strict",
            )
        except CannotFactorError:
            return None

    def is_void(self, block: Block) -> bool:
        """True if no cell of a block has a price, as far as small factors tell."""
        return self.costs is not None and self.costs.cost.is_void(self._own_block(block))

    def _own_block(self, block: Block) -> Block:
        return tuple(
            slice(0, 1) if size == 1 else axis for size, axis in zip(self.shape, block, strict=True)
        )

    def monthly_cost(self, block: Block, out: Array, scratch: Scratch) -> Array:
        """Cost of the cells of a block, put into `out`; NaN where a cell has no price.

        Parameters
        ----------
        block : tuple of slices
            Cells, one slice per axis.
        out : array
            Has the block's shape. [currency per month]
        scratch : Scratch
            Arrays of the thread.
        """
        own = self._own_block(block)
        if self.costs is not None:
            return self.costs.monthly_cost(own, out, scratch)
        out[...] = self._by_workload(own)
        return out

    def _by_workload(self, own: Block) -> Array:
        """Cost of the cells of a block, each priced as a workload."""
        read = [own[self._order.index(name)] for name in self._cells.axes]
        shape = self._cells.shape
        place = np.ix_(*(np.arange(axis.start, axis.stop) for axis in read))
        cells = np.ravel_multi_index(place, shape).ravel() if shape else np.arange(1)
        priced = price_fleet(self._cells.fleet(cells), self.book, self.options)
        found = priced.monthly_cost.reshape([axis.stop - axis.start for axis in read])
        ranks = [self._order.index(name) for name in self._cells.axes]
        found = found.transpose(np.argsort(ranks))
        return found.reshape([axis.stop - axis.start for axis in own])


def _collapsed(values: NDArray[Any]) -> NDArray[Any]:
    """Array with length one along every axis that changes nothing."""
    for axis in range(values.ndim):
        first = values.take([0], axis)
        if np.array_equal(values, np.broadcast_to(first, values.shape)):
            values = first
    return values
