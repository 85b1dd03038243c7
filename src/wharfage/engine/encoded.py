"""What encoding gives: a column as an array, and the cells of it that cannot be used."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

#: codes of empty and of unreadable cells in category columns
EMPTY, UNREADABLE = -1, -2

#: distinct bad texts of one column that get a message of their own; the rest share one
DISTINCT_TEXTS = 50

#: characters of a bad text that a message repeats
LONGEST_TEXT = 40

#: a column as it comes: of a frame, or plain cells out of records
Cells = pd.Series | list[Any]


@dataclass(frozen=True)
class CellFault:
    """Cells of one column that cannot be used, and why."""

    column: str
    rows: NDArray[np.intp]
    reason: str


@dataclass(frozen=True)
class Encoded:
    """One column: float64 numbers, or int64 codes of a vocabulary.

    `values` is (n,); one value repeated without memory where all cells are the same.
    """

    values: NDArray[Any]
    vocabulary: tuple[str, ...] = ()
    faults: list[CellFault] = field(default_factory=list)


def short(text: str) -> str:
    """Text as a message repeats it.

    Examples
    --------
    >>> len(short("x" * 1000))
    40
    """
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"


def arrow_text(series: pd.Series) -> Any | None:  # noqa: ANN401  a pyarrow array
    """Text of a column as it lies in Arrow memory; None for columns that are kept otherwise."""
    kind = series.dtype
    if isinstance(kind, pd.ArrowDtype):
        import pyarrow as pa  # noqa: PLC0415  heavy, and only for Arrow

        is_text = pa.types.is_string(kind.pyarrow_dtype) or pa.types.is_large_string(
            kind.pyarrow_dtype
        )
        return pa.array(series.array) if is_text else None
    if isinstance(kind, pd.StringDtype) and kind.storage.startswith("pyarrow"):
        import pyarrow as pa  # noqa: PLC0415  heavy, and only for Arrow

        return pa.array(series.array)
    return None
