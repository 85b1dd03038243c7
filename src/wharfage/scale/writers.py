"""Record batches to result files, batch by batch."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from wharfage.scale.ids import is_text

#: results that can be written batch by batch
SUFFIXES = (".parquet", ".csv")


@contextmanager
def open_writer(place: Path, suffix: str, schema: Any) -> Iterator[Any]:  # noqa: ANN401
    """Writer with a ``write_batch`` method, by the suffix of the result: .parquet or .csv.

    Parquet keeps names as plain strings for its readers, however they are coded in memory.
    """
    import pyarrow as pa  # noqa: PLC0415  heavy, and only for files
    import pyarrow.csv  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    if suffix == ".csv":
        with pa.csv.CSVWriter(place, schema) as writer:
            yield writer
        return
    has_own_types = any(_needs_arrow(own.type) for own in schema)
    # Numbers seldom repeat: to look for those that do takes longer than to write them.
    words = [own.name for own in schema if own.name != "workload" and _is_word(own.type)]
    with pq.ParquetWriter(
        place, schema, use_dictionary=words, store_schema=has_own_types
    ) as writer:
        yield writer


def _is_word(kind: Any) -> bool:  # noqa: ANN401  a pyarrow type
    import pyarrow as pa  # noqa: PLC0415  heavy, and only for files

    return bool(pa.types.is_dictionary(kind) or is_text(kind))


def _needs_arrow(kind: Any) -> bool:  # noqa: ANN401  a pyarrow type
    """True for types that Parquet alone would not give back."""
    import pyarrow as pa  # noqa: PLC0415  heavy, and only for files

    has_zone = pa.types.is_timestamp(kind) and kind.tz not in (None, "UTC")
    return bool(pa.types.is_duration(kind) or has_zone)


def with_constants(schema: Any, values: dict[str, str]) -> Any:  # noqa: ANN401  pyarrow schemas
    """Schema with columns of one value each at its end."""
    import pyarrow as pa  # noqa: PLC0415  heavy, and only for files

    kept = [own for own in schema if own.name not in values]
    coded = pa.dictionary(pa.int32(), pa.string())
    return pa.schema([*kept, *(pa.field(name, coded) for name in values)])


def add_constants(batch: Any, schema: Any, values: dict[str, str]) -> Any:  # noqa: ANN401
    """Batch of the schema that :func:`with_constants` gives."""
    import numpy as np  # noqa: PLC0415  with pyarrow
    import pyarrow as pa  # noqa: PLC0415  heavy, and only for files

    codes = pa.array(np.zeros(batch.num_rows, dtype=np.int32))
    columns = [
        pa.DictionaryArray.from_arrays(codes, pa.array([values[name]]))
        if name in values
        else batch.column(name)
        for name in schema.names
    ]
    return pa.RecordBatch.from_arrays(columns, schema=schema)
