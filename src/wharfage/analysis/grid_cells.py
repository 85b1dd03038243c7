"""Cells of a grid, priced: a service over the product of the axes that it reads, run by run.

A run of cells is a fleet of arrays, made from the codes of its axes; no table of cells is ever
made, and the memory beyond the result does not grow with the grid. The costs come from the
engine, so that no billing rule stands here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wharfage.engine import estimate
from wharfage.engine.checks import check_columns
from wharfage.engine.fleet import CellFault, Fleet, encode_fleet
from wharfage.engine.plan import Options
from wharfage.engine.portion import columns_read
from wharfage.rates.book import RateBook
from wharfage.services import find_service

#: cells priced at once: bounds the memory of a grid of any size
RUN = 2**18

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
    own = _OwnCells(service, fixed, labels, book)
    shape = (len(options), len(options[0]), own.size)
    cells = PricedCells(
        own.names, np.empty(shape), np.empty(shape), np.empty(shape), np.empty(shape, np.int16)
    )
    for place in np.ndindex(shape[:2]):
        for start in range(0, own.size, RUN):
            stop = min(start + RUN, own.size)
            _price_run(own, book, options[place[0]][place[1]], cells, (*place, start, stop), said)
            progress(stop - start)
    for name, values in cells.arrays().items():
        setattr(cells, name, values.reshape(*shape[:2], *own.shape))
    return cells


def _price_run(
    own: _OwnCells,
    book: RateBook,
    options: Options,
    cells: PricedCells,
    place: tuple[int, int, int, int],
    said: Said,
) -> None:
    """Price one run of cells into its place."""
    on, month, start, stop = place
    priced = estimate.price_fleet(own.fleet(start, stop), book, options)
    reasons = priced.reasons
    used = np.unique(reasons.codes)
    known = np.zeros(len(reasons.texts), dtype=np.int32)
    known[used] = [said.code(reasons.texts[code]) for code in used]
    if len(said.reasons) > np.iinfo(cells.reason.dtype).max:
        cells.reason = cells.reason.astype(np.int32)
    where = (on, month, slice(start, stop))
    cost = priced.monthly_cost
    cells.monthly_cost[where] = cost
    cells.monthly_list_cost[where] = priced.list_cost
    cells.daily_cost[where] = cost * options.month.per_day
    cells.reason[where] = known[reasons.codes]
    for result in priced.services.values():
        forms = book.table(result.plan.service.id).form.assumptions
        for name, value in result.plan.rules.assumptions.items():
            said.assumptions[name] = f"{value} ({' '.join(forms[name].meaning.split())})"
        for note in result.notes:
            name, _, words = note.partition(": ")
            said.assumptions.setdefault(name, words or "in some cells")


class _OwnCells:
    """Cells of one service: the product of the axes that it reads, in row-major order."""

    def __init__(
        self, service: str, fixed: Mapping[str, object], labels: Labels, book: RateBook
    ) -> None:
        found = find_service(service)
        read = columns_read(found, book.table(service))
        self.names = tuple(name for name in labels if name in read)
        self.shape = tuple(len(labels[name]) for name in self.names)
        self.size = math.prod(self.shape)
        corner = {name: values[:1] for name, values in labels.items()}
        constant = {name: [value] for name, value in fixed.items()}
        self._corner = encode_fleet(pd.DataFrame({"service": [service], **constant, **corner}))
        check_columns(self._corner, [found])
        self._fixed_faults = [fault for fault in self._corner.faults if fault.column not in labels]
        self._axes: dict[str, Fleet] = {
            name: encode_fleet(pd.DataFrame({name: labels[name]})) for name in self.names
        }

    def fleet(self, start: int, stop: int) -> Fleet:
        """Fleet of a run of cells, each the only workload of its billing account."""
        rows = stop - start
        place = np.unravel_index(np.arange(start, stop), self.shape) if self.shape else ()
        arrays = {
            name: np.broadcast_to(values[0], rows) for name, values in self._corner.arrays.items()
        }
        values = dict(self._corner.values)
        faults = [CellFault(f.column, np.arange(rows), f.reason) for f in self._fixed_faults]
        for (name, axis), label in zip(self._axes.items(), place, strict=True):
            arrays[name] = axis.arrays[name][label]
            if name in axis.values:
                values[name] = axis.values[name]
            faults += [
                CellFault(name, np.flatnonzero(np.isin(label, fault.rows)), fault.reason)
                for fault in axis.faults
            ]
        arrays["billing_account"] = np.arange(rows)
        values["billing_account"] = ("",) * rows
        return Fleet(
            table=pd.DataFrame(index=pd.RangeIndex(rows)),
            ids=np.broadcast_to(np.array(["cell"], dtype=object), rows),
            arrays=arrays,
            values=values,
            given=self._corner.given,
            faults=faults,
        )
