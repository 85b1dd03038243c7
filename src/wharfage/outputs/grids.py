"""A grid as a file: a long table of cells, or netCDF; whole or absent, run by run."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from rich.console import Console

from wharfage.errors import InvalidValueError
from wharfage.outputs.figures import money, number, text_or_dash
from wharfage.outputs.files import check_output_path, whole_file
from wharfage.outputs.json_document import document
from wharfage.outputs.tables import print_item, print_table

if TYPE_CHECKING:
    import pyarrow as pa
    import xarray as xr

SUFFIXES = (".parquet", ".nc")
#: cells written at once
RUN = 2**19
#: columns that a terminal shows where there is room, the first one goes first
LESS_IMPORTANT = ("daily_cost", "monthly_list_cost", "reason")
#: cells of a JSON document
LARGEST_DOCUMENT = 10**6


def check_grid_path(path: Path) -> None:
    """Raise before any work is done if a grid cannot be written there.

    Raises
    ------
    InvalidValueError
        If the suffix is unknown, the folder is missing or not writable, or nothing installed
        writes the format.
    """
    check_output_path(path, SUFFIXES)
    if path.suffix.lower() == ".nc":
        _netcdf_engine(path)


def print_grid(console: Console, cube: xr.Dataset, limit: int) -> None:
    """Print the first cells, one per line; what is the same in all of them is said above."""
    for name, value in _constants(cube).items():
        print_item(console, f"{name}: {value}")
    frame = _first_cells(cube, limit)
    if "reason" in frame and frame["reason"].isna().all():
        frame = frame.drop(columns="reason")
    numbers = [name for name in frame.columns if frame[name].dtype.kind in "iuf"]
    costs = [name for name in numbers if name not in cube.sizes]
    rows = [
        [
            money(row[name])
            if name in costs
            else number(row[name])
            if name in numbers
            else text_or_dash(row[name])
            for name in frame.columns
        ]
        for row in frame.to_dict("records")
    ]
    print_table(console, list(frame.columns), rows, right=numbers, drop=LESS_IMPORTANT)
    cells = math.prod(cube.sizes.values())
    if cells > limit:
        console.print(
            f"... and {cells - limit:,} more cells; --out FILE.parquet writes all of them"
        )


def grid_document(cube: xr.Dataset) -> dict[str, Any]:
    """Grid as a JSON document: a row per cell, null where there is no price, with the reason.

    Raises
    ------
    InvalidValueError
        If it has more cells than anybody should read as one document.
    """
    cells = math.prod(cube.sizes.values())
    if cells > LARGEST_DOCUMENT:
        raise InvalidValueError(
            f"{cells:,} cells are too many for one JSON document, which takes {LARGEST_DOCUMENT:,}.",
            hint="write them with --out FILE.parquet.",
        )
    on, month = (cube.attrs.get(name) for name in ("on", "month"))
    return document(
        "grid",
        on=on if isinstance(on, str) else None,
        month=month if isinstance(month, str) else None,
        rate_book=cube.attrs["rate_book_digest"],
        axes={name: cube[name].data.tolist() for name in cube.sizes},
        fixed=cube.attrs["fixed"],
        cells=_first_cells(cube, cells),
    )


def _first_cells(cube: xr.Dataset, limit: int) -> pd.DataFrame:
    """First cells as a frame without the columns that are the same everywhere."""
    same = [*_constants(cube)]
    parts, rows = [], 0
    for table in _tables(cube):
        part = table.slice(0, limit - rows).drop_columns(
            [name for name in same if name in table.column_names]
        )
        parts.append(part.to_pandas())
        rows += len(part)
        if rows >= limit:
            break
    found = pd.concat(parts, ignore_index=True)
    for name in found:
        if found[name].dtype == "category":
            found[name] = found[name].astype(object).where(found[name].notna(), None)
    return found


def write_grid(cube: xr.Dataset, path: Path) -> None:
    """Write a grid as Parquet or netCDF, whole or not at all.

    Raises
    ------
    InvalidValueError
        If it cannot be written; nothing is left behind.
    """
    check_grid_path(path)
    writers: dict[str, Callable[[xr.Dataset, Path], None]] = {
        ".parquet": _write_parquet,
        ".nc": _write_netcdf,
    }
    with whole_file(path) as place:
        writers[path.suffix.lower()](cube, place)


def _write_parquet(cube: xr.Dataset, path: Path) -> None:
    """One row per cell: the labels, the costs, the reason as text, and where they come from."""
    import pyarrow.parquet as pq  # noqa: PLC0415  heavy, and only for Parquet

    writer = None
    try:
        for table in _tables(cube):
            writer = writer or pq.ParquetWriter(path, table.schema)
            writer.write_table(table)
    finally:
        if writer is not None:
            writer.close()


def _tables(cube: xr.Dataset) -> Iterator[pa.Table]:
    """Runs of cells as tables, the labels as dictionaries."""
    import pyarrow as pa  # noqa: PLC0415  heavy, and only for Parquet

    shape = tuple(cube.sizes.values())
    size = math.prod(shape)
    variables = {str(name): each.transpose(*cube.sizes).data for name, each in cube.items()}
    labels = {str(dim): _labels(cube[dim].data.tolist()) for dim in cube.sizes}
    texts = {name: _labels(values) for name, values in _codes(cube).items()}
    same = {name: _labels([value]) for name, value in _constants(cube).items()}
    for start in range(0, max(size, 1), RUN):
        cells = np.arange(start, min(start + RUN, size))
        place = np.unravel_index(cells, shape) if shape else ()
        columns: dict[str, Any] = {
            name: _labelled(at, values)
            for (name, values), at in zip(labels.items(), place, strict=True)
        }
        for name, values in variables.items():
            own = values[place].reshape(-1)
            columns[name] = _labelled(own, texts[name]) if name in texts else _plain(own)
        columns |= {
            name: _labelled(np.zeros(len(cells), dtype=np.int32), text)
            for name, text in same.items()
        }
        yield pa.table(columns)


def _codes(cube: xr.Dataset) -> dict[str, list[Any]]:
    """What the codes of a variable stand for; the last one for none."""
    found: dict[str, list[Any]] = {}
    if "reason" in cube:
        found["reason"] = [None, *cube.attrs["reasons"][1:]]
    if "labels" in cube.attrs:
        # Of the cheapest along an axis, the axis is a variable: -1 where nothing has a price.
        found |= {name: [*cube.attrs["labels"], None] for name in cube.attrs["over"]}
    return found


def _plain(values: Any) -> pa.Array:  # noqa: ANN401  numbers, dates or text
    """Column of values as they are."""
    import pyarrow as pa  # noqa: PLC0415  heavy, and only for Parquet

    return _labels(values.tolist()) if values.dtype.kind in "UO" else pa.array(values)


def _labels(values: list[Any]) -> pa.Array:
    """Labels of an axis; mixed ones as text."""
    import pyarrow as pa  # noqa: PLC0415  heavy, and only for Parquet

    try:
        return pa.array(values, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return pa.array(list(map(str, values)))


def _labelled(codes: Any, values: pa.Array) -> pa.Array:  # noqa: ANN401  codes of any width
    """Column of labels: text stays a dictionary, numbers are written out."""
    import pyarrow as pa  # noqa: PLC0415  heavy, and only for Parquet

    is_empty = values.is_null().to_numpy(zero_copy_only=False)[codes]
    at = pa.array(codes.astype(np.int32), mask=is_empty)
    if pa.types.is_string(values.type):
        return pa.DictionaryArray.from_arrays(at, values.fill_null(""))
    return values.take(at)


def _constants(cube: xr.Dataset) -> Mapping[str, Any]:
    """What is the same in every cell: fixed columns, date, month, digest."""
    found = dict(cube.attrs["fixed"])
    for name in ("on", "month"):
        if name not in cube.variables:
            value = cube.attrs[name]
            found[f"priced_{name}"] = value if isinstance(value, str) else ", ".join(value)
    return found | {"rate_book_digest": cube.attrs["rate_book_digest"]}


def _write_netcdf(cube: xr.Dataset, path: Path) -> None:
    """Write the cube as it is; lists and maps among its attributes become JSON text."""
    plain = cube.copy()
    plain.attrs = {
        name: value if isinstance(value, str) else json.dumps(value, default=str)
        for name, value in cube.attrs.items()
    }
    try:
        plain.to_netcdf(path, engine=_netcdf_engine(path))
    except (TypeError, ValueError) as error:
        raise InvalidValueError(
            f"The grid does not fit into netCDF: {error}", hint="write it as .parquet."
        ) from error


def _netcdf_engine(path: Path) -> Any:  # noqa: ANN401  xarray's names
    """Name of an installed netCDF writer."""
    from importlib.util import find_spec  # noqa: PLC0415

    engines = {"netCDF4": "netcdf4", "h5netcdf": "h5netcdf", "scipy": "scipy"}
    for module, engine in engines.items():
        if find_spec(module) is not None:
            return engine
    raise InvalidValueError(
        f"Nothing that writes netCDF is installed, so {path.name} cannot be written.",
        hint="pip install scipy, or write a .parquet file.",
    )
