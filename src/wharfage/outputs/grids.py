"""A grid as a file: a long table of cells, or netCDF; whole or absent, run by run."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from wharfage.errors import InvalidValueError
from wharfage.outputs.files import check_output_path, whole_file

if TYPE_CHECKING:
    import pyarrow as pa
    import xarray as xr

SUFFIXES = (".parquet", ".nc")
#: cells written at once
RUN = 2**19


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
