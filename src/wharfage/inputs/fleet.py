"""Fleets as people have them: files, frames, any Arrow stream, lists of dicts."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from wharfage.errors import InvalidValueError, WorkloadError, did_you_mean
from wharfage.inputs.half_characters import check_whole_characters

CSV_SUFFIXES = (".csv", ".tsv", ".txt")
JSON_LINES_SUFFIXES = (".jsonl", ".ndjson")
SUFFIXES = (*CSV_SUFFIXES, *JSON_LINES_SUFFIXES, ".json", ".parquet", ".pq")


class Records:
    """Workloads out of records, column by column as plain cells; a frame once one is asked for.

    Parameters
    ----------
    records : list of mappings
        One per workload; a name that a record lacks is an empty cell of it.
    """

    def __init__(self, records: Sequence[Mapping[Any, Any]]) -> None:
        named = [{str(name): value for name, value in record.items()} for record in records]
        names = dict.fromkeys(name for record in named for name in record)
        self.columns = {name: [record.get(name) for record in named] for name in names}
        self._rows = len(named)

    def __len__(self) -> int:
        """Number of workloads."""
        return self._rows

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The workloads as a table."""
        columns = {name: pd.Series(cells, dtype=object) for name, cells in self.columns.items()}
        return pd.DataFrame(columns, index=pd.RangeIndex(self._rows))


def read_fleet(fleet: object) -> pd.DataFrame:
    """Workloads as a table, one row each.

    Parameters
    ----------
    fleet : DataFrame, Arrow stream, path or list of dicts
        A path may end in .csv, .tsv, .jsonl, .json or .parquet. Anything with
        ``__arrow_c_stream__`` (pyarrow, Polars, DuckDB) goes in as it is.

    Returns
    -------
    DataFrame
        Cells of text files stay text, so that ``1.30`` is not 1.3.

    Raises
    ------
    WorkloadError
        If the input cannot be read as a fleet.
    """
    found = read_workloads(fleet)
    return found.frame if isinstance(found, Records) else found


def read_workloads(fleet: object) -> pd.DataFrame | Records:
    """Workloads as a table, or as records where they came as such; see :func:`read_fleet`.

    Raises
    ------
    WorkloadError
        If the input cannot be read as a fleet.
    """
    if isinstance(fleet, pd.DataFrame):
        loose = {str(name): cells for name, cells in fleet.items() if cells.dtype == object}
        check_whole_characters(loose)
        return fleet
    if isinstance(fleet, str | Path):
        return read_file(Path(fleet))
    if hasattr(fleet, "__arrow_c_stream__"):
        return _from_arrow(fleet)
    if isinstance(fleet, Mapping):
        return records_of([fleet])
    if isinstance(fleet, Iterable):
        return records_of(list(fleet))
    raise WorkloadError(
        f"A fleet cannot be read from {type(fleet).__name__}.",
        hint="give a DataFrame, an Arrow table, a path or a list of dicts.",
    )


def read_file(path: Path) -> pd.DataFrame:
    """Workloads from a file, by its suffix.

    Raises
    ------
    WorkloadError
        If the file is missing, empty, in another encoding, or not of its format.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        near = did_you_mean(suffix, SUFFIXES)
        raise WorkloadError(
            f"{path.name!r} has no suffix that says how to read it.",
            hint=near or f"use one of {', '.join(SUFFIXES)}.",
        )
    try:
        if path.stat().st_size == 0:
            raise WorkloadError(f"{path} is empty.", hint="a fleet needs a header and a row.")
        if suffix in (".parquet", ".pq"):
            return _read_parquet(path)
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise WorkloadError(
            f"{path} cannot be read: {error.strerror or error}.", hint=_nearby(path)
        ) from error
    except UnicodeDecodeError as error:
        raise WorkloadError(
            f"{path.name} is not UTF-8 text (byte {error.start:,} is not).",
            hint="save it as UTF-8.",
        ) from error
    if suffix in CSV_SUFFIXES:
        return _read_csv(path, text, "\t" if suffix == ".tsv" else ",")
    return _read_json(path, text, lines=suffix in JSON_LINES_SUFFIXES)


def _nearby(path: Path) -> str | None:
    siblings = [p.name for p in path.parent.glob("*")] if path.parent.is_dir() else []
    return did_you_mean(path.name, siblings)


def _read_csv(path: Path, text: str, separator: str) -> pd.DataFrame:
    try:
        header = next(csv.reader(io.StringIO(text.lstrip()), delimiter=separator), [])
    except csv.Error:
        header = []  # the reader below says what is wrong
    names = [name.strip() for name in header]
    repeated = sorted({name for name in names if name and names.count(name) > 1})
    if repeated:
        raise InvalidValueError(
            f"Column {repeated[0]!r} stands {names.count(repeated[0])} times in the header of {path.name}.",
            hint="keep one of them.",
        )
    try:
        frame = pd.read_csv(
            io.StringIO(text),
            sep=separator,
            dtype=str,
            keep_default_na=False,
            na_values=[""],
            skipinitialspace=True,
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        problem = str(error).strip().removeprefix("Error tokenizing data. C error: ")
        raise WorkloadError(
            f"{path.name} cannot be read as CSV: {problem}.",
            hint="every row needs as many cells as the header; quote cells that hold a comma.",
        ) from error
    if isinstance(frame.index, pd.MultiIndex) or not isinstance(frame.index, pd.RangeIndex):
        raise WorkloadError(
            f"{path.name} has rows with more cells than its header.",
            hint="every row needs as many cells as the header.",
        )
    frame.columns = [str(name).strip() for name in frame.columns]
    _check_row_lengths(path, text, separator, len(frame.columns))
    return frame


def _check_row_lengths(path: Path, text: str, separator: str, columns: int) -> None:
    """Raise if a row has fewer cells than the header: a reader would call the rest empty."""
    short: list[dict[str, int]] = []
    if '"' not in text:
        data = np.frombuffer(text.encode(), dtype=np.uint8)
        ends = np.append(np.flatnonzero(data == ord("\n")), len(data))
        starts = np.append(0, ends[:-1] + 1)
        before = np.append(0, np.cumsum(data == ord(separator)))
        cells = before[ends] - before[starts] + 1
        is_blank = ends - starts <= (data[np.maximum(ends - 1, 0)] == ord("\r"))
        lines = np.flatnonzero((cells < columns) & ~is_blank)
        short = [{"line": int(n) + 1, "cells": int(cells[n])} for n in lines]
    else:
        reader = csv.reader(io.StringIO(text), delimiter=separator)
        short = [
            {"line": reader.line_num, "cells": len(row)} for row in reader if 0 < len(row) < columns
        ]
    if short:
        raise WorkloadError(
            f"{path.name}:{short[0]['line']} has {short[0]['cells']} cells, the header has {columns}"
            f" ({len(short):,} such row(s)).",
            hint="every row needs as many cells as the header; is the file cut off?",
            failures=short,
        )


def _read_json(path: Path, text: str, *, lines: bool) -> pd.DataFrame:
    if not lines:
        try:
            data = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise WorkloadError(
                f"{path.name} is not valid JSON: {error}.", hint="one array of objects."
            ) from error
        _check_text(path, text, data)
        return records_of(data if isinstance(data, list) else [data]).frame
    records, failures = [], []
    # Only a line feed ends a line: splitlines() would also cut at separators inside a JSON string.
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            records.append(json.loads(line))
        except (ValueError, RecursionError) as error:
            failures.append({"line": number, "problem": str(error)})
    if failures:
        raise WorkloadError(
            f"{path.name}:{failures[0]['line']} is not valid JSON: {failures[0]['problem']}"
            f" ({len(failures):,} such line(s)).",
            hint="one JSON object per line.",
            failures=failures,
        )
    _check_text(path, text, records)
    return records_of(records).frame


def _read_parquet(path: Path) -> pd.DataFrame:
    import pyarrow as pa  # noqa: PLC0415  heavy, and only for Parquet
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        return _arrow_frame(pq.read_table(path))
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise WorkloadError(
            f"{path.name} is not a Parquet file that can be read: {str(error).splitlines()[0]}."
        ) from error


def _from_arrow(stream: Any) -> pd.DataFrame:  # noqa: ANN401  anything with an Arrow stream
    import pyarrow as pa  # noqa: PLC0415  heavy, and only for Arrow

    try:
        table = pa.table(stream)
    except (pa.ArrowInvalid, pa.ArrowTypeError, TypeError) as error:
        raise WorkloadError(
            f"A fleet cannot be read from {type(stream).__name__}: {error}.",
            hint="give a table with one column per fleet column.",
        ) from error
    return _arrow_frame(table)


def _arrow_frame(table: Any) -> pd.DataFrame:  # noqa: ANN401  a pyarrow table
    names = table.column_names
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise InvalidValueError(
            f"Column {repeated[0]!r} stands {names.count(repeated[0])} times in the fleet.",
            hint="keep one of them.",
        )
    # Without pandas' own notes in the file: an index that was stored is a column like any other.
    return table.to_pandas(ignore_metadata=True)


def _check_text(path: Path, text: str, records: Any) -> None:  # noqa: ANN401  parsed JSON
    r"""Raise if an escape such as \ud800 stands for half a character."""
    if "\\ud" not in text.lower():
        return
    try:
        json.dumps(records, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise WorkloadError(
            f"{path.name} holds half a character: {error.object[error.start]!a}.",
            hint="a \\ud800 to \\udfff escape needs its other half.",
        ) from error


def records_of(records: list[Any]) -> Records:
    """Records of a list of mappings.

    Raises
    ------
    WorkloadError
        If something else stands in the list.
    """
    wrong = [
        {"row": number, "value": type(record).__name__}
        for number, record in enumerate(records, start=1)
        if not isinstance(record, Mapping)
    ]
    if wrong:
        raise WorkloadError(
            f"A fleet is a list of objects; row {wrong[0]['row']} is {wrong[0]['value']}"
            f" ({len(wrong):,} such row(s)).",
            hint="write [{'service': 'aws.fargate', ...}].",
            failures=wrong,
        )
    found = Records(records)
    check_whole_characters(found.columns)
    return found


def fill_empty(frame: pd.DataFrame, values: Mapping[str, str | None]) -> pd.DataFrame:
    """Frame with the empty cells of some columns filled; None leaves a column as it is.

    Examples
    --------
    >>> fill_empty(pd.DataFrame({"region": ["us-east-1", None]}), {"region": "eu-west-1"})["region"].tolist()
    ['us-east-1', 'eu-west-1']
    """
    filled = {}
    for name, value in values.items():
        if value is None:
            continue
        if name not in frame:
            filled[name] = pd.Series([value] * len(frame), index=frame.index, dtype=object)
            continue
        cells = frame[name].astype(object)
        filled[name] = cells.where(cells.notna() & (cells.astype(str).str.strip() != ""), value)
    return frame.assign(**filled) if filled else frame
