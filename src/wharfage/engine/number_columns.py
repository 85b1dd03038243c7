"""Columns of numbers: float64, an empty cell NaN or the default, a bad cell NaN with its fault.

Numbers are taken as they lie in memory. Their least and greatest value decide whether any cell
has to be looked at closer.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wharfage.columns import Column, Kind
from wharfage.engine.encoded import (
    DISTINCT_TEXTS,
    CellFault,
    Cells,
    Encoded,
    arrow_text,
    short,
)
from wharfage.errors import InvalidValueError

#: types of plain cells that are numbers, or empty
PLAIN = {float, int, type(None)}

Array = NDArray[np.float64]


def encode_numbers(cells: Cells, column: Column) -> Encoded:
    """Numbers of a column.

    Raises
    ------
    InvalidValueError
        If several cells are filled and none holds a number.
    """
    faults: list[CellFault] = []
    found = _read(cells, column, faults)
    least, most, has_empty = _extremes(found)
    if least == most and not has_empty:
        found = np.broadcast_to(found[0], len(found))
    if least < column.minimum or most > column.maximum or _has_fraction(found, column):
        found = _without_bad(found, column, faults)
        has_empty = True
    if has_empty and column.default is not None:
        found = np.where(np.isnan(found), float(column.default), found)
    return Encoded(found, faults=faults)


def _extremes(found: Array) -> tuple[float, float, bool]:
    """Least and greatest number (NaN if there is none), and whether a cell is empty."""
    least = float(found.min())
    if not np.isnan(least):
        return least, float(found.max()), False
    return float(np.fmin.reduce(found)), float(np.fmax.reduce(found)), True


def _has_fraction(found: Array, column: Column) -> bool:
    return column.kind is Kind.COUNT and bool(_is_fraction(found).any())


def _is_fraction(found: Array) -> NDArray[np.bool_]:
    own = found if found.strides[0] else found[:1]
    return np.isfinite(own) & (own != np.floor(own))


def _without_bad(found: Array, column: Column, faults: list[CellFault]) -> Array:
    """Numbers with NaN where they cannot be used, and their faults noted."""
    result = found.copy()
    below = f"is below {column.minimum:g}" if column.minimum else "is negative"
    is_fraction = column.kind is Kind.COUNT and _is_fraction(found)
    for mask, what in (
        (np.isinf(found), "is infinite"),
        (found < column.minimum, below),
        ((found > column.maximum) & np.isfinite(found), f"is absurd: above {column.maximum:g}"),
        (is_fraction & np.ones(len(found), dtype=np.bool_), "is not a whole number"),
    ):
        if mask.any():
            rows = np.flatnonzero(mask)
            faults.append(CellFault(column.name, rows, f"invalid_value: {column.name} {what}"))
            result[rows] = np.nan
    return result


def _read(cells: Cells, column: Column, faults: list[CellFault]) -> Array:
    """Numbers as they are written, NaN where none is."""
    if isinstance(cells, list):
        found = _of_plain_cells(cells)
        if found is not None:
            return found
        cells = pd.Series(cells, dtype=object)
    kind = cells.dtype
    is_number = pd.api.types.is_numeric_dtype(kind) and not pd.api.types.is_bool_dtype(kind)
    if is_number and not pd.api.types.is_complex_dtype(kind):
        return _widen(cells)
    found = _of_arrow_text(cells)
    return _of_texts(cells, column, faults) if found is None else found


def _of_plain_cells(cells: list[Any]) -> Array | None:
    if not PLAIN.issuperset(map(type, cells)):
        return None
    try:
        return np.array([np.nan if cell is None else cell for cell in cells], dtype=np.float64)
    except OverflowError:
        return None


def _widen(series: pd.Series) -> Array:
    """Numbers as float64; narrow floats by their shortest decimal, so that 0.05 stays 0.05."""
    if isinstance(series.dtype, np.dtype):
        found = series.to_numpy().astype(np.float64, copy=False)
    else:
        found = series.to_numpy(dtype=np.float64, na_value=np.nan)
    if str(series.dtype).lower() not in ("float32", "float16", "float[pyarrow]"):
        return found
    member, distinct = pd.factorize(found)
    narrow = np.float16 if "16" in str(series.dtype) else np.float32
    shortest = distinct.astype(narrow).astype(str).astype(np.float64)
    return np.append(shortest, np.nan)[member]


def _of_arrow_text(series: pd.Series) -> Array | None:
    """Numbers of a text column; None where a cell holds something else, or blanks around it."""
    text = arrow_text(series)
    if text is None:
        return None
    import pyarrow as pa  # noqa: PLC0415  heavy, and only for Arrow

    try:
        found = text.cast(pa.float64())
    except pa.ArrowInvalid:
        return None
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=np.float64)


def _of_texts(series: pd.Series, column: Column, faults: list[CellFault]) -> Array:
    """Numbers among cells of any kind; what is no number is a fault."""
    text = series.astype(object)
    text = text.where(~text.map(lambda value: isinstance(value, bool | complex)), text.astype(str))
    try:
        found = pd.to_numeric(text, errors="coerce").to_numpy(dtype=np.float64)
    except OverflowError:
        # A whole number beyond any float is infinite, which is a fault of its cell.
        text = text.map(lambda v: np.inf if isinstance(v, int) and abs(v) > column.maximum else v)
        found = pd.to_numeric(text, errors="coerce").to_numpy(dtype=np.float64)
    stripped = text.astype(str).str.strip()
    filled = ~series.isna().to_numpy() & (stripped != "").to_numpy(dtype=bool)
    bad = np.isnan(found) & filled & ~stripped.str.lower().isin(["nan"]).to_numpy()
    if not bad.any():
        return found
    example = str(stripped[bad].iloc[0])
    hint = _hint(column, example)
    if bad.sum() == filled.sum() and filled.sum() > 1:
        raise InvalidValueError(
            f"Column {column.name!r} holds no number in any of its {int(filled.sum()):,} filled cells,"
            f" the first is {example!r}.",
            hint=hint,
            failures=[{"column": column.name, "value": value} for value in stripped[bad].head(20)],
        )
    for value, rows in _by_text(stripped, bad):
        reason = f"invalid_value: {column.name} takes a number, not {value} ({hint})"
        faults.append(CellFault(column.name, rows, reason))
    return found


def _hint(column: Column, example: str) -> str:
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
        (repr(short(str(value))), rows[codes == code])
        for code, value in enumerate(distinct[:DISTINCT_TEXTS])
    ]
    rest = rows[codes >= DISTINCT_TEXTS]
    return [*shown, ("what stands there", rest)] if len(rest) else shown
