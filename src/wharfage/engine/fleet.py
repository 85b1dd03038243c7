"""The encoded fleet: every column once as an array of numbers or codes.

Encoding is done once per fleet and knows no date, rate or service; the same encoded fleet can be
priced many times. A cell that cannot be read stays NaN (or code -1) and keeps its fault, which
counts only for workloads whose service reads the column.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wharfage.columns import FLEET_COLUMNS, RESULT_COLUMNS, Column, Kind
from wharfage.errors import InvalidValueError, did_you_mean
from wharfage.rates.table import FLAG_VALUES

#: codes of empty and of unreadable cells in category columns
EMPTY, UNREADABLE = -1, -2

TRUE_WORDS = {"true", "1", "yes", "1.0"}
FALSE_WORDS = {"false", "0", "no", "0.0"}

#: distinct bad texts of one column that get a message of their own; the rest share one
DISTINCT_TEXTS = 50

#: how like a known name an unknown column must be to draw a warning
NEARLY = 0.75


Kept = TypeVar("Kept")


class FleetWarning(UserWarning):
    """Something in a fleet that is probably not what was meant."""


@dataclass(frozen=True)
class CellFault:
    """Cells of one column that cannot be used, and why."""

    column: str
    rows: NDArray[np.intp]
    reason: str


@dataclass(frozen=True)
class Fleet:
    """Workloads as arrays, in input order.

    Attributes
    ----------
    frame : DataFrame
        The input, as given.
    ids : array of str (n,) or None
        Ids of the workloads; None where these are the row numbers.
    arrays : mapping of column to array (n,)
        float64 for numbers and counts (NaN: empty), int64 codes for the rest. Absent columns
        are arrays of one repeated value that take no memory.
    values : mapping of column to tuple of str
        Vocabulary of each coded column.
    faults : list of CellFault
        Cells that cannot be used.
    given : frozenset of str
        Columns that the input has.
    warnings : list of str
        Columns that look misspelt.
    """

    frame: pd.DataFrame
    ids: NDArray[np.object_] | None
    arrays: dict[str, NDArray[Any]]
    values: dict[str, tuple[str, ...]]
    given: frozenset[str]
    faults: list[CellFault] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    _kept: dict[Any, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __len__(self) -> int:
        """Number of workloads."""
        return len(self.frame)

    @cached_property
    def workloads(self) -> NDArray[np.object_]:
        """Ids of the workloads; the row number, from 1, where there is none."""
        return row_numbers(len(self)) if self.ids is None else self.ids

    def keep(self, key: Any, make: Callable[[], Kept]) -> Kept:  # noqa: ANN401  any hashable
        """What was made for `key`; made now if it was not. It serves every pricing."""
        if key not in self._kept:
            self._kept[key] = make()
        return cast("Kept", self._kept[key])


def row_numbers(rows: int) -> NDArray[np.object_]:
    """Row numbers from 1, as text."""
    return np.arange(1, rows + 1).astype(str).astype(object)


def encode_fleet(frame: pd.DataFrame) -> Fleet:
    """Fleet from a table of workloads.

    Parameters
    ----------
    frame : DataFrame
        One row per workload; empty cells mean the default.

    Raises
    ------
    InvalidValueError
        If there are no rows, ids or column names repeat, or a number column holds no number
        at all.
    """
    if not len(frame):
        raise InvalidValueError(
            "The fleet has no workloads: it holds no row.", hint="give at least one row."
        )
    names = [str(name) for name in frame.columns]
    frame = frame.set_axis(names, axis="columns")
    _check_names(names)
    ids = _workload_ids(frame)
    arrays: dict[str, NDArray[Any]] = {}
    values: dict[str, tuple[str, ...]] = {}
    faults: list[CellFault] = []
    for name, column in FLEET_COLUMNS.items():
        if name == "workload":
            continue
        if name not in frame:
            arrays[name], values[name] = _absent(column, len(frame))
        elif column.kind in (Kind.NUMBER, Kind.COUNT):
            arrays[name] = _numbers(frame[name], column, faults)
        else:
            arrays[name], values[name] = _codes(frame[name], column, faults)
    found = _misspelt(names)
    for text in found:
        warnings.warn(text, FleetWarning, stacklevel=3)
    return Fleet(frame, ids, arrays, values, frozenset(names), faults, found)


def _check_names(names: list[str]) -> None:
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise InvalidValueError(
            f"Column {repeated[0]!r} stands {names.count(repeated[0])} times in the fleet"
            f" ({len(repeated)} such column(s)).",
            hint="keep one of them.",
            failures=[{"column": name} for name in repeated],
        )


def _workload_ids(frame: pd.DataFrame) -> NDArray[np.object_] | None:
    """Ids as text; the row number (from 1) where there is none, None where no row has one."""
    if "workload" not in frame:
        return None
    given = frame["workload"]
    ids = _id_texts(given)
    empty = given.isna().to_numpy() | (ids == "")
    if empty.any():
        ids = np.where(empty, row_numbers(len(frame)), ids)
    unique = pd.Index(ids)
    if not unique.is_unique:
        again = np.flatnonzero(unique.duplicated())
        first = ids[again[0]]
        raise InvalidValueError(
            f"Workload ids must be unique: {first!r} stands in more than one row,"
            f" the second time in row {again[0] + 1:,} ({len(again):,} repeated rows).",
            hint="leave the column out to number the rows.",
            failures=[{"row": int(row) + 1, "workload": ids[row]} for row in again[:1000]],
        )
    return ids


def _id_texts(given: pd.Series) -> NDArray[np.object_]:
    """Ids as text, by whole columns where the column has one type."""
    if isinstance(given.dtype, pd.StringDtype):
        return given.str.strip().to_numpy(dtype=object)
    if pd.api.types.is_integer_dtype(given.dtype):
        return given.astype(str).to_numpy(dtype=object)
    return given.astype(object).map(_id_text, na_action="ignore").to_numpy(dtype=object)


def _id_text(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _absent(column: Column, rows: int) -> tuple[NDArray[Any], tuple[str, ...]]:
    if column.kind in (Kind.NUMBER, Kind.COUNT):
        value = np.nan if column.default is None else float(column.default)
        return np.broadcast_to(np.float64(value), rows), ()
    vocabulary, code = _vocabulary(column)
    if not vocabulary and column.default is not None:
        vocabulary, code = (str(column.default),), 0
    return np.broadcast_to(np.int64(code), rows), vocabulary


def _vocabulary(column: Column) -> tuple[tuple[str, ...], int]:
    """Closed vocabulary (empty if open) and the code that an empty cell gets."""
    if column.kind is Kind.FLAG:
        return FLAG_VALUES, int(bool(column.default))
    if column.choices and column.default is not None:
        return column.choices, column.choices.index(str(column.default))
    return column.choices, EMPTY


def _numbers(series: pd.Series, column: Column, faults: list[CellFault]) -> NDArray[np.float64]:
    is_number = (
        pd.api.types.is_numeric_dtype(series)
        and not pd.api.types.is_bool_dtype(series)
        and not pd.api.types.is_complex_dtype(series)
    )
    found = _widen(series) if is_number else _numbers_from_text(series, column, faults)
    result = found.copy()
    for mask, what in (
        (np.isinf(found), "is infinite"),
        (
            found < column.minimum,
            f"is below {column.minimum:g}" if column.minimum else "is negative",
        ),
        ((found > column.maximum) & np.isfinite(found), f"is absurd: above {column.maximum:g}"),
        (_is_fraction(found, column), "is not a whole number"),
    ):
        if mask.any():
            rows = np.flatnonzero(mask)
            faults.append(CellFault(column.name, rows, f"invalid_value: {column.name} {what}"))
            result[rows] = np.nan
    if column.default is not None:
        result[np.isnan(result)] = float(column.default)
    return result


def _widen(series: pd.Series) -> NDArray[np.float64]:
    """Numbers as float64; narrow floats by their shortest decimal, so that 0.05 stays 0.05."""
    found = series.to_numpy(dtype=np.float64, na_value=np.nan)
    if str(series.dtype).lower() not in ("float32", "float16", "float[pyarrow]"):
        return found
    distinct, member = np.unique(found, return_inverse=True)
    narrow = np.float16 if "16" in str(series.dtype) else np.float32
    return distinct.astype(narrow).astype(str).astype(np.float64)[member]


def _is_fraction(found: NDArray[np.float64], column: Column) -> NDArray[np.bool_]:
    if column.kind is not Kind.COUNT:
        return np.zeros(len(found), dtype=bool)
    return np.isfinite(found) & (found != np.floor(found))


def _numbers_from_text(
    series: pd.Series, column: Column, faults: list[CellFault]
) -> NDArray[np.float64]:
    text = series.astype(object)
    text = text.where(~text.map(lambda value: isinstance(value, bool | complex)), text.astype(str))
    try:
        found = pd.to_numeric(text, errors="coerce").to_numpy(dtype=np.float64)
    except OverflowError:
        # A whole number beyond any float is infinite, which is a fault of its cell.
        text = text.map(lambda v: np.inf if isinstance(v, int) and abs(v) > column.maximum else v)
        found = pd.to_numeric(text, errors="coerce").to_numpy(dtype=np.float64)
    stripped = text.astype(str).str.strip()
    bad = np.isnan(found) & ~series.isna().to_numpy() & (stripped != "").to_numpy(dtype=bool)
    bad &= ~stripped.str.lower().isin(["nan"]).to_numpy()
    if not bad.any():
        return found
    filled = int((~series.isna().to_numpy() & (stripped != "").to_numpy(dtype=bool)).sum())
    example = str(stripped[bad].iloc[0])
    if bad.sum() == filled and filled > 1:
        raise InvalidValueError(
            f"Column {column.name!r} holds no number in any of its {filled:,} filled cells,"
            f" the first is {example!r}.",
            hint=_number_hint(column, example),
            failures=[{"column": column.name, "value": value} for value in stripped[bad].head(20)],
        )
    for value, rows in _by_text(stripped, bad):
        faults.append(
            CellFault(
                column.name,
                rows,
                f"invalid_value: {column.name} takes a number, not {value} ({_number_hint(column, example)})",
            )
        )
    return found


def _number_hint(column: Column, example: str) -> str:
    unit = f" in {column.unit}" if column.unit and column.unit != "count" else ""
    hint = f"write a plain number{unit}"
    digits = example.rstrip("KMGTPEimbB ").strip()
    if column.unit == "GiB" and example.endswith("Gi") and digits.replace(".", "", 1).isdigit():
        hint += f": {digits} instead of {example!r}"
    return hint


def _by_text(text: pd.Series, mask: NDArray[np.bool_]) -> list[tuple[str, NDArray[np.intp]]]:
    """Rows of `mask` by their text; rare texts beyond the first few share one entry."""
    codes, distinct = pd.factorize(text.to_numpy(dtype=object)[mask])
    rows = np.flatnonzero(mask)
    shown = [
        (repr(_short(str(value))), rows[codes == code])
        for code, value in enumerate(distinct[:DISTINCT_TEXTS])
    ]
    rest = rows[codes >= DISTINCT_TEXTS]
    return [*shown, ("what stands there", rest)] if len(rest) else shown


def _short(value: str) -> str:
    longest = 40
    return value if len(value) <= longest else value[: longest - 1] + "…"


def _codes(
    series: pd.Series, column: Column, faults: list[CellFault]
) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    try:
        raw, distinct = pd.factorize(series, use_na_sentinel=True)
    except TypeError:
        # A list or a map in a cell cannot be compared; its text names nothing and becomes a fault.
        text = series.map(lambda value: value if pd.api.types.is_scalar(value) else str(value))
        raw, distinct = pd.factorize(text, use_na_sentinel=True)
    words = [_word(value, column) for value in distinct]
    vocabulary, empty = _vocabulary(column)
    if not vocabulary:
        names = [word for word in dict.fromkeys(words) if word]
        if column.default is not None:
            names = [str(column.default), *(n for n in names if n != column.default)]
            empty = 0
        vocabulary = tuple(names)
    index = {word: code for code, word in enumerate(vocabulary)}
    mapping = np.array(
        [empty if not word else index.get(word, UNREADABLE) for word in words] + [empty],
        dtype=np.int64,
    )
    codes = mapping[raw]
    unread = [n for n, code in enumerate(mapping[:-1]) if code == UNREADABLE]
    for n in unread[:DISTINCT_TEXTS]:
        rows = np.flatnonzero(raw == n)
        hint = did_you_mean(words[n], vocabulary) or f"one of {', '.join(vocabulary[:8])}"
        message = f"invalid_value: {_short(words[n])!r} is no {column.name} ({hint.rstrip('?')})"
        faults.append(CellFault(column.name, rows, message))
    if len(unread) > DISTINCT_TEXTS:
        rows = np.flatnonzero(np.isin(raw, unread[DISTINCT_TEXTS:]))
        faults.append(CellFault(column.name, rows, f"invalid_value: unknown {column.name}"))
    # An unreadable cell prices as the default would, but its fault keeps the row unpriced.
    return np.where(codes == UNREADABLE, UNREADABLE if empty == EMPTY else empty, codes), vocabulary


def _word(value: object, column: Column) -> str:
    word = _id_text(value) if not isinstance(value, bool) else str(value).lower()
    if column.kind is Kind.FLAG:
        lower = word.lower()
        return "true" if lower in TRUE_WORDS else "false" if lower in FALSE_WORDS else word
    return word


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
