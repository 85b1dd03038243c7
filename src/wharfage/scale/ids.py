"""Ids of workloads in batches: as text, numbered where empty, and unique over all batches.

Whether an id stands twice is a question on the whole file. Eight bytes per id go to a temporary
file on disk (800 MB for 10^8 rows), sorted batch by batch; at the end they are looked through range
by range, so that memory does not grow with the file.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Keys = NDArray[np.uint64]

#: ranges that keys are kept in, by their highest byte
RANGES = 256
#: bits of a key below its range
BELOW = 56
#: keys in memory at once while they are compared
IN_MEMORY = 1_000_000
#: bytes of an id that are taken as one number
WORD = 8


def id_texts(column: Any, rows: int, first_row: int) -> Any:  # noqa: ANN401  pyarrow arrays
    """Ids of a batch as Arrow strings; the row number where there is none.

    Parameters
    ----------
    column : pyarrow array (rows,) or None
        Ids as they were read; None if the fleet has no such column.
    rows : int
        Rows of the batch.
    first_row : int
        Number of the batch's first row in the whole fleet, from 1.
    """
    import pyarrow as pa  # noqa: PLC0415  heavy, and only for Arrow
    import pyarrow.compute as pc  # noqa: PLC0415

    if column is None:
        return _row_numbers(rows, first_row)
    given = column.dictionary_decode() if pa.types.is_dictionary(column.type) else column
    if is_text(given.type):
        text = pc.utf8_trim_whitespace(given.cast(pa.string()))
    elif pa.types.is_integer(given.type):
        text = given.cast(pa.string())
    else:
        text = _other_texts(given)
    if not text.null_count and not pc.any(pc.equal(text, "")).as_py():
        return text
    is_empty = pc.fill_null(pc.equal(text, ""), fill_value=True)
    return pc.if_else(is_empty, _row_numbers(rows, first_row), text)


def is_text(kind: Any) -> bool:  # noqa: ANN401  a pyarrow type
    """True for the Arrow types of text."""
    import pyarrow as pa  # noqa: PLC0415  heavy, and only for Arrow

    return bool(
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    )


def _row_numbers(rows: int, first_row: int) -> Any:  # noqa: ANN401  a pyarrow array
    import pyarrow as pa  # noqa: PLC0415  heavy, and only for Arrow

    return pa.array(np.arange(first_row, first_row + rows)).cast(pa.string())


def _other_texts(given: Any) -> Any:  # noqa: ANN401  pyarrow arrays
    """Ids that are neither text nor whole numbers, as a person would write them."""
    import pyarrow as pa  # noqa: PLC0415  heavy, and only for Arrow

    coded = given.dictionary_encode()
    texts = [None if pd.isna(v) else _text(v) for v in coded.dictionary.to_pandas()]
    return pa.array(texts, pa.string()).take(coded.indices)


def _text(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


class SeenIds:
    """Ids of all batches so far, as 64-bit keys on disk; use it in a ``with`` block.

    Parameters
    ----------
    folder : Path
        Where the temporary file goes; it has no name there and goes with the process.
    """

    def __init__(self, folder: Path) -> None:
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115  closed by __exit__
        self._ends: list[NDArray[np.intp]] = []
        self._starts: list[int] = []
        self._count = 0

    def __enter__(self) -> Self:
        """Nothing more to open."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give the disk space back."""
        self._file.close()

    def add(self, ids: Any) -> None:  # noqa: ANN401  a pyarrow array
        """Note the ids of one batch."""
        keys = id_keys(ids)
        ranges = (keys >> np.uint64(BELOW)).astype(np.uint8)
        self._ends.append(np.cumsum(np.bincount(ranges, minlength=RANGES)))
        self._starts.append(self._count)
        self._file.write(keys[np.argsort(ranges, kind="stable")].tobytes())
        self._count += len(keys)

    def repeated(self) -> tuple[int, Keys]:
        """How many ids stood before, and the keys that stand twice (the first of very many).

        Two ids in 10^19 share a key by chance: the ids themselves decide.
        """
        rows, found = 0, [np.zeros(0, dtype=np.uint64)]
        for keys in self._ranges():
            again = pd.Series(keys).duplicated().to_numpy()
            rows += int(again.sum())
            if again.any() and sum(map(len, found)) < IN_MEMORY:
                found.append(pd.unique(keys[again]))
        return rows, np.concatenate(found)

    def _ranges(self) -> Iterator[Keys]:
        """Keys of all batches, a few ranges at a time."""
        step = max(1, RANGES * IN_MEMORY // max(self._count, 1))
        for first in range(0, RANGES, step):
            last = min(first + step, RANGES) - 1
            parts = [np.zeros(0, dtype=np.uint64)]
            for start, ends in zip(self._starts, self._ends, strict=True):
                low = int(ends[first - 1]) if first else 0
                self._file.seek((start + low) * parts[0].itemsize)
                size = (int(ends[last]) - low) * parts[0].itemsize
                parts.append(np.frombuffer(self._file.read(size), dtype=np.uint64))
            yield np.concatenate(parts)


def id_keys(ids: Any) -> Keys:  # noqa: ANN401  a pyarrow array
    """64-bit key of each id; equal ids have equal keys.

    The bytes of all ids lie one after the other in Arrow: they are taken eight at a time, as one
    number per id.
    """
    _, offsets, data = ids.buffers()
    ends = np.frombuffer(offsets, dtype=np.int32)[ids.offset : ids.offset + len(ids) + 1]
    ends = ends.astype(np.int64)
    texts = np.zeros(int(ends[-1]) + WORD, dtype=np.uint8)
    texts[: ends[-1]] = np.frombuffer(data, dtype=np.uint8)[: ends[-1]]
    words = np.ndarray(len(texts) - WORD + 1, dtype="<u8", buffer=texts, strides=(1,))
    place, left = ends[:-1].copy(), np.diff(ends)
    keys = left.astype(np.uint64)
    while (own := np.flatnonzero(left > 0)).size:
        whole = own.size == left.size
        rows = slice(None) if whole else own
        beyond = np.clip(WORD - left[rows], 0, WORD - 1).astype(np.uint64) * np.uint64(WORD)
        word = words[place[rows]] & (np.uint64(2**64 - 1) >> beyond)
        keys[rows] = _mixed(keys[rows] ^ word)
        place += WORD
        left -= WORD
    return _mixed(keys)


def _mixed(keys: Keys) -> Keys:
    """Keys whose every bit hangs on all bits of the given ones; different ones stay different."""
    keys = keys * np.uint64(0x9E3779B97F4A7C15)
    keys ^= keys >> np.uint64(32)
    keys *= np.uint64(0xD6E8FEB86659FD93)
    return keys ^ (keys >> np.uint64(29))
