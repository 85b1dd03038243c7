"""CSV too large for memory: checked in blocks, and turned into Parquet once."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from wharfage.errors import InvalidValueError, WorkloadError
from wharfage.scale.sources import BATCH, check_filled

#: bytes of a file that are checked at once
BLOCK = 16 * 2**20
#: short rows that a fault lists
LISTED = 1000


def csv_to_parquet(path: Path, target: Path) -> None:
    """Write a CSV fleet as Parquet; every cell stays text, an empty one is null.

    Raises
    ------
    WorkloadError
        If the file is missing, empty, not UTF-8, or its rows and header differ in length.
    """
    import pandas as pd  # noqa: PLC0415  with the reader below
    import pyarrow as pa  # noqa: PLC0415  heavy, and only for Parquet
    import pyarrow.parquet as pq  # noqa: PLC0415

    check_filled(path)
    separator = "\t" if path.suffix.lower() == ".tsv" else ","
    names = _check(path, separator)
    schema = pa.schema([(name, pa.string()) for name in names])
    try:
        with _reader(path, separator) as chunks, pq.ParquetWriter(target, schema) as writer:
            for chunk in chunks:
                _check_header(path, chunk, names)
                cells = [pa.array(chunk[column], pa.string()) for column in chunk.columns]
                writer.write_table(pa.Table.from_arrays(cells, schema=schema))
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        problem = str(error).strip().removeprefix("Error tokenizing data. C error: ")
        raise WorkloadError(
            f"{path.name} cannot be read as CSV: {problem}.",
            hint="every row needs as many cells as the header; quote cells that hold a comma.",
        ) from error


def _reader(path: Path, separator: str) -> Any:  # noqa: ANN401  pandas has no public name for it
    import pandas as pd  # noqa: PLC0415  in one place with its options

    return pd.read_csv(
        path,
        sep=separator,
        dtype=str,
        keep_default_na=False,
        na_values=[""],
        skipinitialspace=True,
        encoding="utf-8-sig",
        chunksize=BATCH,
    )


def _check_header(path: Path, chunk: Any, names: list[str]) -> None:  # noqa: ANN401  as above
    import pandas as pd  # noqa: PLC0415  as above

    if not isinstance(chunk.index, pd.RangeIndex) or len(chunk.columns) != len(names):
        raise WorkloadError(
            f"{path.name} has rows with more cells than its header.",
            hint="every row needs as many cells as the header.",
        )


def _check(path: Path, separator: str) -> list[str]:
    """Names of the header, once every row is known to be text of as many cells."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        try:
            header = next(csv.reader(file, delimiter=separator), [])
        except (csv.Error, UnicodeDecodeError):
            header = []  # the checks below say what is wrong
    names = [name.strip() for name in header]
    repeated = sorted({name for name in names if name and names.count(name) > 1})
    if repeated:
        raise InvalidValueError(
            f"Column {repeated[0]!r} stands {names.count(repeated[0])} times in the header of {path.name}.",
            hint="keep one of them.",
        )
    is_quoted = _check_encoding(path)
    short = _short_quoted if is_quoted else _short_plain
    count, failures = 0, []
    for failure in short(path, separator, len(names)):
        count += 1
        failures += [failure] if count <= LISTED else []
    if failures:
        raise WorkloadError(
            f"{path.name}:{failures[0]['line']} has {failures[0]['cells']} cells,"
            f" the header has {len(names)} ({count:,} such row(s)).",
            hint="every row needs as many cells as the header; is the file cut off?",
            failures=failures,
        )
    return names


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block


def _check_encoding(path: Path) -> bool:
    """True if the file holds any quote; raise if it is not UTF-8."""
    decoder, place, is_quoted = codecs.getincrementaldecoder("utf-8")(), 0, False
    for block in _blocks_or_end(path):
        pending = len(decoder.getstate()[0])
        try:
            decoder.decode(block, final=not block)
        except UnicodeDecodeError as error:
            raise WorkloadError(
                f"{path.name} is not UTF-8 text (byte {place - pending + error.start:,} is not).",
                hint="save it as UTF-8.",
            ) from error
        place += len(block)
        is_quoted = is_quoted or b'"' in block
    return is_quoted


def _blocks_or_end(path: Path) -> Iterator[bytes]:
    yield from _blocks(path)
    yield b""


def _short_plain(path: Path, separator: str, columns: int) -> Iterator[dict[str, int]]:
    """Rows with fewer cells than the header, in a file without quotes."""
    line, rest = 1, b""
    for block in _blocks_or_end(path):
        whole = rest + block
        cut = whole.rfind(b"\n") + 1 if block else len(whole)
        text, rest = whole[:cut], whole[cut:]
        if not text:
            continue
        data = np.frombuffer(text, dtype=np.uint8)
        ends = np.flatnonzero(data == ord("\n"))
        if not len(ends) or ends[-1] != len(data) - 1:
            ends = np.append(ends, len(data))
        starts = np.append(0, ends[:-1] + 1)
        before = np.append(0, np.cumsum(data == ord(separator)))
        cells = before[ends] - before[starts] + 1
        is_blank = ends - starts <= (data[np.maximum(ends - 1, 0)] == ord("\r"))
        for n in np.flatnonzero((cells < columns) & ~is_blank):
            yield {"line": line + int(n), "cells": int(cells[n])}
        line += len(ends)


def _short_quoted(path: Path, separator: str, columns: int) -> Iterator[dict[str, int]]:
    """Rows with fewer cells than the header, where a cell may hold a line break."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, delimiter=separator)
        for row in reader:
            if 0 < len(row) < columns:
                yield {"line": reader.line_num, "cells": len(row)}
