"""Cells of a grid, priced: a service over the product of the axes that it reads.

Costs are sums of products, multiplied block by block; a cell without a price is priced again as a
workload, for its reason. A run of such cells is a fleet of arrays, made from the codes of its
axes; no table of cells is ever made, and the memory beyond the result does not grow with the
grid. Costs come from the engine, so that no billing rule stands here.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wharfage.engine import estimate
from wharfage.engine.cells import PricedGrid
from wharfage.engine.factored import Block, blocks
from wharfage.engine.factored_costs import FactoredCosts
from wharfage.engine.fleet import Fleet
from wharfage.engine.grid_cells import GridCells
from wharfage.engine.plan import Options, ServicePlan
from wharfage.engine.products import Scratch
from wharfage.rates.book import RateBook

#: cells priced at once as workloads: bounds the memory of a grid of any size
RUN = 2**18
#: cells multiplied at once: their costs fit the cache of one core
BLOCK = 2**16

Array = NDArray[Any]
Labels = Mapping[str, pd.Index]


@dataclass(frozen=True)
class Said:
    """What holds for a whole grid: the texts of its reasons, and what was taken for granted."""

    reasons: list[str] = field(default_factory=lambda: [""])
    assumptions: dict[str, str] = field(default_factory=dict)
    codes: dict[str, int] = field(default_factory=lambda: {"": 0})

    def code(self, reason: str) -> int:
        """Code of a reason, the same for all cells of the grid."""
        if reason not in self.codes:
            self.codes[reason] = len(self.reasons)
            self.reasons.append(reason)
        return self.codes[reason]


@dataclass
class PricedCells:
    """Costs of one service; each array has the axes on, month and `axes`, in this order."""

    axes: tuple[str, ...]
    monthly_cost: Array
    monthly_list_cost: Array
    daily_cost: Array
    reason: Array

    def arrays(self) -> dict[str, Array]:
        """Arrays by the name of their variable."""
        return {name: value for name, value in vars(self).items() if name != "axes"}


def price_cells(
    service: str,
    fixed: Mapping[str, object],
    labels: Labels,
    book: RateBook,
    options: Sequence[Sequence[Options]],
    said: Said,
    progress: Callable[[int], None],
) -> PricedCells:
    """Costs of every cell of one service, over the axes that it reads.

    Parameters
    ----------
    service : str
        Id of the service.
    fixed : mapping of column to value
        Columns that are the same in every cell.
    labels : mapping of column to Index
        Axes of the grid, those that the service does not read included.
    book : RateBook
        Where rates come from.
    options : sequence of sequences
        How cells are priced, by date and by month.
    said : Said
        Gets the reasons and assumptions met.
    progress : callable
        Told the number of cells after each run.
    """
    own = GridCells(service, fixed, labels, book)
    shape = (len(options), len(options[0]), *(own.shape or (1,)))
    cells = PricedCells(
        tuple(own.axes),
        np.empty(shape),
        np.empty(shape),
        np.empty(shape),
        np.zeros(shape, np.int16),
    )
    for place in np.ndindex(shape[:2]):
        chosen = options[place[0]][place[1]]
        grid = PricedGrid(own, tuple(own.axes), book, chosen)
        if grid.costs is None:
            cells.monthly_cost[place] = np.nan
        else:
            _multiply(grid.costs, chosen, cells, place, progress)
        for run in _unpriced(cells.monthly_cost[place].reshape(-1)):
            _price_run(own.fleet(run), book, chosen, cells, (place, run), said)
            if grid.costs is None:
                progress(len(run))
        if grid.costs is not None:
            _say(said, grid.plan, book, grid.costs.notes(grid.plan))
    for name, values in cells.arrays().items():
        setattr(cells, name, values.reshape(*shape[:2], *own.shape))
    return cells


def _multiply(
    costs: FactoredCosts,
    options: Options,
    cells: PricedCells,
    place: tuple[int, ...],
    progress: Callable[[int], None],
) -> None:
    """Costs of all cells on a date and in a month, block by block, on all cores."""
    local = threading.local()
    cost, list_cost = cells.monthly_cost[place], cells.monthly_list_cost[place]
    daily_cost = cells.daily_cost[place]

    def price(block: Block) -> int:
        if not hasattr(local, "scratch"):
            local.scratch = Scratch()
        costs.monthly_cost(block, cost[block], local.scratch)
        costs.monthly_list_cost(block, list_cost[block], local.scratch)
        np.multiply(cost[block], options.month.per_day, out=daily_cost[block])
        return cost[block].size

    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        for count in pool.map(price, blocks(cost.shape, BLOCK)):
            progress(count)


def _unpriced(cost: Array) -> Iterator[NDArray[np.intp]]:
    """Positions of cells without a price, run by run."""
    for start in range(0, len(cost), RUN):
        found = np.flatnonzero(np.isnan(cost[start : start + RUN])) + start
        if len(found):
            yield found


def _price_run(
    fleet: Fleet,
    book: RateBook,
    options: Options,
    cells: PricedCells,
    place: tuple[tuple[int, ...], NDArray[np.intp]],
    said: Said,
) -> None:
    """Price one run of cells as workloads, into its place."""
    priced = estimate.price_fleet(fleet, book, options)
    reasons = priced.reasons
    used = np.unique(reasons.codes)
    known = np.zeros(len(reasons.texts), dtype=np.int32)
    known[used] = [said.code(reasons.texts[code]) for code in used]
    if len(said.reasons) > np.iinfo(cells.reason.dtype).max:
        cells.reason = cells.reason.astype(np.int32)
    outer, run = place
    cost = priced.monthly_cost
    for whole, values in (
        (cells.monthly_cost, cost),
        (cells.monthly_list_cost, priced.list_cost),
        (cells.daily_cost, cost * options.month.per_day),
        (cells.reason, known[reasons.codes]),
    ):
        whole[outer].reshape(-1)[run] = values
    for result in priced.services.values():
        _say(said, result.plan, book, result.notes)


def _say(said: Said, plan: ServicePlan, book: RateBook, notes: Iterable[str]) -> None:
    """Keep what was taken for granted, and what is to be said of some cells."""
    forms = book.table(plan.service.id).form.assumptions
    for name, value in plan.rules.assumptions.items():
        said.assumptions[name] = f"{value} ({' '.join(forms[name].meaning.split())})"
    for note in notes:
        name, _, words = note.partition(": ")
        said.assumptions.setdefault(name, words or "in some cells")
