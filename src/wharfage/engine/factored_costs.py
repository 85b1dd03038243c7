"""What a service costs over a whole grid, as sums of products that are multiplied block by block."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wharfage.discounts.credits import Pool
from wharfage.engine.factored import (
    LIMIT,
    Block,
    CannotFactorError,
    Later,
    Node,
    blocks,
    cells,
    elementwise,
    factor,
    factors_of,
    part,
    shape_of,
)
from wharfage.engine.plan import MeterPlan, ServicePlan
from wharfage.engine.products import Products, Scratch, Term, summed
from wharfage.engine.tiles import applies
from wharfage.services import Quantities

Array = NDArray[np.float64]


@dataclass(frozen=True)
class FactoredCosts:
    """Costs of a service over a grid.

    Attributes
    ----------
    cost, list_cost : Products
        Effective cost of what no credit covers, and list cost; NaN where a cell has no price.
    pools : tuple of (Products, float)
        Effective cost that each credit may cover, and how much there is of it.
    masks : tuple of masks
        Cells without a price that no factor of the costs tells.
    quantities : Quantities
        Quantities over the whole grid, as factors.
    """

    cost: Products
    list_cost: Products
    pools: tuple[tuple[Products, float], ...]
    masks: tuple[Node, ...]
    quantities: Quantities

    @classmethod
    def of_plan(
        cls,
        plan: ServicePlan,
        drawn: Sequence[Pool],
        refused: Sequence[NDArray[np.bool_]],
        *,
        is_strict: bool,
    ) -> FactoredCosts:
        """Costs of a plan over a grid.

        Parameters
        ----------
        plan : ServicePlan
            Columns, each along its own axis, rules and prices.
        drawn : sequence of Pool
            The credit of each of the plan's pool shares.
        refused : sequence of masks
            Cells that have no price whatever they use.
        is_strict : bool
            Sizes that are not legal have no price.

        Raises
        ------
        CannotFactorError
            If a formula needs whole arrays, a meter has graduated prices, or a credit gives
            units instead of money.
        """
        if any(pool.quantity is not None for pool in drawn):
            raise CannotFactorError
        columns = {name: factor(values) for name, values in plan.columns.items()}
        found = plan.service.quantities(columns, plan.rules)
        meters = [
            _Meter(plan.meters[name], quantity, found)
            for name, quantity in found.meters.items()
            if _is_used(quantity)
        ]
        masks: list[Node] = [*refused, *found.faults.values()]
        masks += [hole for meter in meters for hole in meter.holes(refused)]
        if is_strict:
            masks.append(found.is_resized())
        masks = [mask for mask in masks if isinstance(mask, Later) or mask.any()]
        pools = tuple(_pools(plan, drawn, meters))
        cost, left = summed([meter.cost for meter in meters if meter.price.any()]).without(masks)
        list_cost, _ = summed([meter.list_cost for meter in meters]).without(masks)
        return cls(cost, list_cost, pools, tuple(left), found)

    @property
    def is_plain(self) -> bool:
        """True if the cost is nothing but a sum of products."""
        return not self.pools and not self.masks

    def notes(self, plan: ServicePlan) -> list[str]:
        """What is to be said of some cells."""
        found = [text for text, mask in self.quantities.notes_given().items() if _is_anywhere(mask)]
        for name, meter in plan.meters.items():
            derived = meter.prices.is_derived
            if derived is not None and derived[meter.codes].any():
                found.append(f"{name}_by_formula")
        return found

    def monthly_cost(self, block: Block, out: Array, scratch: Scratch) -> Array:
        """Cost after credits of the cells of a block, put into `out`; NaN without a price."""
        if self.cost.is_void(block):
            out[...] = np.nan
            return out
        into = self.cost.at(block, out, scratch)
        for spent, amount in self.pools:
            beyond = spent.at(block, scratch.take("beyond", out.shape), scratch)
            np.subtract(beyond, amount, out=beyond)
            np.maximum(beyond, 0.0, out=beyond)
            np.add(into, beyond, out=into)
        return self._mark(block, out)

    def monthly_list_cost(self, block: Block, out: Array, scratch: Scratch) -> Array:
        """List cost of the cells of a block, put into `out`; NaN without a price."""
        return self._mark(block, self.list_cost.at(block, out, scratch))

    def _mark(self, block: Block, cost: Array) -> Array:
        for mask in self.masks:
            np.copyto(cost, np.nan, where=part(mask, block))
        return cost


class _Meter:
    """Products that make the costs of one meter; what has no price costs nothing here."""

    def __init__(self, meter: MeterPlan, quantity: Node, found: Quantities) -> None:
        if meter.prices.meter.is_tiered:
            raise CannotFactorError(meter.name)
        price = meter.prices.price[meter.codes]
        listed = meter.prices.list_price[meter.codes]
        self.name = meter.name
        self._unknown = np.isnan(price)
        factors = factors_of(quantity)
        if self._unknown.any():
            # As for a fleet: where a meter has holes, what is not known to be used is not used.
            factors = tuple(map(_known, factors))
        self._factors = factors
        self._is_minor = meter.is_minor
        self._is_covered = np.zeros(1, dtype=np.bool_)
        self.price = factor(np.where(self._unknown, 0.0, price))
        discount = found.discounts.get(meter.name, 1.0)
        self._paid = (*factors, discount) if shape_of(discount) else factors
        self.list_cost: Term = (*factors, factor(np.where(self._unknown, 0.0, listed)))

    def holes(self, refused: Sequence[NDArray[np.bool_]]) -> Iterator[Node]:
        """Cells that use the meter where it has no price; nothing used costs nothing.

        Where a key is refused already, such as an unknown region, use does not matter.
        """
        unknown = self._unknown
        for mask in refused:
            if cells(unknown, mask) == unknown.size:
                unknown = unknown & ~mask
        if self._is_minor or not unknown.any():
            return
        hole: Node = factor(unknown)
        for each in self._factors:
            is_used = elementwise(np.greater, (each, 0))
            if isinstance(is_used, Later) or not is_used.all():
                hole = elementwise(np.logical_and, (hole, is_used))
        yield hole

    @property
    def cost(self) -> Term:
        """Product that makes the effective cost that no credit covers."""
        return (*self._paid, self.price)

    def cover(self, mask: NDArray[np.bool_]) -> Term:
        """Product that makes the effective cost of the cells of a mask; a credit covers it from now on."""
        covered = elementwise(np.multiply, (self.price, mask))
        if isinstance(covered, Later) or (mask & self._is_covered).any():
            raise CannotFactorError(self.name)
        self._is_covered = self._is_covered | mask
        self.price = factor(np.where(mask, 0.0, self.price))
        return (*self._paid, covered)


def _known(values: Node) -> Node:
    """Factor with nothing in place of NaN."""
    if not isinstance(values, Later) and not np.isnan(values).any():
        return values
    return elementwise(np.where, (elementwise(np.isnan, (values,)), 0.0, values))


def _is_anywhere(mask: Node) -> bool:
    """True if a mask is set in some cell."""
    if not isinstance(mask, Later):
        return bool(mask.any())
    return any(part(mask, block).any() for block in blocks(mask.shape, LIMIT))


def _is_used(quantity: Node) -> bool:
    """True unless nothing is used anywhere."""
    return all(isinstance(each, Later) or bool(each.any()) for each in factors_of(quantity))


def _pools(
    plan: ServicePlan, drawn: Sequence[Pool], meters: Sequence[_Meter]
) -> Iterator[tuple[Products, float]]:
    """What each credit covers, all shares of a pool together."""
    spent: dict[str, list[Term]] = {}
    columns: dict[str, Any] = dict(plan.columns)
    for share, pool in zip(plan.pools, drawn, strict=True):
        mask = applies(share.when, columns)
        if mask.any():
            spent.setdefault(pool.id, []).extend(
                meter.cover(mask) for meter in meters if meter.name in share.meters
            )
    for pool in {pool.id: pool for pool in drawn}.values():
        if spent.get(pool.id):
            yield summed(spent[pool.id]), pool.amount
