"""Fleets too large for memory: Parquet files, folders of them, and CSV by way of Parquet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wharfage.columns import FLEET_COLUMNS
from wharfage.errors import InvalidValueError, WorkloadError, did_you_mean
from wharfage.scale.ids import is_text

#: rows of a batch: enough to fill the cores, few enough to keep several in memory
BATCH = 131_072
SUFFIXES = (".parquet", ".pq")


@dataclass(frozen=True)
class ParquetSource:
    """Parquet files of one schema, read batch by batch, in order.

    Attributes
    ----------
    paths : tuple of Path
        The files.
    schema : pyarrow.Schema
        Columns, as they are stored.
    rows : int
        Rows of all files.
    """

    paths: tuple[Path, ...]
    schema: Any
    rows: int

    def batches(self, columns: Sequence[str] | None = None) -> Iterator[Any]:
        """Record batches of all rows; only some columns, if given.

        Raises
        ------
        WorkloadError
            If a file cannot be read to its end.
        """
        for path in self.paths:
            with opened(path) as file:
                for groups in _row_groups(file.metadata):
                    yield from file.iter_batches(BATCH, row_groups=groups, columns=columns)

    @property
    def read_schema(self) -> Any:  # noqa: ANN401  a pyarrow schema
        """Schema of the batches: names come as Arrow dictionaries."""
        with opened(self.paths[0]) as file:
            return file.schema_arrow.remove_metadata()


def _row_groups(metadata: Any) -> Iterator[list[int]]:  # noqa: ANN401  of pyarrow.parquet
    """Row groups a few at a time: a reader keeps the pages of all that it was given."""
    groups, rows = [], 0
    for number in range(metadata.num_row_groups):
        groups.append(number)
        rows += metadata.row_group(number).num_rows
        if rows >= BATCH:
            yield groups
            groups, rows = [], 0
    if groups:
        yield groups


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    """Parquet file, with names read as dictionaries.

    Raises
    ------
    WorkloadError
        If it is missing, or not a Parquet file that can be read.
    """
    import pyarrow as pa  # noqa: PLC0415  heavy, and only for Parquet
    import pyarrow.parquet as pq  # noqa: PLC0415

    check_filled(path)
    try:
        with pq.ParquetFile(path) as plain:
            names = [
                own.name
                for own in plain.schema_arrow
                if own.name in FLEET_COLUMNS and own.name != "workload" and is_text(own.type)
            ]
        with pq.ParquetFile(path, read_dictionary=names) as file:
            yield file
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise WorkloadError(
            f"{path.name} is not a Parquet file that can be read: {str(error).splitlines()[0]}."
        ) from error
    except OSError as error:
        raise unreadable(path, error) from error


def check_filled(path: Path) -> None:
    """Raise if there is no file, or nothing in it.

    Raises
    ------
    WorkloadError
        Saying so, with a file that is called nearly the same.
    """
    try:
        is_empty = path.stat().st_size == 0
    except OSError as error:
        raise unreadable(path, error) from error
    if is_empty:
        raise WorkloadError(f"{path} is empty.", hint="a fleet needs a header and a row.")


def unreadable(path: Path, error: OSError) -> WorkloadError:
    """Error of a file that cannot be read."""
    siblings = [p.name for p in path.parent.glob("*")] if path.parent.is_dir() else []
    return WorkloadError(
        f"{path} cannot be read: {error.strerror or str(error).splitlines()[0]}.",
        hint=did_you_mean(path.name, siblings),
    )


def open_parquet(paths: Sequence[Path]) -> ParquetSource:
    """Source of some Parquet files.

    Raises
    ------
    WorkloadError
        If a file cannot be read, a column stands twice, or the files differ in their columns.
    """
    schema, rows = None, 0
    for path in paths:
        with opened(path) as file:
            rows += file.metadata.num_rows
            own = file.schema_arrow.remove_metadata()
        if schema is None:
            schema = own
            _check_names(own.names)
        elif not own.equals(schema):
            raise _different(path, own, paths[0], schema)
    return ParquetSource(tuple(paths), schema, rows)


def _check_names(names: Sequence[str]) -> None:
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise InvalidValueError(
            f"Column {repeated[0]!r} stands {names.count(repeated[0])} times in the fleet.",
            hint="keep one of them.",
        )


def _different(path: Path, own: Any, first: Path, schema: Any) -> WorkloadError:  # noqa: ANN401
    lines = {f"{one.name} ({one.type})" for one in own}
    others = {f"{one.name} ({one.type})" for one in schema}
    differing = sorted(lines ^ others) or ["their order"]
    return WorkloadError(
        f"{path.name} has other columns than {first.name}: {', '.join(differing[:6])}"
        f" ({len(differing)} such column(s)).",
        hint="files of one fleet need the same columns, in one order, of one type.",
        failures=[{"file": path.name, "column": column} for column in differing],
    )


def parquet_paths(source: Path) -> list[Path]:
    """The file itself, or the Parquet files of a folder and all below it, in order.

    Raises
    ------
    WorkloadError
        If a folder holds none.
    """
    if not source.is_dir():
        return [source]
    found = sorted(
        path
        for path in source.rglob("*")
        if path.suffix.lower() in SUFFIXES
        and not any(part.startswith((".", "_")) for part in path.relative_to(source).parts)
        and path.is_file()
    )
    if not found:
        raise WorkloadError(
            f"The folder {source} holds no Parquet file.", hint="it takes files in .parquet."
        )
    return found
