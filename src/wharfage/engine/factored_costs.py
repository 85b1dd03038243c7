"""What a service costs over a whole grid, as sums of products that are multiplied block by block."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wharfage.engine.factored import (
    Block,
    CannotFactorError,
    Later,
    Node,
    elementwise,
    factor,
    factors_of,
    part,
)
from wharfage.engine.plan import MeterPlan, ServicePlan
from wharfage.engine.products import Products, Scratch, Term, product_of, summed
from wharfage.engine.tiles import applies
from wharfage.services import Quantities

Array = NDArray[np.float64]


@dataclass(frozen=True)
class FactoredCosts:
    """Costs of a service over a grid.

    Attributes
    ----------
    cost, list_cost : Products
        Effective cost before credits, and list cost; NaN where a cell has no price.
    pools : tuple of (Products, float)
        What each credit may cover, and how much there is of it.
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
        amounts: Sequence[tuple[str, float]],
        refused: Sequence[NDArray[np.bool_]],
        *,
        is_strict: bool,
    ) -> FactoredCosts:
        """Costs of a plan over a grid.

        Parameters
        ----------
        plan : ServicePlan
            Columns, each along its own axis, rules and prices.
        amounts : sequence of (pool, amount)
            Amount of the credit of each of the plan's pool shares. [currency per month]
        refused : sequence of masks
            Cells that have no price whatever they use.
        is_strict : bool
            Sizes that are not legal have no price.

        Raises
        ------
        CannotFactorError
            If a formula needs whole arrays, or a meter has graduated prices.
        """
        columns = {name: factor(values) for name, values in plan.columns.items()}
        found = plan.service.quantities(columns, plan.rules)
        meters = [
            _Meter(plan.meters[name], quantity, found)
            for name, quantity in found.meters.items()
            if _is_used(quantity)
        ]
        masks: list[Node] = [*refused, *found.faults.values()]
        masks += [hole for meter in meters for hole in meter.holes()]
        if is_strict:
            masks.append(found.is_resized())
        masks = [mask for mask in masks if isinstance(mask, Later) or mask.any()]
        cost, left = summed([meter.cost for meter in meters]).without(masks)
        list_cost, _ = summed([meter.list_cost for meter in meters]).without(masks)
        return cls(cost, list_cost, tuple(_pools(plan, amounts, meters)), tuple(left), found)

    @property
    def is_plain(self) -> bool:
        """True if the cost is nothing but a sum of products."""
        return not self.pools and not self.masks

    def monthly_cost(self, block: Block, out: Array, scratch: Scratch) -> Array:
        """Cost after credits of the cells of a block, put into `out`; NaN without a price."""
        if self.cost.is_void(block):
            out[...] = np.nan
            return out
        self.cost.at(block, out, scratch)
        for spent, amount in self.pools:
            given = spent.at(block, scratch.take("credit", out.shape), scratch)
            np.minimum(given, amount, out=given)
            np.subtract(out, given, out=out)
        if self.pools:
            np.maximum(out, 0.0, out=out)
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
        self.quantity = quantity
        self._unknown = np.isnan(price)
        self._is_minor = meter.is_minor
        self.price = factor(np.where(self._unknown, 0.0, price))
        discount = found.discounts.get(meter.name, 1.0)
        self._paid = product_of(quantity, discount) if np.ndim(discount) else product_of(quantity)
        self.cost: Term = (*self._paid, self.price)
        self.list_cost: Term = product_of(quantity, factor(np.where(self._unknown, 0.0, listed)))

    def holes(self) -> Iterator[Node]:
        """Cells that use the meter where it has no price; nothing used costs nothing."""
        if self._is_minor or not self._unknown.any():
            return
        hole: Node = factor(self._unknown)
        for each in factors_of(self.quantity):
            is_used = elementwise(np.greater, (each, 0))
            if isinstance(is_used, Later) or not is_used.all():
                hole = elementwise(np.logical_and, (hole, is_used))
        yield hole

    def covered(self, mask: NDArray[np.bool_]) -> Term:
        """Products that make the cost of the cells of a mask."""
        return (*self._paid, self.price if mask.all() else elementwise(np.multiply, (self.price, mask)))


def _is_used(quantity: Node) -> bool:
    """True unless nothing is used anywhere."""
    return all(isinstance(each, Later) or bool(each.any()) for each in factors_of(quantity))


def _pools(
    plan: ServicePlan, amounts: Sequence[tuple[str, float]], meters: Sequence[_Meter]
) -> Iterator[tuple[Products, float]]:
    """What each credit may cover, all shares of a pool together."""
    spent: dict[str, list[Term]] = {}
    columns: dict[str, Any] = dict(plan.columns)
    for share, (pool, _) in zip(plan.pools, amounts, strict=True):
        mask = applies(share.when, columns)
        if mask.any():
            spent.setdefault(pool, []).extend(
                meter.covered(mask) for meter in meters if meter.name in share.meters
            )
    for pool, amount in dict(amounts).items():
        if spent.get(pool):
            yield summed(spent[pool]), amount
