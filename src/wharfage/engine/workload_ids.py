"""Ids of workloads as text: given ones, row numbers where there is none, and no id twice."""

from __future__ import annotations

from typing import Any, NoReturn

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wharfage.engine.encoded import Cells, arrow_text
from wharfage.engine.word_columns import plain_text
from wharfage.errors import InvalidValueError

#: rows up to which ids are kept as Python text: Arrow pays from here on
FEW = 1000

#: digits, and numbers, that a block of row numbers has in common
BLOCK_DIGITS = 4
BLOCK = 10**BLOCK_DIGITS

#: repeated ids that a failure lists
LISTED = 1000


def row_numbers(rows: int) -> Any:  # noqa: ANN401  Arrow strings, or an array of str
    """Row numbers from 1, as text."""
    if rows <= FEW:
        return np.array([str(number) for number in range(1, rows + 1)], dtype=object)
    import pyarrow as pa  # noqa: PLC0415  heavy, and only for large fleets

    texts, starts, size = [], [], 0
    for width in range(1, len(str(rows)) + 1):
        text = _numerals(10 ** (width - 1), min(rows, 10**width - 1), width)
        starts.append(np.arange(size, size + text.size, width))
        texts.append(text.ravel())
        size += text.size
    places = np.concatenate([*starts, [size]])
    buffers = [None, pa.py_buffer(places), pa.py_buffer(np.concatenate(texts))]
    return pa.Array.from_buffers(pa.large_string(), rows, buffers)


def _numerals(first: int, last: int, width: int) -> NDArray[np.uint8]:
    """ASCII digits of the numbers from `first` to `last`, all of one width. Shape (n, width).

    The low digits of every block of numbers are the same, its high digits do not change.
    """
    low = _digits(np.arange(BLOCK), BLOCK_DIGITS)
    above = width - BLOCK_DIGITS
    if above <= 0:
        return _digits(np.arange(first, last + 1), width)
    high = _digits(np.arange(first // BLOCK, last // BLOCK + 1), above)
    text = np.empty((len(high), BLOCK, width), dtype=np.uint8)
    for place in range(width):
        text[:, :, place] = high[:, place, None] if place < above else low[:, place - above]
    return text.reshape(-1, width)[: last - first + 1]


def _digits(numbers: NDArray[np.int64], width: int) -> NDArray[np.uint8]:
    places = 10 ** np.arange(width - 1, -1, -1)
    return (numbers[:, None] // places % 10 + ord("0")).astype(np.uint8)


def workload_ids(cells: Cells) -> Any:  # noqa: ANN401  Arrow strings, or an array of str
    """Ids of all rows: Arrow strings where a column is text or numbers, else an array of str.

    Raises
    ------
    InvalidValueError
        If an id stands in more than one row.
    """
    ids = _arrow_ids(cells) if isinstance(cells, pd.Series) else None
    if ids is None:
        ids = _ids_of_cells(cells)
    if not _are_distinct(ids):
        _raise_repeated(text_objects(ids))
    return ids


def text_objects(ids: Any) -> NDArray[np.object_]:  # noqa: ANN401  Arrow strings, or an array of str
    """Ids as an array of str."""
    return ids if isinstance(ids, np.ndarray) else ids.to_numpy(zero_copy_only=False)


def text_column(texts: Any) -> Any:  # noqa: ANN401  Arrow strings, or an array of str
    """Text as a column of a frame; Arrow strings stay where they lie."""
    if isinstance(texts, np.ndarray):
        return texts
    return texts.to_pandas().array


def _arrow_ids(given: pd.Series) -> Any | None:  # noqa: ANN401  a pyarrow array
    """Ids of a column of text or whole numbers; None for cells of other kinds."""
    import pyarrow as pa  # noqa: PLC0415  heavy, and only for Arrow
    import pyarrow.compute as pc  # noqa: PLC0415

    if pd.api.types.is_integer_dtype(given.dtype):
        text = pa.array(given.array).cast(pa.large_string())
    else:
        found = arrow_text(given)
        if found is None:
            return None
        text = pc.utf8_trim_whitespace(found.cast(pa.large_string()))
    if isinstance(text, pa.ChunkedArray):
        text = text.combine_chunks()
    is_empty = pc.fill_null(pc.equal(pc.binary_length(text), 0), fill_value=True)
    if not pc.any(is_empty).as_py():
        return text
    return pc.if_else(is_empty, pa.array(row_numbers(len(text)), pa.large_string()), text)


def _ids_of_cells(cells: Cells) -> NDArray[np.object_]:
    if isinstance(cells, list) and {str}.issuperset(map(type, cells)):
        ids = np.array([cell.strip() for cell in cells], dtype=object)
        empty = ids == ""
    else:
        given = pd.Series(cells, dtype=object)
        ids = given.map(plain_text, na_action="ignore").to_numpy(dtype=object)
        empty = given.isna().to_numpy() | (ids == "")
    return np.where(empty, text_objects(row_numbers(len(ids))), ids) if empty.any() else ids


def _are_distinct(ids: Any) -> bool:  # noqa: ANN401  Arrow strings, or an array of str
    if isinstance(ids, np.ndarray):
        return len(set(ids)) == len(ids)
    import pyarrow.compute as pc  # noqa: PLC0415  heavy, and only for Arrow

    if _is_increasing(ids.slice(0, FEW)) and _is_increasing(ids):
        return True
    return len(pc.unique(ids)) == len(ids)


def _is_increasing(ids: Any) -> bool:  # noqa: ANN401  a pyarrow array
    """True if each id is longer than the one before, or as long and greater: then all differ."""
    import pyarrow.compute as pc  # noqa: PLC0415  heavy, and only for Arrow

    length = pc.binary_length(ids).to_numpy()
    is_greater = pc.less(ids.slice(0, len(ids) - 1), ids.slice(1)).to_numpy(zero_copy_only=False)
    return bool(np.all((length[1:] > length[:-1]) | (is_greater & (length[1:] == length[:-1]))))


def _raise_repeated(ids: NDArray[np.object_]) -> NoReturn:
    again = np.flatnonzero(pd.Index(ids).duplicated())
    first = ids[again[0]]
    raise InvalidValueError(
        f"Workload ids must be unique: {first!r} stands in more than one row,"
        f" the second time in row {again[0] + 1:,} ({len(again):,} repeated rows).",
        hint="leave the column out to number the rows.",
        failures=[{"row": int(row) + 1, "workload": ids[row]} for row in again[:LISTED]],
    )
