"""Result files: whole or absent, in full precision."""

from __future__ import annotations

import json
import os
import re
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from wharfage.errors import InvalidValueError, did_you_mean

SUFFIXES = (".csv", ".parquet", ".json")

#: machine that half-written files belong to: a folder may be shared by several
HOST = re.sub(r"\W", "_", socket.gethostname())[:40] or "localhost"
_SERIAL = count()
_OPEN: set[Path] = set()


def check_output_path(path: Path, suffixes: Sequence[str] = SUFFIXES) -> None:
    """Raise before any work is done if a result cannot be written there.

    Raises
    ------
    InvalidValueError
        If the suffix is unknown, or the folder is missing or not writable.
    """
    if path.suffix.lower() not in suffixes:
        raise InvalidValueError(
            f"{path.name!r} does not say in which format to write.",
            hint=did_you_mean(path.suffix, suffixes) or f"end it in {', '.join(suffixes)}.",
        )
    folder = path.parent
    try:
        has_folder, is_other = folder.is_dir(), path.exists() and not path.is_file()
    except OSError as error:
        raise InvalidValueError(
            f"{path.name[:40]}… cannot be a file: {error.strerror}.", hint="choose a shorter name."
        ) from error
    if not has_folder:
        raise InvalidValueError(
            f"There is no folder {folder} to write {path.name} to.", hint="create it first."
        )
    if is_other or not os.access(folder, os.W_OK):
        raise InvalidValueError(f"{path} cannot be written.", hint="choose another place.")


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Place to write to beside `path`, renamed to it when all went well.

    Raises
    ------
    InvalidValueError
        If it cannot be written; nothing is left behind.
    """
    target = path.resolve()
    try:
        with part_file(target.parent) as beside:
            yield beside
            beside.replace(target)
    except OSError as error:
        raise InvalidValueError(
            f"{path} cannot be written: {error.strerror or error}.", hint="nothing was written."
        ) from error


@contextmanager
def part_file(folder: Path) -> Iterator[Path]:
    """Name of a file in a folder that is gone afterwards, whatever happens.

    A killed process cannot clean up: its file stays until the next one writes to the same folder.
    """
    beside = folder / f".wharfage-{HOST}-{os.getpid()}-{next(_SERIAL)}.part"
    _OPEN.add(beside)
    _remove_dead_parts(folder)
    try:
        yield beside
    finally:
        beside.unlink(missing_ok=True)
        _OPEN.discard(beside)


def _remove_dead_parts(folder: Path) -> None:
    """Remove files that processes of this machine left half-written when they were killed."""
    if os.name != "posix":
        return  # asking whether a process lives would end it
    for path in folder.glob(f".wharfage-{HOST}-*-*.part"):
        process, _, serial = path.stem.removeprefix(f".wharfage-{HOST}-").partition("-")
        if not (process.isdecimal() and serial.isdecimal()) or path in _OPEN:
            continue
        # A number like one's own is that of an earlier process: containers give it out again.
        if int(process) == os.getpid() or not _is_alive(int(process)):
            with suppress(OSError):
                path.unlink(missing_ok=True)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True  # another user's
    return True


def write_frame(frame: pd.DataFrame, path: Path) -> None:
    """Write a frame as CSV, Parquet or JSON, whole or not at all.

    Raises
    ------
    InvalidValueError
        If it cannot be written; nothing is left behind.
    """
    check_output_path(path)
    writers: dict[str, Callable[[pd.DataFrame, Path], None]] = {
        ".csv": lambda data, place: data.to_csv(place, index=False),
        ".parquet": _write_parquet,
        ".json": _write_json,
    }
    with whole_file(path) as place:
        writers[path.suffix.lower()](frame, place)


def _write_parquet(frame: pd.DataFrame, path: Path) -> None:
    import pyarrow as pa  # noqa: PLC0415  heavy, and only for Parquet
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        table = pa.Table.from_pandas(frame, preserve_index=False)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        # A column of mixed cells (text among numbers) has no Arrow type: keep it as text.
        mixed = [str(name) for name in frame if frame[name].dtype == object]
        text = frame.assign(**{c: frame[c].map(str, na_action="ignore") for c in mixed})
        table = pa.Table.from_pandas(text, preserve_index=False)
    pq.write_table(table, path)


def _write_json(frame: pd.DataFrame, path: Path) -> None:
    records = [
        {name: _json_value(value) for name, value in record.items()}
        for record in frame.to_dict("records")
    ]
    path.write_text(json.dumps(records, indent=1, allow_nan=False) + "\n", encoding="utf-8")


def _json_value(value: Any) -> Any:  # noqa: ANN401  cells hold anything
    if value is None or value is pd.NA or (isinstance(value, float) and not np.isfinite(value)):
        return None
    if isinstance(value, np.generic):
        return value.item()
    return value if isinstance(value, str | int | float | bool) else str(value)
