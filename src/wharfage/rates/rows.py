"""All rates of a table as columns, for the checks that compare rates with each other."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wharfage.errors import RateTableError
from wharfage.plain_yaml import Place
from wharfage.rates.cells import MACHINE, Cells, read_cells
from wharfage.rates.schema import AppendedBlock, RateBlock, TableForm

OPTION = "purchase_option"
ON_DEMAND = "on_demand"
#: one more than any date ordinal, so that a code and a date pack into one integer
SPAN = 4_000_000

Variant = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Rows:
    """One row per rate; `block` is the number of its block in the table."""

    form: TableForm
    block: NDArray[np.int64]
    place: NDArray[np.object_]
    machine: NDArray[np.object_]
    ordinal: NDArray[np.int64]
    text: NDArray[np.object_]
    price: NDArray[np.float64]

    def __len__(self) -> int:
        """Number of rates."""
        return len(self.block)

    @cached_property
    def tier(self) -> NDArray[np.float64]:
        """First unit of the tier."""
        return self._of_block([float(block.tier_start) for block in self.form.rates])

    @cached_property
    def tier_code(self) -> NDArray[np.int64]:
        """Code of the first unit of the tier."""
        return pd.factorize(self.tier)[0].astype(np.int64)

    @cached_property
    def is_on_demand(self) -> NDArray[np.bool_]:
        """True for list prices."""
        return self._of_block([option_of(block) == ON_DEMAND for block in self.form.rates])

    @cached_property
    def is_spot(self) -> NDArray[np.bool_]:
        """True for Spot prices."""
        return self._of_block([option_of(block) == "spot" for block in self.form.rates])

    @cached_property
    def is_confirmed(self) -> NDArray[np.bool_]:
        """True for appended prices that a person let through."""
        return self._of_block(
            [isinstance(b, AppendedBlock) and b.confirmed for b in self.form.rates]
        )

    @cached_property
    def kind(self) -> NDArray[np.int64]:
        """Code of meter and variant, the purchase option left out."""
        return self._of_block(_codes((block.meter, variant_of(block)) for block in self.form.rates))

    @cached_property
    def option(self) -> NDArray[np.int64]:
        """Code of the purchase option."""
        return self._of_block(_codes(option_of(block) for block in self.form.rates))

    @cached_property
    def place_code(self) -> NDArray[np.int64]:
        """Code of the place."""
        return pd.factorize(self.place)[0].astype(np.int64)

    @cached_property
    def machine_code(self) -> NDArray[np.int64]:
        """Code of the machine type."""
        return pd.factorize(self.machine)[0].astype(np.int64)

    def where(self, row: int) -> Place:
        """Place of a row in the document: its cell, or its block."""
        n = int(self.block[row])
        block = self.form.rates[n]
        if isinstance(block, AppendedBlock):
            within = row - int(np.searchsorted(self.block, n))
            return ("rates", n, "line", block.lines[within])
        if block.prices is not None:
            return ("rates", n, "prices", str(self.place[row]))
        return ("rates", n, "price" if block.price is not None else "file")

    def words(self, row: int) -> str:
        """Meter, variant, place and machine of a row, for messages."""
        block = self.form.rates[int(self.block[row])]
        key = [value for column, value in block.key.items() if column != MACHINE]
        parts = [block.meter, *key, self.place[row], self.machine[row]]
        return " ".join(str(part) for part in parts if part)

    def _of_block(self, values: Iterable[object]) -> NDArray[Any]:
        return np.array(list(values))[self.block]


def option_of(block: RateBlock) -> str:
    """Purchase option of a block."""
    return block.key.get(OPTION, ON_DEMAND)


def variant_of(block: RateBlock) -> Variant:
    """Variant of a block; purchase option and machine type are columns of their own."""
    return tuple(sorted((c, v) for c, v in block.key.items() if c not in (OPTION, MACHINE)))


def combine(*codes: NDArray[np.int64]) -> NDArray[np.int64]:
    """One code for each distinct combination of codes."""
    combined = np.zeros(len(codes[0]), dtype=np.int64)
    for part in codes:
        packed = combined * (int(part.max(initial=0)) + 2) + part + 1
        combined = np.unique(packed, return_inverse=True)[1].astype(np.int64)
    return combined


def read_rows(form: TableForm, folder: Path) -> tuple[Rows, list[tuple[str, Place, str]]]:
    """Rates of every block with a known meter, and the files that could not be read."""
    found: list[tuple[int, Cells]] = []
    problems: list[tuple[str, Place, str]] = []
    for n, block in enumerate(form.rates):
        if block.meter in form.meters:
            try:
                found.append((n, read_cells(block, folder)))
            except RateTableError as error:
                problems.append(("form", ("rates", n, "file"), error.message))
    text = _joined(cells.price for _, cells in found)
    return Rows(
        form=form,
        block=np.repeat([n for n, _ in found], [len(cells) for _, cells in found]).astype(np.int64),
        place=_joined(cells.place for _, cells in found),
        machine=_joined(_machines(form.rates[n], cells) for n, cells in found),
        ordinal=_joined((cells.ordinal for _, cells in found), np.int64),
        text=text,
        price=pd.to_numeric(pd.Series(text, dtype=object)).to_numpy(dtype=np.float64),
    ), problems


def _machines(block: RateBlock, cells: Cells) -> NDArray[np.object_]:
    if cells.machine is not None:
        return cells.machine
    return np.full(len(cells), block.key.get(MACHINE, ""), dtype=object)


def _joined(parts: Iterable[NDArray[Any]], dtype: type = object) -> NDArray[Any]:
    return np.concatenate([np.empty(0, dtype), *parts])


def _codes(values: Iterable[Hashable]) -> list[int]:
    known: dict[Hashable, int] = {}
    return [known.setdefault(value, len(known)) for value in values]
