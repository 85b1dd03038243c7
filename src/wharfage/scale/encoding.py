"""Record batches to encoded fleets, with as little text on the way as can be.

Only the columns that the engine knows are encoded; ids, and whatever else a file holds, stay in
Arrow. Text is coded through its distinct values, and text that holds numbers is read as numbers.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from wharfage.columns import FLEET_COLUMNS, Kind
from wharfage.engine.fleet import Fleet, encode_fleet
from wharfage.scale.ids import is_text

NUMBERS = (Kind.NUMBER, Kind.COUNT)


def known_columns(names: list[str]) -> list[str]:
    """Columns of a file that the engine reads, ids aside."""
    return [name for name in names if name in FLEET_COLUMNS and name != "workload"]


def encode_batch(batch: Any) -> Fleet:  # noqa: ANN401  a pyarrow record batch
    """Fleet of the workloads of a record batch.

    The fleet has one row more, without a service, where a batch holds text among its numbers:
    that a column holds no number at all is a fault of files, not of batches.
    """
    import pyarrow as pa  # noqa: PLC0415  heavy, and only for Arrow

    columns = {}
    for name in known_columns(batch.schema.names):
        is_number = FLEET_COLUMNS[name].kind in NUMBERS
        columns[name] = _numbers(batch.column(name)) if is_number else _coded(batch.column(name))
    frame = pa.table(columns).to_pandas(ignore_metadata=True, split_blocks=True)
    texts = [
        name
        for name, column in columns.items()
        if FLEET_COLUMNS[name].kind in NUMBERS and is_text(column.type)
    ]
    return encode_fleet(_with_a_number(frame, texts) if texts else frame)


def _with_a_number(frame: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    longer = frame.reindex(range(len(frame) + 1))
    longer.loc[len(frame), columns] = "0"
    return longer


def _coded(column: Any) -> Any:  # noqa: ANN401  pyarrow arrays
    return column.dictionary_encode() if is_text(column.type) else column


def _numbers(column: Any) -> Any:  # noqa: ANN401  pyarrow arrays
    """Numbers of a column; the text itself if any cell is not a number."""
    import pyarrow as pa  # noqa: PLC0415  heavy, and only for Arrow

    is_coded = pa.types.is_dictionary(column.type)
    values = column.dictionary if is_coded else column
    if is_text(values.type):
        values = numbers_from_text(values)
    if not is_coded:
        return values
    return column.dictionary_decode() if is_text(values.type) else values.take(column.indices)


def numbers_from_text(text: Any) -> Any:  # noqa: ANN401  pyarrow arrays
    """Text as float64, empty cells as null; the text as it is if any cell is not a number."""
    import pyarrow as pa  # noqa: PLC0415  heavy, and only for Arrow
    import pyarrow.compute as pc  # noqa: PLC0415

    cells = pc.utf8_trim_whitespace(text)
    cells = pc.if_else(pc.equal(cells, ""), None, cells)
    try:
        return cells.cast(pa.float64())
    except pa.ArrowInvalid:
        return text
