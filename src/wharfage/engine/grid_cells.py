"""Cells of a grid as workloads: a run of them is a fleet of arrays, made from the codes of its axes."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wharfage.engine.checks import check_columns
from wharfage.engine.fleet import CellFault, Fleet, encode_fleet
from wharfage.engine.portion import columns_read
from wharfage.rates.book import RateBook
from wharfage.services import find_service


class GridCells:
    """Cells of one service: the product of the axes that it reads, in row-major order.

    Attributes
    ----------
    service : Service
        The service.
    corner : Fleet
        The first cell.
    axes : mapping of column to Fleet
        Encoded labels of the axes that the service reads.
    """

    def __init__(
        self,
        service: str,
        fixed: Mapping[str, object],
        labels: Mapping[str, pd.Index],
        book: RateBook,
    ) -> None:
        found = self.service = find_service(service)
        read = columns_read(found, book.table(service))
        names = [name for name in labels if name in read]
        self.shape = tuple(len(labels[name]) for name in names)
        self.size = math.prod(self.shape)
        corner = {name: values[:1] for name, values in labels.items()}
        constant = {name: [value] for name, value in fixed.items()}
        self.corner = encode_fleet(pd.DataFrame({"service": [service], **constant, **corner}))
        check_columns(self.corner, [found])
        self._fixed_faults = [fault for fault in self.corner.faults if fault.column not in labels]
        self.axes: dict[str, Fleet] = {
            name: encode_fleet(pd.DataFrame({name: labels[name]})) for name in names
        }

    def fleet(self, cells: NDArray[np.intp]) -> Fleet:
        """Fleet of some cells, each the only workload of its billing account."""
        rows = len(cells)
        place = np.unravel_index(cells, self.shape) if self.shape else ()
        arrays = {
            name: np.broadcast_to(values[0], rows) for name, values in self.corner.arrays.items()
        }
        values = dict(self.corner.values)
        faults = [CellFault(f.column, np.arange(rows), f.reason) for f in self._fixed_faults]
        for (name, axis), label in zip(self.axes.items(), place, strict=True):
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
            given=self.corner.given,
            faults=faults,
        )
