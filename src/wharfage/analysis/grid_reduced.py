"""Grids reduced while they are priced: the cells are never held, only what is left of them."""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wharfage.analysis.grid_reducers import CHEAPEST, FOLDS, Reduction, lowest, quantile
from wharfage.engine.cells import PricedGrid
from wharfage.engine.factored import Block, blocks
from wharfage.engine.grid_cells import GridCells
from wharfage.engine.plan import Options
from wharfage.engine.products import Scratch
from wharfage.engine.rivals import Rival, rivals
from wharfage.rates.book import RateBook

Array = NDArray[Any]
#: a place, and the costs that compete there, each with its positions from one on
Comparison = tuple[tuple[int, ...], Iterable[tuple[Array, Array]]]

#: cells of a block: the costs of a few services fit the cache of one core
CELLS = 131_072
#: blocks priced ahead of the one whose result is awaited
AHEAD = 64
#: columns that say how much runs; services share the hours that follow from them
TRAFFIC = (
    "replicas",
    "hours_per_month",
    "runs_per_month",
    "run_seconds",
    "requests_per_month",
    "request_seconds",
    "concurrency",
    "min_instances",
)


@dataclass(frozen=True)
class Reduced:
    """What is left of a grid, over `axes`.

    `cost` is None if costs are not wanted; `other` holds positions on the axis of the cheapest
    (-1: none), or counts of cells without a price.
    """

    axes: tuple[str, ...]
    cost: Array | None
    other: Array


class ReducedGrid:
    """A grid whose blocks are priced on all cores and reduced at once."""

    def __init__(
        self,
        services: Sequence[str],
        fixed: Mapping[str, object],
        inner: Mapping[str, pd.Index],
        outer: Mapping[str, int],
        book: RateBook,
        options: Sequence[Options],
    ) -> None:
        """Plan every service under every option; `outer` has the lengths of the axes on, month."""
        order = inner_order({name: len(values) for name, values in inner.items()})
        self.outer = {"service": len(services), **outer}
        self.shape = tuple(len(inner[name]) for name in order)
        self.names = (*self.outer, *order)
        self.sizes = (*self.outer.values(), *self.shape)
        self.grids: list[list[PricedGrid]] = []
        self._local = threading.local()
        for name in services:
            cells = GridCells(name, fixed, inner, book)
            self.grids.append([PricedGrid(cells, order, book, each) for each in options])

    def reduce(
        self, reduction: Reduction, progress: Callable[[int], None], *, costs: bool
    ) -> Reduced:
        """Reduce the grid over some axes; without `costs` only the positions or counts are held."""
        gone = tuple(self.names.index(name) for name in reduction.over)
        kept = [n for n in range(len(self.names)) if n not in gone]
        shape = [self.sizes[n] for n in kept]
        axes = tuple(self.names[n] for n in kept)
        if reduction.how == CHEAPEST:
            return Reduced(axes, *self._cheapest(gone[0], shape, progress, costs=costs))
        return Reduced(axes, *self._fold(reduction, gone, shape, progress, costs=costs))

    def _fold(
        self,
        reduction: Reduction,
        gone: tuple[int, ...],
        shape: Sequence[int],
        progress: Callable[[int], None],
        *,
        costs: bool,
    ) -> tuple[Array | None, Array]:
        """Reduced costs, put together block by block, and counts of cells without a price."""
        kept = [n for n in range(len(self.names)) if n not in gone]
        count = np.zeros(
            shape, np.int64 if self._cells(gone) > np.iinfo(np.int32).max else np.int32
        )
        cost = None
        if costs:
            cost = np.full(shape, FOLDS[reduction.how][2] if reduction.how in FOLDS else np.nan)
        whole = reduction.how not in FOLDS
        is_whole = [whole and name in reduction.over for name in self.names[len(self.outer) :]]

        def part(block: Block) -> tuple[Array | None, Array]:
            found = self.cost(block)
            unpriced = np.isnan(found).sum(axis=gone)
            if not costs:
                return None, unpriced
            if reduction.share is not None:
                return quantile(found, reduction.share, gone), unpriced
            return FOLDS[reduction.how][0](found, axis=gone), unpriced

        for block, (value, unpriced) in self._blocks(part, is_whole, progress):
            place = self._place(block, kept)
            count[place] = count[place] + unpriced
            if cost is not None and value is not None:
                merge = FOLDS[reduction.how][1] if reduction.how in FOLDS else np.fmax
                cost[place] = merge(cost[place], value)
        if cost is not None and reduction.how in {"sum", "mean"}:
            priced = self._cells(gone) - count
            np.copyto(cost, np.nan, where=priced == 0)
            if reduction.how == "mean":
                np.divide(cost, np.maximum(priced, 1), out=cost)
        return cost, count

    def top(self, count: int, progress: Callable[[int], None]) -> tuple[Array, dict[str, Array]]:
        """Costs of the cheapest cells, cheapest first, and their positions along every axis."""
        best = np.empty(0)
        place = np.empty(0, dtype=np.intp)

        def part(block: Block) -> tuple[Array, Array]:
            limit = best[-1] if len(best) == count and count else np.inf
            found = self.cost(block)
            value, at = lowest(found, count, limit)
            axes = np.unravel_index(at, found.shape)
            starts = [0] * len(self.outer) + [axis.start for axis in block]
            whole = [axis + start for axis, start in zip(axes, starts, strict=True)]
            return value, np.ravel_multi_index(whole, self.sizes)

        whole = [False] * len(self.shape)
        for _, (value, at) in self._blocks(part, whole, progress):
            best, place = np.concatenate([best, value]), np.concatenate([place, at])
            first = np.lexsort([place, best])[:count]
            best, place = best[first], place[first]
        return best, dict(zip(self.names, np.unravel_index(place, self.sizes), strict=True))

    def cost(self, block: Block) -> Array:
        """Costs of a block, with services, dates and months as leading axes."""
        shape = tuple(axis.stop - axis.start for axis in block)
        outer = (len(self.grids), len(self.grids[0]))
        found = self.scratch.take("costs", (*outer, *shape))
        for n, k in np.ndindex(outer):
            self.grids[n][k].monthly_cost(block, found[n, k], self.scratch)
        return found.reshape((*self.outer.values(), *shape))

    @property
    def scratch(self) -> Scratch:
        """Arrays of this thread."""
        if not hasattr(self._local, "scratch"):
            self._local.scratch = Scratch()
        found: Scratch = self._local.scratch
        return found

    def _cheapest(
        self, gone: int, shape: Sequence[int], progress: Callable[[int], None], *, costs: bool
    ) -> tuple[Array | None, Array]:
        """Lowest costs along an axis and their positions; the first wins a tie, -1: none."""
        is_few = self.sizes[gone] < np.iinfo(np.int8).max
        code: np.dtype[Any] = np.dtype(np.uint8 if is_few else np.uint32)
        cost = np.empty(shape) if costs else None
        other = np.empty(shape, np.int8 if is_few else np.int32)
        kept = [n for n in range(len(self.names)) if n != gone]
        whole = [n == gone for n in range(len(self.outer), len(self.names))]
        is_by_service = self.names[gone] == "service"
        compare = self._services(code) if is_by_service else self._along(gone, code)

        def part(block: Block) -> None:
            place = self._place(block, kept)
            shape = self._compared_shape(block, gone)
            for at, parts in compare(block):
                best, position = _least(parts, shape, code, self.scratch)
                into = other[place][at]
                np.subtract(position.view(other.dtype).reshape(into.shape), 1, out=into)
                if cost is not None:
                    cost[place][at] = best.reshape(into.shape)
                    if not position.all():
                        np.copyto(cost[place][at], np.nan, where=into < 0)

        for _ in self._blocks(part, whole, progress):
            pass
        return cost, other

    def _services(self, code: np.dtype[Any]) -> Callable[[Block], Iterator[Comparison]]:
        """What is compared in a block, service by service, for every date and month."""
        columns = list(zip(*self.grids, strict=True))
        alike = [rivals(column, code) for column in columns]
        places = list(np.ndindex(tuple(self.outer.values())[1:]))

        def costs(each: Sequence[Rival], block: Block) -> Iterator[tuple[Array, Array]]:
            out = self.scratch.take("cost", self._compared_shape(block, 0))
            for rival in each:
                if not rival.is_void(block):
                    yield rival.monthly_cost(block, out, self.scratch), rival.position(block)

        return lambda block: (
            (place, costs(each, block)) for place, each in zip(places, alike, strict=True)
        )

    def _along(self, axis: int, code: np.dtype[Any]) -> Callable[[Block], Iterator[Comparison]]:
        """What is compared in a block, along an axis."""
        positions = np.arange(1, self.sizes[axis] + 1, dtype=code)

        def compare(block: Block) -> Iterator[Comparison]:
            yield (), zip(np.moveaxis(self.cost(block), axis, 0), positions, strict=True)

        return compare

    def _blocks(
        self,
        work: Callable[[Block], Any],
        whole: Sequence[bool],
        progress: Callable[[int], None],
    ) -> Iterator[tuple[Block, Any]]:
        """Results of every block, in order, made on all cores."""
        times = math.prod(self.outer.values())
        todo = blocks(self.shape, CELLS, whole)
        with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:

            def start() -> list[tuple[Block, Future[Any]]]:
                return [(block, pool.submit(work, block)) for block in islice(todo, AHEAD)]

            waiting = start()
            while waiting:
                following = start()
                for block, future in waiting:
                    yield block, future.result()
                    progress(times * math.prod(axis.stop - axis.start for axis in block))
                waiting = following

    def _place(self, block: Block, kept: Sequence[int]) -> tuple[slice, ...]:
        """Place of a block in what is left of the grid."""
        whole = (*[slice(None)] * len(self.outer), *block)
        return tuple(whole[n] for n in kept)

    def _compared_shape(self, block: Block, gone: int) -> tuple[int, ...]:
        """Shape of the costs that are compared: of one service and option, or without an axis."""
        inner = tuple(axis.stop - axis.start for axis in block)
        if self.names[gone] == "service":
            return inner
        whole = (*self.outer.values(), *inner)
        return whole[:gone] + whole[gone + 1 :]

    def _cells(self, axes: Sequence[int]) -> int:
        return math.prod(self.sizes[n] for n in axes)


def inner_order(lengths: Mapping[str, int]) -> list[str]:
    """Axes in the order in which blocks hold them: inner loops run along hours, or along sizes.

    Examples
    --------
    >>> inner_order({"hours_per_month": 100, "replicas": 50, "vcpu": 8, "region": 30})
    ['vcpu', 'region', 'replicas', 'hours_per_month']
    """
    groups = [
        [name for name in lengths if (name in TRAFFIC) is is_traffic]
        for is_traffic in (False, True)
    ]
    groups.sort(key=lambda names: math.prod(lengths[name] for name in names))
    return [name for names in groups for name in sorted(names, key=lengths.__getitem__)]


def _least(
    parts: Iterable[tuple[Array, Array]],
    shape: tuple[int, ...],
    code: np.dtype[Any],
    scratch: Scratch,
) -> tuple[Array, Array]:
    """Lowest of several costs and its position from one on; the first wins a tie, 0: none.

    Positions only grow from part to part, so that the largest position that was ever less is
    the last one: no masked copy, which is slow.
    """
    best, position = scratch.take("best", shape), scratch.take("position", shape, code)
    is_less, chosen = scratch.take("less", shape, np.bool_), scratch.take("chosen", shape, code)
    number = -1
    for number, (each, own) in enumerate(parts):
        if not number:
            np.fmin(each, np.inf, out=best)
            np.multiply(np.less(best, np.inf, out=is_less).view(np.uint8), own, out=position)
            continue
        np.multiply(np.less(each, best, out=is_less).view(np.uint8), own, out=chosen)
        np.maximum(position, chosen, out=position)
        np.fmin(best, each, out=best)
    if number < 0:
        best[...], position[...] = np.inf, 0
    return best, position
