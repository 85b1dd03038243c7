"""Cells of a grid, priced: every column lies along its own axis, and formulas broadcast.

A size is looked up over the axes of sizes, hours are counted over the axes of traffic, a price is
found over the axes of places: each factor over the axes that it depends on and no others, once.
Only their product has all axes, block by block.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wharfage.engine import checks
from wharfage.engine.estimate import credits_drawn
from wharfage.engine.factored import Block, CannotFactorError
from wharfage.engine.factored_costs import FactoredCosts
from wharfage.engine.fleet import CellFault, Fleet
from wharfage.engine.plan import MeterPlan, Options, ServicePlan, plan_service
from wharfage.engine.portion import Portion, columns_read
from wharfage.engine.products import Scratch
from wharfage.engine.tiles import Tile, own_rows, price_tile
from wharfage.rates.book import RateBook
from wharfage.schedules.tiers import graduated_cost
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

    Formulas run once, over whole columns, and leave sums of products (`costs`); where a formula
    needs more than that, it runs for every block.
    """

    def __init__(
        self,
        service: Service,
        corner: Fleet,
        axes: Mapping[str, Fleet],
        order: Sequence[str],
        book: RateBook,
        options: Options,
    ) -> None:
        names = columns_read(service, book.table(service.id))
        own = {name: fleet for name, fleet in axes.items() if name in names}
        portion = GridPortion(service, corner, own, order, names)
        drawn = credits_drawn(book, service.id, options)
        self.options = options
        self.plan: ServicePlan = plan_service(portion, book, options, [s for _, s in drawn])
        self.shape = portion.shape
        self._amounts = [(pool.id, pool.amount) for pool, _ in drawn]
        self._refused: list[Mask] = []
        checks.check_rows(self.plan, book, options, self._refuse)
        self.costs = self._factored()

    def _refuse(self, mask: NDArray[Any], _: str) -> None:
        if mask.any():
            self._refused.append(mask)

    def _factored(self) -> FactoredCosts | None:
        """Costs as sums of products; None if a formula needs whole arrays."""
        try:
            return FactoredCosts.of_plan(
                self.plan,
                self._amounts,
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
        out[...] = self._by_block(own)
        return out

    def _by_block(self, own: Block) -> Array:
        """Cost of the cells of a block, by the formulas of the service."""
        tile = price_tile(self.plan, own, tier_prices=self._tier_prices(own))
        cost = tile.effective_cost
        spent: dict[str, Array] = {}
        for (pool, _), part in zip(self._amounts, tile.pool_cost, strict=True):
            spent[pool] = spent[pool] + part if pool in spent else part
        for pool, amount in dict(self._amounts).items():
            cost = cost - np.minimum(spent[pool], amount)
        if spent:
            cost = np.maximum(cost, 0.0)
        for mask in self._without_price(tile, own):
            np.copyto(cost, np.nan, where=mask)
        return cost

    def _without_price(self, tile: Tile, own: Block) -> Iterator[Mask]:
        yield from (own_rows(mask, own) for mask in self._refused)
        yield from (mask for mask in tile.quantities.faults.values() if mask.any())
        yield from tile.missing.values()
        if self.options.sizes == "strict":
            yield tile.quantities.is_resized()

    def _tier_prices(self, own: Block) -> dict[str, Array]:
        """Average list price of graduated meters; every cell has its tiers for itself."""
        graduated = [meter for meter in self.plan.meters.values() if meter.prices.meter.is_tiered]
        if not graduated:
            return {}
        tile = price_tile(self.plan, own)
        quantities = tile.quantities.meters
        return {
            meter.name: _average_price(meter, quantities[meter.name], own)
            for meter in graduated
            if meter.name in quantities
        }


def _collapsed(values: NDArray[Any]) -> NDArray[Any]:
    """Array with length one along every axis that changes nothing."""
    for axis in range(values.ndim):
        first = values.take([0], axis)
        if np.array_equal(values, np.broadcast_to(first, values.shape)):
            values = first
    return values


def _average_price(meter: MeterPlan, quantity: Array, own: Block) -> Array:
    """Average price of each cell's quantity on the schedule of its key."""
    key = own_rows(meter.codes, own)
    quantity, key = np.broadcast_arrays(quantity, key)
    average = np.full(quantity.shape, np.nan)
    for slot, (starts, prices) in meter.prices.schedules.items():
        mask = key == slot
        if mask.any():
            used = quantity[mask]
            cost = graduated_cost(used, starts, prices)
            average[mask] = np.divide(cost, used, out=np.full(len(used), prices[0]), where=used > 0)
    return average
