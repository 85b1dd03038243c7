"""The single rates of a block: written in the table, or in a file of machine prices beside it.

A matrix file has a machine type per line and a region per column; a history file has a date, a
region, a machine type and a price per line; rates appended by a refresh have a line each
(:mod:`wharfage.rates.appended`). Prices stay text.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wharfage.errors import RateTableError

if TYPE_CHECKING:
    from wharfage.rates.schema import RateBlock

#: column of machine files that names the machine
MACHINE = "instance_type"

#: digits with at most one point: no sign, exponent, blank or underscore
PLAIN = re.compile(r"[0-9]+(\.[0-9]+)?")


@dataclass(frozen=True)
class Cells:
    """Rates of one block in arrays of equal length; `machine` is None for ordinary tables."""

    place: NDArray[np.object_]
    machine: NDArray[np.object_] | None
    price: NDArray[np.object_]
    sku: NDArray[np.object_]
    ordinal: NDArray[np.int64]

    def __len__(self) -> int:
        """Number of rates."""
        return len(self.place)


def read_cells(block: RateBlock, folder: Path) -> Cells:
    """Cells of a block.

    Parameters
    ----------
    block : RateBlock
        With its cells, or the name of the file that holds them.
    folder : Path
        Folder of the table; file names are relative to it.

    Raises
    ------
    RateTableError
        If a file is missing, lacks a column, repeats a machine or holds a text that is no price.
    """
    from wharfage.rates.schema import AppendedBlock  # noqa: PLC0415  loads pydantic

    if isinstance(block, AppendedBlock):
        return block.cells
    if block.file is not None:
        return _matrix(block, folder)
    if block.history_file is not None:
        return _history(block, folder)
    cells = block.prices if block.prices is not None else {"": block.price or (None, None)}
    count = len(cells)
    return Cells(
        place=_objects(list(cells)),
        machine=None,
        price=_objects([price for price, _ in cells.values()]),
        sku=_objects([sku for _, sku in cells.values()]),
        ordinal=np.full(count, block.date.toordinal() if block.date else 0, dtype=np.int64),
    )


def read_machine_file(path: Path, columns: tuple[str, ...] = (MACHINE,)) -> pd.DataFrame:
    """Machine file as text cells.

    Raises
    ------
    RateTableError
        If it cannot be read or lacks one of `columns`.
    """
    try:
        frame = pd.read_csv(path, dtype=str, keep_default_na=False, na_values=[""])
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise RateTableError(f"{path.name} cannot be read: {error}.") from error
    missing = [column for column in columns if column not in frame]
    if missing:
        raise RateTableError(f"{path.name}:1 lacks the column {missing[0]!r}.")
    return frame


def _matrix(block: RateBlock, folder: Path) -> Cells:
    path = folder / str(block.file)
    frame = read_machine_file(path)
    repeated = frame[MACHINE][frame[MACHINE].duplicated()]
    if len(repeated):
        line = int(repeated.index[0]) + 2
        raise RateTableError(f"{path.name}:{line}: {repeated.iloc[0]!r} stands here twice.")
    regions = [name for name in frame.columns if name != MACHINE]
    body = frame[regions].to_numpy(dtype=object)
    row, column = np.nonzero(frame[regions].notna().to_numpy())
    price = body[row, column]
    _check_prices(path, price, row)
    return Cells(
        place=_objects(regions)[column],
        machine=frame[MACHINE].to_numpy(dtype=object)[row],
        price=price,
        sku=np.full(len(row), None, dtype=object),
        ordinal=np.full(len(row), block.date.toordinal() if block.date else 0, dtype=np.int64),
    )


def _history(block: RateBlock, folder: Path) -> Cells:
    path = folder / str(block.history_file)
    frame = read_machine_file(path, ("date", "region", MACHINE, "price"))
    price = frame["price"].to_numpy(dtype=object)
    _check_prices(path, price, np.arange(len(frame)))
    try:
        days = {text: dt.date.fromisoformat(text).toordinal() for text in frame["date"].unique()}
    except (TypeError, ValueError) as error:
        raise RateTableError(
            f"{path.name}: {error}.", hint="dates are written 2026-10-01."
        ) from error
    return Cells(
        place=frame["region"].to_numpy(dtype=object),
        machine=frame[MACHINE].to_numpy(dtype=object),
        price=price,
        sku=np.full(len(frame), None, dtype=object),
        ordinal=frame["date"].map(days).to_numpy(dtype=np.int64),
    )


def _check_prices(path: Path, price: NDArray[np.object_], row: NDArray[np.intp]) -> None:
    distinct, member = np.unique(price.astype(str), return_inverse=True)
    is_plain = np.array([PLAIN.fullmatch(text) is not None for text in distinct], dtype=bool)
    wrong = np.flatnonzero(~is_plain[member])
    if len(wrong):
        first = wrong[0]
        raise RateTableError(
            f"{path.name}:{int(row[first]) + 2}: {price[first]!r} is not a price"
            f" ({len(wrong):,} such cells).",
            hint="a price is a decimal number, not negative.",
        )


def _objects(values: Sequence[object]) -> NDArray[np.object_]:
    found = np.empty(len(values), dtype=object)
    found[:] = values
    return found
