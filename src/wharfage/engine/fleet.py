"""The encoded fleet: every column once as an array of numbers or codes.

Encoding is done once per fleet and knows no date, rate or service; the same encoded fleet can be
priced many times. A cell that cannot be read stays NaN (or code -1) and keeps its fault, which
counts only for workloads whose service reads the column.
"""

from __future__ import annotations

import inspect
import os
import warnings
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, TypeVar, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wharfage.columns import FLEET_COLUMNS, RESULT_COLUMNS, Column, Kind
from wharfage.engine.encoded import DISTINCT_TEXTS, EMPTY, CellFault, Cells, Encoded
from wharfage.engine.number_columns import encode_numbers
from wharfage.engine.word_columns import encode_words, vocabulary_of
from wharfage.engine.workload_ids import row_numbers, text_column, text_objects, workload_ids
from wharfage.errors import InvalidValueError, did_you_mean
from wharfage.inputs.fleet import Records

__all__ = [
    "DISTINCT_TEXTS",
    "EMPTY",
    "NEARLY",
    "CellFault",
    "Fleet",
    "FleetWarning",
    "encode_fleet",
]

#: how like a known name an unknown column must be to draw a warning
NEARLY = 0.75

#: rows from which columns are encoded on all cores
MANY = 100_000

Kept = TypeVar("Kept")


class FleetWarning(UserWarning):
    """Something in a fleet that is probably not what was meant."""


@dataclass(frozen=True)
class Fleet:
    """Workloads as arrays, in input order.

    Attributes
    ----------
    table : DataFrame or Records
        The input, as given.
    ids : Arrow strings (n,), array of str (n,) or None
        Ids of the workloads; None where these are the row numbers.
    arrays : mapping of column to array (n,)
        float64 for numbers and counts (NaN: empty), int64 codes for the rest. A column of one
        value, such as an absent one, is that value repeated and takes no memory.
    values : mapping of column to tuple of str
        Vocabulary of each coded column.
    faults : list of CellFault
        Cells that cannot be used.
    given : frozenset of str
        Columns that the input has.
    warnings : list of str
        Columns that look misspelt.
    """

    table: pd.DataFrame | Records
    ids: Any
    arrays: dict[str, NDArray[Any]]
    values: dict[str, tuple[str, ...]]
    given: frozenset[str]
    faults: list[CellFault] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    _kept: dict[Any, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __len__(self) -> int:
        """Number of workloads."""
        return len(self.table)

    @property
    def frame(self) -> pd.DataFrame:
        """The input as a frame."""
        return self.table.frame if isinstance(self.table, Records) else self.table

    @cached_property
    def workloads(self) -> NDArray[np.object_]:
        """Ids of the workloads; the row number, from 1, where there is none."""
        return text_objects(row_numbers(len(self)) if self.ids is None else self.ids)

    @property
    def labels(self) -> Any:  # noqa: ANN401  text as pandas keeps it
        """Ids of the workloads as a column of a frame."""
        return text_column(row_numbers(len(self)) if self.ids is None else self.ids)

    def keep(self, key: Any, make: Callable[[], Kept]) -> Kept:  # noqa: ANN401  any hashable
        """What was made for `key`; made now if it was not. It serves every pricing."""
        if key not in self._kept:
            self._kept[key] = make()
        return cast("Kept", self._kept[key])


def encode_fleet(table: pd.DataFrame | Records) -> Fleet:
    """Fleet from a table of workloads.

    Parameters
    ----------
    table : DataFrame or Records
        One row per workload; empty cells mean the default.

    Raises
    ------
    InvalidValueError
        If there are no rows, ids or column names repeat, or a number column holds no number
        at all.
    """
    rows = len(table)
    if not rows:
        raise InvalidValueError(
            "The fleet has no workloads: it holds no row.", hint="give at least one row."
        )
    if isinstance(table, pd.DataFrame):
        names = [str(name) for name in table.columns]
        table = table.set_axis(names, axis="columns")
    else:
        names = list(table.columns)
    _check_names(names)
    columns = {name: _cells(table, name) for name in names if name in FLEET_COLUMNS}
    ids = workload_ids(columns.pop("workload")) if "workload" in columns else None
    arrays, values = _absent(rows)
    arrays, values, faults = dict(arrays), dict(values), []
    for name, encoded in _encoded(columns, rows).items():
        arrays[name], values[name] = encoded.values, encoded.vocabulary
        faults += encoded.faults
    found = _misspelt(names)
    for text in found:
        warnings.warn(text, FleetWarning, stacklevel=_callers_level())
    return Fleet(table, ids, arrays, values, frozenset(names), faults, found)


def _cells(table: pd.DataFrame | Records, name: str) -> Cells:
    return table.columns[name] if isinstance(table, Records) else table[name]


def _encoded(columns: Mapping[str, Cells], rows: int) -> dict[str, Encoded]:
    """Every column that was given, in the order of the contract."""
    names = [name for name in FLEET_COLUMNS if name in columns]

    def encode(name: str) -> Encoded:
        column = FLEET_COLUMNS[name]
        return (encode_numbers if is_number(column) else encode_words)(columns[name], column)

    if rows < MANY:
        return {name: encode(name) for name in names}
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        return dict(zip(names, pool.map(encode, names), strict=True))


def is_number(column: Column) -> bool:
    """True for columns of numbers; the others hold words."""
    return column.kind in (Kind.NUMBER, Kind.COUNT)


@lru_cache(maxsize=16)
def _absent(rows: int) -> tuple[Mapping[str, NDArray[Any]], Mapping[str, tuple[str, ...]]]:
    """Arrays and vocabularies of all columns of a fleet that has none."""
    arrays: dict[str, NDArray[Any]] = {}
    values: dict[str, tuple[str, ...]] = {}
    for name, column in FLEET_COLUMNS.items():
        if name == "workload":
            continue
        if is_number(column):
            value = np.nan if column.default is None else float(column.default)
            arrays[name], values[name] = np.broadcast_to(np.float64(value), rows), ()
            continue
        vocabulary, code = vocabulary_of(column)
        if not vocabulary and column.default is not None:
            vocabulary, code = (str(column.default),), 0
        arrays[name], values[name] = np.broadcast_to(np.int64(code), rows), vocabulary
    return arrays, values


def _check_names(names: list[str]) -> None:
    if len(set(names)) == len(names):
        return
    repeated = sorted({name for name in names if names.count(name) > 1})
    raise InvalidValueError(
        f"Column {repeated[0]!r} stands {names.count(repeated[0])} times in the fleet"
        f" ({len(repeated)} such column(s)).",
        hint="keep one of them.",
        failures=[{"column": name} for name in repeated],
    )


def _misspelt(names: list[str]) -> list[str]:
    """Warnings on unknown columns that are nearly a known name which is not there."""
    found = []
    for name in names:
        if name in FLEET_COLUMNS or name in RESULT_COLUMNS:
            continue
        absent = [known for known in FLEET_COLUMNS if known not in names]
        hint = did_you_mean(name.lower(), absent, cutoff=NEARLY)
        if hint:
            found.append(f"Column {name!r} is not used: {hint}")
    return found


def _callers_level() -> int:
    """Stack level, for a warning, of the line that called the library."""
    frame, level = inspect.currentframe(), 0
    while frame is not None and frame.f_globals.get("__name__", "").startswith("wharfage."):
        frame, level = frame.f_back, level + 1
    return level
