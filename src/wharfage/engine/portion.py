"""The workloads of one service in an encoded fleet, ready to be priced again and again.

A portion keeps the columns that its service reads; a column that holds one value throughout is
kept as one value, and formulas broadcast it. What pricing needs to know of the columns, whatever
the date, is found once: which codes occur, whether a cell is empty, which key each row has.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wharfage.columns import FLEET_COLUMNS
from wharfage.engine.fleet import EMPTY, CellFault
from wharfage.rates.lookup import UnitPrices
from wharfage.rates.table import RateTable
from wharfage.services import Service
from wharfage.services.accelerators import NO_GPU
from wharfage.services.demand import ALWAYS_ON, REQUESTS, RUNS
from wharfage.units import Month

Array = NDArray[Any]

#: rows looked at before a whole column is compared with its first value
SAMPLE = 256

#: lowest code of a coded column, so that codes can be counted from zero
LOWEST = -2


class Portion:
    """Rows of a fleet that run on one service, and the columns that the service reads.

    Columns are (n,), or (1,) where all rows hold the same value. Of a grid, `shape` has one axis
    per listed column, and a column has length one along every axis but its own.
    """

    def __init__(
        self,
        service: Service,
        arrays: Mapping[str, Array],
        values: Mapping[str, tuple[str, ...]],
        names: frozenset[str],
        *,
        shape: tuple[int, ...],
        rows: NDArray[np.intp] | None = None,
        faults: Sequence[CellFault] = (),
    ) -> None:
        self.service = service
        self.is_whole = rows is None
        self._rows = rows
        self.shape = shape if rows is None else (len(rows),)
        self.count = math.prod(self.shape)
        self.values = values
        self._faults = list(faults)
        self.columns = {name: self._own(arrays[name]) for name in sorted(names)}
        self.columns["demand"] = self._demand(arrays)
        if "billing_mode" in names:
            has_requests = self.columns["demand"] == REQUESTS
            self.columns["billing_mode"] = compact(
                billing_modes(self.columns["billing_mode"], has_requests, self.columns["gpu_type"])
            )
        self.forget()

    def itself(self) -> Portion:
        """The portion, for a fleet that keeps it."""
        return self

    def forget(self) -> None:
        """Forget what was found of the columns, because they have changed."""
        self._present: dict[str, frozenset[int]] = {}
        self._empty: dict[str, bool] = {}
        self._largest: dict[str, float] = {}
        self._keys: dict[tuple[Any, ...], KeyCodes] = {}
        self.derived_keys: dict[tuple[Any, ...], KeyCodes] = {}

    @cached_property
    def rows(self) -> NDArray[np.intp]:
        """Positions of the workloads in the fleet."""
        return np.arange(self.count) if self._rows is None else self._rows

    @cached_property
    def cell_faults(self) -> list[CellFault]:
        """Cells that cannot be used, by their positions among the portion's rows."""
        if self.is_whole:
            return self._faults
        found = []
        for cell in self._faults:
            own = np.flatnonzero(np.isin(self.rows, cell.rows))
            if len(own):
                found.append(CellFault(cell.column, own, cell.reason))
        return found

    def is_faulty(self, column: str) -> NDArray[np.bool_]:
        """True where a cell of a column cannot be used; one value where none is."""
        faulty = [cell.rows for cell in self.cell_faults if cell.column == column]
        if not faulty:
            return np.zeros(1, dtype=np.bool_)
        mask = np.zeros(self.count, dtype=np.bool_)
        mask[np.concatenate(faulty)] = True
        return mask

    def spread(self, values: Array, into: Array) -> None:
        """Put values of the portion's rows into an array over the fleet."""
        into[slice(None) if self.is_whole else self.rows] = values

    def take(self, values: Array) -> Array:
        """Values of the portion's rows, out of an array over the fleet."""
        return values if self.is_whole else values[self.rows]

    def of_month(self, month: Month) -> dict[str, Array]:
        """Columns, with empty hours filled for a month. Arrays are (n,) or (1,)."""
        columns = dict(self.columns)
        columns["month_seconds"] = np.array([month.seconds])
        if "hours_per_month" in columns:
            hours = columns["hours_per_month"]
            if self.has_empty("hours_per_month"):
                hours = np.where(np.isnan(hours), month.hours, hours)
            columns["hours_per_month"] = hours
        return columns

    def codes_present(self, name: str) -> frozenset[int]:
        """Codes that occur in a coded column."""
        if name not in self._present:
            self._present[name] = occurring(self.columns[name])
        return self._present[name]

    def has_empty(self, name: str) -> bool:
        """True if a column of numbers has an empty cell."""
        if name not in self._empty:
            self._empty[name] = bool(np.isnan(self.columns[name]).any())
        return self._empty[name]

    def largest(self, name: str) -> float:
        """Largest number of a column; below any number if all cells are empty."""
        if name not in self._largest:
            self._largest[name] = float(
                np.fmax.reduce(self.columns[name], axis=None, initial=-np.inf)
            )
        return self._largest[name]

    def key_codes(self, prices: UnitPrices) -> KeyCodes:
        """Keys of all rows for a meter; meters with the same key share them."""
        identity = key_identity(prices)
        if identity not in self._keys:
            self._keys[identity] = find_key_codes(prices, self.columns, self.values)
        return self._keys[identity]

    def _own(self, values: Array) -> Array:
        """Rows of a column; one value if it is the same in all of them."""
        if values.ndim > 1:
            return values
        if not values.strides[0]:
            return values[:1]
        return compact(values if self._rows is None else values[self._rows])

    def _demand(self, arrays: Mapping[str, Array]) -> NDArray[np.int64]:
        """Kind of work of each row."""
        if not self.service.reads_demand:
            return np.array([ALWAYS_ON])
        runs, requests = (
            self._own(arrays["runs_per_month"]),
            self._own(arrays["requests_per_month"]),
        )
        kinds = np.where(~np.isnan(requests), REQUESTS, ALWAYS_ON)
        return compact(np.where(~np.isnan(runs), RUNS, kinds))


def occurring(codes: NDArray[np.int64]) -> frozenset[int]:
    """Codes that occur among `codes`."""
    counts = np.bincount(codes.ravel() - LOWEST)
    return frozenset((np.flatnonzero(counts) + LOWEST).tolist())


def compact(values: Array) -> Array:
    """Column as one value if it is the same in all rows; empty cells are the same as one another."""
    if values.ndim > 1:
        return values
    first = values[:1]
    is_same = np.isnan if values.dtype.kind == "f" and np.isnan(first[0]) else first.__eq__
    is_constant = np.all(is_same(values[:SAMPLE])) and np.all(is_same(values))
    return first if is_constant else values


def columns_read(service: Service, table: RateTable) -> frozenset[str]:
    """Fleet columns that can change what a workload costs on a service, or whether it runs."""
    read = {"region", *service.columns}
    if service.reads_demand or "billing_mode" in read:
        read |= {"runs_per_month", "requests_per_month"}
    if read & {"gpu_count", "billing_mode"}:
        read.add("gpu_type")
    for meter in table.form.meters.values():
        read.update(column for column in meter.key if column in FLEET_COLUMNS)
    for credit in table.form.credits:
        read.update(credit.when, credit.unless)
    return frozenset(read)


def billing_modes(
    given: NDArray[np.int64], has_requests: NDArray[np.bool_], gpu_type: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Billing mode of each row; by default request-based where there are requests and no GPU."""
    modes = FLEET_COLUMNS["billing_mode"].choices
    by_request = has_requests & (gpu_type == NO_GPU)
    by_default = np.where(by_request, modes.index("request"), modes.index("instance"))
    return np.where(given == EMPTY, by_default, given)


class KeyCodes:
    """Position of each row's key among the prices of a meter; the last one for "no such key".

    `codes` is (n,), or (1,) where all rows have the same key; `used` holds the keys that occur.
    Of a grid, `codes` has the axes that decide the key.
    """

    def __init__(self, codes: NDArray[np.intp], keys: int) -> None:
        self.codes = codes
        self.used = np.flatnonzero(np.bincount(codes.ravel(), minlength=keys))


def key_identity(prices: UnitPrices) -> tuple[Any, ...]:
    """What decides the keys of a meter's prices, whatever the date."""
    meter = prices.meter
    return meter.place_column is None, prices.places, meter.variants, meter.values


def find_key_codes(
    prices: UnitPrices, columns: Mapping[str, Array], values: Mapping[str, tuple[str, ...]]
) -> KeyCodes:
    """Keys of all rows, from their columns and the vocabularies that these are coded in."""
    has_place = prices.meter.place_column is not None
    names = (["region"] if has_place else []) + list(prices.meter.variants)
    known = ([prices.places] if has_place else []) + list(prices.meter.values)
    keys = len(prices.price)
    code = np.zeros(1, dtype=np.intp)
    is_unknown = np.zeros(1, dtype=bool)
    for name, size, vocabulary in zip(names, prices.sizes, known, strict=False):
        own = columns[name]
        if values[name] != vocabulary:
            index = {value: n for n, value in enumerate(vocabulary)}
            own = np.array([*(index.get(v, -1) for v in values[name]), -1], dtype=np.intp)[own]
        is_unknown = is_unknown | (own < 0)
        code = code * size + own
    return KeyCodes(np.where(is_unknown, keys - 1, code) if is_unknown.any() else code, keys)
