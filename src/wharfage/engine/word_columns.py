"""Columns of words: codes of a vocabulary, the contract's own or that of the fleet.

Whatever a column is kept as, it is taken apart into its distinct words and which of them stands
in each row; only the distinct words are looked at.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wharfage.columns import Column, Kind
from wharfage.engine.encoded import (
    DISTINCT_TEXTS,
    EMPTY,
    UNREADABLE,
    CellFault,
    Cells,
    Encoded,
    arrow_text,
    short,
)
from wharfage.errors import did_you_mean
from wharfage.rates.table import FLAG_VALUES

TRUE_WORDS = {"true", "1", "yes", "1.0"}
FALSE_WORDS = {"false", "0", "no", "0.0"}

#: types of plain cells that are told apart as they are
PLAIN = {str, bool, type(None)}

#: rows looked at before a whole column is compared with its first cell
SAMPLE = 256

#: which distinct word stands in each row (-1: none), and the words in order of appearance
Parts = tuple[NDArray[Any], list[Any]]


def encode_words(cells: Cells, column: Column) -> Encoded:
    """Codes of a column, and the vocabulary that they stand for."""
    member, distinct = _parts(cells)
    words = [_word(value, column) for value in distinct]
    vocabulary, empty = vocabulary_of(column)
    if not vocabulary:
        vocabulary, empty = _own_vocabulary(words, column)
    index = {word: code for code, word in enumerate(vocabulary)}
    codes = [index.get(word, UNREADABLE) if word else empty for word in words]
    faults = _faults(member, words, codes, column, vocabulary)
    # An unreadable cell prices as the default would, but its fault keeps the row unpriced.
    unread = UNREADABLE if empty == EMPTY else empty
    readable = [unread if code == UNREADABLE else code for code in codes]
    return Encoded(_coded(member, [*readable, empty]), vocabulary, faults)


def vocabulary_of(column: Column) -> tuple[tuple[str, ...], int]:
    """Closed vocabulary (empty if open) and the code that an empty cell gets."""
    if column.kind is Kind.FLAG:
        return FLAG_VALUES, int(bool(column.default))
    if column.choices and column.default is not None:
        return column.choices, column.choices.index(str(column.default))
    return column.choices, EMPTY


def _own_vocabulary(words: list[str], column: Column) -> tuple[tuple[str, ...], int]:
    """Words of an open column, the default first, and the code that an empty cell gets."""
    names = [word for word in dict.fromkeys(words) if word]
    if column.default is None:
        return tuple(names), EMPTY
    default = str(column.default)
    return (default, *(name for name in names if name != default)), 0


def _coded(member: NDArray[Any], codes: list[int]) -> NDArray[np.int64]:
    """Code of each row; the last one for rows without a word."""
    if not member.strides[0]:
        return np.broadcast_to(np.int64(codes[int(member[0])]), len(member))
    mapping = np.array(codes, dtype=np.int64)
    if codes[-1] == EMPTY and np.array_equal(mapping[:-1], np.arange(len(codes) - 1)):
        return member.astype(np.int64)
    return mapping[member]


def _faults(
    member: NDArray[Any],
    words: list[str],
    codes: list[int],
    column: Column,
    vocabulary: tuple[str, ...],
) -> list[CellFault]:
    """Words that the vocabulary lacks, each with the nearest one that it has."""
    faults = []
    unread = [n for n, code in enumerate(codes) if code == UNREADABLE]
    for n in unread[:DISTINCT_TEXTS]:
        hint = did_you_mean(words[n], vocabulary) or f"one of {', '.join(vocabulary[:8])}"
        reason = f"invalid_value: {short(words[n])!r} is no {column.name} ({hint.rstrip('?')})"
        faults.append(CellFault(column.name, np.flatnonzero(member == n), reason))
    if len(unread) > DISTINCT_TEXTS:
        rows = np.flatnonzero(np.isin(member, unread[DISTINCT_TEXTS:]))
        faults.append(CellFault(column.name, rows, f"invalid_value: unknown {column.name}"))
    return faults


def _parts(cells: Cells) -> Parts:
    """Distinct cells in order of appearance, and which of them stands in each row."""
    if isinstance(cells, list):
        if PLAIN.issuperset(map(type, cells)):
            return _of_plain_cells(cells)
        cells = pd.Series(cells, dtype=object)
    if isinstance(cells.dtype, pd.CategoricalDtype):
        return _of_categories(cells)
    text = arrow_text(cells)
    return _of_objects(cells) if text is None else _of_arrow_text(text)


def _of_plain_cells(cells: list[Any]) -> Parts:
    distinct = [cell for cell in dict.fromkeys(cells) if cell is not None]
    index = {cell: n for n, cell in enumerate(distinct)}
    return np.array([index.get(cell, -1) for cell in cells], dtype=np.int64), distinct


def _of_categories(series: pd.Series) -> Parts:
    """Categories that occur; a category that no row has is nothing to the fleet."""
    codes = series.cat.codes.to_numpy()
    appearing = pd.unique(codes)
    appearing = appearing[appearing >= 0]
    distinct = series.cat.categories[appearing].tolist()
    if len(appearing) == 1 and codes.min() >= 0:
        return np.broadcast_to(np.int64(0), len(codes)), distinct
    if np.array_equal(appearing, np.arange(len(appearing))):
        return codes, distinct
    position = np.full(len(series.cat.categories) + 1, -1)
    position[appearing] = np.arange(len(appearing))
    return position[codes], distinct


def _of_arrow_text(text: Any) -> Parts:  # noqa: ANN401  a pyarrow array
    import pyarrow as pa  # noqa: PLC0415  heavy, and only for Arrow
    import pyarrow.compute as pc  # noqa: PLC0415

    if _is_constant(text):
        return np.broadcast_to(np.int64(0), len(text)), [text[0].as_py()]
    coded = text.dictionary_encode()
    if isinstance(coded, pa.ChunkedArray):
        coded = coded.combine_chunks()
    places = coded.indices
    if places.null_count:
        places = pc.fill_null(places, -1)
    return places.to_numpy(), coded.dictionary.to_pylist()


def _is_constant(text: Any) -> bool:  # noqa: ANN401  a pyarrow array
    """True if all cells hold the same text."""
    import pyarrow.compute as pc  # noqa: PLC0415  heavy, and only for Arrow

    if text.null_count:
        return False
    first = text[0]
    return all(pc.all(pc.equal(part, first)).as_py() for part in (text.slice(0, SAMPLE), text))


def _of_objects(series: pd.Series) -> Parts:
    try:
        member, distinct = pd.factorize(series, use_na_sentinel=True)
    except TypeError:
        # A list or a map in a cell cannot be compared; its text names nothing and becomes a fault.
        text = series.map(lambda value: value if pd.api.types.is_scalar(value) else str(value))
        member, distinct = pd.factorize(text, use_na_sentinel=True)
    return member, list(distinct)


def plain_text(value: object) -> str:
    """Value as text; a whole number without the point that a missing neighbour gave it.

    Examples
    --------
    >>> plain_text(7.0)
    '7'
    """
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _word(value: object, column: Column) -> str:
    word = plain_text(value) if not isinstance(value, bool) else str(value).lower()
    if column.kind is Kind.FLAG:
        lower = word.lower()
        return "true" if lower in TRUE_WORDS else "false" if lower in FALSE_WORDS else word
    return word
